// An index over the names of many modules: a lookup takes one step, however many there are. It keeps no names: who has a symbol of this
// hash, in the order the modules were added. A core for one machine has none, unless it is built with LW_INDEX.

import * as target from "../host/memory";
import { NONE } from "../host/answer";
import { Arch } from "../arch/arch";
import { retire, written } from "../base/generation";
import { heldBytes, take } from "../base/heap";
import { gnuHash } from "../elf/hash";
import { SHN, STB, bindOf, symInfo, symShndx, symValue } from "../elf/symbol";
import { wide } from "../elf/word";
import { Found, Want, find, found, mayDefine } from "./lookup";
import { Symbols } from "./symbols";

/** False where one or two modules are all there is. */
@inline export function hasIndex(): bool {
  if (isDefined(LW_MACHINE)) return isDefined(LW_INDEX);
  else return true;
}

/** A module that may define a name of this hash. */
@unmanaged class Entry {
  next: Entry | null;
  /** The hash of DT_GNU_HASH, bit 0 set: there the table has another use for it. */
  key: u32;
  symbols: Symbols;
}
@unmanaged class Bucket {
  first: Entry | null;
  last: Entry | null;
}
/** The entries of one module, behind this. */
@unmanaged class Block {
  next: Block | null;
  symbols: Symbols;
  count: u32;
  @inline entry(index: u32): Entry { return changetype<Entry>(changetype<usize>(this) + offsetof<Block>() + <usize>index * offsetof<Entry>()); }
}
@inline const FEWEST_BUCKETS: u32 = 256;

@unmanaged export class Index {
  /** Links what is given back. */
  private link: usize;
  /** Behind a word for the same, and one less than their number: a reader must not take one array's for another's. */
  private buckets: usize;
  private count: u32;
  private blocks: Block | null;

  @inline private bucket(key: u32): Bucket {
    const buckets = this.buckets;
    return changetype<Bucket>(buckets + 8 + <usize>(key >> 1 & load<u32>(buckets, 4)) * offsetof<Bucket>());
  }

  /** Bytes that it holds. */
  get bytes(): u64 {
    let bytes = <u64>heldBytes(changetype<usize>(this)) + (this.buckets ? heldBytes(this.buckets) : 0);
    let block = this.blocks;
    while (block) {
      bytes += heldBytes(changetype<usize>(block));
      block = block.next;
    }
    return bytes;
  }

  /** The first definition of a name, of modules with a higher rank than this. */
  find(arch: Arch | null, rank: u32, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    const key = gnu | 1;
    let entry = this.bucket(key).first;
    let last: Symbols | null = null;
    while (entry) {
      const symbols = entry.symbols;
      if (entry.key == key && symbols != last && symbols != except && symbols.rank >= rank && (!arch || symbols.image.arch == arch) && mayDefine(symbols, gnu)) {
        const index = find(symbols, name, bytes, gnu, version, versionBytes, want);
        if (index) return found(symbols, index);
        last = symbols;
      }
      entry = entry.next;
    }
    return 0;
  }

  /** Adds what a module defines, or what of it is unique; false if there is no memory. */
  add(symbols: Symbols, isUniqueOnly: bool): bool {
    const count = isUniqueOnly ? uniqueCount(symbols) : definedCount(symbols);
    if (!count) return true;
    if (!this.holds(this.count + count)) return false;
    const at = take(offsetof<Block>() + <usize>count * offsetof<Entry>());
    if (!at) return false;
    const block = changetype<Block>(at);
    block.next = this.blocks;
    block.symbols = symbols;
    block.count = count;
    this.blocks = block;
    let left = count;
    for (let index = symbols.firstDefined; left && index < symbols.count; ++index) {
      if (isUniqueOnly && !isUnique(symbols, index)) continue;
      const entry = block.entry(--left);
      entry.key = keyOf(symbols, index);
      entry.symbols = symbols;
      if (entry.key) this.append(entry);
    }
    this.count += count;
    return true;
  }

