// Which modules a load takes: the file asked for, and everything it needs that is not there yet, breadth first.

import { Answer, Code, Flag, What } from "../words";
import { NONE } from "../host/answer";
import * as hostLink from "../host/link";
import * as target from "../host/memory";
import * as source from "../host/source";
import { hasObjects } from "../base/features";
import { changed, changing } from "../base/generation";
import { DT } from "../elf/dynamic";
import { gnuHash } from "../elf/hash";
import { Image, Part, newImage } from "../inspect/image";
import { staysLoaded } from "../inspect/dynamic";
import { inspect } from "../inspect/inspect";
import { hasIndex } from "../link/index";
import { isNamed } from "../link/lookup";
import { Lacking } from "../link/missing";
import { sameBytes, textBytes } from "../elf/text";
import { keepScope, makeGlobal } from "./dependency";
import { Module, State, newModule } from "./module";
import { Modules } from "./modules";
import { searchesFrom, tellPaths } from "./search";
import { gatherObjects, isUnlinked } from "./objects";
import { Session } from "./session";

/**
 * Inspects the files of a load, one after the other, and finds what each needs. Every library that nobody has goes on the
 * session's list before the load is refused.
 *
 * @returns false if the session must wait, or failed
 * @fault MissingLibrary (Import, at = how many are missing)
 * @fault MachineMismatch (Ehdr, at = 18, value = e_machine)
 */
export function gather(session: Session): bool {
  if (session.cursor == session.root && !(session.flags & (Flag.Copy | Flag.NoLink))) {
    const known = fromSource(session, session.root!.image.source, false);
    // One that is linked for elsewhere is not what is to run here.
    if (known && known.has(Flag.NoRun) == session.root!.has(Flag.NoRun)) return isUnready(known) ? session.wait() : becomeAlias(session, known);
  }
  for (; session.cursor; session.cursor = session.cursor!.next) {
    const module = session.cursor!;
    if (!inspect(session, module.image)) return false;
    if (hasObjects() && module == session.root && isUnlinked(module.image) && !gatherObjects(session, module)) return false;
    if (session.files && !session.hasObjects || isUnlinked(module.image)) return session.fail(Code.UnsupportedType, What.Ehdr, 16, module.image.type);
    if (!module.nameHash) module.listName(hashOfName(module.image));
    module.pathFrom = searchesFrom(module);
    const arch = session.root!.image.arch;
    if (module.image.arch != arch) return session.fail(Code.MachineMismatch, What.Ehdr, 18, module.image.arch.machine);
    adopt(module);
    if (staysLoaded(module.image)) module.flags |= Flag.NoDelete;
    if (!(session.flags & Flag.NoLink) && !needs(session, module)) return false;
  }
  const lacking = session.missing.libraryCount;
  return !lacking || (session.flags & Flag.AllowMissing) != 0 || lackLibraries(session, lacking);
}

/** What somebody else loaded, as a system's linker did before this one came, is a module for good: with symbols, without relocations. */
@inline function adopt(module: Module): void {
  if (!isDefined(LW_ADOPT) || module.has(Flag.Copy | Flag.NoRun | Flag.NoLink)) return;
  const bias = source.placed(module.image.source);
  if (bias == NONE) return;
  module.placement.bias = bias;
  module.placement.isLent = true;
  module.flags |= Flag.NoDelete;
}

/** The file is loaded: what was begun for it goes, and the session is about the module that is there. */
function becomeAlias(session: Session, module: Module): bool {
  const begun = session.root!;
  session.modules.remove(begun);
  begun.release();
  session.root = module;
  session.cursor = null;
  session.isAlias = true;
  if (!session.pin(module)) return false;
  if (!keepScope(session.context!, module)) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  if (session.flags & Flag.Global) {
    changing();
    makeGlobal(module);
    changed();
  }
  if (session.flags & Flag.NoDelete) module.flags |= Flag.NoDelete;
  return true;
}

function lackLibraries(session: Session, count: u32): bool {
  const lack = session.missing.first!;
  session.source = lack.source;
  session.fail(Code.MissingLibrary, What.Import, count, 0);
  session.fault.name = lack.name;
  session.fault.nameBytes = lack.nameBytes;
  return false;
}

function needs(session: Session, module: Module): bool {
  const image = module.image;
  if (!module.hasRoom()) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  for (; module.gatheredCount < image.neededCount; ++module.gatheredCount) {
    const name = image.part(Part.Strings).addr + image.neededName(module.gatheredCount);
    const bytes = textBytes(name, image.part(Part.Strings).bytes - image.neededName(module.gatheredCount));
    const known = named(session, name, bytes);
    if (known && isUnready(known)) return session.wait();
    if (known ? !depend(session, module, known) : !ask(session, module, name, bytes)) return false;
  }
  return true;
}

/**
 * True for a module whose initialisers are still to come, in a session that waits for the host. (One that is calling them
 * right now is what this load was called from: it would wait for itself.)
 */
