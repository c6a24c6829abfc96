// Names looked up in tables that are made here, after the hash tables' definitions.

import { NONE, PENDING } from "../../../assembly/host/answer";
import { gnuHash } from "../../../assembly/elf/hash";
import { Index, newIndex } from "../../../assembly/link/index";
import { Want, find, found, isNamed, locate, mayDefine } from "../../../assembly/link/lookup";
import { Symbols } from "../../../assembly/link/symbols";
import { Scope, newScope } from "../../../assembly/link/scope";
import { sameBytes, textBytes } from "../../../assembly/elf/text";
import { store32 } from "../../../assembly/host/memory";
import { take } from "../../../assembly/base/heap";
import { freshHeap } from "./support/heap";
import { below, random, seed } from "./support/random";
import { Entry, addGnu, addSysv, addVersions, hashOf, sorted, tableOf } from "./support/symbols";
import { putText, putWord, room, violations } from "./support/target";

const BUCKETS: u32 = 5;

let scratch: u64 = 0;

function look(symbols: Symbols, text: string): u32 {
  const bytes = putText(scratch, text);
  const hash = gnuHash(scratch, bytes);
  return mayDefine(symbols, hash) ? find(symbols, scratch, bytes, hash, NONE, 0, Want.Oldest) : 0;
}

function names(count: i32): Entry[] {
  const entries: Entry[] = [];
  for (let i = 0; i < count; ++i) entries.push(new Entry("name_" + i.toString()));
  entries.push(new Entry("name"));
  entries.push(new Entry("a"));
  entries.push(new Entry("a_name_that_is_a_good_deal_longer_than_the_others_are"));
  return sorted(entries, BUCKETS);
}

function checkAll(symbols: Symbols, entries: Entry[]): void {
  const before = violations();
  for (let i = 0; i < entries.length; ++i) assert(look(symbols, entries[i].name) == i + 1, "a name is found: " + entries[i].name);
  for (let i = 0; i < 200; ++i) assert(look(symbols, "other_" + i.toString()) == 0, "another is not");
  expect(look(symbols, "")).toBe(0);
  expect(look(symbols, "name_")).toBe(0, "the beginning of a name");
  expect(look(symbols, "ame")).toBe(0, "the end of a name");
  expect(look(symbols, "name_0x")).toBe(0);
  expect(violations()).toBe(before);
}

function gnu<A>(): void {
  for (let bloomCount: u32 = 1; bloomCount <= 8; bloomCount *= 2) {
    const entries = names(40), symbols = tableOf<A>(entries);
    addGnu<A>(symbols, entries, 1, BUCKETS, bloomCount);
    checkAll(symbols, entries);
  }
}

function sysv<A>(): void {
  const entries = names(40), symbols = tableOf<A>(entries);
  addSysv(symbols, entries, BUCKETS);
  checkAll(symbols, entries);
}

function bloom<A>(): void {
  const entries = names(10), symbols = tableOf<A>(entries);
  addGnu<A>(symbols, entries, 1, BUCKETS, 2);
  const index = newIndex()!;
  assert(index.add(symbols, false), "there is memory");
  expect(look(symbols, entries[3].name)).toBe(4);
  expect(lookByIndex(index, entries[3].name)).toBe(found(symbols, 4));
  putWord<A>(symbols.bloom, 0);
  putWord<A>(symbols.bloom + sizeof<A>(), 0);
  expect(look(symbols, entries[3].name)).toBe(0, "an empty filter holds nothing");
  expect(lookByIndex(index, entries[3].name)).toBe(0, "whoever else knows the name");
}

/** A chain ends at the word with bit 0 set, whatever follows. */
function ends<A>(): void {
  const entries = [new Entry("one"), new Entry("two"), new Entry("three")], symbols = tableOf<A>(entries);
  addGnu<A>(symbols, entries, 1, 1, 1);
  for (let i = 0; i < 3; ++i) expect(look(symbols, entries[i].name)).toBe(i + 1);
  store32(symbols.chain + 2 * 4, hashOf("two") | 1);
  expect(look(symbols, "two")).toBe(2);
  expect(look(symbols, "three")).toBe(0);
}

