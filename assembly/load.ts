// The whole loader on one page. A session goes through its stages; each takes the products of the ones before, and may
// be left and entered again where it was when the host had to be waited for.

import { Answer, Code, Flag, Kind, Stage, What } from "./words";
import * as target from "./host/memory";
import { inspect } from "./inspect/inspect";
import { isLinkable, planOf } from "./plan/plan";
import { map, protect } from "./map/map";
import { bind, newBinding } from "./link/binding";
import { symbolsOf } from "./link/symbols";
import { wide } from "./elf/word";
import { relocate } from "./relocate/relocate";
import { initOrder, keepScope, markDying, scopeOf } from "./registry/dependency";
import { gather } from "./registry/gather";
import { newHandle } from "./registry/handle";
import { Module, moduleAt } from "./registry/module";
import { Session, Task } from "./registry/session";
import { callFini, callInit, callPreinit, finiCount, initCount, preinitCount } from "./run/calls";

/** Takes a session as far as it goes without waiting. */
export function advance(session: Session): Answer {
  while (session.stage != Stage.Settled && session.stage != Stage.Failed) {
    if (step(session)) continue;
    if (session.answer == Answer.Pending) return Answer.Pending;
    unwind(session);
  }
  return session.stage == Stage.Settled ? Answer.Done : Answer.Refused;
}

/** One stage; on its success the session is in the next. */
function step(session: Session): bool {
  switch (session.stage) {
    case Stage.Gather:   return session.task == Task.Inspect ? inspectAlone(session) : gather(session) && next(session, Stage.Plan);
    case Stage.Plan:     return plan(session)          && next(session, Stage.Map);
    case Stage.Map:      return mapAll(session)        && next(session, mapped(session));
    case Stage.Link:     return link(session)          && next(session, Stage.Relocate);
    case Stage.Relocate: return relocateAll(session)   && next(session, Stage.Protect);
    case Stage.Protect:  return protectAll(session)    && next(session, Stage.Publish);
    case Stage.Publish:  return publish(session)       && next(session, Stage.Init);
    case Stage.Init:     return initialise(session)    && hold(session) && next(session, ended(session));
    case Stage.Fini:     return finalise(session)      && next(session, Stage.Release);
    default:             return release(session)       && next(session, ended(session));
  }
}

function next(session: Session, stage: Stage): bool {
  session.enter(stage);
  return true;
}

/** A file that is only to be looked at goes no further than being mapped. */
function mapped(session: Session): Stage { return session.flags & Flag.NoLink ? Stage.Publish : Stage.Link; }

/** bytes -> Image, kept under a handle of its own. */
function inspectAlone(session: Session): bool {
  if (!inspect(session, session.image!)) return false;
  session.result = newHandle(Kind.Image, changetype<usize>(session.image!));
  if (!session.result) return session.fail(Code.OutOfMemory, What.Handle, 0, 0);
  session.image = null;
  return next(session, Stage.Settled);
}

/** Image -> Plan, for every module, and their order: nothing is mapped before everything is known to fit this host. */
function plan(session: Session): bool {
  session.order = session.take(<u64>session.modules.count << alignof<usize>());
  if (!session.order) return false;
  session.orderCount = initOrder(session.context!, session.root!, session.order);
  const pageBytes = target.pageBytes();
  let module: Module | null = session.modules.first;
  while (module) {
    if (!planOf(session, module.image, pageBytes, module.plan)) return false;
    if (!(session.flags & Flag.NoLink) && !isLinkable(session, module.image)) return false;
    module = module.next;
  }
  return true;
}

/** Plan -> Placement -> Symbols. */
function mapAll(session: Session): bool {
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    const image = module.image;
    if (!map(session, image, module.plan, module.placement)) return false;
    const isRead = wide(image.bits)
      ? symbolsOf<u64>(session, image, module.placement, module.symbols)
      : symbolsOf<u32>(session, image, module.placement, module.symbols);
    if (!isRead) return false;
    // Names of libraries that may be missing are read from the views until the session is closed.
    if (image.holders == 1 && !session.missing.libraryCount) image.unview();
  }
  return true;
}

/** Symbols -> Binding, in one scope for all that is being loaded. All that is missing is told at once. */
function link(session: Session): bool {
  if (!session.scope) {
    session.scope = scopeOf(session, session.context!, session.modules, session.root!);
    if (!session.scope || !pinScope(session)) return false;
  }
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    if (!module.binding) module.binding = newBinding(session, module.symbols);
    if (!module.binding) return false;
    if (!bind(session, module.image, module.placement, module.symbols, session.scope!, module.binding!, session.missing)) return false;
    if (!keepOwners(session, module)) return false;
  }
  return !session.missing.count || (session.flags & Flag.AllowMissing) != 0 || lackSymbols(session);
}

