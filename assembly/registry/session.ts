// A session: one load, inspection or unload from its first question to the host to its last. It owns what it takes;
// `commit` hands that to the context, `abandon` gives it back.

import { Code, Event, Flag, Kind, Level, Stage } from "../words";
import { event } from "../host/log";
import { arenaOf } from "../base/arena";
import { Fault } from "../base/fault";
import { Work } from "../base/work";
import { Image } from "../inspect/image";
import { Unit } from "../plan/regions";
import { Section } from "../inspect/object";
import { Missing } from "../link/missing";
import { Binder } from "../link/binder";
import { Scope } from "../link/scope";
import { Context } from "./context";
import { endHandle, newHandle, recordOf } from "./handle";
import { Dependency, File, Module, State, closeFiles, moduleAt } from "./module";
import { Modules } from "./modules";

/** What a session is for. */
export const enum Task { Inspect, Load, Unload, Patch }

@unmanaged export class Session extends Work {
  task: Task;
  stage: Stage;
  flags: u32;
  /** The module or image that came of it. */
  result: u32;
  context: Context | null;
  /** Inspect: the image until it has a handle. */
  image: Image | null;
  /** Load: the module asked for. */
  root: Module | null;
  /** Load: modules that are not published yet. */
  modules: Modules;
  missing: Missing;
  /** Load: what is looked up in, and for whom. */
  scope: Scope | null;
  binder: Binder | null;
  /** Load: the handles of what it loaded, in order, for whoever asks. */
  handles: usize;
  handleCount: u32;
  /** Load: initialisation order. */
  order: usize;
  orderCount: u32;
  /** What is being unloaded. */
  dying: Module | null;
  /** Where the stage goes on: the module, or the number in the order. */
  cursor: Module | null;
  position: u32;
  /** Preinitialisers that were called. */
  preinitCount: u32;
  /** The resolvers of one module are under way. */
  isChoosing: bool;
  /** The file was loaded before: there is nothing to do but to give a reference. */
  isAlias: bool;
  /** Patch: what leads where. */
  patching: usize;
  /** Modules that must stay while this session is open. */
  private pins: Dependency | null;
  /** Objects: the files that are linked (registry/objects.ts); the one that was asked for is among them. */
  files: File | null;
  /** Files of the members of thin archives among these. */
  members: File | null;
  hasObjects: bool;
  /** Sections that lie in memory, once they do. */
  sections: usize;
  sectionCount: u32;
  /** Sections for debuggers, and what relocates them. */
  debugs: usize;
  debugCount: u32;
  linker: usize;
  /** What it took of each kind of memory. */
  units: usize;
  unitCount: u32;
  /** It was advanced: nothing can be added to it any more. */
  hasBegun: bool;
  /** It is being advanced now: what runs on the target may call the core, but not this session. */
  isBusy: bool;

  @inline section(index: u32): Section { return changetype<Section>(load<usize>(this.sections + (<usize>index << alignof<usize>()))); }
  @inline debug(index: u32): Section { return changetype<Section>(load<usize>(this.debugs + (<usize>index << alignof<usize>()))); }
  @inline unit(index: u32): Unit { return changetype<Unit>(load<usize>(this.units + (<usize>index << alignof<usize>()))); }
  @inline ordered(index: u32): Module { return changetype<Module>(load<usize>(this.order + (<usize>index << alignof<usize>()))); }
  @inline get hasFailed(): bool { return this.fault.code != Code.Ok; }

  /** Enters a stage, from its start. */
  enter(stage: Stage): void {
    this.stage = stage;
    this.position = 0;
    this.cursor = stage == Stage.Fini ? this.dying : this.modules.first;
    event(Level.Debug, Event.Stage, this.handle, stage);
  }

  /** Keeps a module as long as the session is open; false with a fault if there is no memory. */
  pin(module: Module): bool {
    const at = this.take(offsetof<Dependency>());
    if (!at) return false;
    const pin = changetype<Dependency>(at);
    pin.module = module;
    pin.next = this.pins;
    this.pins = pin;
    ++module.pins;
    return true;
  }

