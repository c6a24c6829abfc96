// What a context takes of the core's memory.

import { Context } from "./context";
import { Module } from "./module";

/** Bytes of a module: its own, and those of what was read from its file. */
export function moduleBytes(module: Module): u64 { return <u64>module.arena.bytes + module.image.arena.bytes; }

/** Bytes of a context: its own and those of its published modules, of the scopes that they are looked up in, and of its indices. */
export function contextBytes(context: Context): u64 {
  let bytes = <u64>context.arena.bytes + context.globals.indexBytes + context.roll.indexBytes;
  let module = context.modules.first;
  while (module) {
    bytes += moduleBytes(module) + ownScopes(module);
    module = module.next;
  }
  let orphan = context.orphans;
  while (orphan) {
    bytes += orphan.bytes;
    orphan = orphan.nextOrphan;
  }
  return bytes;
}

/** Those of the scopes that were made for a module: many modules have been loaded with the same, which counts once. */
function ownScopes(module: Module): u64 {
  const home = module.home;
  const scope = module.scope;
  return (home && home.root == module.handle ? home.bytes : 0) + (scope && scope != home ? scope.bytes : 0);
}
