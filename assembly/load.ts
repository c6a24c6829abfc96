// The whole loader on one page. A session goes through its stages; each takes the products of the ones before, and may
// be left and entered again where it was when the host had to be waited for.

import { Answer, Code, Event, Flag, Kind, Level, Policy, Stage, What } from "./words";
import { PENDING } from "./host/answer";
import { event } from "./host/log";
import * as machine from "./host/machine";
import * as target from "./host/memory";
import { hasLazy, hasObjects, hasVersions } from "./base/features";
import { changed, changing, written } from "./base/generation";
import { wide } from "./elf/word";
import { hasTextRelocations, isSymbolic, mayBeLazy } from "./inspect/dynamic";
import { inspect } from "./inspect/inspect";
import { isLinkable, planOf } from "./plan/plan";
import { map, protect, sync } from "./map/map";
import { bind } from "./link/bind";
import { Binder } from "./link/binder";
import { Binding, newBinding } from "./link/bond";
import { hasIndex, isUnique } from "./link/index";
import { Lacking } from "./link/missing";
import { Symbols, symbolsOf } from "./link/symbols";
import { choose } from "./relocate/indirect";
import { Relocator, copyAll, newRelocator, relocate } from "./relocate/relocate";
import { dropOrphans, hideAll } from "./registry/departure";
import { closureOf, initOrder, keepScope, keptBy, makeGlobal, markDependencies, markDying } from "./registry/dependency";
import { gather } from "./registry/gather";
import { newHandle } from "./registry/handle";
import { fill, relocateFiles } from "./registry/objects";
import { Module, State, moduleAt, retireModule } from "./registry/module";
import { patch } from "./registry/patch";
import { findVersions } from "./registry/require";
import { Session, Task } from "./registry/session";
import { reserveTls, restartTls, startTls } from "./registry/tls";
import { reserveUnits } from "./registry/units";
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
    case Stage.Gather:   return session.task == Task.Inspect ? inspectAlone(session) : gather(session) && next(session, gathered(session));
    case Stage.Plan:     return plan(session)          && next(session, Stage.Map);
    case Stage.Map:      return mapAll(session)        && next(session, mapped(session));
    case Stage.Link:     return link(session)          && next(session, Stage.Relocate);
    case Stage.Relocate: return relocateAll(session)   && next(session, Stage.Sync);
    case Stage.Sync:     return syncAll(session)       && next(session, Stage.Indirect);
    case Stage.Indirect: return chooseAll(session)     && next(session, Stage.Protect);
    case Stage.Protect:  return protectAll(session)    && next(session, Stage.Publish);
    case Stage.Publish:  return publish(session)       && next(session, Stage.Init);
    case Stage.Init:     return initialise(session)    && hold(session) && next(session, ended(session));
    case Stage.Patch:    return patch(session)         && next(session, ended(session));
    case Stage.Fini:     return finalise(session)      && next(session, Stage.Release);
    default:             return release(session)       && next(session, ended(session));
  }
}

function next(session: Session, stage: Stage): bool {
  session.enter(stage);
  return true;
}

/** A file that was loaded before is loaded. */
function gathered(session: Session): Stage { return session.isAlias ? Stage.Init : Stage.Plan; }

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
    module.plan = planOf(session, module.image, pageBytes, module.isLent);
    if (!module.plan) return false;
    if (!(session.flags & Flag.NoLink) && !module.isLent && !isLinkable(session, module.image, session.flags)) return false;
    module = module.next;
  }
  return true;
}

/** Plan -> Placement -> Symbols. */
function mapAll(session: Session): bool {
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    const image = module.image;
    const isMade = hasObjects() && image.isMade;
    const opensText = isMade || (session.flags & Flag.NoLink) == 0 && hasTextRelocations(image);
    if (isMade && !reserveUnits(session, module)) return false;
    if (!map(session, image, module.plan!, module.placement, opensText)) return false;
    if (isMade && !fill(session, module)) return false;
    if (!(session.flags & Flag.NoLink) && !reserveTls(session, module)) return false;
    // Nothing waits behind this: it is done once, and takes the module's memory once.
    const isRead = wide(image.bits)
      ? symbolsOf<u64>(session, image, module.placement, module.symbols, module.arena)
      : symbolsOf<u32>(session, image, module.placement, module.symbols, module.arena);
    if (!isRead) return false;
    // Names of libraries that may be missing are read from the views until the session is closed.
    if (image.holders == 1 && !session.missing.libraryCount) image.unview();
  }
  return true;
}

