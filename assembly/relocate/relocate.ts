// Binding -> relocated memory: the dynamic relocations. The frequent ones take a straight loop, the others a table of roles.

import { Answer, Code, Policy, What } from "../words";
import * as hostLink from "../host/link";
import * as machine from "../host/machine";
import * as target from "../host/memory";
import { Lazy, Role, roleOf, widthOf } from "../arch/arch";
import { hasLazy, hasTls } from "../base/features";
import { Work } from "../base/work";
import { DT } from "../elf/dynamic";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { loadWord, storeWord, wide, wrap } from "../elf/word";
import { Image } from "../inspect/image";
import { mayWait } from "../link/bind";
import { Binding, Bond, Bound, Detour, bondIn } from "../link/bond";
import { Symbols } from "../link/symbols";
import { Entries, Table, entryBytes, hasAddend, relativeCount, tableCount, tableStart } from "../link/tables";
import { Placement } from "../map/map";
import { Places } from "./place";
import { relocateRelr } from "./relr";
import { descriptorAddend, storeDescriptor, tlsWord, variableOf } from "./tls";
import { loadPlace, placeBytes, storePlace } from "./width";

/** What is at hand while a module is relocated. */
@unmanaged export class Relocator {
  places: Places;
  symbols: Symbols;
  binding: Binding;
  policy: u32;
  /** Which entry may be next to wait for a resolver. */
  waiting: Entries;
}

/** A relocator; null with a fault if there is no memory. */
export function newRelocator(work: Work, image: Image, placement: Placement, symbols: Symbols, binding: Binding, policy: u32): Relocator | null {
  const at = work.take(WAITING + offsetof<Entries>());
  if (!at) return null;
  const relocator = changetype<Relocator>(at);
  relocator.places = changetype<Places>(at + PLACES);
  relocator.places.open(work, image, placement);
  relocator.waiting = changetype<Entries>(at + WAITING);
  relocator.symbols = symbols;
  relocator.binding = binding;
  relocator.policy = policy;
  return relocator;
}
const PLACES: usize = offsetof<Relocator>() + 7 & ~7;
const WAITING: usize = PLACES + (offsetof<Places>() + 7 & ~7);

/**
 * Applies every dynamic relocation of a module whose symbols are bound, but COPY and those that wait for a resolver. It never waits.
 *
 * @fault RelocationOutside (Rel, at = vaddr of the entry, value = the place)
 * @fault OutOfRange NoStaticTls TlsRefused (Rel, at = vaddr of the entry)
 * @fault UnknownRelocation BadSymbolIndex  the table changed since it was bound
 * @fault BadRelocationTable (Rel, at = vaddr of the entry, value = its type) it is one of those that DT_RELACOUNT says are relative
 * @spec gABI 4.5 "Relocation"
 */
export function relocate(relocator: Relocator): bool {
  const image = relocator.places.image;
  relocator.places.work.source = image.source;
  if (!image.dynamic) return true;
  return wide(image.bits) ? relocateAs<u64>(relocator) : relocateAs<u32>(relocator);
}

function relocateAs<A>(relocator: Relocator): bool {
  if (!relocateRelr<A>(relocator.places)) return false;
  for (let table = 0; table < Table.COUNT; ++table) if (!relocateTable<A>(relocator, table)) return false;
  return !hasLazy() || !relocator.binding.isLazy || fillGot<A>(relocator);
}

function relocateTable<A>(relocator: Relocator, table: Table): bool {
  const places = relocator.places;
  const bias = places.placement.bias;
  const arch = places.image.arch;
  const binding = relocator.binding;
  const dynamic = places.image.dynamic!;
  const isRela = hasAddend(dynamic, table);
  const isAsked = (relocator.policy & Policy.Intercept) != 0;
  let vaddr = tableStart(dynamic, table);
  let lastType: u32 = u32.MAX_VALUE;
  let row: u32 = 0;
  const count = tableCount<A>(dynamic, table);
  const relative = relativeCount(dynamic, table, count);
  for (let left = count; left; --left, vaddr += entryBytes<A>(isRela)) {
    const entry = wrap<A>(bias + vaddr);
    const info = relInfo<A>(entry);
    const type = infoType<A>(info);
    if (type != lastType) {
      row = arch.row(type);
      lastType = type;
    }
    const role = roleOf(row);
    if (role == Role.Relative) {
      const run = isRela ? relocateRelative<A>(places, info, vaddr, left, true) : relocateRelative<A>(places, info, vaddr, left, false);
      if (!run) return false;
      left -= run - 1;
      vaddr += (run - 1) * entryBytes<A>(isRela);
      continue;
    }
    if (role == Role.None) continue;
    if (role == Role.Copy || role == Role.Indirect) {
      // Whoever bound the table passed over what it says to be relative ones.
      if (count - left < relative) return places.work.fail(Code.BadRelocationTable, What.Rel, vaddr, type);
      continue;
    }
    if (!isAsked && isPlainWord(row)) {
      const run = relocateWords<A>(relocator, type, entry, left, isRela, role == Role.Word);
      if (run) {
        left -= run - 1;
        vaddr += (run - 1) * entryBytes<A>(isRela);
        continue;
      }
    }
    const index = infoSymbol<A>(info);
    if (index && !binding.has(index)) return places.work.fail(Code.BadSymbolIndex, What.Rel, vaddr, index);
    const bond = index ? binding.at(index) : null;
    if (!relocateEntry<A>(relocator, vaddr, row, type, index, bond, isRela)) return false;
  }
  return true;
}

