// A context: a namespace of modules that sees no other.

import { Kind } from "../words";
import { Arena, arenaOf } from "../base/arena";
import { newHandle } from "./handle";
import { Modules } from "./modules";

@unmanaged export class Context {
  handle: u32;
  /** Open sessions that work in it. */
  sessionCount: u32;
  arena: Arena;
  /** Published modules, in load order. */
  modules: Modules;
  /** What initialisers are called with. */
  argc: u64;
  argv: u64;
  envp: u64;
  /** Ranks given to initialised modules so far. */
  rankCount: u32;
  /** Walks over the graph so far: a module that was marked with the current number was met. */
  walkCount: u32;
}
const RECORD: usize = offsetof<Context>() + 7 & ~7;

/** A new context; null if there is no memory. */
export function newContext(argc: u64, argv: u64, envp: u64): Context | null {
  const arena = arenaOf(RECORD + offsetof<Modules>());
  if (!arena) return null;
  const context = changetype<Context>(arena.record);
  context.handle = newHandle(Kind.Context, arena.record);
  if (!context.handle) {
    arena.release();
    return null;
  }
  context.arena = arena;
  context.modules = changetype<Modules>(arena.record + RECORD);
  context.argc = argc;
  context.argv = argv;
  context.envp = envp;
  return context;
}
