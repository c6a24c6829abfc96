// Binding -> relocated memory: the dynamic relocations, in straight loops.

import { Code, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { Role } from "../arch/arch";
import { Work } from "../base/work";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { loadWord, storeWord, wide } from "../elf/word";
import { Image } from "../inspect/image";
import { Binding } from "../link/binding";
import { Table, entryBytes, hasAddend, tableCount, tableStart } from "../link/tables";
import { Placement } from "../map/map";
import { Places } from "./place";
import { relocateRelr } from "./relr";

/**
 * Applies every dynamic relocation of a module whose symbols are bound. What it depends on was relocated before, so that
 * COPY copies finished bytes.
 *
 * @fault RelocationOutside (Rel, at = vaddr of the entry, value = the place)
 * @fault UnknownRelocation BadSymbolIndex  the table changed since it was bound
 * @spec gABI 4.5 "Relocation"
 */
export function relocate(work: Work, image: Image, placement: Placement, binding: Binding): bool {
  work.source = image.source;
  if (!image.dynamic) return true;
  const at = work.take(offsetof<Places>());
  if (!at) return false;
  const places = changetype<Places>(at);
  places.work = work;
  places.image = image;
  places.placement = placement;
  return wide(image.bits) ? relocateAs<u64>(places, binding) : relocateAs<u32>(places, binding);
}

function relocateAs<A>(places: Places, binding: Binding): bool {
  if (!relocateRelr<A>(places)) return false;
  for (let table = 0; table < Table.COUNT; ++table) if (!relocateTable<A>(places, binding, table)) return false;
  return copyAll(places, binding);
}

function relocateTable<A>(places: Places, binding: Binding, table: Table): bool {
  const placement = places.placement;
  const arch = places.image.arch;
  const dynamic = places.image.dynamic!;
  const isRela = hasAddend(dynamic, table);
  let vaddr = tableStart(dynamic, table);
  for (let left = tableCount<A>(dynamic, table); left; --left, vaddr += entryBytes<A>(isRela)) {
    const entry = placement.at(vaddr);
    const info = relInfo<A>(entry);
    const role = arch.role(infoType<A>(info));
    if (role == Role.None || role == Role.Copy) continue;
    const offset = relOffset<A>(entry);
    if (!places.holds(vaddr, offset, sizeof<A>())) return false;
    const place = placement.at(offset);
    let value: u64 = 0;
    if (role == Role.Relative) value = placement.bias;
    else {
      if (role == Role.Unknown) return places.work.fail(Code.UnknownRelocation, What.Rel, vaddr, infoType<A>(info));
      const index = infoSymbol<A>(info);
      value = index < binding.count ? binding.address(index) : 0;
      if (!index) value = 0;
      else if (index >= binding.count || value == NONE) return places.work.fail(Code.BadSymbolIndex, What.Rel, vaddr, index);
    }
    if (role != Role.Slot) value += isRela ? relaAddend<A>(entry) : loadWord<A>(place);
    storeWord<A>(place, value);
  }
  return true;
}

function copyAll(places: Places, binding: Binding): bool {
  let copy = binding.copies;
  while (copy) {
    if (copy.bytes) {
      if (!places.holds(copy.entry, copy.to, copy.bytes)) return false;
      target.copy(places.placement.at(copy.to), copy.from, copy.bytes);
    }
    copy = copy.next;
  }
  return true;
}
