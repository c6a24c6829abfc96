// Symbol tables of placed images: where they end, and which hash tables are believed. Those that are looked into are made in
// an image here, word by word.

import { Code, PF, What } from "../../../assembly/words";
import { NONE } from "../../../assembly/host/answer";
import { store32 } from "../../../assembly/host/memory";
import { take } from "../../../assembly/base/heap";
import { Work } from "../../../assembly/base/work";
import { DT } from "../../../assembly/elf/dynamic";
import { symBytes } from "../../../assembly/elf/symbol";
import { Image } from "../../../assembly/inspect/image";
import { Symbols, symbolsOf } from "../../../assembly/link/symbols";
import { Placement } from "../../../assembly/map/map";
import { freshHeap } from "./support/heap";
import { addSegment, imageOf, placementOf } from "./support/image";
import { violations } from "./support/target";
import { newWork } from "./support/work";

const LOW: u64 = 0x1000;
const BYTES: u64 = 0x2000;
/** Symbols at the start, then strings, then the hash table. */
const HASH: u64 = 0x2000;
const COUNT: u32 = 5;

let image: Image = changetype<Image>(0);
let placement: Placement = changetype<Placement>(0);
let work: Work = changetype<Work>(0);

function open<A>(): Symbols {
  freshHeap(1 << 15);
  image = imageOf(sizeof<A>() * 8, 1);
  addSegment(image, LOW, BYTES, PF.R);
  placement = placementOf(image, LOW, BYTES);
  work = newWork();
  image.dynamic!.add(DT.SYMTAB, LOW);
  return changetype<Symbols>(take(offsetof<Symbols>()));
}

function withStrings<A>(): Symbols {
  const symbols = open<A>();
  // The string table follows the symbols, as linkers have it: that is what ends them.
  image.dynamic!.add(DT.STRTAB, LOW + COUNT * symBytes<A>());
  image.dynamic!.add(DT.STRSZ, 16);
  return symbols;
}

function word(vaddr: u64, value: u32): void { store32(placement.at(vaddr), value); }

function checkFault(code: Code, what: What, at: u64, value: u64): void {
  expect(work.fault.code).toBe(code);
  expect(work.fault.what).toBe(what);
  expect(work.fault.at).toBe(at);
  expect(work.fault.value).toBe(value);
}

function limits<A>(): void {
  let symbols = open<A>();
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.count).toBe(<u32>(BYTES / symBytes<A>()), "they end with their segment");
  expect(symbols.table).toBe(placement.addr);
  expect(symbols.bits).toBe(sizeof<A>() * 8);
  expect(symbols.versions).toBe(NONE);

  symbols = open<A>();
  image.segment(0).fileBytes = 9 * symBytes<A>();
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.count).toBe(9, "or with the file's bytes in it");

  symbols = withStrings<A>();
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.count).toBe(COUNT, "or where the strings begin");
  expect(symbols.stringBytes).toBe(16);
  expect(symbols.strings).toBe(placement.addr + COUNT * symBytes<A>());

  symbols = open<A>();
  image.dynamic!.add(DT.STRTAB, LOW - 0x800);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.count).toBe(<u32>(BYTES / symBytes<A>()), "not where something began before");

  const tags: StaticArray<u64> = [DT.VERNEED, DT.VERDEF, DT.RELA, DT.REL, DT.RELR, DT.JMPREL];
  for (let i = 0; i < tags.length; ++i) {
    symbols = open<A>();
    image.dynamic!.add(tags[i], LOW + 7 * symBytes<A>() + 1);
    expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
    expect(symbols.count).toBe(7, "or where another table does");
  }
}

function versions<A>(): void {
  let symbols = withStrings<A>();
  image.dynamic!.add(DT.VERSYM, LOW + BYTES - COUNT * 2);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.versions).toBe(placement.at(LOW + BYTES - COUNT * 2));
  symbols = withStrings<A>();
  image.dynamic!.add(DT.VERSYM, LOW + BYTES - COUNT * 2 + 1);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false);
  checkFault(Code.BadVersionTable, What.Version, LOW + BYTES - COUNT * 2 + 1, COUNT);
}