/** Which symbols are definitions that others may see. */
function visible<A>(hasGnu: bool): void {
  const entries = sorted([
    new Entry("local", 0x01), new Entry("global", 0x11), new Entry("weak", 0x22), new Entry("unique", 0x0a << 4 | 1), new Entry("bind_9", 0x91),
    new Entry("undefined", 0x12, 0), new Entry("absolute", 0x10, 0xfff1), new Entry("section", 0x13), new Entry("file", 0x14),
    new Entry("tls", 0x16), new Entry("ifunc", 0x1a), new Entry("default", 0x12, 7, 0, 3), new Entry("hidden", 0x12, 7, 0, 0x8003),
    new Entry("base", 0x12, 7, 0, 1),
  ], BUCKETS);
  const symbols = tableOf<A>(entries);
  addVersions(symbols, entries);
  if (hasGnu) addGnu<A>(symbols, entries, 1, BUCKETS, 1);
  else addSysv(symbols, entries, BUCKETS);
  const seen: string[] = [];
  for (let i = 0; i < entries.length; ++i) if (look(symbols, entries[i].name)) seen.push(entries[i].name);
  seen.sort();
  expect(seen.join(" ")).toBe("absolute base default global ifunc tls unique weak");
}

/** What a short lookup says is what the long one finds, or that it can't say. */
function located<A>(): void {
  for (let versioned = 0; versioned < 2; ++versioned) {
    const entries = sorted([
      new Entry("local", 0x01), new Entry("global", 0x11), new Entry("weak", 0x22), new Entry("untyped", 0x10), new Entry("unique", 0xa1),
      new Entry("undefined", 0x12, 0), new Entry("absolute", 0x10, 0xfff1), new Entry("section", 0x13), new Entry("common", 0x15), new Entry("tls", 0x16),
      new Entry("ifunc", 0x1a), new Entry("bind_3", 0x32), new Entry("default", 0x12, 7, 0, 3), new Entry("hidden", 0x12, 7, 0, 0x8003),
    ], BUCKETS);
    const symbols = tableOf<A>(entries);
    symbols.bias = 0x10000;
    if (versioned) addVersions(symbols, entries);
    addGnu<A>(symbols, entries, 1, BUCKETS, 1);
    const plain: string[] = [];
    for (let i = 0; i < entries.length; ++i) {
      const bytes = putText(scratch, entries[i].name);
      const there = locate<A>(symbols, scratch, bytes, hashOf(entries[i].name));
      if (there == PENDING) continue;
      plain.push(entries[i].name);
      assert(there == symbols.address<A>(symbols.symbol<A>(look(symbols, entries[i].name))), "the same address");
    }
    plain.sort();
    expect(plain.join(" ")).toBe(versioned ? "default global untyped weak" : "default global hidden untyped weak");
    for (let i = 0; i < 200; ++i) {
      const bytes = putText(scratch, "other_" + i.toString());
      assert(locate<A>(symbols, scratch, bytes, gnuHash(scratch, bytes)) == NONE, "another is not there");
    }
  }
}

/** Two definitions of one name: the long lookup has to choose. */
function locatedTwice<A>(): void {
  const entries = [new Entry("one", 0x12, 7, 0, 2), new Entry("one", 0x12, 7, 0, 0x8003), new Entry("two", 0x12, 7, 0, 2)];
  for (let order = 0; order < 2; ++order) {
    const symbols = tableOf<A>(entries);
    addVersions(symbols, entries);
    addGnu<A>(symbols, entries, 1, 1, 1);
    let bytes = putText(scratch, "one");
    expect(locate<A>(symbols, scratch, bytes, hashOf("one"))).toBe(PENDING);
    bytes = putText(scratch, "two");
    expect(locate<A>(symbols, scratch, bytes, hashOf("two"))).toBe(symbols.address<A>(symbols.symbol<A>(3)));
    const first = entries[0];
    entries[0] = entries[1];
    entries[1] = first;
  }
}

