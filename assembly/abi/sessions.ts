// Exports that begin, advance and end work.

import { Answer, Code, Flag, Kind, PF, Policy, Rule, Stage, What } from "../words";
import { hasObjects } from "../base/features";
import { openGeneration, reclaimBlocks } from "../base/generation";
import { openHeap, peakBytes, usedBytes } from "../base/heap";
import { Image, newImage } from "../inspect/image";
import { forgetListing } from "../link/version";
import { advance, beginUnload } from "../load";
import { Context, addRegion, newContext } from "../registry/context";
import { dropOrphans } from "../registry/departure";
import { keepScope } from "../registry/dependency";
import { endHandle, handleFault, kindOf, openHandles, recordOf } from "../registry/handle";
import { newModule, openModules, publishedModule, reclaimModules } from "../registry/module";
import { beginPatch } from "../registry/patch";
import { addFile } from "../registry/files";
import { Session, Task, newSession } from "../registry/session";

const ALL_FLAGS: u32 = 2 * Flag.Debug - 1;
let isOpen: bool = false;

/** Starts the core over, with this much memory of its own at the most (bytes; 0: no limit but the machine's). */
export function lw_open(limitBytes: u32): i32 {
  const start = __heap_base;
  if (limitBytes && <usize>limitBytes <= start) return Code.OutOfMemory;
  openHeap(start, limitBytes);
  openHandles();
  openGeneration();
  openModules();
  forgetListing();
  isOpen = true;
  return Code.Ok;
}

/** A new namespace of modules, whose initialisers are called with these; 0 if there is no memory. */
export function lw_context(argc: u64, argv: u64, envp: u64): u32 {
  const context = isOpen ? newContext(argc, argv, envp) : null;
  return context ? context.handle : 0;
}

/** What the host of a context wants to be asked, from the next load on. Answers a Code. */
export function lw_policy(handle: u32, policy: u32): i32 {
  const record = recordOf(handle, Kind.Context);
  if (!record) return handleFault(handle);
  if (policy & ~<u32>(Policy.Before | Policy.Intercept | Policy.Foreign | Policy.KeepUnique)) return Code.BadFlags;
  changetype<Context>(record).policy = policy;
  return Code.Ok;
}

/**
 * Tells of a kind of memory for modules that are linked from objects from now on. The first that allows what a segment needs is taken, and what is refused there goes to
 * the next. Without any, a module is one reservation of ordinary memory. Answers a Code.
 *
 * @param number  the host's own, which `memory.reserve` is told; not 0
 * @param prot    what it may be used for: PF bits
 * @param rules   Rule bits
 * @param name    sections whose names begin with this go there
 */
export function lw_region(handle: u32, number: u32, prot: u32, rules: u32, name: u64, nameBytes: u32): i32 {
  const record = recordOf(handle, Kind.Context);
  if (!record) return handleFault(handle);
  if (!hasObjects() || !number || prot & ~<u32>(PF.R | PF.W | PF.X) || rules & ~<u32>(Rule.PowerOfTwo | Rule.Named)) return Code.BadFlags;
  return addRegion(changetype<Context>(record), number, prot, rules, name, nameBytes) ? Code.Ok : Code.OutOfMemory;
}

/** Begins to inspect a file; 0 if there is no memory. */
export function lw_inspect(source: u32): u32 {
  const session = isOpen ? newSession(Task.Inspect, null) : null;
  if (!session) return 0;
  session.image = newImage(source, false);
  if (!session.image) refuse(session, Code.OutOfMemory, 0);
  return session.handle;
}

/** Begins to load a file; 0 if there is no memory. */
export function lw_load(context: u32, source: u32, flags: u32): u32 {
  const session = loadSession(context, flags);
  if (!session) return 0;
  if (session.hasFailed) return session.handle;
  const image = newImage(source, false);
  if (!image) refuse(session, Code.OutOfMemory, 0);
  else takeRoot(session, image, flags);
  return session.handle;
}

/** Begins to load a file that was inspected before; 0 if there is no memory. */
export function lw_load_image(context: u32, image: u32, flags: u32): u32 {
  const session = loadSession(context, flags);
  if (!session) return 0;
  if (session.hasFailed) return session.handle;
  const held = changetype<Image>(recordOf(image, Kind.Image));
  if (!changetype<usize>(held)) {
    refuse(session, handleFault(image), image);
    return session.handle;
  }
  ++held.holders;
  takeRoot(session, held, flags);
  return session.handle;
}

/**
 * Adds a file to a load that was not advanced yet: an object, or an archive of them, which becomes one module with the object that the load
 * was begun with; of an archive, what these need. Answers a Code.
 */
export function lw_add(session: u32, source: u32): i32 {
  const record = recordOf(session, Kind.Session);
  if (!record) return handleFault(session);
  const work = changetype<Session>(record);
  if (!hasObjects()) return Code.UnsupportedType;
  if (work.task != Task.Load || work.stage != Stage.Gather || work.hasBegun) return Code.SessionBusy;
  work.root!.standApart();
  work.flags |= Flag.Copy;
  return addFile(work, source) ? Code.Ok : Code.OutOfMemory;
}