  /** Takes out what was added of a module. */
  remove(symbols: Symbols): void {
    let before: Block | null = null;
    let block = this.blocks;
    while (block && block.symbols != symbols) {
      before = block;
      block = block.next;
    }
    if (!block) return;
    for (let left = block.count; left; --left) if (block.entry(left - 1).key) this.unlink(block.entry(left - 1));
    this.count -= block.count;
    if (before) before.next = block.next;
    else this.blocks = block.next;
    retire(changetype<usize>(block));
  }

  /** Gives back everything, and itself. */
  release(): void {
    let block = this.blocks;
    while (block) {
      const next = block.next;
      retire(changetype<usize>(block));
      block = next;
    }
    if (this.buckets) retire(this.buckets);
    retire(changetype<usize>(this));
  }

  private append(entry: Entry): void {
    const bucket = this.bucket(entry.key);
    entry.next = null;
    written();
    if (bucket.last) bucket.last!.next = entry;
    else bucket.first = entry;
    bucket.last = entry;
  }

  private unlink(entry: Entry): void {
    const bucket = this.bucket(entry.key);
    let before: Entry | null = null;
    let each = bucket.first;
    while (each && each != entry) {
      before = each;
      each = each.next;
    }
    if (before) before.next = entry.next;
    else bucket.first = entry.next;
    if (bucket.last == entry) bucket.last = before;
  }

  /** Makes the buckets as many as the entries at least; the order in each stays. */
  holds(entries: u32): bool {
    const old = this.buckets;
    const oldCount = old ? load<u32>(old, 4) + 1 : 0;
    let count = max(oldCount, FEWEST_BUCKETS);
    while (count < entries && count < 1 << 26) count <<= 1;
    if (count == oldCount) return true;
    const buckets = take(8 + <usize>count * offsetof<Bucket>());
    if (!buckets) return false;
    store<u32>(buckets, count - 1, 4);
    written();
    this.buckets = buckets;
    for (let i: u32 = 0; i < oldCount; ++i) {
      let entry = changetype<Bucket>(old + 8 + <usize>i * offsetof<Bucket>()).first;
      while (entry) {
        const next = entry.next;
        this.append(entry);
        entry = next;
      }
    }
    if (old) retire(old);
    return true;
  }
}

/** An index of nothing; null if there is no memory. */
export function newIndex(): Index | null { return changetype<Index | null>(take(offsetof<Index>())); }

/** About how many definitions a module has: as many as have their place in the tables. */
export function definedCount(symbols: Symbols): u32 {
  const start = symbols.firstDefined;
  return symbols.count > start ? symbols.count - start : 0;
}

/** How many of them are to be unique in their context. */
function uniqueCount(symbols: Symbols): u32 {
  let count: u32 = 0;
  for (let index = symbols.firstDefined; index < symbols.count; ++index) if (isUnique(symbols, index)) ++count;
  return count;
}

/** True if there is one of it for all. */
export function isUnique(symbols: Symbols, index: u32): bool {
  return bindOf(wide(symbols.bits) ? symInfo<u64>(symbols.symbol<u64>(index)) : symInfo<u32>(symbols.symbol<u32>(index))) == STB.GNU_UNIQUE;
}

/** What a symbol is found by; 0 if it is none that others find. */
export function keyOf(symbols: Symbols, index: u32): u32 {
  if (symbols.bucketCount) return target.load32(symbols.chain + <u64>index * 4) | 1;
  return wide(symbols.bits) ? hashOf<u64>(symbols, index) : hashOf<u32>(symbols, index);
}

function hashOf<A>(symbols: Symbols, index: u32): u32 {
  const symbol = symbols.symbol<A>(index);
  // An executable gives a value to a function that it does not define, but whose address it takes.
  const bytes = symShndx<A>(symbol) == SHN.UNDEF && !symValue<A>(symbol) ? NONE : symbols.nameBytes(symbol);
  return bytes == NONE ? 0 : gnuHash(symbols.name(symbol), <u32>bytes) | 1;
}
