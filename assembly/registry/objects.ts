// The files of a load of objects: each is readable as a whole until the module is relocated.

import { Answer, Code, Flag, Rule, What } from "../words";
import { Work } from "../base/work";
import { NONE, PENDING } from "../host/answer";
import * as hostLink from "../host/link";
import * as target from "../host/memory";
import { Ar, isArchive } from "../elf/archive";
import { NameTable } from "../elf/table";
import { ET } from "../elf/header";
import { wide } from "../elf/word";
import { SHF, SHT } from "../elf/section";
import { hasDebug } from "../base/features";
import * as source from "../host/source";
import { Archive, Member } from "../inspect/archive";
import { Image, newImage } from "../inspect/image";
import { Section, objectOf } from "../inspect/object";
import { View } from "../inspect/view";
import { writeSections } from "../map/contents";
import { writeTables } from "../map/tables";
import { offerAll, takeAll, takeMembers } from "../merge/archive";
import { Groups } from "../merge/groups";
import { makeSymbols } from "../merge/linker";
import { poolSections } from "../merge/pool";
import { Objects } from "../merge/objects";
import { Range } from "../map/map";
import { Layout, newLayout, regionOf } from "../plan/layout";
import { classify } from "../plan/parts";
import { KINDS, Region, Unit } from "../plan/regions";
import { assign, layOut } from "../plan/sections";
import { addIslands } from "../plan/islands";
import { scan } from "../plan/slots";
import { stay } from "../plan/stay";
import { trimAll } from "../plan/trim";
import { Linker } from "../relocate/linker";
import { relocateObjects } from "../relocate/objects";
import { Partners } from "../relocate/partners";
import { Places } from "../relocate/place";
import { Claim, File, Module } from "./module";
import { Session } from "./session";

const VIEW: usize = offsetof<File>() + 7 & ~7;
const FILE: usize = VIEW + offsetof<View>();

/** One more file; null with a fault if there is no memory. */
export function addFile(session: Session, number: u32): File | null {
  const file = newFile(session, number);
  if (!file) return null;
  let last = session.files;
  if (!last) session.files = file;
  else {
    while (last.next) last = last.next!;
    last.next = file;
  }
  return file;
}

function newFile(session: Session, number: u32): File | null {
  const at = session.take(FILE);
  if (!at) return null;
  const file = changetype<File>(at);
  file.source = number;
  file.view = changetype<View>(at + VIEW);
  return file;
}

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
  let file = session.files;
  while (file) {
    session.source = file.source;
    if (!openWhole(session, file) || !openMembers(session, file)) return false;
    file = file.next;
  }
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

/** The file that was asked for comes before those that were added. */
function addFirst(session: Session, number: u32): bool {
  const others = session.files;
  session.files = null;
  const file = addFile(session, number);
  if (file) file.next = others;
  else session.files = others;
  return file != null;
}

/** Makes a file readable as a whole; a member of a thin archive may be empty. */
function openWhole(session: Session, file: File): bool {
  const bytes = source.bytes(file.source);
  if (!bytes) return file.isMember || session.fail(Code.Truncated, What.Ehdr, 0, 0);
  return file.view.open(session, file.source, bytes, 0, bytes, What.Ehdr);
}

/**
 * Reads what members an archive has, and opens the files that those of a thin one are, in order.
 *
 * @fault MissingMember (Member, at = offset of its header, value = 0)  nobody has the file
 */
function openMembers(session: Session, file: File): bool {
  const view = file.view;
  if (view.bytes < <u64>Ar.BYTES) return true;
  const magic = target.load32(view.addr);
  if (!isArchive(magic)) return true;
  if (!file.archive) {
    const archive = changetype<Archive | null>(session.take(offsetof<Archive>()));
    if (!archive) return false;
    archive.source = file.source;
    archive.addr = view.addr;
    archive.bytes = view.bytes;
    archive.isThin = magic == Ar.THIN;
    file.archive = archive;
    if (!archive.read(session)) return false;
  }
  const archive = file.archive!;
  for (; archive.unopened; archive.unopened = archive.unopened!.next) if (!openMember(session, archive.unopened!)) return false;
  return true;
}

function openMember(session: Session, member: Member): bool {
  member.turn(session);
  if (!member.source) {
    const answer = hostLink.member(session.handle, member.archive.source, member.name, member.nameBytes);
    if (answer == Answer.Pending) return session.wait();
    if (answer <= 0) return session.fail(Code.MissingMember, What.Member, member.header, 0);
    const file = newFile(session, <u32>answer);
    if (!file) {
      source.close(<u32>answer);
      return false;
    }
    file.isMember = true;
    file.next = session.members;
    session.members = file;
    member.source = <u32>answer;
  }
  const file = session.members!;
  return openWhole(session, file) && member.openIn(session, file.view.addr, file.view.bytes);
}

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

/**
 * Reserves memory for each segment of a module that is spread over regions, in the first that allows it and has room; where there are no regions, in
 * ordinary memory.
 *
 * @fault NoSpace (Unit, at = PF bits | log2 of the alignment << 8 | the claiming region << 16, value = bytes)
 */