function loadSession(context: u32, flags: u32): Session | null {
  const record = recordOf(context, Kind.Context);
  const session = isOpen ? newSession(Task.Load, record ? changetype<Context>(record) : null) : null;
  if (!session) return null;
  session.flags = flags;
  if (!record) refuse(session, handleFault(context), context);
  else if (flags & ~ALL_FLAGS) refuse(session, Code.BadFlags, flags);
  return session;
}

function takeRoot(session: Session, image: Image, flags: Flag): void {
  const module = newModule(session.context!, image, flags);
  if (!module) {
    image.drop();
    refuse(session, Code.OutOfMemory, 0);
    return;
  }
  session.root = module;
  module.loader = changetype<usize>(session);
  session.modules.append(module);
  session.enter(Stage.Gather);
}

/**
 * Begins to give back one reference of a module, and to unload what is then left without use; of a context, what was left
 * without use when a load was given up. 0 if there is no memory.
 */
export function lw_unload(handle: u32): u32 {
  const module = publishedModule(handle);
  const context = module ? module.context : changetype<Context | null>(recordOf(handle, Kind.Context));
  const session = isOpen ? newSession(Task.Unload, context) : null;
  if (!session) return 0;
  if (!context) refuse(session, handleFault(handle), handle);
  else if (module && !module.references) refuse(session, Code.NotHeld, handle);
  else beginUnload(session, module);
  return session.handle;
}

/**
 * Begins to lead every reference of a module to a symbol elsewhere; `addr` NONE: back to what it was bound to. The result is the number
 * of places. 0 if there is no memory.
 */
export function lw_patch(handle: u32, name: u64, nameBytes: u32, addr: u64): u32 {
  const module = publishedModule(handle);
  const session = isOpen ? newSession(Task.Patch, module ? module.context : null) : null;
  if (!session) return 0;
  if (!module) refuse(session, handleFault(handle), handle);
  else if (!module.binding || !module.has(Flag.Patchable)) refuse(session, Code.NotPatchable, handle);
  else beginPatch(session, module, name, nameBytes, addr);
  return session.handle;
}

/** A session that fails before it begins, over what it was called with. */
function refuse(session: Session, code: Code, argument: u32): void {
  if (code == Code.StaleHandle || code == Code.WrongKind || code == Code.NotHeld || code == Code.NotPatchable) session.fail(code, What.Handle, argument, 0);
  else session.fail(code, What.None, 0, argument);
  session.enter(Stage.Failed);
}

/** Takes a session as far as it goes: Done, Refused or Pending. */
export function lw_advance(session: u32): i32 {
  const record = recordOf(session, Kind.Session);
  if (!record) return Answer.Refused;
  const work = changetype<Session>(record);
  if (work.isBusy) return Answer.Pending;
  work.isBusy = work.hasBegun = true;
  const answer = advance(work);
  work.isBusy = false;
  return answer;
}

/** What came of a session that is done: a module's or an image's handle; 0 otherwise. */
export function lw_result(session: u32): u32 {
  const record = recordOf(session, Kind.Session);
  return record ? changetype<Session>(record).result : 0;
}

/** Ends a session, an image, or an empty context. Answers a Code. */
export function lw_close(handle: u32): i32 {
  const kind = kindOf(handle);
  if (kind == Kind.Session) return closeSession(changetype<Session>(recordOf(handle, kind)));
  if (kind == Kind.Image) return closeImage(handle, changetype<Image>(recordOf(handle, kind)));
  if (kind == Kind.Context) return closeContext(changetype<Context>(recordOf(handle, kind)));
  return handleFault(handle);
}

/** What runs on the target can't be taken back half-way: such a session must be advanced to its end. */
function closeSession(session: Session): Code {
  const stage = session.stage;
  if (session.isBusy || stage == Stage.Init || stage == Stage.Fini) return Code.SessionBusy;
  session.abandon();
  return Code.Ok;
}

function closeImage(handle: u32, image: Image): Code {
  endHandle(handle);
  image.drop();
  return Code.Ok;
}

function closeContext(context: Context): Code {
  if (context.modules.count || context.sessionCount) return Code.ContextInUse;
  endHandle(context.handle);
  context.globals.dropIndex();
  dropOrphans(context, true);
  context.arena.release();
  return Code.Ok;
}

/** One more reference to a module. Answers a Code. */
export function lw_retain(module: u32): i32 {
  const held = publishedModule(module);
  if (!held) return handleFault(module);
  if (!held.isPublished) return Code.SessionBusy;
  if (!keepScope(held.context, held)) return Code.OutOfMemory;
  ++held.references;
  return Code.Ok;
}

/** No reader holds anything of what was unloaded up to now: it is given back. Only a core with threads keeps it so long. */
export function lw_reclaim(): void {
  reclaimModules();
  reclaimBlocks();
}

/** Bytes of the core's own memory in use now, and the most that ever were. */
export function coreBytes(peak: bool): u64 { return peak ? peakBytes() : usedBytes(); }
