// Version definitions and requirements of a placed image, walked record by record within their segment.
// LSB Core, "Symbol Versioning".

import { Field } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { DT } from "../elf/dynamic";
import { Verdaux, Verdef, Vernaux, Verneed } from "../elf/version";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { Symbols } from "./symbols";
import { textBytes } from "./text";

/** The vaddr of a record behind another, or NONE at the end or where it would leave the image. */
function follow(image: Image, vaddr: u64, distance: u32, bytes: u64): u64 {
  return distance && image.readable(vaddr + distance, bytes) ? vaddr + distance : NONE;
}

function first(image: Image, tag: u64, bytes: u64): u64 {
  const dynamic = image.dynamic;
  return dynamic && dynamic.has(tag) && image.readable(dynamic.value(tag), bytes) ? dynamic.value(tag) : NONE;
}

function limit(image: Image, tag: u64): u32 { return <u32>min<u64>(image.dynamic!.value(tag), 0xffff); }

/** How many versions the image defines. */
export function definitionCount(image: Image, placement: Placement): u32 {
  let count: u32 = 0;
  for (let at = first(image, DT.VERDEF, Verdef.BYTES); at != NONE && count < limit(image, DT.VERDEFNUM); ++count) {
    at = follow(image, at, target.load32(placement.at(at) + Verdef.NEXT), Verdef.BYTES);
  }
  return count;
}

/** A field of a definition: Name NameBytes Version Flags. */
export function definitionField(image: Image, placement: Placement, symbols: Symbols, index: u32, field: u32): u64 {
  let vaddr = first(image, DT.VERDEF, Verdef.BYTES);
  while (index--) vaddr = follow(image, vaddr, target.load32(placement.at(vaddr) + Verdef.NEXT), Verdef.BYTES);
  const at = placement.at(vaddr);
  switch (field) {
    case Field.Version: return target.load16(at + Verdef.NDX) & 0x7fff;
    case Field.Flags:   return target.load16(at + Verdef.FLAGS);
    default: {
      const aux = follow(image, vaddr, target.load32(at + Verdef.AUX), Verdaux.BYTES);
      return aux == NONE ? NONE : stringField(symbols, target.load32(placement.at(aux) + Verdaux.NAME), field, Field.Name, Field.NameBytes);
    }
  }
}

/** How many versions the image needs, of all its libraries together. */
export function requirementCount(image: Image, placement: Placement): u32 {
  return <u32>requirement(image, placement, u32.MAX_VALUE, false);
}

/** A field of a requirement: Name NameBytes File FileBytes Version Flags. */
export function requirementField(image: Image, placement: Placement, symbols: Symbols, index: u32, field: u32): u64 {
  const aux = requirement(image, placement, index, false);
  const at = placement.at(aux);
  switch (field) {
    case Field.Version: return target.load16(at + Vernaux.OTHER) & 0x7fff;
    case Field.Flags:   return target.load16(at + Vernaux.FLAGS);
    case Field.Name:
    case Field.NameBytes: return stringField(symbols, target.load32(at + Vernaux.NAME), field, Field.Name, Field.NameBytes);
    default: {
      const need = requirement(image, placement, index, true);
      return stringField(symbols, target.load32(placement.at(need) + Verneed.FILE), field, Field.File, Field.FileBytes);
    }
  }
}

/** The vaddr of the n-th Vernaux, or of the Verneed it hangs on; past the last, how many there are. */
function requirement(image: Image, placement: Placement, index: u32, wantsNeed: bool): u64 {
  // Records may be shared by a hostile file, but there cannot be more of them than bytes for them.
  const budget = image.dynamic && image.dynamic!.has(DT.VERNEED) ? budgetOf(image, image.dynamic!.value(DT.VERNEED)) : 0;
  let count: u32 = 0;
  let files = image.dynamic ? limit(image, DT.VERNEEDNUM) : 0;
  for (let need = first(image, DT.VERNEED, Verneed.BYTES); need != NONE && files; --files) {
    const at = placement.at(need);
    let left = target.load16(at + Verneed.CNT);
    for (let aux = follow(image, need, target.load32(at + Verneed.AUX), Vernaux.BYTES); aux != NONE && left; --left) {
      if (count == budget) return count;
      if (count++ == index) return wantsNeed ? need : aux;
      aux = follow(image, aux, target.load32(placement.at(aux) + Vernaux.NEXT), Vernaux.BYTES);
    }
    need = follow(image, need, target.load32(at + Verneed.NEXT), Verneed.BYTES);
  }
  return count;
}

function budgetOf(image: Image, vaddr: u64): u32 {
  const segment = image.readable(vaddr, Verneed.BYTES);
  return segment ? <u32>min<u64>(segment.fileBytes / Vernaux.BYTES, 0xffff) : 0;
}

function stringField(symbols: Symbols, offset: u32, field: u32, name: u32, nameBytes: u32): u64 {
  if (offset >= symbols.stringBytes) return NONE;
  if (field == name) return symbols.strings + offset;
  return field == nameBytes ? textBytes(symbols.strings + offset, symbols.stringBytes - offset) : NONE;
}