/** Symbols -> Binding, in one scope for all that is being loaded. All that is missing is told at once. */
function link(session: Session): bool {
  if (!session.scope && !(haveVersions(session) && openScope(session))) return false;
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    if (module.isLent) {
      lookIn(session, module);
      continue;
    }
    if (!module.binding && !beginBinding(session, module)) return false;
    const isBound = bind(session.binder!);
    // What a module is bound to is kept from now on, also while the rest has to wait.
    if (!keepOwners(session, module) || !isBound) return false;
  }
  session.scope!.dropIndex();
  return !session.missing.count || (session.flags & Flag.AllowMissing) != 0 || lackSymbols(session);
}

/** True if every version is there that the modules need of their libraries; all that are missing are told at once. */
function haveVersions(session: Session): bool {
  if (!hasVersions()) return true;
  let module: Module | null = session.modules.first;
  while (module) {
    if (!module.isLent && !findVersions(session, module)) return false;
    module = module.next;
  }
  const missing = session.missing;
  if (!missing.versionCount) return true;
  let first = missing.first!;
  while (first.kind != Lacking.Version) first = first.next!;
  session.source = first.source;
  session.fail(Code.MissingVersion, What.Version, first.entry, missing.versionCount);
  session.fault.name = first.name;
  session.fault.nameBytes = first.nameBytes;
  return false;
}

/** What a module was loaded with is looked in for it. */
function lookIn(session: Session, module: Module): void {
  module.home = session.scope;
  session.scope!.hold();
}

/** What the load brought with it: the scope of all its modules. */
function openScope(session: Session): bool {
  session.scope = closureOf(session.context!, session.root!);
  session.binder = changetype<Binder | null>(session.take(offsetof<Binder>()));
  if (!session.scope) return session.fail(Code.OutOfMemory, What.None, 0, session.modules.count);
  session.scope!.addIndex(referencesOf(session), (session.flags & Flag.DeepBind) != 0);
  return session.binder != null;
}

/** About how many symbols the load will look up. */
function referencesOf(session: Session): u64 {
  let count: u64 = 0;
  let module: Module | null = session.modules.first;
  while (module) {
    count += module.symbols.bucketCount ? module.symbols.first : module.symbols.count;
    module = module.next;
  }
  return count;
}

/** Readies a module for being bound. */
function beginBinding(session: Session, module: Module): bool {
  const context = session.context!;
  const binding = newBinding(session, module.symbols, module.has(Flag.Patchable) ? module.arena : session.arena);
  if (!binding) return false;
  module.binding = binding;
  lookIn(session, module);
  const order = module.order;
  order.globals = context.globals;
  order.roll = context.roll;
  order.arch = module.image.arch;
  order.scope = session.scope!;
  order.own = isSymbolic(module.image) ? module.symbols : null;
  order.isDeep = (session.flags & Flag.DeepBind) != 0;
  const binder = session.binder!;
  binder.work = session;
  binder.image = module.image;
  binder.placement = module.placement;
  binder.symbols = module.symbols;
  binder.order = order;
  binder.binding = binding;
  binder.missing = session.missing;
  binder.policy = context.policy;
  binder.isWaiting = false;
  binder.isUnasked = !(context.policy & (Policy.Before | Policy.Intercept));
  binder.isFirst = hasIndex() && module.symbols.bucketCount != 0 && session.scope!.at(0) == module.symbols;
  binder.isLazy = hasLazy() && (session.flags & (Flag.Lazy | Flag.NoRun)) == Flag.Lazy && mayBeLazy(module.image) && machine.lazyEntry() < PENDING;
  return true;
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
    const relocator = relocatorOf(session, module);
    if (!relocator) return false;
    if (hasObjects() && module.image.isMade && !relocateFiles(session, module, relocator.places)) return false;
    if (!relocate(relocator)) return false;
  }
  return true;
}

function relocatorOf(session: Session, module: Module): Relocator | null {
  if (!module.relocator) module.relocator = newRelocator(session, module.image, module.placement, module.symbols, module.binding!, session.context!.policy);
  return module.relocator;
}

/** Text is text again, code fetchable, and thread-local blocks hold what their images do: nothing runs before. */
function syncAll(session: Session): bool {
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    if (module.isLent) continue;
    if (!sync(session, module.image, module.placement)) return false;
    if (!startTls(session, module)) return false;
  }
  return true;
}

/** Resolvers choose, those of what a module needs before its own; in between it copies what it has room for. */
function chooseAll(session: Session): bool {
  for (; session.position < session.orderCount; ++session.position) {
    const module = session.ordered(session.position);
    const relocator = relocatorOf(session, module)!;
    if (!session.isChoosing && !copyAll(relocator)) return false;
    session.isChoosing = true;
    if (!choose(relocator, session.flags) || !restartTls(session, module)) return false;
    session.isChoosing = false;
  }
  return true;
}

/** Read-only after relocation. */
function protectAll(session: Session): bool {
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    if (!module.isLent && !protect(session, module.image, module.placement)) return false;
  }
  return true;
}

