// A bound symbol that is led elsewhere later, and back: every place that a module's relocations wrote its address to.

import { PF, Stage } from "../words";
import { NONE } from "../host/answer";
import { Role, roleOf, widthOf } from "../arch/arch";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { symName } from "../elf/symbol";
import { loadWord, storeWord, wide } from "../elf/word";
import { protectRelro } from "../map/map";
import { Bond, Bound } from "../link/bond";
import { isNamed } from "../link/lookup";
import { Entries } from "../link/tables";
import { Places } from "../relocate/place";
import { loadPlace, placeBytes, storePlace, suits } from "../relocate/width";
import { Module } from "./module";
import { Session } from "./session";

/** Where a symbol of a module leads since it was patched. */
@unmanaged class Patch {
  next: Patch | null;
  /** The symbol's index. */
  index: u32;
  /** NONE: to what it was bound to. */
  value: u64;
}

/** A slot of a function that nothing had bound when it was led elsewhere. */
@unmanaged class Slot {
  next: Slot | null;
  /** vaddr of its entry. */
  entry: u64;
  /** What it held: the way to the host's `lazy_entry`, or to what was bound since. */
  held: u64;
  isLed: bool;
}

/** What a session of this kind keeps. */
@unmanaged class Patching {
  name: u64;
  nameBytes: u32;
  step: Step;
  /** Where it is to lead; NONE: back. */
  value: u64;
  places: Places;
  count: u32;
}
const enum Step { Check, Open, Store, Close }
const PLACES: usize = offsetof<Patching>() + 7 & ~7;

/** Readies a session that leads all references of a module to a name elsewhere. */
export function beginPatch(session: Session, module: Module, name: u64, nameBytes: u32, value: u64): void {
  session.root = module;
  session.source = module.image.source;
  const at = session.take(PLACES + offsetof<Places>());
  if (!at || !session.pin(module)) {
    session.enter(Stage.Failed);
    return;
  }
  const patching = changetype<Patching>(at);
  patching.name = name;
  patching.nameBytes = nameBytes;
  patching.value = value;
  patching.places = changetype<Places>(at + PLACES);
  patching.places.open(session, module.image, module.placement);
  session.patching = at;
  session.enter(Stage.Patch);
}

/**
 * Goes on with it. Every place is checked before the first is written.
 *
 * @returns false if the session must wait, or failed
 * @fault ProtectRefused (Import, at = address, value = bytes)
 * @fault RelocationOutside (Rel, at = vaddr of the entry, value = the place)
 * @fault OutOfRange (Rel, at = vaddr of the entry, value = the value)
 */
export function patch(session: Session): bool {
  const patching = changetype<Patching>(session.patching);
  const module = session.root!;
  for (; patching.step <= Step.Close; ++patching.step) {
    if (!(wide(module.image.bits) ? stepAs<u64>(session, module, patching) : stepAs<u32>(session, module, patching))) return false;
  }
  session.result = patching.count;
  session.letGo();
  return true;
}

function stepAs<A>(session: Session, module: Module, patching: Patching): bool {
  switch (patching.step) {
    case Step.Check:  return walk<A>(session, module, patching, false) && note<A>(session, module, patching);
    case Step.Open:   return opened(session, module, PF.R | PF.W);
    case Step.Store:  return walk<A>(session, module, patching, true) && keep<A>(module, patching);
    default:          return opened(session, module, PF.R);
  }
}

/** Checks the places of every entry that names the symbol, and what they are to hold; or writes them. */
function walk<A>(session: Session, module: Module, patching: Patching, stores: bool): bool {
  const entries = module.binding!.entries;
  patching.count = 0;
  for (entries.open<A>(module.image.dynamic); !entries.isAtEnd; entries.next<A>()) {
    const vaddr = entries.vaddr;
    const entry = module.placement.at(vaddr);
    const info = relInfo<A>(entry);
    const row = module.image.arch.row(infoType<A>(info));
    const index = infoSymbol<A>(info);
    if (!isPatched(roleOf(row)) || !index || index >= module.symbols.count || !isMeant<A>(module, patching, index)) continue;
    const bond = module.binding!.at(index);
    // Offsets in thread-local blocks lead nowhere else.
    if (bond.isTls) continue;
    const slot = bond.kind == Bound.Not ? slotOf(module, vaddr) : null;
    if (bond.kind == Bound.Not && patching.value == NONE && !(slot && slot.isLed)) continue;
    const offset = relOffset<A>(entry);
    if (!patching.places.holds(vaddr, offset, placeBytes<A>(widthOf(row)))) return false;
    ++patching.count;
    if (bond.kind == Bound.Not) {
      if (!slot && !addSlot(session, module, vaddr)) return false;
      if (stores && swing<A>(slot!, module.placement.at(offset), patching.value)) continue;
    }
    if (!lead<A>(module, patching, vaddr, row, index, bond, entries.isRela, stores)) return false;
  }
  return true;
}

