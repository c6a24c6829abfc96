// The dynamic section. gABI 5.2 "Dynamic Section".

import { loadWord, pick, wide } from "./word";

/** d_tag. */
export const enum DT {
  NULL = 0, NEEDED = 1, PLTRELSZ = 2, PLTGOT = 3, HASH = 4, STRTAB = 5, SYMTAB = 6, RELA = 7, RELASZ = 8, RELAENT = 9,
  STRSZ = 10, SYMENT = 11, INIT = 12, FINI = 13, SONAME = 14, RPATH = 15, SYMBOLIC = 16, REL = 17, RELSZ = 18, RELENT = 19,
  PLTREL = 20, DEBUG = 21, TEXTREL = 22, JMPREL = 23, BIND_NOW = 24, INIT_ARRAY = 25, FINI_ARRAY = 26, INIT_ARRAYSZ = 27,
  FINI_ARRAYSZ = 28, RUNPATH = 29, FLAGS = 30, PREINIT_ARRAY = 32, PREINIT_ARRAYSZ = 33, SYMTAB_SHNDX = 34, RELRSZ = 35,
  RELR = 36, RELRENT = 37,
  AARCH64_VARIANT_PCS = 0x70000005, RISCV_VARIANT_CC = 0x70000001,
  GNU_HASH = 0x6ffffef5, VERSYM = 0x6ffffff0, RELACOUNT = 0x6ffffff9, RELCOUNT = 0x6ffffffa, FLAGS_1 = 0x6ffffffb,
  VERDEF = 0x6ffffffc, VERDEFNUM = 0x6ffffffd, VERNEED = 0x6ffffffe, VERNEEDNUM = 0x6fffffff,
}
/** DT_FLAGS. */
export const enum DF { SYMBOLIC = 2, TEXTREL = 4, BIND_NOW = 8, STATIC_TLS = 16 }
/** DT_FLAGS_1. */
export const enum DF_1 { NOW = 1, NODELETE = 8, PIE = 0x08000000 }

/** Tags 0 to 37 keep their number; the GNU ones in use follow, then those of processors, which mean something on their own only. */
const enum Slot { GNU = 38, PROCESSOR = 47, COUNT = 49 }

/** Where a tag's value is kept, or Slot.COUNT for a tag that the core has no use for. */
function slotOf(tag: u64): u32 {
  if (tag < <u64>Slot.GNU) return <u32>tag;
  if (tag == DT.GNU_HASH) return Slot.GNU;
  if (tag == DT.VERSYM) return Slot.GNU + 1;
  if (tag == DT.RISCV_VARIANT_CC) return Slot.PROCESSOR;
  if (tag == DT.AARCH64_VARIANT_PCS) return Slot.PROCESSOR + 1;
  const index = tag - DT.RELACOUNT;
  return index < 7 ? Slot.GNU + 2 + <u32>index : Slot.COUNT;
}

export function dynBytes<A>(): u64 { return pick<A>(8, 16); }
/** d_tag; the GNU tags have bit 31 clear, so a 32-bit tag needs no extension. */
@inline export function dynTag<A>(at: u64): u64 { return loadWord<A>(at); }
@inline export function dynValue<A>(at: u64): u64 { return loadWord<A>(at + sizeof<A>()); }

/**
 * The dynamic section by tag: each value as it was read, once; the first of equal tags counts. Room is kept for what a file has of them, in 8
 * bytes each if any entry needs so many. Hardly any does: the addresses in a file begin near 0.
 */
@unmanaged export class Dynamic {
  /** Entries before DT_NULL. */
  entryCount: u32;
  private count: u8;
  private room: u8;
  private isWide: bool;
  /** The number of a slot's value, a byte for each slot; 0 if it is absent. */
  private numbers: u8;

  /** True if a value takes 8 bytes. */
  @inline static isLarge(value: u64): bool { return wide(64) && value >> 32 != 0; }
  /** Bytes that it takes, with so many values. */
  static bytes(room: u32, isWide: bool): usize { return VALUES + (<usize>room << (isWide ? 3 : 2)); }
  /** Room enough for all that there are. */
  static get most(): u32 { return Slot.COUNT; }
  /** True if a tag's value is kept. */
  static keeps(tag: u64): bool { return slotOf(tag) != Slot.COUNT; }

  /** An empty one at an address, with room for so many values. */
  static at(address: usize, room: u32, isWide: bool): Dynamic {
    const dynamic = changetype<Dynamic>(address);
    dynamic.open(room, isWide);
    return dynamic;
  }

  /** It is empty from here on. */
  open(room: u32, isWide: bool): void {
    memory.fill(changetype<usize>(this), 0, VALUES);
    this.room = <u8>room;
    this.isWide = isWide;
  }

  /** Keeps a tag's value: of one that is large only now, what there is room for. */
  add(tag: u64, value: u64): void {
    const slot = slotOf(tag);
    if (slot == Slot.COUNT || this.number(slot) || this.count == this.room) return;
    const number = ++this.count;
    if (this.isNarrow) store<u32>(this.narrowAt(number), <u32>value);
    else store<u64>(this.wideAt(number), value);
    store<u8>(this.numberAt(slot), number);
  }
  @inline private numberAt(slot: u32): usize { return changetype<usize>(this) + offsetof<Dynamic>("numbers") + slot; }
  @inline private number(slot: u32): u32 { return load<u8>(this.numberAt(slot)); }
  @inline private get isNarrow(): bool { return !wide(64) || !this.isWide; }
  @inline private narrowAt(number: u32): usize { return changetype<usize>(this) + VALUES - 4 + (<usize>number << 2); }
  @inline private wideAt(number: u32): usize { return changetype<usize>(this) + VALUES - 8 + (<usize>number << 3); }

  @inline has(tag: u64): bool { return this.number(slotOf(tag)) != 0; }
  /** The value of a tag, 0 if it is absent. */
  @inline value(tag: u64): u64 { return this.valueIn(slotOf(tag)); }
  private valueIn(slot: u32): u64 {
    const number = this.number(slot);
    if (!number) return 0;
    return this.isNarrow ? load<u32>(this.narrowAt(number)) : load<u64>(this.wideAt(number));
  }
}
/** Behind a byte for each slot, and one for tags that have none. */
const VALUES: usize = offsetof<Dynamic>("numbers") + Slot.COUNT + 1 + 7 & ~7;