/**
 * The straight loop: entries that all say the same but for their places and addends. It keeps in locals what the compiler can't know to stay
 * as it is while memory is written.
 *
 * @returns how many there are; 0 with a fault if one of them names a place that is none
 */
@inline function relocateRelative<A>(places: Places, info: u64, start: u64, most: u64, isRela: bool): u64 {
  const bias = places.placement.bias;
  let entry = wrap<A>(bias + start);
  let low: u64 = 0;
  let end: u64 = 0;
  let count: u64 = 0;
  do {
    const offset = relOffset<A>(entry);
    if (offset < low || offset >= end) {
      if (!places.holds(start + count * entryBytes<A>(isRela), offset, sizeof<A>())) return 0;
      low = places.low;
      end = low + places.lastBytes - (sizeof<A>() - 1);
    }
    const place = wrap<A>(bias + offset);
    storeWord<A>(place, bias + (isRela ? relaAddend<A>(entry) : loadWord<A>(place)));
    entry += entryBytes<A>(isRela);
  } while (++count < most && relInfo<A>(entry) == info);
  return count;
}

/**
 * The straight loop of words that are addresses of symbols. It ends at whatever takes more: another type, a symbol that is not plainly bound, a
 * place in another segment than the last.
 *
 * @param start   address of the first entry
 * @param isWord  without an addend in the entry, it is in the place
 * @returns how many there are
 */
function relocateWords<A>(relocator: Relocator, type: u32, start: u64, most: u64, isRela: bool, isWord: bool): u64 {
  const places = relocator.places;
  if (places.lastBytes < sizeof<A>()) return 0;
  const bias = places.placement.bias;
  const low = places.low;
  const room = places.lastBytes - sizeof<A>();
  const bonds = relocator.binding.bonds;
  const symbolCount = relocator.binding.count;
  let entry = start;
  let left = most;
  for (; left; --left, entry += entryBytes<A>(isRela)) {
    const info = relInfo<A>(entry);
    const index = infoSymbol<A>(info);
    if (infoType<A>(info) != type || !index || index >= symbolCount) break;
    const bond = bondIn(bonds, index);
    const offset = relOffset<A>(entry);
    if (bond.kind != Bound.Plain || offset - low > room) break;
    const place = wrap<A>(bias + offset);
    storeWord<A>(place, bond.value + (isRela ? relaAddend<A>(entry) : isWord ? loadWord<A>(place) : 0));
  }
  return most - left;
}

/** S, with an addend or without, in a word of the class. */
@inline function isPlainWord(row: u32): bool { return row == Role.Word || row == Role.Jump || row == Role.Slot; }

/** One entry of the less frequent ones. */
function relocateEntry<A>(relocator: Relocator, vaddr: u64, row: u32, type: u32, index: u32, bond: Bond | null, isRela: bool): bool {
  const places = relocator.places;
  const role = roleOf(row);
  if (role == Role.Unknown) return places.work.fail(Code.UnknownRelocation, What.Rel, vaddr, type);
  const entry = places.placement.at(vaddr);
  const offset = relOffset<A>(entry);
  const width = widthOf(row);
  if (!places.holds(vaddr, offset, role == Role.TlsDescriptor ? 2 * sizeof<A>() : placeBytes<A>(width))) return false;
  const place = places.placement.at(offset);
  if (hasLazy() && bond && role == Role.Jump && relocator.binding.isLazy && isLeftOpen(relocator, bond, vaddr) && mayWait(places.image, offset)) {
    // The slot holds the vaddr of the PLT's code for a function that is not bound.
    storeWord<A>(place, places.placement.bias + loadWord<A>(place));
    return true;
  }
  if (bond && bond.kind == Bound.Not) return places.work.fail(Code.BadSymbolIndex, What.Rel, vaddr, index);
  if (role >= Role.TlsNumber) return relocateTls<A>(relocator, vaddr, role, place, bond, isRela ? relaAddend<A>(entry) : role == Role.TlsDescriptor ? descriptorAddend<A>(places, place) : loadWord<A>(place));
  const addend = isRela ? relaAddend<A>(entry) : role == Role.Slot || role == Role.Jump ? 0 : loadPlace<A>(place, width);
  if (role == Role.Size) return storePlace<A>(places, vaddr, place, width, (bond ? bond.bytes : 0) + addend);
  let value = bond ? bond.value : 0;
  if (bond) {
    let owner = bond.owner;
    if (role == Role.Jump && bond.kind == Bound.Canonical) {
      const leap = relocator.binding.leapOf(vaddr);
      if (leap && leap.isIndirect) return true;
      if (leap) {
        value = leap.value;
        owner = leap.owner;
      }
    }
    if (bond.isIndirect) return true;
    value = intercepted<A>(relocator, index, owner, type, place, value);
    if (places.work.fault.code != Code.Ok) return false;
  }
  value += addend;
  if (role == Role.Pc) value -= place;
  return storePlace<A>(places, vaddr, place, width, value);
}