function lackSymbols(session: Session): bool {
  const lack = session.missing.first!;
  session.source = lack.source;
  session.fail(Code.MissingSymbol, What.Import, session.missing.count, 0);
  session.fault.name = lack.name;
  session.fault.nameBytes = lack.nameBytes;
  return false;
}

/** Binding + Placement -> relocated memory: what a module needs before the module itself. */
function relocateAll(session: Session): bool {
  for (let i: u32 = 0; i < session.orderCount; ++i) {
    const module = session.ordered(i);
    if (!relocate(session, module.image, module.placement, module.binding!)) return false;
  }
  return true;
}

/** Read-only after relocation; code fetchable. */
function protectAll(session: Session): bool {
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    if (!protect(session, module.image, module.plan, module.placement)) return false;
  }
  return true;
}

/** Finished modules -> the context, visible to all before the first initialiser runs. The session keeps them until then. */
function publish(session: Session): bool {
  session.handles = session.take(<u64>session.modules.count * 4);
  if (!session.handles) return false;
  if (!session.pin(session.root!)) return false;
  if (!keepScope(session.context!, session.root!)) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  session.commit();
  return true;
}

/** The executable's preinitialisers, then initialisers in dependency order; a module counts as initialised once its first is called. */
function initialise(session: Session): bool {
  if (session.flags & (Flag.NoRun | Flag.NoLink)) return true;
  const context = session.context!;
  const root = session.root!;
  session.source = root.image.source;
  for (const count = preinitCount(root.image); session.preinitCount < count; ++session.preinitCount) {
    if (!callPreinit(session, root.image, root.placement, context, session.preinitCount)) return false;
  }
  for (; session.position < session.orderCount; ++session.position) {
    const module = session.ordered(session.position);
    session.source = module.image.source;
    if (!module.rank) module.rank = ++context.rankCount;
    for (const count = initCount(module.image); module.calledCount < count; ++module.calledCount) {
      if (!callInit(session, module.image, module.placement, context, module.calledCount)) return false;
    }
    module.calledCount = 0;
  }
  return true;
}

/** The host has what it asked for: the reference is its own from now on. */
function hold(session: Session): bool {
  const root = session.root!;
  ++root.references;
  session.result = root.handle;
  session.letGo();
  return true;
}

/** Where a session goes when its work is done: to its end, unless that left something without use. */
function ended(session: Session): Stage {
  const context = session.context;
  session.dying = context ? markDying(context) : null;
  if (session.dying) return Stage.Fini;
  return session.hasFailed ? Stage.Failed : Stage.Settled;
}

/** Finalisers of what is dying, the reverse of its initialisation. One that is refused does not keep the others from being called. */
function finalise(session: Session): bool {
  for (; session.cursor; session.cursor = session.cursor!.dyingNext) {
    const module = session.cursor!;
    if (!module.rank) continue;
    session.source = module.image.source;
    for (const count = finiCount(module.image); module.calledCount < count; ++module.calledCount) {
      if (!callFini(session, module.image, module.placement, session.context!, module.calledCount) && session.answer == Answer.Pending) return false;
    }
    module.rank = 0;
  }
  return true;
}

/** What was finalised is gone. */
function release(session: Session): bool {
  let module = session.dying;
  while (module) {
    const next = module.dyingNext;
    session.context!.modules.remove(module);
    module.release();
    module = next;
  }
  session.dying = null;
  return true;
}

/** After a failure: what was published is unloaded again, the module whose initialiser failed without its finalisers. */
function unwind(session: Session): void {
  if (session.stage == Stage.Init && session.position < session.orderCount) session.ordered(session.position).rank = 0;
  session.letGo();
  session.enter(ended(session));
}

/** Keeps everything that may be bound to as long as the session is open. */
function pinScope(session: Session): bool {
  const scope = session.scope!;
  for (let i: u32 = 0; i < scope.count; ++i) if (!session.pin(moduleAt(scope.at(i).module))) return false;
  return true;
}

/** Whatever a module was bound to is kept as long as the module. */
function keepOwners(session: Session, module: Module): bool {
  const binding = module.binding!;
  let last = module.handle;
  for (let i: u32 = 1; i < binding.count; ++i) {
    const owner = binding.owner(i);
    if (!owner || owner == last) continue;
    last = owner;
    if (!module.depend(moduleAt(owner))) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  }
  let copy = binding.copies;
  while (copy) {
    if (copy.owner && !module.depend(moduleAt(copy.owner))) return session.fail(Code.OutOfMemory, What.None, 0, 0);
    copy = copy.next;
  }
  return true;
}

/** Gives a reference back, and begins the unloading of what is then left without use; takes no memory. */
export function beginUnload(session: Session, module: Module | null): void {
  if (module) --module.references;
  session.enter(ended(session));
}