/** A GNU table of two buckets over symbols from 1 on, and chains for four. */
function putGnu<A>(vaddr: u64, bucketCount: u32, first: u32, bloomCount: u32): u64 {
  word(vaddr, bucketCount);
  word(vaddr + 4, first);
  word(vaddr + 8, bloomCount);
  word(vaddr + 12, 9);
  const buckets = vaddr + 16 + bloomCount * sizeof<A>();
  word(buckets, 1);
  word(buckets + 4, 3);
  word(buckets + 8, 2);
  word(buckets + 12, 3);
  word(buckets + 16, 4);
  word(buckets + 20, 5);
  return buckets;
}

function gnuTable<A>(): Symbols {
  const symbols = withStrings<A>();
  image.dynamic!.add(DT.GNU_HASH, HASH);
  return symbols;
}

function gnu<A>(): void {
  let symbols = gnuTable<A>();
  let buckets = putGnu<A>(HASH, 2, 1, 4);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.bucketCount).toBe(2);
  expect(symbols.first).toBe(1);
  expect(symbols.bloomMask).toBe(3);
  expect(symbols.bloomShift).toBe(9);
  expect(symbols.bloom).toBe(placement.at(HASH + 16));
  expect(symbols.buckets).toBe(placement.at(buckets));
  expect(symbols.chain).toBe(placement.at(buckets + 8 - 4));
  expect(symbols.sysvBucketCount).toBe(0);

  symbols = gnuTable<A>();
  putGnu<A>(HASH, 0, 1, 1);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false);
  checkFault(Code.BadHashTable, What.Hash, HASH, 0);

  for (let i = 0; i < 2; ++i) {
    symbols = gnuTable<A>();
    putGnu<A>(HASH, 2, 1, i * 3);
    expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false);
    checkFault(Code.BadHashTable, What.Hash, HASH, i * 3);
  }

  symbols = gnuTable<A>();
  putGnu<A>(HASH, 2, 4, 1);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false, "every bucket is before symoffset");
  checkFault(Code.BadHashTable, What.Hash, HASH, 3);

  symbols = gnuTable<A>();
  buckets = putGnu<A>(HASH, 2, 1, 1);
  word(buckets, COUNT);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false, "a bucket names a symbol that is not there");
  checkFault(Code.BadHashTable, What.Hash, HASH, COUNT);

  symbols = gnuTable<A>();
  buckets = putGnu<A>(HASH, 2, 1, 1);
  word(buckets + 8 + 2 * 4, 5);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.count).toBe(4, "symbols end where the last chain does");

  symbols = gnuTable<A>();
  buckets = putGnu<A>(HASH, 2, 1, 1);
  word(buckets + 8 + 3 * 4, 4);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false, "the last chain does not end");
  checkFault(Code.HashLoop, What.Hash, HASH, COUNT);

  symbols = gnuTable<A>();
  putGnu<A>(HASH, 0x40000000, 1, 1);
  const before = violations();
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false, "buckets beyond the segment");
  checkFault(Code.BadHashTable, What.Hash, HASH, 0x40000000);
  expect(violations()).toBe(before);

  symbols = gnuTable<A>();
  buckets = putGnu<A>(HASH, 2, 1, 1);
  word(buckets, 0);
  word(buckets + 4, 0);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.bucketCount).toBe(0, "no bucket is in use: the table is as good as none");
}

/** The last word of a table may be the segment's last, and not one further. */
function gnuEnds<A>(): void {
  const bytes: u64 = 16 + sizeof<A>() + 2 * 4 + 4 * 4;
  for (let i: u64 = 0; i < 2; ++i) {
    const symbols = withStrings<A>(), at = LOW + BYTES - bytes + i * 4;
    image.dynamic!.add(DT.GNU_HASH, at);
    word(at, 2);
    word(at + 4, 1);
    word(at + 8, 1);
    const chain = at + 16 + sizeof<A>() + 8;
    word(chain - 8, 1);
    for (let k: u64 = 0; k < 4 - i; ++k) word(chain + k * 4, k == 3 ? 3 : 2);
    const before = violations();
    expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(i == 0);
    if (i) checkFault(Code.HashLoop, What.Hash, at, 4);
    expect(violations()).toBe(before);
  }
  const symbols = withStrings<A>();
  image.dynamic!.add(DT.GNU_HASH, LOW + BYTES - 15);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false);
  checkFault(Code.BadHashTable, What.Hash, LOW + BYTES - 15, 0);
}

