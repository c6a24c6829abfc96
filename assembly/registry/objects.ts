// A module of objects among others: its files are linked to an image when it is gathered, and fill its memory when it has some.

import { Code, Flag, What } from "../words";
import { Work } from "../base/work";
import * as target from "../host/memory";
import { NameTable } from "../elf/table";
import { ET } from "../elf/header";
import { wide } from "../elf/word";
import { Image, newImage } from "../inspect/image";
import { objectOf } from "../inspect/object";
import { writeSections } from "../map/contents";
import { writeTables } from "../map/tables";
import { offerAll, takeAll, takeMembers } from "../merge/archive";
import { Groups } from "../merge/groups";
import { makeSymbols } from "../merge/linker";
import { poolSections } from "../merge/pool";
import { Objects } from "../merge/objects";
import { Layout, newLayout } from "../plan/layout";
import { classify } from "../plan/parts";
import { layOut } from "../plan/sections";
import { addIslands } from "../plan/islands";
import { scan } from "../plan/slots";
import { stay } from "../plan/stay";
import { trimAll } from "../plan/trim";
import { Linker } from "../relocate/linker";
import { relocateObjects } from "../relocate/objects";
import { Partners } from "../relocate/partners";
import { Places } from "../relocate/place";
import { addFirst, keepFiles, openFiles } from "./files";
import { File, Module } from "./module";
import { keepClaims, listSections } from "./sections";
import { Session } from "./session";

/** True for what has to be linked before it can be mapped. */
@inline export function isUnlinked(image: Image): bool { return image.isArchive || image.type == ET.REL; }

/**
 * bytes -> Objects -> Layout -> Image: what the files say together, as one shared library would.
 *
 * @returns false if the session must wait, or failed
 */
export function gatherObjects(session: Session, module: Module): bool {
  if (!session.hasObjects) {
    if (!addFirst(session, module.image.source)) return false;
    session.hasObjects = true;
  }
  if (!openFiles(session)) return false;
  const at = session.take(OBJECTS);
  if (!at) return false;
  const objects = changetype<Objects>(at);
  const groups = changetype<Groups>(at + GROUPS);
  groups.begin(changetype<NameTable>(at + SIGNATURES));
  objects.begin(changetype<NameTable>(at + NAMES), changetype<NameTable>(at + OFFERS), changetype<NameTable>(at + FAMILIES), groups);
  module.objects = changetype<usize>(objects);
  return addAll(session, objects) && link(session, module, objects);
}
const GROUPS: usize = Objects.bytes() + 7 & ~7;
const SIGNATURES: usize = GROUPS + (offsetof<Groups>() + 7 & ~7);
const NAMES: usize = SIGNATURES + (offsetof<NameTable>() + 7 & ~7);
const OFFERS: usize = NAMES + (offsetof<NameTable>() + 7 & ~7);
const FAMILIES: usize = OFFERS + (offsetof<NameTable>() + 7 & ~7);
const OBJECTS: usize = FAMILIES + offsetof<NameTable>();

/** Files become objects in the order in which they were named; then whatever members those want. */
function addAll(session: Session, objects: Objects): bool {
  let isFirst = true;
  let file = session.files;
  while (file) {
    const archive = file.archive;
    if (!archive) {
      const object = objectOf(session, file.source, 0, file.view.addr, file.view.bytes, null);
      if (!object || !objects.add(session, object)) return false;
    } else if (!(isFirst ? takeAll(session, objects, archive) : offerAll(session, objects, archive))) return false; // what is asked for is wanted
    isFirst = false;
    file = file.next;
  }
  if (!takeMembers(session, objects)) return false;
  session.source = session.files!.source;
  return true;
}

function link(session: Session, module: Module, objects: Objects): bool {
  const first = objects.first;
  if (!first) return session.fail(Code.NoSections, What.Ehdr, 0, 0);
  let object = first.next;
  objects.arch = first.arch;
  while (object) {
    object.turn(session);
    if (object.arch != first.arch) return session.fail(Code.MachineMismatch, What.Ehdr, 18, object.arch.machine);
    object = object.next;
  }
  const layout = newLayout(session, objects, session.context!.regions);
  if (!layout || !trimAll(session, objects)) return false;
  if (session.flags & Flag.InPlace) stayAll(session, layout);
  if (!poolSections(session, objects) || !classify(session, layout)) return false;
  if (!makeSymbols(session, objects) || !addIslands(session, layout) || !scan(session, layout)) return false;
  objects.layout = changetype<usize>(layout);
  const image = newImage(module.image.source, module.image.ownsSource);
  if (!image) return session.fail(Code.OutOfMemory, What.None, 0, 0);
  image.isMade = true;
  module.image.ownsSource = false;
  module.image.drop();
  module.image = image;
  const pageBytes = target.pageBytes();
  return wide(first.bits) ? layOut<u64>(session, layout, image, pageBytes) : layOut<u32>(session, layout, image, pageBytes);
}

/** What stays where it is lies apart from the rest: then every segment is a reservation of its own. */
function stayAll(session: Session, layout: Layout): void {
  stayIn(session, layout, session.files);
  stayIn(session, layout, session.members);
}

function stayIn(session: Session, layout: Layout, file: File | null): void {
  while (file) {
    file.isKept = stay(session, layout, file.source);
    if (file.isKept) layout.isInPlace = layout.isSpread = true;
    file = file.next;
  }
}

/** Where the bytes of a module of objects go. */
@inline export function layoutOf(module: Module): Layout { return changetype<Layout>(changetype<Objects>(module.objects).layout); }

/** Fills the module's memory: before its symbols are read from there. */
export function fill(work: Work, module: Module): bool {
  const layout = layoutOf(module);
  if (layout.isFilled) return true;
  layout.isFilled = true;
  return wide(module.image.bits) ? fillAs<u64>(work, layout, module) : fillAs<u32>(work, layout, module);
}

function fillAs<A>(work: Work, layout: Layout, module: Module): bool {
  writeSections<A>(layout, module.placement);
  return writeTables<A>(work, layout, module.image, module.placement);
}

/** Relocates what the objects hold; after that, the files are no longer looked at. */
export function relocateFiles(session: Session, module: Module, places: Places): bool {
  if (layoutOf(module).isRelocated) return true;
  layoutOf(module).isRelocated = true;
  const at = session.take(PARTNERS + offsetof<Partners>());
  if (!at) return false;
  const linker = changetype<Linker>(at);
  linker.partners = changetype<Partners>(at + PARTNERS);
  linker.work = session;
  linker.layout = layoutOf(module);
  linker.image = module.image;
  linker.placement = module.placement;
  linker.places = places;
  linker.symbols = module.symbols;
  linker.binding = module.binding!;
  linker.isPatchable = module.has(Flag.Patchable);
  session.linker = at;
  return relocateObjects(linker) && keepFiles(session, module) && listSections(session, changetype<Objects>(module.objects)) && keepClaims(session, module);
}
const PARTNERS: usize = offsetof<Linker>() + 7 & ~7;