@inline function isPatched(role: Role): bool { return role == Role.Word || role == Role.Slot || role == Role.Jump || role == Role.Pc; }

function isMeant<A>(module: Module, patching: Patching, index: u32): bool {
  return isNamed(module.symbols, symName(module.symbols.symbol<A>(index)), patching.name, patching.nameBytes);
}

function lead<A>(module: Module, patching: Patching, vaddr: u64, row: u32, index: u32, bond: Bond, isRela: bool, stores: bool): bool {
  const role = roleOf(row);
  const width = widthOf(row);
  const entry = module.placement.at(vaddr);
  const place = module.placement.at(relOffset<A>(entry));
  const value = patching.value == NONE ? boundTo(module, vaddr, place, role, bond) : patching.value;
  const isAddendless = role == Role.Slot || role == Role.Jump;
  // What a REL entry's place holds is the old symbol's value and the addend.
  const addend = isRela ? relaAddend<A>(entry) : isAddendless ? 0 : loadPlace<A>(place, width) - current(module, vaddr, place, role, index, bond) + (role == Role.Pc ? place : 0);
  const sum = value + addend - (role == Role.Pc ? place : 0);
  return stores ? storePlace<A>(patching.places, vaddr, place, width, sum) : suits<A>(patching.places, vaddr, width, sum);
}

/** What a place was bound to: what the host made of it counts most. */
function boundTo(module: Module, vaddr: u64, place: u64, role: Role, bond: Bond): u64 {
  const detour = module.binding!.detourOf(place);
  if (detour) return detour.value;
  const leap = role == Role.Jump && bond.kind == Bound.Canonical ? module.binding!.leapOf(vaddr) : null;
  return leap ? leap.value : bond.value;
}

/** What a place leads to now. */
function current(module: Module, vaddr: u64, place: u64, role: Role, index: u32, bond: Bond): u64 {
  const patched = patchOf(module, index);
  return patched && patched.value != NONE ? patched.value : boundTo(module, vaddr, place, role, bond);
}

/** Remembers what a slot that is led elsewhere held. Led back, it is as it was, and true is the answer. */
function swing<A>(slot: Slot, place: u64, value: u64): bool {
  const isBack = value == NONE;
  if (isBack) storeWord<A>(place, slot.held);
  else if (!slot.isLed) slot.held = loadWord<A>(place);
  slot.isLed = !isBack;
  return isBack;
}

function slotOf(module: Module, entry: u64): Slot | null {
  let each = changetype<Slot | null>(module.ledSlots);
  while (each && each.entry != entry) each = each.next;
  return each;
}

function addSlot(session: Session, module: Module, entry: u64): bool {
  const at = session.took(module.arena.take(offsetof<Slot>()), offsetof<Slot>());
  if (!at) return false;
  const slot = changetype<Slot>(at);
  slot.next = changetype<Slot | null>(module.ledSlots);
  slot.entry = entry;
  module.ledSlots = at;
  return true;
}

function patchOf(module: Module, index: u32): Patch | null {
  let each = changetype<Patch | null>(module.patches);
  while (each && each.index != index) each = each.next;
  return each;
}

/** Makes sure that it can be remembered where the symbol leads, before anything is written. */
function note<A>(session: Session, module: Module, patching: Patching): bool {
  for (let index: u32 = 1; index < module.symbols.count; ++index) {
    const bond = module.binding!.at(index);
    if (bond.kind == Bound.Not || bond.isTls || !isMeant<A>(module, patching, index) || patchOf(module, index)) continue;
    const at = session.took(module.arena.take(offsetof<Patch>()), offsetof<Patch>());
    if (!at) return false;
    const patch = changetype<Patch>(at);
    patch.index = index;
    patch.value = NONE;
    patch.next = changetype<Patch | null>(module.patches);
    module.patches = at;
  }
  return true;
}

/** Remembers where the symbol leads now. Always true. */
function keep<A>(module: Module, patching: Patching): bool {
  let each = changetype<Patch | null>(module.patches);
  while (each) {
    if (isMeant<A>(module, patching, each.index)) each.value = patching.value;
    each = each.next;
  }
  return true;
}

function opened(session: Session, module: Module, prot: u32): bool { return protectRelro(session, module.image, module.placement, prot); }