/** A table of two buckets, 1 -> 3 and 2 -> 4, over five symbols. */
function sysvTable<A>(): Symbols {
  const symbols = withStrings<A>();
  image.dynamic!.add(DT.HASH, HASH);
  const words: StaticArray<u32> = [2, COUNT, 1, 2, 0, 3, 4, 0, 0];
  for (let i = 0; i < words.length; ++i) word(HASH + i * 4, words[i]);
  return symbols;
}

function sysv<A>(): void {
  let symbols = sysvTable<A>();
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.sysvBucketCount).toBe(2);
  expect(symbols.sysvBuckets).toBe(placement.at(HASH + 8));
  expect(symbols.count).toBe(COUNT);
  expect(symbols.bucketCount).toBe(0);

  symbols = sysvTable<A>();
  word(HASH + 4, 4);
  word(HASH + 8 + 8 + 2 * 4, 0);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(true);
  expect(symbols.count).toBe(4, "nchain is how many there are");

  symbols = sysvTable<A>();
  word(HASH, 0);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false);
  checkFault(Code.BadHashTable, What.Hash, HASH, 0);

  symbols = sysvTable<A>();
  word(HASH + 4, COUNT + 1);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false);
  checkFault(Code.BadHashTable, What.Hash, HASH, COUNT + 1);

  symbols = sysvTable<A>();
  word(HASH, 0x7ff);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false, "buckets beyond the segment");
  expect(work.fault.code).toBe(Code.BadHashTable);

  symbols = sysvTable<A>();
  word(HASH + 12, COUNT);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false, "a bucket names a symbol that is not there");
  checkFault(Code.BadHashTable, What.Hash, HASH, COUNT);

  symbols = sysvTable<A>();
  word(HASH + 16 + 3 * 4, 1);
  const before = violations();
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false, "1 -> 3 -> 1");
  checkFault(Code.HashLoop, What.Hash, HASH, COUNT + 1);

  symbols = withStrings<A>();
  image.dynamic!.add(DT.HASH, LOW + BYTES - 4);
  expect(symbolsOf<A>(work, image, placement, symbols, work.arena)).toBe(false);
  checkFault(Code.BadHashTable, What.Hash, LOW + BYTES - 4, 0);
  expect(violations()).toBe(before);
}

describe("link: symbols", () => {
  test("where a symbol table ends, 32 bits", () => limits<u32>());
  test("where a symbol table ends, 64 bits", () => limits<u64>());
  test("DT_VERSYM has an entry for each, 32 bits", () => versions<u32>());
  test("DT_VERSYM has an entry for each, 64 bits", () => versions<u64>());
  test("DT_GNU_HASH, 32 bits", () => gnu<u32>());
  test("DT_GNU_HASH, 64 bits", () => gnu<u64>());
  test("DT_GNU_HASH at the segment's end, 32 bits", () => gnuEnds<u32>());
  test("DT_GNU_HASH at the segment's end, 64 bits", () => gnuEnds<u64>());
  test("DT_HASH, 32 bits", () => sysv<u32>());
  test("DT_HASH, 64 bits", () => sysv<u64>());

  test("the GNU table serves where there are both", () => {
    const symbols = sysvTable<u64>();
    image.dynamic!.add(DT.GNU_HASH, HASH + 0x100);
    putGnu<u64>(HASH + 0x100, 2, 1, 1);
    expect(symbolsOf<u64>(work, image, placement, symbols, work.arena)).toBe(true);
    expect(symbols.bucketCount).toBe(2);
    expect(symbols.sysvBucketCount).toBe(0);
  });

  test("an image without a dynamic section, or without symbols, has none", () => {
    let symbols = open<u64>();
    image.dynamic = null;
    expect(symbolsOf<u64>(work, image, placement, symbols, work.arena)).toBe(true);
    expect(symbols.count).toBe(0);
    expect(symbols.bias).toBe(placement.bias);

    freshHeap(1 << 15);
    work = newWork();
    image = imageOf(64, 1);
    symbols = changetype<Symbols>(take(offsetof<Symbols>()));
    image.dynamic!.add(DT.GNU_HASH, HASH);
    expect(symbolsOf<u64>(work, image, placement, symbols, work.arena)).toBe(true);
    expect(symbols.bucketCount).toBe(0, "a hash table over nothing is not read");
  });
});
