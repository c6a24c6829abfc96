// All dynamic relocations of a placed image as one list, for whoever asks what a file would need.

import { Field } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { DT } from "../elf/dynamic";
import { infoSymbol, infoType, relBytes, relInfo, relOffset, relaAddend, relaBytes } from "../elf/reloc";
import { loadWord, wide } from "../elf/word";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { Table, TableKind } from "./tables";

@lazy const TABLE: Table = changetype<Table>(memory.data(offsetof<Table>(), 8));

/** How many there are; a RELR table counts its words. */
export function relocationCount(image: Image, placement: Placement): u32 {
  return wide(image.bits) ? countAs<u64>(image, placement) : countAs<u32>(image, placement);
}

/** A field of one: Type (0 for RELR), Vaddr, Symbol, Addend (NONE where the place holds it). */
export function relocationField(image: Image, placement: Placement, index: u32, field: u32): u64 {
  return wide(image.bits) ? fieldAs<u64>(image, placement, index, field) : fieldAs<u32>(image, placement, index, field);
}

function countAs<A>(image: Image, placement: Placement): u32 {
  if (!image.dynamic) return 0;
  let count = relrCount<A>(image);
  for (let kind = 0; kind < TableKind.COUNT; ++kind) {
    TABLE.set<A>(image, kind);
    count += TABLE.count;
  }
  return <u32>min<u64>(count, u32.MAX_VALUE);
}

function relrCount<A>(image: Image): u64 {
  const d = image.dynamic!;
  return d.has(DT.RELR) ? d.value(DT.RELRSZ) / sizeof<A>() : 0;
}

function fieldAs<A>(image: Image, placement: Placement, index: u32, field: u32): u64 {
  let left = <u64>index;
  for (let kind = 0; kind < TableKind.COUNT; ++kind) {
    TABLE.set<A>(image, kind);
    if (left < TABLE.count) return entryField<A>(placement.at(TABLE.vaddr + left * TABLE.each<A>()), TABLE.hasAddend, field);
    left -= TABLE.count;
  }
  const word = loadWord<A>(placement.at(image.dynamic!.value(DT.RELR) + left * sizeof<A>()));
  switch (field) {
    case Field.Type:  return 0;
    case Field.Value: return word;
    default:          return NONE;
  }
}

function entryField<A>(at: u64, hasAddend: bool, field: u32): u64 {
  switch (field) {
    case Field.Type:   return infoType<A>(relInfo<A>(at));
    case Field.Symbol: return infoSymbol<A>(relInfo<A>(at));
    case Field.Vaddr:  return relOffset<A>(at);
    case Field.Addend: return hasAddend ? relaAddend<A>(at) : NONE;
    default:           return NONE;
  }
}
