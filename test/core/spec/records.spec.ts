// The readers of ELF's records, over bytes that count up: what a field holds tells where it was read from. The offsets here
// are the gABI's own tables, written down once more.

import { dynBytes, dynTag, dynValue } from "../../../assembly/elf/dynamic";
import {
  ehdrBytes, ehdrEntry, ehdrFlags, ehdrMachine, ehdrPhentsize, ehdrPhnum, ehdrPhoff, ehdrType, ehdrVersion,
} from "../../../assembly/elf/header";
import { infoSymbol, infoType, relBytes, relInfo, relOffset, relaAddend, relaBytes } from "../../../assembly/elf/reloc";
import { PT, Segment, phdrBytes, readSegment } from "../../../assembly/elf/segment";
import { bindOf, symBytes, symInfo, symName, symOther, symShndx, symSize, symValue, typeOf, visibilityOf } from "../../../assembly/elf/symbol";
import { loadWord, pick, storeWord, wide, wrap } from "../../../assembly/elf/word";
import { load8 } from "../../../assembly/host/memory";
import { take } from "../../../assembly/base/heap";
import { freshHeap } from "./support/heap";
import { room, store8 } from "./support/target";

let at: u64 = 0;

/** What a field of this many bytes at this offset of the record holds. */
function field(offset: u64, bytes: u64): u64 {
  let value: u64 = 0;
  for (let i: u64 = 0; i < bytes; ++i) value |= (offset + i + 0x81) << i * 8;
  return value;
}
function half(offset: u64): u32 { return <u32>field(offset, 2); }
function word(offset: u64): u32 { return <u32>field(offset, 4); }
/** A field that is as wide as the class. */
function wordOf<A>(offset: u64): u64 { return field(offset, sizeof<A>()); }

function checkHeader<A>(in32: bool): void {
  expect(ehdrBytes<A>()).toBe(in32 ? 52 : 64);
  expect(ehdrType(at)).toBe(half(16));
  expect(ehdrMachine(at)).toBe(half(18));
  expect(ehdrVersion(at)).toBe(word(20));
  expect(ehdrEntry<A>(at)).toBe(wordOf<A>(24));
  expect(ehdrPhoff<A>(at)).toBe(wordOf<A>(in32 ? 28 : 32));
  expect(ehdrFlags<A>(at)).toBe(word(in32 ? 36 : 48));
  expect(ehdrPhentsize<A>(at)).toBe(half(in32 ? 42 : 54));
  expect(ehdrPhnum<A>(at)).toBe(half(in32 ? 44 : 56));
}

function checkSegment<A>(in32: bool): void {
  const segment = changetype<Segment>(take(offsetof<Segment>()));
  readSegment<A>(at, segment);
  expect(phdrBytes<A>()).toBe(in32 ? 32 : 56);
  expect(segment.type).toBe(word(0));
  expect(segment.flags).toBe(word(in32 ? 24 : 4));
  expect(segment.offset).toBe(wordOf<A>(in32 ? 4 : 8));
  expect(segment.vaddr).toBe(wordOf<A>(in32 ? 8 : 16));
  expect(segment.fileBytes).toBe(wordOf<A>(in32 ? 16 : 32));
  expect(segment.bytes).toBe(wordOf<A>(in32 ? 20 : 40));
  expect(segment.align).toBe(wordOf<A>(in32 ? 28 : 48));
}

function checkSymbol<A>(in32: bool): void {
  expect(symBytes<A>()).toBe(in32 ? 16 : 24);
  expect(symName(at)).toBe(word(0));
  expect(symValue<A>(at)).toBe(wordOf<A>(in32 ? 4 : 8));
  expect(symSize<A>(at)).toBe(wordOf<A>(in32 ? 8 : 16));
  expect(symInfo<A>(at)).toBe(<u32>field(in32 ? 12 : 4, 1));
  expect(symOther<A>(at)).toBe(<u32>field(in32 ? 13 : 5, 1));
  expect(symShndx<A>(at)).toBe(half(in32 ? 14 : 6));
}

function checkRelocation<A>(in32: bool): void {
  expect(relBytes<A>()).toBe(in32 ? 8 : 16);
  expect(relaBytes<A>()).toBe(in32 ? 12 : 24);
  expect(relOffset<A>(at)).toBe(wordOf<A>(0));
  expect(relInfo<A>(at)).toBe(wordOf<A>(in32 ? 4 : 8));
  expect(relaAddend<A>(at)).toBe(wordOf<A>(in32 ? 8 : 16));
}

