// Where names are looked up: modules in order.

import { Arena } from "../base/arena";
import { find } from "./lookup";
import { Symbols } from "./symbols";

/** An ordered list of the symbols of modules. */
@unmanaged export class Scope {
  count: u32;
  items: usize;
  @inline at(index: u32): Symbols { return changetype<Symbols>(load<usize>(this.items + (<usize>index << alignof<usize>()))); }
  append(symbols: Symbols): void {
    store<usize>(this.items + (<usize>this.count << alignof<usize>()), changetype<usize>(symbols));
    ++this.count;
  }

  /**
   * The first definition of a name.
   *
   * @param except  symbols to pass over (a COPY relocation looks for the other definition), or null
   * @returns (position in the scope + 1) << 32 | symbol index; 0 if nobody defines it
   */
  find(addr: u64, bytes: u32, gnu: u32, except: Symbols | null): u64 {
    for (let i: u32 = 0; i < this.count; ++i) {
      const symbols = this.at(i);
      if (symbols == except) continue;
      const index = find(symbols, addr, bytes, gnu);
      if (index) return (<u64>i + 1) << 32 | index;
    }
    return 0;
  }
}

/** A scope with room for this many; null if there is no memory. */
export function newScope(arena: Arena, room: u32): Scope | null {
  const at = arena.take(offsetof<Scope>() + (<usize>room << alignof<usize>()));
  if (!at) return null;
  const scope = changetype<Scope>(at);
  scope.items = at + offsetof<Scope>();
  return scope;
}
