// Exports that look something up. They allocate nothing and store nothing.

import { Kind } from "../words";
import { gnuHash } from "../elf/hash";
import { find } from "../link/lookup";
import { Context } from "../registry/context";
import { recordOf } from "../registry/handle";
import { Module, publishedModule } from "../registry/module";

/**
 * Looks a name up in a module and what it needs, or in a context's global modules.
 *
 * @returns the owner's handle << 32 | symbol index; 0 if nobody defines it
 */
export function lw_find(handle: u32, name: u64, nameBytes: u32): u64 {
  const hash = gnuHash(name, nameBytes);
  const module = publishedModule(handle);
  if (module) return findFrom(module, name, nameBytes, hash);
  const context = recordOf(handle, Kind.Context);
  if (!context) return 0;
  let each = changetype<Context>(context).modules.first;
  while (each) {
    const index = each.isGlobal ? find(each.symbols, name, nameBytes, hash) : 0;
    if (index) return found(each.handle, index);
    each = each.next;
  }
  return 0;
}

/** A module the host does not hold is searched alone. */
function findFrom(module: Module, name: u64, nameBytes: u32, hash: u32): u64 {
  const scope = module.scope;
  if (!scope) {
    const index = find(module.symbols, name, nameBytes, hash);
    return index ? found(module.handle, index) : 0;
  }
  const at = scope.find(name, nameBytes, hash, null);
  return at ? found(scope.at(<u32>(at >> 32) - 1).module, <u32>at) : 0;
}

@inline function found(module: u32, index: u32): u64 { return <u64>module << 32 | index; }

/** The module of a context whose reservation holds an address; 0: none. */
export function lw_at(context: u32, addr: u64): u32 {
  const record = recordOf(context, Kind.Context);
  if (!record) return 0;
  let module: Module | null = changetype<Context>(record).modules.first;
  while (module) {
    if (addr - module.placement.addr < module.placement.bytes) return module.handle;
    module = module.next;
  }
  return 0;
}