  /** What asked for it is never unloaded again. */
  makePermanent(): void {
    if (this.root!.has(Flag.NoDelete)) this.root!.isPermanent = true;
    for (let i: u32 = 0; i < this.handleCount; ++i) {
      const record = recordOf(load<u32>(this.handles + i * 4), Kind.Module);
      if (record && changetype<Module>(record).has(Flag.NoDelete)) changetype<Module>(record).isPermanent = true;
    }
  }

  /** Relies on nothing any more, and calls nobody's initialisers. */
  letGo(): void {
    let pin: Dependency | null = this.pins;
    while (pin) {
      --pin.module.pins;
      pin = pin.next;
    }
    this.pins = null;
    for (let i: u32 = 0; i < this.handleCount; ++i) {
      const record = recordOf(load<u32>(this.handles + i * 4), Kind.Module);
      if (record && changetype<Module>(record).initialiser == changetype<usize>(this)) changetype<Module>(record).initialiser = 0;
    }
  }

  /** Hands what was loaded to the context: from now on it is visible. */
  commit(): void {
    const context = this.context!;
    for (let module: Module | null = this.modules.first; module; ) {
      const next = module.next;
      this.modules.remove(module);
      module.state = State.Published;
      context.modules.append(module);
      module.listAnew();
      // What is only looked at defines nothing for others.
      if (!module.has(Flag.NoLink)) context.roll.append(module.symbols);
      module.broughtBy = module.pathFrom = null;
      module.plan = null;
      module.initialiser = changetype<usize>(this);
      store<u32>(this.handles + this.handleCount++ * 4, module.handle);
      module = next;
    }
    // The modules hold it themselves.
    this.dropScope();
  }

  /** Holds its scope no longer. */
  private dropScope(): void {
    const scope = this.scope;
    if (!scope) return;
    scope.dropIndex();
    if (scope.drop()) scope.release();
    this.scope = null;
  }

  /** Tells the host what is visible now. */
  tell(): void {
    for (let i: u32 = 0; i < this.handleCount; ++i) {
      const handle = load<u32>(this.handles + i * 4);
      event(Level.Info, Event.Published, handle, moduleAt(handle).placement.addr);
    }
  }

  /** What was linked into a module is looked at no longer. */
  closeFiles(): void {
    closeFiles(this.files);
    closeFiles(this.members);
    this.files = this.members = null;
  }

  /** The only way out for what a session took and did not commit: newest first. Ends the session. */
  abandon(): void {
    this.letGo();
    this.closeFiles();
    for (let i: u32 = 0; i < this.handleCount; ++i) {
      const record = recordOf(load<u32>(this.handles + i * 4), Kind.Module);
      if (!record) continue;
      const module = changetype<Module>(record);
      module.relocator = null;
      module.objects = 0;
      if (!module.has(Flag.Patchable)) module.binding = null;
    }
    for (let module: Module | null = this.modules.last; module; ) {
      const previous = module.previous;
      module.release();
      module = previous;
    }
    if (this.image) this.image!.drop();
    this.dropScope();
    if (this.context) --this.context!.sessionCount;
    endHandle(this.handle);
    this.arena.release();
  }
}

const FAULT: usize = offsetof<Session>() + 7 & ~7;
const MODULES: usize = FAULT + (offsetof<Fault>() + 7 & ~7);
const MISSING: usize = MODULES + (offsetof<Modules>() + 7 & ~7);
const RECORD: usize = MISSING + offsetof<Missing>();

/** A new session; null if there is no memory. */
export function newSession(task: Task, context: Context | null): Session | null {
  const arena = arenaOf(RECORD, task == Task.Load ? 1536 : 128);
  if (!arena) return null;
  const at = arena.record;
  const session = changetype<Session>(at);
  session.handle = newHandle(Kind.Session, at);
  if (!session.handle) {
    arena.release();
    return null;
  }
  session.arena = arena;
  session.fault = changetype<Fault>(at + FAULT);
  session.modules = changetype<Modules>(at + MODULES);
  session.missing = changetype<Missing>(at + MISSING);
  session.task = task;
  session.context = context;
  if (context) ++context.sessionCount;
  return session;
}
