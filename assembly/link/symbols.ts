// The symbol table of a placed image, and the hash tables over it: addresses and limits that were checked once. Every
// later read is bounded by what is kept here, whatever the target's memory says meanwhile.

import { Code, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { Arena } from "../base/arena";
import { keepsRetired } from "../base/generation";
import { hasVersions } from "../base/features";
import { isPowerOfTwo } from "../base/range";
import { Work } from "../base/work";
import { DT, Dynamic } from "../elf/dynamic";
import { hashedName } from "../elf/hash";
import { SHN, STB, bindOf, symBytes, symInfo, symName, symShndx, symValue } from "../elf/symbol";
import { VERSYM } from "../elf/version";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { sameBytes } from "../elf/text";
import { wide } from "../elf/word";
import { hasIndex } from "./index";
import { Version, versionsOf } from "./version";

/** What a module's symbols are looked up in. */
@unmanaged export class Symbols {
  /** Whose they are: the module's handle. */
  module: u32;
  bits: u32;
  image: Image;
  bias: u64;
  mask: u64;
  /** DT_SYMTAB; count bounds every index. */
  table: u64;
  strings: u64;
  stringBytes: u32;
  count: u32;
  /** DT_VERSYM, or NONE. */
  versions: u64;
  /** The names of versions, by the index that DT_VERSYM gives. */
  versionNames: usize;
  versionCount: u32;
  /** It is on its way out: nobody who stays may be bound to it any more. */
  isDying: bool;
  /** Some of what it defines is to be unique in its context. */
  hasUnique: bool;
  /** The next in the list of all whose symbols every load sees; where in that list it is. */
  nextGlobal: Symbols | null;
  previousGlobal: Symbols | null;
  rank: u32;
  /** Neighbours in the list of all modules of the context. */
  younger: Symbols | null;
  older: Symbols | null;
  /** DT_GNU_HASH; bucketCount 0 if there is none. */
  bloom: u64;
  buckets: u64;
  /** Where the first symbol's word would be, if there was one for each. */
  chain: u64;
  bucketCount: u32;
  /** 2^64 / bucketCount, rounded up. */
  private bucketScale: u64;
  bloomMask: u32;
  bloomShift: u32;
  /** The first symbol that the chain covers. */
  first: u32;
  /** DT_HASH; sysvBucketCount 0 if there is none or the GNU one serves. */
  sysvBuckets: u64;
  sysvBucketCount: u32;

  /** There is a DT_GNU_HASH of so many buckets, fewer than 2^31. */
  hasBuckets(count: u32): void {
    this.bucketCount = count;
    this.bucketScale = u64.MAX_VALUE / count + 1;
  }

  /**
   * The bucket of a hash, hash % bucketCount: what is behind the point of hash / bucketCount, times bucketCount. 32 bits of that, rounded up,
   * are enough. A lookup waits for it, and for a division longer.
   */
  @inline bucketOf(hash: u32): u64 {
    if (!wide(64)) return hash % this.bucketCount;
    return ((this.bucketScale * hash >> 32) + 1) * this.bucketCount >> 32;
  }

  /** Where its definitions begin: DT_GNU_HASH has them behind everything else. Without a table nobody finds any. */
  get firstDefined(): u32 { return this.bucketCount ? this.first : this.sysvBucketCount ? 1 : this.count; }

  @inline symbol<A>(index: u32): u64 { return this.table + <u64>index * symBytes<A>(); }
  @inline name(symbol: u64): u64 { return this.strings + symName(symbol); }

  /** The hash and the bytes of a symbol's name, as elf/hash.ts has them; NONE if it is not in the string table. */
  hashedName(symbol: u64): u64 {
    const start = <u64>symName(symbol);
    return start < this.stringBytes ? hashedName(this.strings + start, this.stringBytes - start) : NONE;
  }

  /** Bytes of the name of a symbol, or NONE if it is not in the string table. */
  nameBytes(symbol: u64): u64 {
    const start = <u64>symName(symbol);
    for (let at = start; at < this.stringBytes; ++at) if (!target.load8(this.strings + at)) return at - start;
    return NONE;
  }

  /** The name of a version by its index; null for one that has none, as the base version. */
  version(index: u32): Version | null {
    if (!hasVersions() || index >= this.versionCount) return null;
    const version = changetype<Version>(this.versionNames + <usize>index * offsetof<Version>());
    return version.bytes && !version.isBase ? version : null;
  }

  /** True if the file defines a version of this name. What it needs itself is in the same table. */
  definesVersion(name: u64, bytes: u32): bool {
    for (let index: u32 = 0; index < this.versionCount; ++index) {
      const version = changetype<Version>(this.versionNames + <usize>index * offsetof<Version>());
      if (version.isDefined && version.bytes == bytes && sameBytes(this.strings + version.name, name, bytes)) return true;
    }
    return false;
  }

  /** The version of a symbol; null where it has none. */
  versionOf(index: u32): Version | null {
    if (this.versions == NONE) return null;
    return this.version(target.load16(this.versions + <u64>index * 2) & VERSYM.VERSION);
  }

  /** The address a symbol stands for. gABI 4.4: absolute values are not moved. */
  @inline address<A>(symbol: u64): u64 {
    const value = symValue<A>(symbol);
    return symShndx<A>(symbol) == SHN.ABS ? value : this.bias + value & this.mask;
  }

  /** The vaddr of an address. */
  @inline vaddr(address: u64): u64 { return address - this.bias & this.mask; }
}

/**
 * Finds and checks the tables of a placed image.
 *
 * @param arena  where the names of versions are kept: as long as the module
 * @fault BadHashTable HashLoop (Hash, at = vaddr of the table, value = the count that is wrong)
 * @fault BadVersionTable (Version, at = vaddr of the table or record, value = the count or index that is wrong)
 * @spec gABI 5.2 "Hash Table"
 */
export function symbolsOf<A>(work: Work, image: Image, placement: Placement, into: Symbols, arena: Arena): bool {
  work.source = image.source;
  into.image = image;
  into.bits = image.bits;
  into.bias = placement.bias;
  into.mask = placement.mask;
  into.versions = NONE;
  const dynamic = image.dynamic;
  if (!dynamic) return true;
  into.strings = placement.at(dynamic.value(DT.STRTAB));
  into.stringBytes = <u32>dynamic.value(DT.STRSZ);
  if (!dynamic.has(DT.SYMTAB)) return true;
  into.table = placement.at(dynamic.value(DT.SYMTAB));
  into.count = symbolLimit<A>(image, dynamic);
  if (!hashTable<A>(work, image, placement, into)) return false;
  into.hasUnique = (hasIndex() || keepsRetired()) && definesUnique<A>(into);
  return versionTable(work, image, placement, into, arena);
}

/** Every load looks for one, and hardly any has it: a straight loop. */
export function definesUnique<A>(symbols: Symbols): bool {
  const first = symbols.firstDefined;
  if (first >= symbols.count) return false;
  const end = symbols.symbol<A>(symbols.count);
  for (let at = symbols.symbol<A>(first); at != end; at += symBytes<A>()) if (bindOf(symInfo<A>(at)) == STB.GNU_UNIQUE) return true;
  return false;
}

/** The hash table that serves: it also knows how many symbols there are. */
function hashTable<A>(work: Work, image: Image, placement: Placement, into: Symbols): bool {
  const dynamic = image.dynamic!;
  if (dynamic.has(DT.GNU_HASH)) return gnuTable<A>(work, image, placement, into, dynamic.value(DT.GNU_HASH));
  if (dynamic.has(DT.HASH)) return sysvTable(work, image, placement, into, dynamic.value(DT.HASH));
  return true;
}

function versionTable(work: Work, image: Image, placement: Placement, into: Symbols, arena: Arena): bool {
  const dynamic = image.dynamic!;
  if (!dynamic.has(DT.VERSYM)) return true;
  const vaddr = dynamic.value(DT.VERSYM);
  if (!image.backed(vaddr, <u64>into.count * 2)) return work.fail(Code.BadVersionTable, What.Version, vaddr, into.count);
  into.versions = placement.at(vaddr);
  return !hasVersions() || versionsOf(work, image, placement, into, arena);
}

/** How many dynamic symbols there can be: up to the next table, or the end of the file's bytes. Hash tables know better. */
function symbolLimit<A>(image: Image, dynamic: Dynamic): u32 {
  const start = dynamic.value(DT.SYMTAB);
  const host = image.holding(start, symBytes<A>())!;
  let end = host.vaddr + host.fileBytes;
  end = nearer(dynamic, DT.STRTAB, start, end);
  end = nearer(dynamic, DT.HASH, start, end);
  end = nearer(dynamic, DT.GNU_HASH, start, end);
  end = nearer(dynamic, DT.VERSYM, start, end);
  end = nearer(dynamic, DT.VERNEED, start, end);
  end = nearer(dynamic, DT.VERDEF, start, end);
  end = nearer(dynamic, DT.RELA, start, end);
  end = nearer(dynamic, DT.REL, start, end);
  end = nearer(dynamic, DT.RELR, start, end);
  end = nearer(dynamic, DT.JMPREL, start, end);
  return <u32>min<u64>((end - start) / symBytes<A>(), 0x7fffffff);
}

function nearer(dynamic: Dynamic, tag: u64, start: u64, end: u64): u64 {
  const vaddr = dynamic.value(tag);
  return vaddr > start && vaddr < end ? vaddr : end;
}

/** nbuckets, symoffset, bloom size, bloom shift; bloom words; buckets; one chain word for each symbol from symoffset on. */
function gnuTable<A>(work: Work, image: Image, placement: Placement, into: Symbols, vaddr: u64): bool {
  if (!image.backed(vaddr, 16)) return work.fail(Code.BadHashTable, What.Hash, vaddr, 0);
  const at = placement.at(vaddr);
  const bucketCount = target.load32(at);
  const first = target.load32(at + 4);
  const bloomCount = target.load32(at + 8);
  if (!bucketCount || !isPowerOfTwo(bloomCount)) return work.fail(Code.BadHashTable, What.Hash, vaddr, bucketCount ? bloomCount : 0);
  const head = 16 + <u64>bloomCount * sizeof<A>() + <u64>bucketCount * 4;
  if (bucketCount >> 31 || !image.backed(vaddr, head)) return work.fail(Code.BadHashTable, What.Hash, vaddr, bucketCount);
  into.first = first;
  into.bloomMask = bloomCount - 1;
  into.bloomShift = target.load32(at + 12);
  into.bloom = at + 16;
  into.buckets = into.bloom + <u64>bloomCount * sizeof<A>();
  into.chain = into.buckets + <u64>bucketCount * 4 - <u64>first * 4;
  const last = lastBucket(into.buckets, bucketCount);
  if (!last) return true;
  if (last < first || last >= into.count) return work.fail(Code.BadHashTable, What.Hash, vaddr, last);
  // The chain that begins last is the one that ends last: where it ends, so do the symbols.
  const room = backedEnd(image, vaddr) - (vaddr + head);
  let index = last;
  for (; index < into.count && <u64>(index - first + 1) * 4 <= room; ++index) {
    if (!(target.load32(into.chain + <u64>index * 4) & 1)) continue;
    into.hasBuckets(bucketCount);
    into.count = index + 1;
    return true;
  }
  return work.fail(Code.HashLoop, What.Hash, vaddr, index);
}

/** The highest symbol index that a bucket begins with; 0 if all are empty. */
function lastBucket(buckets: u64, bucketCount: u32): u32 {
  let last: u32 = 0;
  for (let i: u32 = 0; i < bucketCount; ++i) last = max(last, target.load32(buckets + <u64>i * 4));
  return last;
}

/** Where the file's bytes end that hold a vaddr. */
function backedEnd(image: Image, vaddr: u64): u64 {
  const segment = image.holding(vaddr, 1)!;
  return segment.vaddr + segment.fileBytes;
}

/** nbucket, nchain, buckets, chains. Every chain is walked once, here: together they hold each symbol once at most. */
function sysvTable(work: Work, image: Image, placement: Placement, into: Symbols, vaddr: u64): bool {
  if (!image.backed(vaddr, 8)) return work.fail(Code.BadHashTable, What.Hash, vaddr, 0);
  const at = placement.at(vaddr);
  const bucketCount = target.load32(at);
  const chainCount = target.load32(at + 4);
  if (!bucketCount || chainCount > into.count || !image.backed(vaddr, 8 + (<u64>bucketCount + chainCount) * 4)) {
    return work.fail(Code.BadHashTable, What.Hash, vaddr, bucketCount ? chainCount : 0);
  }
  into.count = chainCount;
  into.sysvBuckets = at + 8;
  into.sysvBucketCount = bucketCount;
  const chain = into.sysvBuckets + <u64>bucketCount * 4;
  let steps: u32 = 0;
  for (let i: u32 = 0; i < bucketCount; ++i) {
    for (let index = target.load32(into.sysvBuckets + <u64>i * 4); index; index = target.load32(chain + <u64>index * 4)) {
      if (index >= chainCount) return work.fail(Code.BadHashTable, What.Hash, vaddr, index);
      if (++steps > chainCount) return work.fail(Code.HashLoop, What.Hash, vaddr, steps);
    }
  }
  return true;
}
