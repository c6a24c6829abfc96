// A module: an image in memory, and what it is bound to.

import { Flag, Kind } from "../words";
import * as machine from "../host/machine";
import * as source from "../host/source";
import { Arena, arenaOf } from "../base/arena";
import { hasTls } from "../base/features";
import { keepsRetired, written } from "../base/generation";
import { strideOf } from "../base/record";
import { Archive } from "../inspect/archive";
import { Image } from "../inspect/image";
import { View } from "../inspect/view";
import { Binding } from "../link/bond";
import { hasIndex } from "../link/index";
import { Order } from "../link/order";
import { Scope } from "../link/scope";
import { Symbols } from "../link/symbols";
import { Placement } from "../map/map";
import { Relocator } from "../relocate/relocate";
import { Plan } from "../plan/plan";
import { Context } from "./context";
import { Place, placeBytes } from "./directory";
import { endHandle, freeHandle, hideHandle, newHandle, recordOf } from "./handle";

/** How far a module has come. */
export const enum State { Loading, Published, Dying, Gone }

/** An edge of the dependency graph. */
@unmanaged export class Dependency {
  next: Dependency | null;
  module: Module;
  /** By DT_NEEDED; otherwise because a symbol is bound there. */
  isNeeded: bool;
}

/** A file of objects, and where it can be read. */
@unmanaged export class File {
  next: File | null;
  source: u32;
  view: View;
  /** Parts of it are used in place (plan/stay.ts). */
  isKept: bool;
  /** Of an archive: what members it has (inspect/archive.ts). */
  archive: Archive | null;
  /** The host opened it for this: a member of a thin archive. */
  isMember: bool;
}

/** A section of objects that a host may look for by its name. */
@unmanaged export class Claim {
  next: Claim | null;
  /** Offset in the module's strings, and its bytes. */
  name: u32;
  nameBytes: u32;
  vaddr: u64;
  bytes: u64;
  type: u32;
  flags: u32;
}

/** They are looked at no longer. */
export function closeFiles(file: File | null): void {
  while (file) {
    file.view.close(file.source);
    if (file.isMember) source.close(file.source);
    file = file.next;
  }
}

@unmanaged export class Module {
  handle: u32;
  state: State;
  flags: Flag;
  /** References that the host holds. */
  references: u32;
  /** Open sessions that rely on it. */
  pins: u32;
  /** When it was initialised, counted through its context; 0 if it was not. */
  rank: u32;
  arena: Arena;
  context: Context;
  image: Image;
  /** Until it is published: what it asks of memory. */
  plan: Plan | null;
  placement: Placement;
  symbols: Symbols;
  /** While its session is open. */
  binding: Binding | null;
  /** While its session is open: what relocates it. */
  relocator: Relocator | null;
  /** Of objects, while its session is open: what it is made of (merge/objects.ts). */
  objects: usize;
  /** Sections that a host may look for, and how many. */
  claims: Claim | null;
  claimCount: u32;
  /** Files that it is used from (Flag.InPlace). */
  files: File | null;
  /** Where its references are looked up. */
  order: Order;
  /** What it was loaded with; null until it is linked. */
  home: Scope | null;
  /** What `lw_find` searches: the module, then what it needs; null until the host holds it. */
  scope: Scope | null;
  /** Patches of the host's, newest first. */
  patches: usize;
  /** Slots that were led elsewhere before anything had bound them. */
  ledSlots: usize;
  /** Hash of DT_SONAME; 0 until it is known. */
  nameHash: u32;
  /** Where it is among all of the context, by name and by file. */
  private named: Place;
  private filed: Place;
  /** The session that brings it, until it is published. */
  loader: usize;
  /** It has a thread-local block of the host's, which is initialised. */
  hasTls: bool;
  /** It was loaded for good: DF_1_NODELETE or Flag.NoDelete, and all its initialisers have run. */
  isPermanent: bool;
  isTlsStarted: bool;
  /** Neighbours in its session's list, or its context's. */
  next: Module | null;
  previous: Module | null;
  /** The next module that goes, while it is dying. */
  dyingNext: Module | null;
  /** The session that calls its initialisers, until it is done. */
  initialiser: usize;
  /** Whose DT_RPATH is searched first for what it needs, while it is being loaded: its own, or that of the nearest that brought it. */
  pathFrom: Module | null;
  /** The module that needed it first, while they are being loaded. */
  broughtBy: Module | null;
  /** What came of each DT_NEEDED. */
  private libraries: usize;
  dependencies: Dependency | null;
  private lastDependency: Dependency | null;
  /** Needed libraries that were seen to, and initialisers that ran: where a pending call goes on. */
  gatheredCount: u32;
  calledCount: u32;
  /** A walk over the graph: the walk that met it last, what it met next, from where, and which edge is next. */
  mark: u32;
  met: Module | null;
  from: Module | null;
  edge: Dependency | null;

