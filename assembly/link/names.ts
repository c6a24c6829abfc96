// The names that every load of a context sees: the symbols of its global modules, in the order they became global.

import { Arch } from "../arch/arch";
import { written } from "../base/generation";
import { Filter, newFilter } from "./filter";
import { Found, Want, find, found, mayDefine } from "./lookup";
import { Index, definedCount, hasIndex, newIndex } from "./index";
import { Symbols } from "./symbols";

/** From how many modules on an index is worth its memory. */
@inline const MANY: u32 = 16;

@unmanaged export class Names {
  first: Symbols | null;
  private last: Symbols | null;
  count: u32;
  /** Over all of them, once there are many. */
  private index: Index | null;
  /** Ranks given so far: what was added later has the higher one. */
  private rankCount: u32;

  /** Which names may be among them; null if nothing was added yet, or there was no memory. */
  private filter: Filter | null;

  /** False if none of them is called by a name of this hash (whose bit 0 is not looked at). */
  @inline mayHave(gnu: u32): bool {
    const filter: Filter | null = hasIndex() ? this.filter : null;
    return filter ? filter.mayHave(gnu) : true;
  }

  @inline has(symbols: Symbols): bool { return symbols.rank != 0; }

  /** Adds a module's symbols behind all others. */
  append(symbols: Symbols): void {
    symbols.rank = ++this.rankCount;
    symbols.nextGlobal = null;
    symbols.previousGlobal = this.last;
    if (this.last) this.last!.nextGlobal = symbols;
    else this.first = symbols;
    this.last = symbols;
    ++this.count;
    if (!hasIndex()) return;
    if (!this.filter || !this.filter!.add(symbols)) this.fill();
    this.addToIndex(symbols);
  }

  /** Takes them out again. */
  remove(symbols: Symbols): void {
    if (!symbols.rank) return;
    const before = symbols.previousGlobal;
    const behind = symbols.nextGlobal;
    if (before) before.nextGlobal = behind;
    else this.first = behind;
    if (behind) behind.previousGlobal = before;
    else this.last = before;
    symbols.nextGlobal = symbols.previousGlobal = null;
    symbols.rank = 0;
    --this.count;
    if (!hasIndex()) return;
    if (this.index) this.index!.remove(symbols);
    // What is gone from the filter's modules stays in it until it is full.
    if (!this.count) this.dropIndex();
  }

  /** Makes the filter, or a larger one. */
  private fill(): void {
    let names: u32 = 0;
    let each = this.first;
    while (each) {
      names += definedCount(each);
      each = each.nextGlobal;
    }
    const filter = newFilter(names);
    each = this.first;
    while (each && filter) {
      filter.add(each);
      each = each.nextGlobal;
    }
    written();
    if (this.filter) this.filter!.release();
    this.filter = filter;
  }

  /** An index that there is no memory for is done without: it makes nothing but haste. */
  private addToIndex(symbols: Symbols): void {
    if (this.index) {
      if (!this.index!.add(symbols, false)) this.dropOnlyIndex();
      return;
    }
    if (this.count != MANY) return;
    this.index = newIndex();
    let each = this.first;
    while (each && this.index) {
      if (!this.index!.add(each, false)) this.dropOnlyIndex();
      each = each.nextGlobal;
    }
  }

  /** Bytes that both hold. */
  get indexBytes(): u64 {
    if (!hasIndex()) return 0;
    return (this.index ? this.index!.bytes : 0) + (this.filter ? this.filter!.bytes : 0);
  }

  /** Gives back the index and the filter. */
  dropIndex(): void {
    if (this.filter) this.filter!.release();
    this.filter = null;
    this.dropOnlyIndex();
  }

  private dropOnlyIndex(): void {
    if (this.index) this.index!.release();
    this.index = null;
  }

  /** The first definition of a name in a file of this machine; of any machine if it is null. */
  find(arch: Arch | null, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    if (!this.mayHave(gnu)) return 0;
    const index: Index | null = hasIndex() ? this.index : null;
    if (index) return index.find(arch, 0, name, bytes, gnu, version, versionBytes, want, except);
    return findBehind(arch, this.first, name, bytes, gnu, version, versionBytes, want, except);
  }

  /** The same behind a module that is among them. */
  findNext(symbols: Symbols, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want): Found {
    const index: Index | null = hasIndex() ? this.index : null;
    if (index) return index.find(symbols.image.arch, symbols.rank + 1, name, bytes, gnu, version, versionBytes, want, null);
    return findBehind(symbols.image.arch, symbols.nextGlobal, name, bytes, gnu, version, versionBytes, want, null);
  }
}

function findBehind(arch: Arch | null, first: Symbols | null, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
  let symbols = first;
  while (symbols) {
    if (mayDefine(symbols, gnu) && symbols != except && (!arch || symbols.image.arch == arch)) {
      const index = find(symbols, name, bytes, gnu, version, versionBytes, want);
      if (index) return found(symbols, index);
    }
    symbols = symbols.nextGlobal;
  }
  return 0;
}
