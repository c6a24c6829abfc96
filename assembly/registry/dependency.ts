// Walks over the graph of dependencies. None recurses: a file can make the graph as deep as it likes.

import { Code, What } from "../words";
import { Work } from "../base/work";
import { Scope, newScope } from "../link/scope";
import { Context } from "./context";
import { Module, State } from "./module";
import { Modules } from "./modules";

const WORD_LOG2: u32 = alignof<usize>();

/** A walk, nearest first: a chain of the modules that were met. */
@unmanaged class Walk {
  number: u32;
  count: u32;
  last: Module | null;
}
@lazy const WALK: Walk = changetype<Walk>(memory.data(offsetof<Walk>(), 4));

function startWalk(context: Context): Walk {
  WALK.number = ++context.walkCount;
  WALK.last = null;
  WALK.count = 0;
  return WALK;
}

/** Adds a module at the walk's end unless it was met before. */
function meet(walk: Walk, module: Module): void {
  if (module.mark == walk.number) return;
  module.mark = walk.number;
  module.met = null;
  if (walk.last) walk.last!.met = module;
  walk.last = module;
  ++walk.count;
}

/** Meets everything that is needed from here on, in order. */
function meetAll(walk: Walk, first: Module | null): void {
  let module = first;
  while (module) {
    let edge = module.dependencies;
    while (edge) {
      meet(walk, edge.module);
      edge = edge.next;
    }
    module = module.met;
  }
}

/**
 * What a new module's symbols are looked up in: the context's global modules in load order, then the module and all that
 * it needs, nearest first. Null with a fault if there is no memory.
 */
export function scopeOf(work: Work, context: Context, loading: Modules, root: Module): Scope | null {
  const scope = newScope(work.arena, context.modules.count + loading.count);
  if (!scope) {
    work.fail(Code.OutOfMemory, What.None, 0, context.modules.count + loading.count);
    return null;
  }
  let global = context.modules.first;
  while (global) {
    // A context may hold modules of several machines, but no symbol of one is another's.
    if (global.isGlobal && global.image.arch == root.image.arch) scope.append(global.symbols);
    global = global.next;
  }
  const walk = startWalk(context);
  meet(walk, root);
  meetAll(walk, root);
  let module: Module | null = root;
  while (module) {
    if (!module.isGlobal) scope.append(module.symbols);
    module = module.met;
  }
  return scope;
}

/** What `lw_find` searches for a module that the host holds: itself, then all it needs. False if there is no memory. */
export function keepScope(context: Context, root: Module): bool {
  if (root.scope) return true;
  const walk = startWalk(context);
  meet(walk, root);
  meetAll(walk, root);
  const scope = newScope(root.arena, walk.count);
  if (!scope) return false;
  let module: Module | null = root;
  while (module) {
    scope.append(module.symbols);
    module = module.met;
  }
  root.scope = scope;
  return true;
}

/**
 * Initialisation order of what is being loaded: what a module needs comes before it; a cycle is cut where the walk meets it.
 *
 * @param order  room for every loading module
 * @returns how many there are
 */
export function initOrder(context: Context, root: Module, order: usize): u32 {
  const number = ++context.walkCount;
  let count: u32 = 0;
  root.mark = number;
  root.from = null;
  root.edge = root.dependencies;
  for (let module: Module | null = root; module; ) {
    const edge = module.edge;
    if (!edge) {
      put(order, count++, module);
      module = module.from;
      continue;
    }
    module.edge = edge.next;
    const next = edge.module;
    if (next.mark == number || next.state != State.Loading) continue;
    next.mark = number;
    next.from = module;
    next.edge = next.dependencies;
    module = next;
  }
  return count;
}

/**
 * Marks as dying every published module that no reference of the host, no open session and no module that stays needs.
 *
 * @returns the first of them, chained in the order they are finalised: the reverse of their initialisation
 */
export function markDying(context: Context): Module | null {
  const walk = startWalk(context);
  let first: Module | null = null;
  let module = context.modules.first;
  while (module) {
    // What is dying already is another session's: it keeps what it needs until it is finalised.
    if (module.references || module.pins || module.state == State.Dying) {
      meet(walk, module);
      if (!first) first = module;
    }
    module = module.next;
  }
  meetAll(walk, first);
  let head: Module | null = null;
  let dying = context.modules.first;
  while (dying) {
    if (dying.mark != walk.number) {
      dying.state = State.Dying;
      head = inserted(head, dying);
    }
    dying = dying.next;
  }
  return head;
}

/** The chain with one module more, highest rank first; modules come in the order of their ranks, nearly. */
function inserted(head: Module | null, module: Module): Module {
  let before: Module | null = null;
  let at = head;
  while (at && at.rank > module.rank) {
    before = at;
    at = at.dyingNext;
  }
  module.dyingNext = at;
  if (!before) return module;
  before.dyingNext = module;
  return head!;
}

@inline function put(order: usize, index: u32, module: Module): void { store<usize>(order + (<usize>index << WORD_LOG2), changetype<usize>(module)); }