  @inline has(flag: Flag): bool { return (this.flags & flag) != 0; }
  @inline get isPublished(): bool { return this.state == State.Published; }
  /** True if hosts may ask for it: since it was published, until it is gone. */
  @inline get isKnown(): bool { return this.state == State.Published || this.state == State.Dying; }
  /** True if others may be bound to it: not to what is only looked at, and not to what is on its way out. */
  @inline get isOpen(): bool { return this.state != State.Dying && !this.has(Flag.NoLink); }
  /** True if somebody else loaded it. */
  @inline get isLent(): bool { return this.placement.isLent; }
  /** True if every later load sees its symbols. */
  @inline get isGlobal(): bool { return this.symbols.rank != 0; }

  /** Is found by its file from now on, unless it is only looked at, or a copy beside another. */
  list(): void {
    if (hasIndex() && !this.has(Flag.NoLink | Flag.Copy)) this.context.bySource.add(this.filed, this.image.source, changetype<usize>(this));
  }
  /** Is not found by its file, as it is made of more. */
  standApart(): void {
    this.unlist();
    this.flags |= Flag.Copy;
  }
  /** Is found by its name, too. */
  listName(hash: u32): void {
    this.nameHash = hash;
    if (hasIndex() && hash && !this.has(Flag.NoLink | Flag.Copy)) this.context.byName.add(this.named, hash, changetype<usize>(this));
  }
  /** Is no longer found. */
  private unlist(): void {
    if (!hasIndex()) return;
    this.context.bySource.remove(this.filed);
    this.context.byName.remove(this.named);
  }
  /** Is found behind those that were published before it. */
  listAnew(): void {
    this.unlist();
    this.list();
    this.listName(this.nameHash);
  }

  /** Its symbols are seen by every load from now on. */
  makeGlobal(): void {
    if (!this.isGlobal && !this.has(Flag.NoLink)) this.context.globals.append(this.symbols);
  }

  /** A section that a host may look for. */
  claim(index: u32): Claim {
    let claim = this.claims!;
    while (index--) claim = claim.next!;
    return claim;
  }

  /** Takes room for what it needs; false if there is no memory. */
  hasRoom(): bool {
    if (this.image.neededCount && !this.libraries) this.libraries = this.arena.take(<u64>this.image.neededCount << alignof<usize>());
    return !this.image.neededCount || this.libraries != 0;
  }

  /** This is the library that it needs next. */
  remember(on: Module): void { store<usize>(this.libraries + (<usize>this.gatheredCount << alignof<usize>()), changetype<usize>(on)); }

  /** The library of a DT_NEEDED; null if the host stands for it, or nobody has it. */
  needed(index: u32): Module | null {
    return this.libraries ? changetype<Module | null>(load<usize>(this.libraries + (<usize>index << alignof<usize>()))) : null;
  }

  /** Relies on another module from now on; false if there is no memory. */
  depend(on: Module, isNeeded: bool): bool {
    if (on == this) return true;
    let each = this.dependencies;
    while (each) {
      if (each.module == on) return true;
      each = each.next;
    }
    return this.dependOnNew(on, isNeeded);
  }

