// A context: a namespace of modules that sees no other.

import { Kind } from "../words";
import { Arena, arenaOf } from "../base/arena";
import { Names } from "../link/names";
import { Roll } from "../link/order";
import { Scope } from "../link/scope";
import { Region } from "../plan/regions";
import { Directory } from "./directory";
import { newHandle } from "./handle";
import { Modules } from "./modules";

@unmanaged export class Context {
  handle: u32;
  /** Open sessions that work in it. */
  sessionCount: u32;
  arena: Arena;
  /** Published modules, in load order. */
  modules: Modules;
  /** Those whose symbols every load sees, and all that are linked. */
  globals: Names;
  roll: Roll;
  /** Those that are there or on their way, by the hash of DT_SONAME and by file. */
  byName: Directory;
  bySource: Directory;
  /** Scopes whose root is gone while a module that was loaded with it is still there. */
  orphans: Scope | null;
  /** What the host wants to be asked. */
  policy: u32;
  /** Something may have become unreachable since the last walk. */
  isDirty: bool;
  /** It is being unloaded: what was never to be unloaded goes, too. */
  isClosing: bool;
  /** What initialisers are called with. */
  argc: u64;
  argv: u64;
  envp: u64;
  /** Kinds of memory that modules of objects are spread over, in the order the host told of them. */
  regions: Region | null;
  /** Ranks given to initialised modules so far. */
  rankCount: u32;
  /** Walks over the graph so far: a module that was marked with the current number was met. */
  walkCount: u32;
}
const MODULES: usize = offsetof<Context>() + 7 & ~7;
const GLOBALS: usize = MODULES + (offsetof<Modules>() + 7 & ~7);
const ROLL: usize = GLOBALS + (offsetof<Names>() + 7 & ~7);
const DIRECTORIES: usize = ROLL + (offsetof<Roll>() + 7 & ~7);
const RECORD: usize = DIRECTORIES + 2 * offsetof<Directory>();

/** A new context; null if there is no memory. */
export function newContext(argc: u64, argv: u64, envp: u64): Context | null {
  const arena = arenaOf(RECORD);
  if (!arena) return null;
  const context = changetype<Context>(arena.record);
  context.handle = newHandle(Kind.Context, arena.record);
  if (!context.handle) {
    arena.release();
    return null;
  }
  context.arena = arena;
  context.modules = changetype<Modules>(arena.record + MODULES);
  context.globals = changetype<Names>(arena.record + GLOBALS);
  context.roll = changetype<Roll>(arena.record + ROLL);
  context.byName = changetype<Directory>(arena.record + DIRECTORIES);
  context.bySource = changetype<Directory>(arena.record + DIRECTORIES + offsetof<Directory>());
  context.argc = argc;
  context.argv = argv;
  context.envp = envp;
  return context;
}

/** One more kind of memory, behind the others; false if there is no memory for that. */
export function addRegion(context: Context, number: u32, prot: u32, rules: u32, name: u64, nameBytes: u32): bool {
  const region = changetype<Region | null>(context.arena.take(offsetof<Region>()));
  if (!region || !region.call(context.arena, name, nameBytes)) return false;
  region.number = number;
  region.prot = prot;
  region.rules = rules;
  let last = context.regions;
  while (last && last.next) last = last.next;
  if (last) last.next = region;
  else context.regions = region;
  return true;
}
