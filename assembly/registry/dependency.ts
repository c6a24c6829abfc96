// Walks over the graph of dependencies. None recurses: a file can make the graph as deep as it likes.

import { written } from "../base/generation";
import { Flag, Kept } from "../words";
import { Scope, newScope } from "../link/scope";
import { Context } from "./context";
import { Module, State, moduleAt } from "./module";

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

/** Meets everything that is relied on from here on, in order; `isNeeded`: by DT_NEEDED only. */
function meetAll(walk: Walk, first: Module | null, isNeeded: bool): void {
  let module = first;
  while (module) {
    let edge = module.dependencies;
    while (edge) {
      if (edge.isNeeded || !isNeeded) meet(walk, edge.module);
      edge = edge.next;
    }
    module = module.met;
  }
}

/**
 * A module and all that it needs, nearest first: what a load brings with it, and what `lw_find` searches.
 *
 * @returns a scope with one holder; null if there is no memory
 */
export function closureOf(context: Context, root: Module): Scope | null {
  const walk = startWalk(context);
  meet(walk, root);
  meetAll(walk, root, true);
  const scope = newScope(walk.count);
  if (!scope) return null;
  scope.root = root.handle;
  let module: Module | null = root;
  while (module) {
    scope.append(module.symbols);
    module = module.met;
  }
  return scope;
}

/** A module, and all that it needs, are seen by every load from now on; of what somebody else loaded, he tells the order himself. */
export function makeGlobal(root: Module): void {
  if (root.isLent) {
    root.makeGlobal();
    return;
  }
  const scope = root.scope!;
  for (let i: u32 = 0; i < scope.count; ++i) {
    const module = moduleAt(scope.at(i).module);
    if (module.isOpen) module.makeGlobal();
  }
}

/** Marks a module and all that it relies on already. */
export function markDependencies(context: Context, module: Module): u32 {
  const number = ++context.walkCount;
  module.mark = number;
  let edge = module.dependencies;
  while (edge) {
    edge.module.mark = number;
    edge = edge.next;
  }
  return number;
}

/** Why a module stays. */
export function keptBy(module: Module): Kept {
  if (module.references) return Kept.Reference;
  if (module.isPermanent) return Kept.NoDelete;
  if (module.pins) return Kept.Session;
  return module.state == State.Published ? Kept.Needed : Kept.No;
}

/** What `lw_find` searches for a module that the host holds. False if there is no memory. */
export function keepScope(context: Context, module: Module): bool {
  if (module.scope) return true;
  const home = module.home;
  if (home && home.root == module.handle) {
    // It was loaded for itself, and what it needs is the same as then.
    home.hold();
    module.scope = home;
    return true;
  }
  const scope = closureOf(context, module);
  // Who looks something up takes either: the module alone, or all of it.
  written();
  module.scope = scope;
  return scope != null;
}

/**
 * Order of what is being loaded, for its relocation and initialisation: what a module needs comes before it; a cycle is cut where the walk
 * meets it. What somebody else loaded is not among them.
 *
 * @param order  room for every loading module
 * @returns how many there are
 */
export function initOrder(context: Context, root: Module, order: usize): u32 {
  if (root.isLent) return 0;
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
    if (next.mark == number || next.state != State.Loading || next.isLent) continue;
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
    if (module.references || module.pins || module.state == State.Dying || module.isPermanent && !context.isClosing) {
      meet(walk, module);
      if (!first) first = module;
    }
    module = module.next;
  }
  meetAll(walk, first, false);
  let head: Module | null = null;
  let tail: Module | null = null;
  let dying = context.modules.first;
  while (dying) {
    if (dying.mark != walk.number) {
      dying.state = State.Dying;
      dying.symbols.isDying = true;
      head = inserted(head, tail, dying);
      if (!dying.dyingNext) tail = dying;
    }
    dying = dying.next;
  }
  return head;
}

/**
 * The chain with one module more, highest rank first. Those of one load come in the reverse of their ranks, those of many loads in the
 * order of them: so both ends are looked at before what is in between.
 */
function inserted(head: Module | null, tail: Module | null, module: Module): Module {
  if (tail && tail.rank > module.rank) {
    module.dyingNext = null;
    tail.dyingNext = module;
    return head!;
  }
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
