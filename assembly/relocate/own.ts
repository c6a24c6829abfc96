// Addresses of what the module itself has, for the relocations that have nothing else to ask: most of them.

import { NONE } from "../host/answer";
import { Object } from "../inspect/object";
import { STT, symInfo, symValue, typeOf } from "../elf/symbol";
import { isAbsolute, isDead, placeIn, vaddrOf } from "../map/objects";
import { Placement } from "../map/map";
import { Image } from "../inspect/image";
import { Sym } from "../merge/objects";
import { Layout } from "../plan/layout";
import { wrap } from "../elf/word";

/** The address of a symbol of an object; NONE: there is more to it than that. */
@inline export function ownAddr<A>(layout: Layout, image: Image, placement: Placement, object: Object, index: u32): u64 {
  const sym = changetype<Sym | null>(object.target(index));
  if (!sym) return localAddr<A>(image, placement, object, index);
  return sym.isPlaced ? sym.addr : placedAddr<A>(layout, image, placement, sym);
}

/** Of a local one that nobody has asked more of: no more is kept of it. */
function localAddr<A>(image: Image, placement: Placement, object: Object, index: u32): u64 {
  const symbol = object.symbol<A>(index);
  const type = typeOf(symInfo<A>(symbol));
  const number = object.sectionOf<A>(index);
  if (type == STT.GNU_IFUNC || type == STT.TLS || !number || number >= object.sectionCount) return NONE;
  const section = object.section(number);
  // What was dropped is nowhere; of what is kept once, the addend says which it is.
  if (section.vaddr == NONE || section.pool && type == STT.SECTION) return NONE;
  const value = symValue<A>(symbol);
  const tag = type == STT.FUNC ? value & <u64>image.arch.codeTag : 0;
  return placement.at(placeIn<A>(section, value - tag) + tag);
}

function placedAddr<A>(layout: Layout, image: Image, placement: Placement, sym: Sym): u64 {
  const objects = layout.objects;
  if (sym.isImport || sym.isIndirect || sym.type == STT.TLS || sym.type == STT.SECTION || isDead<A>(objects, sym)) return NONE;
  const vaddr = vaddrOf<A>(layout, image, sym);
  sym.addr = isAbsolute<A>(objects, sym) ? wrap<A>(vaddr) : placement.at(vaddr);
  sym.isPlaced = true;
  return sym.addr;
}