/** The bucket is what a division leaves, for every number of buckets that there can be. */
function inBuckets(): void {
  const symbols = changetype<Symbols>(take(offsetof<Symbols>()));
  seed(5);
  for (let i = 0; i < 20000; ++i) {
    const count = i < 5000 ? <u32>i + 1 : max<u32>(random() >> 1 >> below(31), 1);
    symbols.hasBuckets(count);
    const multiple = random() / count * count;
    for (let near = -1; near <= 1; ++near) assert(symbols.bucketOf(multiple + near) == (multiple + near) % count, "near a multiple");
    const hash = random();
    assert(symbols.bucketOf(hash) == hash % count, "of any hash");
    assert(symbols.bucketOf(u32.MAX_VALUE) == u32.MAX_VALUE % count, "of the last");
  }
  symbols.hasBuckets(0x7fffffff);
  for (let hash: u32 = 0xfffffff0; hash; ++hash) assert(symbols.bucketOf(hash) == hash % 0x7fffffff, "in the most buckets");
}

/** Tables that lie: a lookup stays inside of them and ends. */
function bounded<A>(): void {
  const entries = names(20), before = violations();
  const gnu = tableOf<A>(entries);
  addGnu<A>(gnu, entries, 1, BUCKETS, 1);
  for (let i: u64 = 0; i < sizeof<A>(); i += 4) store32(gnu.bloom + i, u32.MAX_VALUE);
  // No chain ends, and every bucket leads into one.
  for (let i: u64 = 1; i < gnu.count; ++i) store32(gnu.chain + i * 4, hashOf("lost") & ~1);
  for (let i: u64 = 0; i < BUCKETS; ++i) store32(gnu.buckets + i * 4, 1);
  expect(look(gnu, "lost")).toBe(0);
  for (let i: u64 = 0; i < BUCKETS; ++i) store32(gnu.buckets + i * 4, u32.MAX_VALUE);
  expect(look(gnu, "lost")).toBe(0, "a bucket beyond the table");
  gnu.first = 5;
  for (let i: u64 = 0; i < BUCKETS; ++i) store32(gnu.buckets + i * 4, 4);
  expect(look(gnu, "lost")).toBe(0, "a bucket before the first");

  const sysv = tableOf<A>(entries);
  addSysv(sysv, entries, BUCKETS);
  for (let i: u64 = 0; i < BUCKETS + sysv.count; ++i) store32(sysv.sysvBuckets + i * 4, 3);
  expect(look(sysv, "lost")).toBe(0, "a chain that leads to itself");
  for (let i: u64 = 0; i < BUCKETS + sysv.count; ++i) store32(sysv.sysvBuckets + i * 4, sysv.count);
  expect(look(sysv, "lost")).toBe(0, "an index beyond the table");
  expect(violations()).toBe(before);

  const none = tableOf<A>(entries);
  expect(look(none, entries[0].name)).toBe(0, "no hash table, no names");
}

/** st_name that leads out of the string table, or to its end. */
function strings<A>(): void {
  const entries = [new Entry("whole"), new Entry("cut")], symbols = tableOf<A>(entries);
  addSysv(symbols, entries, 1);
  expect(look(symbols, "cut")).toBe(2);
  symbols.stringBytes -= 1;
  expect(look(symbols, "cut")).toBe(0, "its last byte is outside");
  expect(look(symbols, "whole")).toBe(1);
  store32(symbols.symbol<A>(1), u32.MAX_VALUE);
  const before = violations();
  expect(look(symbols, "whole")).toBe(0);
  expect(violations()).toBe(before);
}

