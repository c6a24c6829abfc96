// What a module's symbols are bound to, by index: the product of linking that relocation consumes.

import { Arena } from "../base/arena";
import { Work } from "../base/work";
import { STT, symInfo, symSize, typeOf } from "../elf/symbol";
import { wide } from "../elf/word";
import { Symbols } from "./symbols";
import { Entries } from "./tables";

/** What a bond's value is. */
export const enum Bound {
  /** Nothing asked for the symbol. */
  Not = 0,
  /** An address. */
  Plain,
  /** A weak reference that nobody defines: 0. */
  Absent,
  /** An offset in a thread-local block of the owner's. */
  Tls,
  /** The address of a resolver that has yet to choose. */
  Indirect,
  /** The address that a resolver chose. */
  Chosen,
  /** The address of a PLT entry that stands for the function, in an executable that does not define it. */
  Canonical,
}
@inline const KIND_SHIFT: u32 = 28;

/** What one symbol is bound to. */
@unmanaged export class Bond {
  value: u64;
  /** Whose definition it is; null for the host's, or none. */
  owner: Symbols | null;
  /** What it is, and the definition's index there. */
  private word: u32;

  @inline get kind(): Bound { return <Bound>(this.word >> KIND_SHIFT); }
  @inline get index(): u32 { return this.word & (1 << KIND_SHIFT) - 1; }
  @inline get isTls(): bool { return this.kind == Bound.Tls; }
  @inline get isIndirect(): bool { return this.kind == Bound.Indirect; }
  /** The owner's handle; 0 for the host's, or none. */
  get module(): u32 { return this.owner ? this.owner!.module : 0; }

  bind(kind: Bound, value: u64, owner: Symbols | null, index: u32): void {
    this.value = value;
    this.owner = owner;
    this.word = kind << KIND_SHIFT | index;
  }

  /** The resolver has chosen. */
  choose(value: u64): void { this.bind(Bound.Chosen, value, this.owner, this.index); }

  /** True for what is said to be code: a stub may stand for it. Of a host's symbol the index is its type. */
  get isFunction(): bool {
    const owner = this.owner;
    if (this.kind != Bound.Plain && this.kind != Bound.Chosen) return this.kind == Bound.Indirect;
    if (!owner) return this.index == STT.FUNC;
    const type = typeOf(wide(owner.bits) ? symInfo<u64>(owner.symbol<u64>(this.index)) : symInfo<u32>(owner.symbol<u32>(this.index)));
    return type == STT.FUNC || type == STT.GNU_IFUNC;
  }

  /** st_size of the definition; 0 where there is none. */
  get bytes(): u64 {
    const owner = this.owner;
    if (!owner) return 0;
    return wide(owner.bits) ? symSize<u64>(owner.symbol<u64>(this.index)) : symSize<u32>(owner.symbol<u32>(this.index));
  }
}

/** The same as Binding.at(), for loops that know where the bonds are. */
@inline export function bondIn(bonds: usize, index: u32): Bond { return changetype<Bond>(bonds + <usize>index * offsetof<Bond>()); }

/** Bytes to copy from a symbol's other definition. */
@unmanaged export class Copy {
  next: Copy | null;
  owner: Symbols | null;
  /** vaddr of the relocation entry, for faults. */
  entry: u64;
  /** vaddr of the place. */
  to: u64;
  from: u64;
  bytes: u64;
}

/** A function's slot whose symbol stands for another address elsewhere. */
@unmanaged export class Leap {
  next: Leap | null;
  owner: Symbols | null;
  /** vaddr of the relocation entry. */
  entry: u64;
  value: u64;
  /** The value is a resolver's address, which has yet to choose. */
  isIndirect: bool;
}

/** A place where the host wanted another value than the symbol's. */
@unmanaged export class Detour {
  next: Detour | null;
  /** Address of the place. */
  place: u64;
  value: u64;
}

/** The bonds of a module, and where finding them goes on after a wait. */
@unmanaged export class Binding {
  count: u32;
  /** Which entry is next. */
  entries: Entries;
  bonds: usize;
  /** Where all of it is kept. */
  arena: Arena;
  copies: Copy | null;
  leaps: Leap | null;
  private lastLeap: Leap | null;
  private nextLeap: Leap | null;
  /** Only of a module that can be patched. */
  detours: Detour | null;
  /** What is bound to others' definitions, and not to the module's own, has indices below this: as a rule few, as DT_GNU_HASH has them in front. */
  foreignEnd: u32;
  /** A resolver must be called for some place. */
  hasIndirect: bool;
  /** Some symbol is bound to one that is to be unique in its context. */
  hasUnique: bool;
  /** Functions are bound when they are called. */
  isLazy: bool;
  /** A resolver's choice was stored into the image of the module's thread-local block. */
  isTlsStale: bool;

  @inline at(index: u32): Bond { return bondIn(this.bonds, index); }
  /** True for the index of a symbol: the first is none. */
  @inline has(index: u32): bool { return index != 0 && index < this.count; }

  /** Adds a leap behind those that there are: entries come in order. */
  addLeap(leap: Leap): void {
    if (this.lastLeap) this.lastLeap!.next = leap;
    else this.leaps = leap;
    this.lastLeap = leap;
  }

  /** Where a function's slot leads whose symbol stands for another address elsewhere. Whoever asks for one asks for the next of them next. */
  leapOf(entry: u64): Leap | null {
    const start = this.nextLeap;
    let leap = start;
    while (leap && leap.entry != entry) leap = leap.next;
    if (!leap) {
      leap = this.leaps;
      while (leap && leap != start && leap.entry != entry) leap = leap.next;
      if (leap == start) return null;
    }
    this.nextLeap = leap!.next;
    return leap;
  }

  /** What the host made of a place; null if nothing. */
  detourOf(place: u64): Detour | null {
    let detour = this.detours;
    while (detour && detour.place != place) detour = detour.next;
    return detour;
  }

  /** Remembers what the host made of a place; false if there is no memory. */
  divert(place: u64, value: u64): bool {
    const at = this.arena.take(offsetof<Detour>());
    if (!at) return false;
    const detour = changetype<Detour>(at);
    detour.next = this.detours;
    detour.place = place;
    detour.value = value;
    this.detours = detour;
    return true;
  }
}
const ENTRIES: usize = offsetof<Binding>() + 7 & ~7;
if (offsetof<Bond>() != 16) ERROR("a bond is kept for every symbol of a load: 16 bytes");

/** A binding with nothing bound yet, in an arena that lives as long as it is needed; null with a fault if there is no memory. */
export function newBinding(work: Work, symbols: Symbols, arena: Arena): Binding | null {
  const bytes = max<u64>(symbols.count, 1) * offsetof<Bond>();
  const at = work.took(arena.take(ENTRIES + offsetof<Entries>()), ENTRIES + offsetof<Entries>());
  const bonds = at ? work.took(arena.take(bytes), bytes) : 0;
  if (!bonds) return null;
  const binding = changetype<Binding>(at);
  binding.count = symbols.count;
  binding.bonds = bonds;
  binding.entries = changetype<Entries>(at + ENTRIES);
  binding.arena = arena;
  return binding;
}