export function reserveUnits(session: Session, module: Module): bool {
  const layout = layoutOf(module);
  const placement = module.placement;
  if (!layout.isSpread || placement.bytes) return true;
  session.source = module.image.source;
  const pageBytes = target.pageBytes();
  placement.mask = module.image.bits == 64 ? u64.MAX_VALUE : u32.MAX_VALUE;
  for (let index: u32 = 0; index < layout.unitCount; ++index) {
    const unit = layout.unit(index);
    if (unit.bytes && !reserveUnit(session, module, layout, unit, regionOf(layout, index / KINDS), pageBytes)) return false;
  }
  session.units = session.take(<u64>layout.unitCount << alignof<usize>());
  if (!session.units) return false;
  for (let index: u32 = 0; index < layout.unitCount; ++index) {
    if (layout.unit(index).room) store<usize>(session.units + (<usize>(session.unitCount++) << alignof<usize>()), changetype<usize>(layout.unit(index)));
  }
  if (wide(module.image.bits)) assign<u64>(layout, module.image, pageBytes);
  else assign<u32>(layout, module.image, pageBytes);
  return true;
}

function reserveUnit(session: Session, module: Module, layout: Layout, unit: Unit, claimed: Region | null, pageBytes: u64): bool {
  if (claimed && take(module, layout, unit, claimed, pageBytes)) return true;
  let region = layout.regions;
  if (!region && take(module, layout, unit, null, pageBytes)) return true;
  while (region) {
    if (region != claimed && !region.has(Rule.Named) && region.allows(unit.prot) && take(module, layout, unit, region, pageBytes)) return true;
    region = region.next;
  }
  const owner: u64 = claimed ? claimed.number : 0;
  return session.fail(Code.NoSpace, What.Unit, unit.prot | unit.alignLog2In(null, pageBytes) << 8 | owner << 16, unit.bytes);
}

/** Takes a unit's room of a region; false if there is none. */
function take(module: Module, layout: Layout, unit: Unit, region: Region | null, pageBytes: u64): bool {
  const placement = module.placement;
  const room = unit.roomIn(region, pageBytes);
  const addr = target.reserve(room, unit.alignLog2In(region, pageBytes), module.image.source, NONE, layout.highest, region ? region.number : 0);
  if (addr >= PENDING) return false;
  if (addr > placement.mask || room - 1 > placement.mask - addr) {
    target.release(addr, room);
    return false;
  }
  if (!placement.bytes) {
    placement.addr = addr;
    placement.bytes = room;
  } else {
    const other = changetype<Range | null>(module.arena.take(offsetof<Range>()));
    if (!other) {
      target.release(addr, room);
      return false;
    }
    other.addr = addr;
    other.bytes = room;
    other.next = placement.others;
    placement.others = other;
  }
  unit.region = region;
  unit.start = addr;
  unit.room = room;
  return true;
}

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

@inline function layoutOf(module: Module): Layout { return changetype<Layout>(changetype<Objects>(module.objects).layout); }

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

/** The module holds the views of the files that it is used from. */
function keepFiles(session: Session, module: Module): bool {
  return keepAll(session, module, session.files) && keepAll(session, module, session.members);
}

function keepAll(session: Session, module: Module, file: File | null): bool {
  while (file) {
    const each = file;
    file = file.next;
    if (!each.isKept) continue;
    const held = changetype<File | null>(module.arena.take(FILE));
    if (!held) return session.fail(Code.OutOfMemory, What.None, 0, FILE);
    held.source = each.source;
    held.view = changetype<View>(changetype<usize>(held) + VIEW);
    held.view.addr = each.view.addr;
    held.view.bytes = each.view.bytes;
    held.isMember = each.isMember;
    held.next = module.files;
    module.files = held;
    each.view.bytes = 0;
    each.isMember = false;
  }
  return true;
}

/** Keeps where those are that a host may look for, in the order of the objects. */
function keepClaims(session: Session, module: Module): bool {
  for (let i = session.sectionCount; i; --i) {
    const section = session.section(i - 1);
    if (!section.claimNameBytes) continue;
    const claim = changetype<Claim | null>(session.took(module.arena.take(offsetof<Claim>()), offsetof<Claim>()));
    if (!claim) return false;
    claim.name = section.claimName;
    claim.nameBytes = section.claimNameBytes;
    claim.vaddr = section.vaddr;
    claim.bytes = section.bytes;
    claim.type = section.type;
    claim.flags = section.flags;
    claim.next = module.claims;
    module.claims = claim;
    ++module.claimCount;
  }
  return true;
}

/** Keeps the sections that lie in memory, for whoever asks where, and those for debuggers if they were asked for. */
function listSections(session: Session, objects: Objects): bool {
  session.sectionCount = countSections(objects, false);
  session.sections = listed(session, objects, session.sectionCount, false);
  if (!session.sections) return false;
  if (!hasDebug() || !(session.flags & Flag.Debug)) return true;
  session.debugCount = countSections(objects, true);
  session.debugs = listed(session, objects, session.debugCount, true);
  return session.debugs != 0;
}

@inline function isListed(section: Section, isDebug: bool): bool {
  return isDebug ? section.type == SHT.PROGBITS && !section.has(SHF.ALLOC) && !section.isDropped : section.vaddr != NONE && !section.pool;
}

function countSections(objects: Objects, isDebug: bool): u32 {
  let count: u32 = 0;
  let object = objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) if (isListed(object.section(i), isDebug)) ++count;
    object = object.next;
  }
  return count;
}

function listed(work: Work, objects: Objects, count: u32, isDebug: bool): usize {
  const list = work.take(<u64>count << alignof<usize>());
  let at = list;
  let object = list ? objects.first : null;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      if (!isListed(object.section(i), isDebug)) continue;
      store<usize>(at, changetype<usize>(object.section(i)));
      at += sizeof<usize>();
    }
    object = object.next;
  }
  return list;
}
const PARTNERS: usize = offsetof<Linker>() + 7 & ~7;
