// Symbol tables, made by hand in the target.

import { NONE } from "../../../../assembly/host/answer";
import { store32 } from "../../../../assembly/host/memory";
import { take } from "../../../../assembly/base/heap";
import { symBytes } from "../../../../assembly/elf/symbol";
import { Symbols } from "../../../../assembly/link/symbols";
import { Version } from "../../../../assembly/link/version";
import { putText, putWord, room, store16, store8 } from "./target";

/** A symbol to be put into a table. */
export class Entry {
  constructor(public name: string, public info: u32 = 0x12, public shndx: u32 = 7, public value: u64 = 0, public version: u32 = 2) {}
}

/** The GNU hash, as its definition has it. */
export function hashOf(name: string): u32 {
  let hash: u32 = 5381;
  for (let i = 0; i < name.length; ++i) hash = hash * 33 + name.charCodeAt(i);
  return hash;
}

/** The gABI's hash, as its definition has it. */
export function sysvHashOf(name: string): u32 {
  let hash: u32 = 0;
  for (let i = 0; i < name.length; ++i) {
    hash = (hash << 4) + name.charCodeAt(i);
    const high = hash & 0xf0000000;
    if (high) hash ^= high >> 24;
    hash &= ~high;
  }
  return hash;
}

/** Puts symbols 1, 2, ... and their names into the target, without a hash table. */
export function tableOf<A>(entries: Entry[]): Symbols {
  const symbols = changetype<Symbols>(take(offsetof<Symbols>()));
  const count: u32 = entries.length + 1;
  symbols.bits = sizeof<A>() * 8;
  symbols.mask = sizeof<A>() == 8 ? u64.MAX_VALUE : u32.MAX_VALUE;
  symbols.count = count;
  symbols.table = room(<u64>count * symBytes<A>());
  symbols.versions = NONE;
  let bytes: u32 = 1;
  for (let i = 0; i < entries.length; ++i) bytes += entries[i].name.length + 1;
  symbols.strings = room(bytes);
  symbols.stringBytes = bytes;
  let name: u32 = 1;
  for (let i = 0; i < entries.length; ++i) {
    const entry = entries[i];
    const at = symbols.symbol<A>(i + 1);
    store32(at, name);
    store8(at + (sizeof<A>() == 8 ? 4 : 12), entry.info);
    store16(at + (sizeof<A>() == 8 ? 6 : 14), entry.shndx);
    putWord<A>(at + (sizeof<A>() == 8 ? 8 : 4), entry.value);
    name += putText(symbols.strings + name, entry.name) + 1;
  }
  return symbols;
}

/** DT_VERSYM for them. */
export function addVersions(symbols: Symbols, entries: Entry[]): void {
  symbols.versions = room(<u64>symbols.count * 2);
  for (let i = 0; i < entries.length; ++i) store16(symbols.versions + (<u64>i + 1) * 2, entries[i].version);
}

/** DT_GNU_HASH for them; they must come in the order of their buckets. Those before `first` are not in it. */
export function addGnu<A>(symbols: Symbols, entries: Entry[], first: u32, bucketCount: u32, bloomCount: u32): void {
  const bits: u32 = sizeof<A>() * 8;
  symbols.hasBuckets(bucketCount);
  symbols.first = first;
  symbols.bloomMask = bloomCount - 1;
  symbols.bloomShift = 6;
  symbols.bloom = room(<u64>bloomCount * sizeof<A>());
  symbols.buckets = room(<u64>bucketCount * 4);
  symbols.chain = room(<u64>(symbols.count - first) * 4) - <u64>first * 4;
  const bloom = new Array<u64>(bloomCount);
  for (let i = symbols.count - 1; i >= first; --i) {
    const hash = hashOf(entries[i - 1].name), bucket = hash % bucketCount;
    const isLast = i == symbols.count - 1 || hashOf(entries[i].name) % bucketCount != bucket;
    store32(symbols.chain + <u64>i * 4, hash & ~1 | u32(isLast));
    store32(symbols.buckets + <u64>bucket * 4, i);
    bloom[hash / bits % bloomCount] |= <u64>1 << hash % bits | <u64>1 << (hash >> 6) % bits;
  }
  for (let i: u32 = 0; i < bloomCount; ++i) putWord<A>(symbols.bloom + i * sizeof<A>(), bloom[i]);
}

/** DT_HASH for them. */
export function addSysv(symbols: Symbols, entries: Entry[], bucketCount: u32): void {
  symbols.sysvBucketCount = bucketCount;
  symbols.sysvBuckets = room((<u64>bucketCount + symbols.count) * 4);
  const heads = new Array<u32>(bucketCount);
  const chain = symbols.sysvBuckets + <u64>bucketCount * 4;
  for (let i: u32 = 1; i < symbols.count; ++i) {
    const bucket = sysvHashOf(entries[i - 1].name) % bucketCount;
    store32(chain + <u64>i * 4, heads[bucket]);
    heads[bucket] = i;
  }
  for (let i: u32 = 0; i < bucketCount; ++i) store32(symbols.sysvBuckets + <u64>i * 4, heads[i]);
}

/** Names of versions by index; one that is empty has none. */
export function nameVersions(symbols: Symbols, names: string[]): void {
  symbols.versionCount = names.length;
  symbols.versionNames = take(<usize>names.length * offsetof<Version>());
  for (let i = 0; i < names.length; ++i) {
    const version = changetype<Version>(symbols.versionNames + <usize>i * offsetof<Version>());
    version.put(symbols.stringBytes, putText(symbols.strings + symbols.stringBytes, names[i]));
    version.isDefined = true;
    symbols.stringBytes += version.bytes + 1;
  }
}

/** Entries in the order of their buckets, as DT_GNU_HASH wants them. */
export function sorted(entries: Entry[], bucketCount: u32): Entry[] {
  const result: Entry[] = [];
  for (let bucket: u32 = 0; bucket < bucketCount; ++bucket) {
    for (let i = 0; i < entries.length; ++i) if (hashOf(entries[i].name) % bucketCount == bucket) result.push(entries[i]);
  }
  return result;
}
