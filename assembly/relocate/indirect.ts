// Resolvers: functions that choose the function a symbol stands for. They run when everything that they may read is relocated.

import { Answer, Code, Flag, What } from "../words";
import * as machine from "../host/machine";
import { Role, roleOf, widthOf } from "../arch/arch";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { loadWord, storeWord, wide, wrap } from "../elf/word";
import { Binding, Bound } from "../link/bond";
import { Places } from "./place";
import { Relocator, intercepted } from "./relocate";
import { loadPlace, placeBytes, storePlace } from "./width";

/**
 * Fills every place that waits for a resolver. In a load with Flag.NoRun the place gets the resolver's own address.
 *
 * @returns false if the work must wait, or failed
 * @fault ResolverOutside (Rel, at = vaddr of the entry, value = the resolver's vaddr)
 * @fault RelocationOutside (Rel, at = vaddr of the entry, value = the place)  text can't wait for a resolver
 * @fault ChooseRefused (Import, at = address of the resolver)
 */
export function choose(relocator: Relocator, flags: u32): bool {
  const places = relocator.places;
  places.work.source = places.image.source;
  // Text that was open to relocations is closed by now.
  places.forget();
  if (!relocator.binding.hasIndirect) return true;
  return wide(places.image.bits) ? chooseAs<u64>(relocator, flags) : chooseAs<u32>(relocator, flags);
}

function chooseAs<A>(relocator: Relocator, flags: u32): bool {
  const entries = relocator.waiting;
  if (!entries.isOpen) {
    entries.open<A>(relocator.places.image.dynamic);
    entries.skipRelative<A>();
  }
  const arch = relocator.places.image.arch;
  const bias = relocator.places.placement.bias;
  const binding = relocator.binding;
  let lastType: u32 = u32.MAX_VALUE;
  let row: u32 = 0;
  for (; !entries.isAtEnd; entries.next<A>()) {
    const info = relInfo<A>(wrap<A>(bias + entries.vaddr));
    const type = infoType<A>(info);
    if (type != lastType) {
      row = arch.row(type);
      lastType = type;
    }
    const role = roleOf(row);
    if (role != Role.Indirect && !isChoice(binding, infoSymbol<A>(info))) continue;
    if (mayWait(role) && !chooseEntry<A>(relocator, entries.vaddr, entries.isRela, flags, info, row)) return false;
  }
  return true;
}

/** True if a symbol's address is, or was, for a resolver to choose, or might have been. */
@inline function isChoice(binding: Binding, index: u32): bool { return binding.has(index) && binding.at(index).kind >= Bound.Indirect; }

@inline function mayWait(role: Role): bool { return role != Role.None && role != Role.Relative && role != Role.Copy && role < Role.TlsNumber && role != Role.Size; }

function chooseEntry<A>(relocator: Relocator, vaddr: u64, isRela: bool, flags: u32, info: u64, row: u32): bool {
  const places = relocator.places;
  const placement = places.placement;
  const binding = relocator.binding;
  const entry = placement.at(vaddr);
  const role = roleOf(row);
  const offset = relOffset<A>(entry);
  const place = placement.at(offset);
  if (role == Role.Indirect) {
    if (!places.holds(vaddr, offset, sizeof<A>())) return false;
    const resolver = wrap<A>(placement.bias + (isRela ? relaAddend<A>(entry) : loadWord<A>(place)));
    if (!places.image.isCode(placement.vaddr(resolver))) return places.work.fail(Code.ResolverOutside, What.Rel, vaddr, wrap<A>(resolver - placement.bias));
    if (!ask(places, resolver, flags)) return false;
    storeWord<A>(place, CHOICE.value);
    note(binding, places, offset);
    return true;
  }
  const index = infoSymbol<A>(info);
  const bond = binding.at(index);
  let value: u64 = 0;
  let owner = bond.owner;
  if (bond.kind == Bound.Canonical && role == Role.Jump) {
    const leap = binding.leapOf(vaddr);
    if (!leap || !leap.isIndirect) return true;
    if (!ask(places, leap.value, flags)) return false;
    leap.value = value = CHOICE.value;
    owner = leap.owner;
  } else {
    if (bond.kind != Bound.Chosen) {
      if (!bond.isIndirect) return true;
      if (!ask(places, bond.value, flags)) return false;
      if (!(flags & Flag.NoRun)) bond.choose(CHOICE.value);
    }
    value = bond.value;
  }
  value = intercepted<A>(relocator, index, owner, infoType<A>(info), place, value);
  if (places.work.fault.code != Code.Ok) return false;
  const width = widthOf(row);
  if (!places.holds(vaddr, offset, placeBytes<A>(width))) return false;
  const addend = isRela ? relaAddend<A>(entry) : role == Role.Slot || role == Role.Jump ? 0 : loadPlace<A>(place, width);
  note(binding, places, offset);
  return storePlace<A>(places, vaddr, place, width, value + addend - (role == Role.Pc ? place : 0));
}

/** Threads have copies of what is in the image of a thread-local block: they must be made anew. */
function note(binding: Binding, places: Places, place: u64): void {
  const tls = places.image.tls;
  if (tls && place - tls.vaddr < tls.fileBytes) binding.isTlsStale = true;
}

@unmanaged class Choice { value: u64; }
@lazy const CHOICE: Choice = changetype<Choice>(memory.data(offsetof<Choice>(), 8));

/** Has a resolver choose; CHOICE has its answer. A resolver may load modules, so it is read right behind the call. */
function ask(places: Places, resolver: u64, flags: u32): bool {
  CHOICE.value = resolver;
  if (flags & Flag.NoRun) return true;
  const answer = machine.choose(places.work.handle, resolver);
  if (!places.work.settled(answer, Code.ChooseRefused, resolver, 0)) return false;
  CHOICE.value = machine.chosen();
  return true;
}