/** Finished modules -> the context, visible to all before the first initialiser runs. The session keeps them until then. */
function publish(session: Session): bool {
  session.handles = session.take(<u64>session.modules.count * 4);
  if (!session.handles) return false;
  if (!session.pin(session.root!)) return false;
  // What only its handle leads to is seen from one store on; names that everybody looks for take more.
  const isSeen = (session.flags & Flag.Global) != 0 || anyUnique(session.modules.first);
  if (isSeen) changing();
  const isKept = keepScope(session.context!, session.root!);
  written();
  if (isKept) session.commit();
  if (isKept && session.flags & Flag.Global) makeGlobal(session.root!);
  if (isSeen) changed();
  if (!isKept) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  session.tell();
  return true;
}

/** True if some of them defines what is to be unique in its context. */
function anyUnique(first: Module | null): bool {
  let module = first;
  while (module && !module.symbols.hasUnique) module = module.next;
  return module != null;
}

/** The executable's preinitialisers, then initialisers in dependency order; a module counts as initialised once its first is called. */
function initialise(session: Session): bool {
  if (session.flags & (Flag.NoRun | Flag.NoLink) || session.isAlias || session.root!.isLent) return true;
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
  session.makePermanent();
  session.letGo();
  return true;
}

/** Where a session goes when its work is done: to its end, unless that left something without use. */
function ended(session: Session): Stage {
  const context = session.context;
  session.dying = null;
  if (context && context.isDirty) {
    session.dying = markDying(context);
    // What only another session keeps may be without use when that ends.
    context.isDirty = context.sessionCount > 1;
  }
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
  const context = session.context!;
  let module = session.dying;
  // They are told of while they can still be asked about, and are out of sight before the first is released.
  while (module) {
    event(Level.Debug, Event.Withdrawn, module.handle, module.placement.addr);
    module = module.dyingNext;
  }
  hideAll(context, session.dying);
  module = session.dying;
  while (module) {
    const next = module.dyingNext;
    retireModule(module);
    module = next;
  }
  dropOrphans(context, false);
  session.dying = null;
  return true;
}

/** After a failure: what was published is unloaded again, the module whose initialiser failed without its finalisers. */
function unwind(session: Session): void {
  if (session.stage == Stage.Init && session.position < session.orderCount) session.ordered(session.position).rank = 0;
  session.letGo();
  if (session.context) session.context!.isDirty = true;
  session.enter(ended(session));
}

/** Whatever a module was bound to is kept as long as the module; what was there before, as long as the session, too. */
function keepOwners(session: Session, module: Module): bool {
  const binding = module.binding!;
  const number = markDependencies(session.context!, module);
  let last: Symbols | null = module.symbols;
  for (let i: u32 = 1; i < binding.foreignEnd; ++i) {
    const owner = binding.at(i).owner;
    if (!owner || owner == last) continue;
    if (!keepOwner(session, module, owner, number)) return false;
    last = owner;
  }
  if (binding.hasUnique && session.context!.policy & Policy.KeepUnique) keepUnique(binding);
  let copy = binding.copies;
  while (copy) {
    if (!keepOwner(session, module, copy.owner, number)) return false;
    copy = copy.next;
  }
  let leap = binding.leaps;
  while (leap) {
    if (!keepOwner(session, module, leap.owner, number)) return false;
    leap = leap.next;
  }
  return true;
}

/** What is unique in its context stays with whoever has it. */
function keepUnique(binding: Binding): void {
  for (let i: u32 = 1; i < binding.count; ++i) {
    const bond = binding.at(i);
    if (bond.owner && isUnique(bond.owner!, bond.index)) keepForGood(moduleAt(bond.owner!.module));
  }
}

/** One that is being loaded is kept when it is. */
function keepForGood(module: Module): void {
  module.flags |= Flag.NoDelete;
  if (module.state == State.Published && !module.initialiser) module.isPermanent = true;
}

function keepOwner(session: Session, module: Module, owner: Symbols | null, number: u32): bool {
  if (!owner) return true;
  const on = moduleAt(owner.module);
  if (on.mark == number) return true;
  on.mark = number;
  if (!module.dependOnNew(on, false)) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  return on.state == State.Loading || session.pin(on);
}

/** Gives a reference back, and begins the unloading of what is then left without use; takes no memory. */
export function beginUnload(session: Session, module: Module | null): void {
  const context = session.context!;
  if (module) --module.references;
  else context.isClosing = true;
  // As long as the host holds it, it keeps what it kept.
  if (!module || !module.references) context.isDirty = true;
  session.enter(ended(session));
  context.isClosing = false;
  if (module && module.state != State.Dying) event(Level.Info, Event.Stays, module.handle, keptBy(module));
}
