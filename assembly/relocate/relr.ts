// DT_RELR: addresses and bitmaps. gABI 5.2 "Relative Relocation Table".

import { DT } from "../elf/dynamic";
import { loadWord, storeWord, wrap } from "../elf/word";
import { Places } from "./place";

/** Adds the bias to every word the table names. An even entry is an address, an odd one a bitmap of the words behind. */
export function relocateRelr<A>(places: Places): bool {
  const dynamic = places.image.dynamic!;
  if (!dynamic.has(DT.RELR)) return true;
  const placement = places.placement;
  const start = dynamic.value(DT.RELR);
  const end = start + dynamic.value(DT.RELRSZ);
  let where: u64 = 0;
  for (let vaddr = start; vaddr < end; vaddr += sizeof<A>()) {
    const entry = loadWord<A>(placement.at(vaddr));
    if (!(entry & 1)) {
      if (!addBias<A>(places, vaddr, entry)) return false;
      where = wrap<A>(entry + sizeof<A>());
      continue;
    }
    let place = where;
    for (let bits = entry >> 1; bits; bits >>= 1, place = wrap<A>(place + sizeof<A>())) {
      if (bits & 1 && !addBias<A>(places, vaddr, place)) return false;
    }
    where = wrap<A>(where + (sizeof<A>() * 8 - 1) * sizeof<A>());
  }
  return true;
}

@inline function addBias<A>(places: Places, entry: u64, vaddr: u64): bool {
  if (!places.holds(entry, vaddr, sizeof<A>())) return false;
  const place = places.placement.at(vaddr);
  storeWord<A>(place, loadWord<A>(place) + places.placement.bias);
  return true;
}