/** A symbol's address, and how long its name is. */
function symbols<A>(): void {
  const entries = [new Entry("moved", 0x12, 7, 0x1234), new Entry("absolute", 0x10, 0xfff1, 0x1234), new Entry("high", 0x12, 7, 0x1_8000_0000)];
  const symbols = tableOf<A>(entries);
  symbols.bias = 0x9000_0000;
  expect(symbols.address<A>(symbols.symbol<A>(1))).toBe(0x9000_1234);
  expect(symbols.address<A>(symbols.symbol<A>(2))).toBe(0x1234, "an absolute one does not move");
  expect(symbols.address<A>(symbols.symbol<A>(3))).toBe(sizeof<A>() == 8 ? 0x2_1000_0000 : 0x1000_0000, "addresses wrap as the machine's");
  expect(symbols.nameBytes(symbols.symbol<A>(1))).toBe(5);
  expect(symbols.nameBytes(symbols.symbol<A>(3))).toBe(4);
  symbols.stringBytes -= 1;
  expect(symbols.nameBytes(symbols.symbol<A>(3))).toBe(u64.MAX_VALUE, "it does not end in the table");
  store32(symbols.symbol<A>(1), symbols.stringBytes);
  expect(symbols.nameBytes(symbols.symbol<A>(1))).toBe(u64.MAX_VALUE, "it does not begin in the table");
}

function scoped<A>(): void {
  const weak = [new Entry("both", 0x22), new Entry("first")], strong = [new Entry("both"), new Entry("second")];
  const a = tableOf<A>(weak), b = tableOf<A>(strong);
  addSysv(a, weak, 1);
  addSysv(b, strong, 1);
  const scope = newScope(2)!;
  scope.append(a);
  scope.append(b);
  expect(scope.count).toBe(2);
  expect(changetype<usize>(scope.at(1))).toBe(changetype<usize>(b));
  expect(scope.positionOf(b)).toBe(1);
  expect(lookIn(scope, 0, "both", null)).toBe(found(a, 1), "the first counts, weak or not");
  expect(lookIn(scope, 0, "both", a)).toBe(found(b, 1), "but for the one that is passed over");
  expect(lookIn(scope, 0, "both", b)).toBe(found(a, 1));
  expect(lookIn(scope, 1, "both", null)).toBe(found(b, 1), "from a position on");
  expect(lookIn(scope, 2, "both", null)).toBe(0);
  expect(lookIn(scope, 0, "second", null)).toBe(found(b, 2));
  expect(lookIn(scope, 0, "second", b)).toBe(0);
  expect(lookIn(scope, 0, "third", null)).toBe(0);
  scope.truncate(1);
  expect(lookIn(scope, 0, "second", null)).toBe(0, "what was cut off is gone");
  expect(scope.positionOf(b)).toBe(1, "its count: it is nowhere");
}

function lookByIndex(index: Index, text: string): u64 {
  return index.find(null, 0, scratch, putText(scratch, text), hashOf(text), NONE, 0, Want.Oldest, null);
}

function lookIn(scope: Scope, from: u32, text: string, except: Symbols | null): u64 {
  return scope.find(from, scratch, putText(scratch, text), hashOf(text), NONE, 0, Want.Oldest, except);
}