  /** The same of one that it did not rely on. */
  dependOnNew(on: Module, isNeeded: bool): bool {
    const at = this.arena.take(offsetof<Dependency>());
    if (!at) return false;
    const dependency = changetype<Dependency>(at);
    dependency.module = on;
    dependency.isNeeded = isNeeded;
    // Who binds a function without a lock walks this list.
    written();
    if (this.lastDependency) this.lastDependency!.next = dependency;
    else this.dependencies = dependency;
    this.lastDependency = dependency;
    return true;
  }

  /** No lookup leads to it any more. */
  hide(): void {
    const context = this.context;
    if (this.isGlobal) context.globals.remove(this.symbols);
    if (!this.has(Flag.NoLink)) context.roll.remove(this.symbols);
    this.unlist();
    this.state = State.Gone;
    hideHandle(this.handle);
  }

  /** Gives back everything it took from the host and from the core. */
  release(): void {
    if (this.state != State.Gone) this.unlist();
    this.home = dropScope(this.home);
    this.scope = dropScope(this.scope);
    if (hasTls() && this.hasTls) machine.tlsRelease(this.handle);
    this.placement.release();
    closeFiles(this.files);
    this.image.drop();
    if (this.state == State.Gone) freeHandle(this.handle);
    else endHandle(this.handle);
    this.arena.release();
  }
}

const PLACEMENT: usize = offsetof<Module>() + 7 & ~7;
const SYMBOLS: usize = PLACEMENT + (offsetof<Placement>() + 7 & ~7);
const ORDER: usize = SYMBOLS + (offsetof<Symbols>() + 7 & ~7);
const PLACES: usize = ORDER + (offsetof<Order>() + 7 & ~7);
@inline function recordBytes(): usize { return PLACES + 2 * placeBytes(); }

/** What it relies on is kept in pieces of so many bytes; what a library that needs one other keeps of that lies with the module itself. */
@inline const CHUNK: usize = 4 * strideOf<Dependency>();
@inline const NEEDS_ONE: usize = (sizeof<usize>() + 7 & ~7) + strideOf<Dependency>();

/** A new module of an image, which it holds from now on; null if there is no memory. */
export function newModule(context: Context, image: Image, flags: Flag): Module | null {
  const arena = arenaOf(recordBytes(), CHUNK, NEEDS_ONE);
  if (!arena) return null;
  const module = changetype<Module>(arena.record);
  module.handle = newHandle(Kind.Module, arena.record);
  if (!module.handle) {
    arena.release();
    return null;
  }
  module.arena = arena;
  module.context = context;
  module.image = image;
  module.flags = flags;
  module.placement = changetype<Placement>(arena.record + PLACEMENT);
  module.symbols = changetype<Symbols>(arena.record + SYMBOLS);
  module.symbols.module = module.handle;
  module.order = changetype<Order>(arena.record + ORDER);
  if (hasIndex()) {
    module.named = changetype<Place>(arena.record + PLACES);
    module.filed = changetype<Place>(arena.record + PLACES + placeBytes());
  }
  module.list();
  return module;
}

/** The module of a host's handle; null if it is stale, or the module is not published yet. */
export function publishedModule(handle: u32): Module | null {
  const module = changetype<Module | null>(recordOf(handle, Kind.Module));
  return module && module.isKnown ? module : null;
}

/** The module of a handle that the core itself keeps: always a living one. */
export function moduleAt(handle: u32): Module { return changetype<Module>(recordOf(handle, Kind.Module)); }

/** One holder less; always null. */
function dropScope(scope: Scope | null): Scope | null {
  if (scope && scope.drop()) scope.release();
  return null;
}

/** Modules that are gone, but that a reader may still hold. */
let retired: Module | null = null;

/** A module that is out of sight: it is released when no reader can hold it. */
export function retireModule(module: Module): void {
  if (!keepsRetired()) {
    module.release();
    return;
  }
  module.dyingNext = retired;
  retired = module;
}

/** No reader holds what is gone up to now. */
export function reclaimModules(): void {
  while (retired) {
    const module = retired!;
    retired = module.dyingNext;
    module.release();
  }
}

/** Forgets them: the core begins anew. */
export function openModules(): void { retired = null; }