function isUnready(module: Module): bool { return module.initialiser != 0 && !changetype<Session>(module.initialiser).isBusy; }

/** Asks the host for a library that is not there yet. */
function ask(session: Session, module: Module, name: u64, bytes: u32): bool {
  tellPaths(session, module, name, bytes);
  const answer = hostLink.needed(session.handle, module.image.source, name, bytes);
  if (answer == Answer.Pending) return session.wait();
  if (answer == 0) return true; // the host stands for it
  if (answer < 0) return session.missing.add(session, name, bytes, module.image.source, Lacking.Library) != null;
  const known = fromSource(session, <u32>answer, true);
  if (known) return isUnready(known) ? session.wait() : depend(session, module, known);
  const image = newImage(<u32>answer, true);
  if (!image) {
    source.close(<u32>answer);
    return session.fail(Code.OutOfMemory, What.None, 0, 0);
  }
  // A copy is of the file that was asked for, and so is what is never unloaded; what it needs is shared.
  const added = newModule(session.context!, image, session.flags & ~(Flag.Copy | Flag.NoDelete));
  if (!added) {
    image.drop();
    return session.fail(Code.OutOfMemory, What.None, 0, 0);
  }
  added.loader = changetype<usize>(session);
  added.broughtBy = module;
  session.modules.append(added);
  return depend(session, module, added);
}

function depend(session: Session, module: Module, on: Module): bool {
  // A module that was loaded before is of a machine for certain; one that is still to be inspected is checked then.
  if (on.state != State.Loading && on.image.arch != module.image.arch) return session.fail(Code.MachineMismatch, What.Ehdr, 18, on.image.arch.machine);
  module.remember(on);
  if (!module.depend(on, true)) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  return on.state == State.Loading || session.pin(on);
}

/** A module that is there, or on its way in this session, and is called this. */
function named(session: Session, name: u64, bytes: u32): Module | null {
  const hash = gnuHash(name, bytes);
  const context = session.context!;
  if (!hasIndex()) return namedIn(context.modules, name, bytes, hash) || namedIn(session.modules, name, bytes, hash);
  let onItsWay: Module | null = null;
  let place = context.byName.first(hash);
  while (place) {
    const module = changetype<Module>(place.module);
    if (isSeen(session, module) && hasName(module, name, bytes)) {
      if (module.state != State.Loading) return module;
      if (!onItsWay) onItsWay = module;
    }
    place = place.next;
  }
  return onItsWay;
}

/** What another session is loading is none of this one's. */
function isSeen(session: Session, module: Module): bool {
  return module.isOpen && (module.state != State.Loading || module.loader == changetype<usize>(session));
}

function namedIn(modules: Modules, name: u64, bytes: u32, hash: u32): Module | null {
  let module = modules.first;
  while (module) {
    if (module.nameHash == hash && module.isOpen && !module.has(Flag.Copy) && hasName(module, name, bytes)) return module;
    module = module.next;
  }
  return null;
}

/** The hash that a module's name is found by. */
function hashOfName(image: Image): u32 {
  const dynamic = image.dynamic;
  if (!dynamic || !dynamic.has(DT.SONAME)) return 0;
  const view = image.part(Part.Strings);
  const name = view.addr + dynamic.value(DT.SONAME);
  return gnuHash(name, textBytes(name, view.bytes - dynamic.value(DT.SONAME)));
}

/** DT_SONAME decides. Before a module is placed its name is read from the file, then from its memory. */
function hasName(module: Module, name: u64, bytes: u32): bool {
  const dynamic = module.image.dynamic;
  if (!dynamic || !dynamic.has(DT.SONAME)) return false;
  const offset = dynamic.value(DT.SONAME);
  if (module.state != State.Loading) return isNamed(module.symbols, offset, name, bytes);
  const view = module.image.part(Part.Strings);
  if (offset + bytes >= view.bytes) return false;
  const at = view.addr + offset;
  return target.load8(at + bytes) == 0 && sameBytes(at, name, bytes);
}

/** A module that was loaded from this file, or is on its way in this session if that counts: then the same library goes by two names. */
function fromSource(session: Session, source: u32, countsLoading: bool): Module | null {
  const context = session.context!;
  if (!hasIndex()) return fromSourceIn(context.modules, source) || (countsLoading ? fromSourceIn(session.modules, source) : null);
  let onItsWay: Module | null = null;
  let place = context.bySource.first(source);
  while (place) {
    const module = changetype<Module>(place.module);
    if (isSeen(session, module)) {
      if (module.state != State.Loading) return module;
      if (!onItsWay && countsLoading) onItsWay = module;
    }
    place = place.next;
  }
  return onItsWay;
}

function fromSourceIn(modules: Modules, source: u32): Module | null {
  let module = modules.first;
  while (module) {
    if (module.image.source == source && module.isOpen && !module.has(Flag.Copy)) return module;
    module = module.next;
  }
  return null;
}
