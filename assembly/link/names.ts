// The names that every load of a context sees: the symbols of its global modules, in the order they became global.

import { Arch } from "../arch/arch";
import { Found, Want, find, found } from "./lookup";
import { Symbols } from "./symbols";

@unmanaged export class Names {
  first: Symbols | null;
  private last: Symbols | null;
  count: u32;
  /** Ranks given so far: what was added later has the higher one. */
  private rankCount: u32;

  @inline has(symbols: Symbols): bool { return symbols.rank != 0; }

  /** Adds a module's symbols behind all others. */
  append(symbols: Symbols): void {
    symbols.rank = ++this.rankCount;
    symbols.nextGlobal = null;
    if (this.last) this.last!.nextGlobal = symbols;
    else this.first = symbols;
    this.last = symbols;
    ++this.count;
  }

  /** Takes them out again. */
  remove(symbols: Symbols): void {
    let before: Symbols | null = null;
    let each = this.first;
    while (each && each != symbols) {
      before = each;
      each = each.nextGlobal;
    }
    if (!each) return;
    if (before) before.nextGlobal = symbols.nextGlobal;
    else this.first = symbols.nextGlobal;
    if (this.last == symbols) this.last = before;
    symbols.nextGlobal = null;
    symbols.rank = 0;
    --this.count;
  }

  /** The first definition of a name in a file of this machine; of any machine if it is null. */
  find(arch: Arch | null, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    return findBehind(arch, this.first, name, bytes, gnu, version, versionBytes, want, except);
  }

  /** The same behind a module that is among them. */
  findNext(symbols: Symbols, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want): Found {
    return findBehind(symbols.image.arch, symbols.nextGlobal, name, bytes, gnu, version, versionBytes, want, null);
  }
}

function findBehind(arch: Arch | null, first: Symbols | null, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
  let symbols = first;
  while (symbols) {
    if (symbols != except && (!arch || symbols.image.arch == arch)) {
      const index = find(symbols, name, bytes, gnu, version, versionBytes, want);
      if (index) return found(symbols, index);
    }
    symbols = symbols.nextGlobal;
  }
  return 0;
}