/** True if nobody looked for the function itself, though perhaps for an address that stands for it. */
function isLeftOpen(relocator: Relocator, bond: Bond, entry: u64): bool {
  return bond.kind == Bound.Not || bond.kind == Bound.Canonical && !relocator.binding.leapOf(entry);
}

function relocateTls<A>(relocator: Relocator, vaddr: u64, role: Role, place: u64, bond: Bond | null, addend: u64): bool {
  const places = relocator.places;
  if (!hasTls()) return places.work.fail(Code.TlsRefused, What.Rel, vaddr, addend);
  // What is subtracted is negated but for its addend: that is a negated offset already.
  const variable = variableOf(relocator.symbols, bond, role == Role.TlsBelow ? 0 - addend : addend);
  // A module without a block has no variables: its own entries name none.
  if (!bond && !places.image.tls) return places.work.fail(Code.BadSymbolType, What.Rel, vaddr, 0);
  if (role == Role.TlsDescriptor) return storeDescriptor<A>(places, vaddr, place, variable);
  const word = tlsWord(places, vaddr, role, variable);
  if (places.work.fault.code != Code.Ok) return false;
  storeWord<A>(place, word);
  return true;
}

/** What a host that wants its say makes of a symbol's value; a fault if there is no memory to remember it. */
export function intercepted<A>(relocator: Relocator, index: u32, owner: Symbols | null, type: u32, place: u64, value: u64): u64 {
  if (!(relocator.policy & Policy.Intercept)) return value;
  const symbols = relocator.symbols;
  const symbol = symbols.symbol<A>(index);
  const bytes = symbols.nameBytes(symbol);
  const answer = hostLink.intercept(symbols.module, symbols.name(symbol), <u32>bytes, type, place, owner ? owner.module : 0, wrap<A>(value));
  if (answer != Answer.Done) return value;
  const wanted = hostLink.foundAddr();
  // Bindings that outlive the session are those of a module that can be patched, and led back.
  const work = relocator.places.work;
  const binding = relocator.binding;
  if (binding.arena != work.arena && !binding.divert(place, wanted)) work.fail(Code.OutOfMemory, What.None, 0, offsetof<Detour>());
  return wanted;
}

/**
 * Copies what an executable has room for. The modules it comes from are finished, and so is what their resolvers chose.
 *
 * @fault RelocationOutside (Rel, at = vaddr of the entry, value = the place)
 */
export function copyAll(relocator: Relocator): bool {
  const places = relocator.places;
  places.work.source = places.image.source;
  // Text that was open to relocations is closed by now.
  places.forget();
  let copy = relocator.binding.copies;
  while (copy) {
    if (copy.bytes) {
      if (!places.holds(copy.entry, copy.to, copy.bytes)) return false;
      target.copy(places.placement.at(copy.to), copy.from, copy.bytes);
    }
    copy = copy.next;
  }
  return true;
}

/** Leads the PLT's first entry to the host, with the module's handle. psABIs, "Procedure Linkage Table". */
function fillGot<A>(relocator: Relocator): bool {
  const places = relocator.places;
  const got = places.image.dynamic!.value(DT.PLTGOT);
  const start = places.image.arch.lazy == Lazy.FirstSecond ? got : got + sizeof<A>();
  if (!places.holds(places.image.dynamicSegment!.vaddr, start, 2 * sizeof<A>())) return false;
  const at = places.placement.at(start);
  const isEntryFirst = places.image.arch.lazy == Lazy.FirstSecond;
  storeWord<A>(isEntryFirst ? at : at + sizeof<A>(), machine.lazyEntry());
  storeWord<A>(isEntryFirst ? at + sizeof<A>() : at, relocator.symbols.module);
  return true;
}