describe("link: lookup", () => {
  beforeAll(() => { scratch = room(4096); });
  beforeEach(() => { freshHeap(1 << 19); });

  test("DT_GNU_HASH, 32 bits", () => gnu<u32>());
  test("DT_GNU_HASH, 64 bits", () => gnu<u64>());
  test("DT_HASH, 32 bits", () => sysv<u32>());
  test("DT_HASH, 64 bits", () => sysv<u64>());
  test("the filter, 32 bits", () => bloom<u32>());
  test("the filter, 64 bits", () => bloom<u64>());
  test("a chain's end, 32 bits", () => ends<u32>());
  test("a chain's end, 64 bits", () => ends<u64>());
  test("what others may see by DT_GNU_HASH, 32 bits", () => visible<u32>(true));
  test("what others may see by DT_GNU_HASH, 64 bits", () => visible<u64>(true));
  test("what others may see by DT_HASH, 32 bits", () => visible<u32>(false));
  test("what others may see by DT_HASH, 64 bits", () => visible<u64>(false));
  test("a short lookup says the same, or nothing, 32 bits", () => located<u32>());
  test("a short lookup says the same, or nothing, 64 bits", () => located<u64>());
  test("a short lookup leaves names with two definitions alone, 32 bits", () => locatedTwice<u32>());
  test("a short lookup leaves names with two definitions alone, 64 bits", () => locatedTwice<u64>());
  test("the bucket of a hash", inBuckets);
  test("tables that lie, 32 bits", () => bounded<u32>());
  test("tables that lie, 64 bits", () => bounded<u64>());
  test("the ends of the string table, 32 bits", () => strings<u32>());
  test("the ends of the string table, 64 bits", () => strings<u64>());
  test("addresses and names, 32 bits", () => symbols<u32>());
  test("addresses and names, 64 bits", () => symbols<u64>());
  test("a scope in order, 32 bits", () => scoped<u32>());
  test("a scope in order, 64 bits", () => scoped<u64>());

  test("the symbols before symoffset are not in the table", () => {
    const entries = [new Entry("imported", 0x12, 0), new Entry("before")].concat(sorted([new Entry("one"), new Entry("two"), new Entry("three")], BUCKETS));
    const symbols = tableOf<u64>(entries);
    addGnu<u64>(symbols, entries, 3, BUCKETS, 1);
    expect(look(symbols, "one")).toBeGreaterThan(2);
    expect(look(symbols, "two")).toBeGreaterThan(2);
    expect(look(symbols, "before")).toBe(0);
    expect(look(symbols, "imported")).toBe(0);
  });

  test("bytes are compared at every length and place", () => {
    const a = room(64), b = room(64);
    const text = "abcdefghijklmnop";
    for (let bytes: u32 = 0; bytes <= 13; ++bytes) {
      for (let from: u64 = 0; from < 4; ++from) {
        putText(a, text);
        putText(b + from, text);
        assert(sameBytes(a, b + from, bytes), "they are the same");
        for (let i: u32 = 0; i < 16; ++i) {
          putText(b + from, text);
          putText(b + from + i, "!");
          assert(sameBytes(a, b + from, bytes) == i >= bytes, "they are not");
        }
      }
    }
    expect(text.length).toBe(16);
  });

  test("a text ends at its NUL, or where it is told", () => {
    const bytes = putText(scratch, "four"), before = violations();
    expect(textBytes(scratch, 100)).toBe(bytes);
    expect(textBytes(scratch, 5)).toBe(4);
    expect(textBytes(scratch, 4)).toBe(4);
    expect(textBytes(scratch, 3)).toBe(3);
    expect(textBytes(scratch + 4, 10)).toBe(0);
    expect(textBytes(0, 0)).toBe(0, "nothing is read for nothing");
    expect(violations()).toBe(before);
  });

  test("a string is a name only where it ends", () => {
    const symbols = tableOf<u32>([new Entry("name"), new Entry("names")]);
    const bytes = putText(scratch, "name");
    expect(isNamed(symbols, 1, scratch, bytes)).toBe(true);
    expect(isNamed(symbols, 6, scratch, bytes)).toBe(false);
    expect(isNamed(symbols, 2, scratch + 1, 3)).toBe(true, "the tail of a string is a string");
    expect(isNamed(symbols, symbols.stringBytes - 1, scratch, 0)).toBe(true);
    expect(isNamed(symbols, symbols.stringBytes, scratch, 0)).toBe(false);
  });
});