function checkDynamic<A>(in32: bool): void {
  expect(dynBytes<A>()).toBe(in32 ? 8 : 16);
  expect(dynTag<A>(at)).toBe(wordOf<A>(0));
  expect(dynValue<A>(at)).toBe(wordOf<A>(in32 ? 4 : 8));
}

function checkWord<A>(in32: bool): void {
  const place = room(16);
  expect(loadWord<A>(at + 3)).toBe(wordOf<A>(3), "wherever it lies");
  for (let i: u64 = 0; i < 16; ++i) store8(place + i, 0xee);
  storeWord<A>(place + 4, 0x1122334455667788);
  expect(loadWord<A>(place + 4)).toBe(in32 ? 0x55667788 : 0x1122334455667788);
  expect(load8(place + 3)).toBe(0xee);
  expect(load8(place + 4 + sizeof<A>())).toBe(0xee);
  expect(wrap<A>(0x1_0000_0000)).toBe(in32 ? 0 : 0x1_0000_0000);
  expect(wrap<A>(u64.MAX_VALUE)).toBe(in32 ? 0xffff_ffff : u64.MAX_VALUE);
  expect(wrap<A>(0x8000_0000)).toBe(0x8000_0000);
  expect(pick<A>(5, 9)).toBe(in32 ? 5 : 9);
}

describe("elf: records", () => {
  beforeAll(() => {
    freshHeap(4096);
    at = room(128);
    for (let i: u64 = 0; i < 64; ++i) store8(at + i, <u32>i + 0x81);
  });

  test("Elf32_Ehdr", () => checkHeader<u32>(true));
  test("Elf64_Ehdr", () => checkHeader<u64>(false));
  test("Elf32_Phdr", () => checkSegment<u32>(true));
  test("Elf64_Phdr", () => checkSegment<u64>(false));
  test("Elf32_Sym", () => checkSymbol<u32>(true));
  test("Elf64_Sym", () => checkSymbol<u64>(false));
  test("Elf32_Rel, Elf32_Rela", () => checkRelocation<u32>(true));
  test("Elf64_Rel, Elf64_Rela", () => checkRelocation<u64>(false));
  test("Elf32_Dyn", () => checkDynamic<u32>(true));
  test("Elf64_Dyn", () => checkDynamic<u64>(false));
  test("words of 32 bits", () => checkWord<u32>(true));
  test("words of 64 bits", () => checkWord<u64>(false));

  test("the class is known by its bits", () => {
    expect(wide(32)).toBe(false);
    expect(wide(64)).toBe(true);
  });

  test("the parts of r_info", () => {
    expect(infoSymbol<u32>(0xabcdef12)).toBe(0xabcdef);
    expect(infoType<u32>(0xabcdef12)).toBe(0x12);
    expect(infoSymbol<u64>(0xfedcba9876543210)).toBe(0xfedcba98);
    expect(infoType<u64>(0xfedcba9876543210)).toBe(0x76543210);
  });

  test("the parts of st_info and st_other", () => {
    expect(bindOf(0xa6)).toBe(10);
    expect(typeOf(0xa6)).toBe(6);
    for (let other: u32 = 0; other < 256; ++other) assert(visibilityOf(other) == other % 4, "two bits");
  });

  test("a segment holds what is inside of it", () => {
    const segment = changetype<Segment>(take(offsetof<Segment>()));
    segment.type = PT.LOAD;
    segment.vaddr = 0x1000;
    segment.bytes = 0x100;
    expect(segment.holds(0x1000, 0x100)).toBe(true);
    expect(segment.holds(0x10ff, 1)).toBe(true);
    expect(segment.holds(0x1100, 0)).toBe(true);
    expect(segment.holds(0xfff, 1)).toBe(false);
    expect(segment.holds(0x1100, 1)).toBe(false);
    expect(segment.holds(0x10ff, 2)).toBe(false);
    expect(segment.holds(0x1001, u64.MAX_VALUE)).toBe(false, "the sum wraps");
    segment.vaddr = u64.MAX_VALUE - 0xff;
    expect(segment.holds(u64.MAX_VALUE, 1)).toBe(true);
    expect(segment.holds(u64.MAX_VALUE, 2)).toBe(false);
    expect(segment.holds(0, 1)).toBe(false);
    segment.type = PT.DYNAMIC;
    expect(segment.holds(u64.MAX_VALUE, 1)).toBe(false, "only PT_LOAD is memory");
  });
});
