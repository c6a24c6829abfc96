// Where a module's references are looked up, and in what order. It changes nothing, so that what runs on the target may bind, too.

import { Arch } from "../arch/arch";
import { STB, bindOf, symInfo } from "../elf/symbol";
import { wide } from "../elf/word";
import { Found, Want, find, found, indexOf, ownerOf } from "./lookup";
import { Names } from "./names";
import { Scope } from "./scope";
import { Symbols } from "./symbols";

/** The symbols of all modules of a context that are linked, oldest first: where a unique symbol is looked for. */
@unmanaged export class Roll {
  first: Symbols | null;
  private last: Symbols | null;

  append(symbols: Symbols): void {
    symbols.younger = null;
    symbols.older = this.last;
    if (this.last) this.last!.younger = symbols;
    else this.first = symbols;
    this.last = symbols;
  }

  remove(symbols: Symbols): void {
    if (symbols.older) symbols.older!.younger = symbols.younger;
    else this.first = symbols.younger;
    if (symbols.younger) symbols.younger!.older = symbols.older;
    else this.last = symbols.older;
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
    return first && isUnique(first) ? this.findUnique(first, name, bytes, gnu, version, versionBytes, want, except) : first;
  }

  private findFirst(name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    const own = this.own;
    if (own && own != except) {
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

  /** Of what is unique there is one definition for all: the oldest module's, whatever the scope. */
  private findUnique(first: Found, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    let symbols = this.roll.first;
    while (symbols) {
      if (symbols.image.arch == this.arch && symbols != except) {
        const index = find(symbols, name, bytes, gnu, version, versionBytes, want);
        if (index && isUnique(found(symbols, index))) return found(symbols, index);
      }
      symbols = symbols.younger;
    }
    return first;
  }
}

function isUnique(definition: Found): bool {
  const owner = ownerOf(definition);
  const index = indexOf(definition);
  return bindOf(wide(owner.bits) ? symInfo<u64>(owner.symbol<u64>(index)) : symInfo<u32>(owner.symbol<u32>(index))) == STB.GNU_UNIQUE;
}
