// Where a module's references are looked up, and in what order. It changes nothing, so that what runs on the target may bind, too.

import { NONE } from "../host/answer";
import { Arch } from "../arch/arch";
import { written } from "../base/generation";
import { Found, Want, find, found, indexOf, mayDefine, ownerOf } from "./lookup";
import { Index, hasIndex, isUnique, newIndex } from "./index";
import { Names } from "./names";
import { Scope } from "./scope";
import { Symbols } from "./symbols";

/** The symbols of all modules of a context that are linked, oldest first: where a unique symbol is looked for. */
@unmanaged export class Roll {
  first: Symbols | null;
  private last: Symbols | null;
  /** Over what is unique; null where nothing is, or there was no memory. */
  private index: Index | null;
  private lacksIndex: bool;

  append(symbols: Symbols): void {
    symbols.younger = null;
    symbols.older = this.last;
    written();
    if (this.last) this.last!.younger = symbols;
    else this.first = symbols;
    this.last = symbols;
    if (hasIndex() && !this.lacksIndex && symbols.hasUnique) this.addToIndex(symbols);
  }

  remove(symbols: Symbols): void {
    if (symbols.older) symbols.older!.younger = symbols.younger;
    else this.first = symbols.younger;
    if (symbols.younger) symbols.younger!.older = symbols.older;
    else this.last = symbols.older;
    if (!hasIndex()) return;
    if (this.index) this.index!.remove(symbols);
    if (this.first) return;
    this.dropIndex();
    this.lacksIndex = false;
  }

  /** What one module lacks in the index, none is found by. */
  private addToIndex(symbols: Symbols): void {
    if (!this.index) this.index = newIndex();
    if (this.index && this.index!.add(symbols, true)) return;
    this.dropIndex();
    this.lacksIndex = true;
  }

  get indexBytes(): u64 { return hasIndex() && this.index ? this.index!.bytes : 0; }

  private dropIndex(): void {
    if (this.index) this.index!.release();
    this.index = null;
  }

  /** What stands for a definition: of a unique one the oldest there is in the context, whatever the scope, and whatever its version. */
  onlyOf(definition: Found, name: u64, bytes: u32, gnu: u32, want: Want, except: Symbols | null): Found {
    const owner = ownerOf(definition);
    if (!isUnique(owner, indexOf(definition))) return definition;
    const only = this.find(owner.image.arch, name, bytes, gnu, want, except);
    return only ? only : definition;
  }

  /** The oldest module's unique definition of a name; 0 if there is none. */
  find(arch: Arch, name: u64, bytes: u32, gnu: u32, want: Want, except: Symbols | null): Found {
    want |= Want.Unique;
    const index: Index | null = hasIndex() && !this.lacksIndex ? this.index : null;
    if (index) return index.find(arch, 0, name, bytes, gnu, NONE, 0, want, except);
    if (hasIndex() && !this.lacksIndex) return 0;
    let symbols = this.first;
    while (symbols) {
      if (symbols.image.arch == arch && symbols != except && mayDefine(symbols, gnu)) {
        const index = find(symbols, name, bytes, gnu, NONE, 0, want);
        if (index) return found(symbols, index);
      }
      symbols = symbols.younger;
    }
    return 0;
  }
}

@unmanaged export class Order {
  globals: Names;
  roll: Roll;
  /** No symbol of one machine is another's. */
  arch: Arch;
  /** What the module was loaded with. */
  scope: Scope;
  /** The module's own symbols, if it looks into itself first (DF_SYMBOLIC); or null. */
  own: Symbols | null;
  /** The scope comes before the global modules. */
  isDeep: bool;

  /**
   * The definition of a name; 0 if there is none.
   *
   * @param except  symbols to pass over (a COPY relocation looks for the other definition), or null
   */
  find(name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    const first = this.findFirst(name, bytes, gnu, version, versionBytes, want, except);
    return first ? this.roll.onlyOf(first, name, bytes, gnu, want, except) : 0;
  }

  private findFirst(name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    const own = this.own;
    if (own && own != except && mayDefine(own, gnu)) {
      const index = find(own, name, bytes, gnu, version, versionBytes, want);
      if (index) return found(own, index);
    }
    if (this.isDeep) {
      const deep = this.scope.look(name, bytes, gnu, version, versionBytes, want, except);
      if (deep) return deep;
    }
    const global = this.globals.find(this.arch, name, bytes, gnu, version, versionBytes, want, except);
    if (global || this.isDeep) return global;
    return this.scope.look(name, bytes, gnu, version, versionBytes, want, except);
  }
}
