// All dynamic relocations of a placed image as one list, for whoever asks what a file would need.

import { Field } from "../words";
import { NONE } from "../host/answer";
import { DT } from "../elf/dynamic";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { loadWord, wide } from "../elf/word";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { Symbols } from "./symbols";
import { Table, entryBytes, hasAddend, tableCount, tableStart } from "./tables";

/** How many there are; a RELR table counts its words. */
export function relocationCount(image: Image): u32 {
  return wide(image.bits) ? countAs<u64>(image) : countAs<u32>(image);
}

/** A field of one: Type, Vaddr, Symbol, Addend (NONE where the place holds it); of a RELR word: Type 0, Value. */
export function relocationField(image: Image, placement: Placement, index: u32, field: u32): u64 {
  return wide(image.bits) ? fieldAs<u64>(image, placement, index, field) : fieldAs<u32>(image, placement, index, field);
}

function countAs<A>(image: Image): u32 {
  const d = image.dynamic;
  let count = d && d.has(DT.RELR) ? d.value(DT.RELRSZ) / sizeof<A>() : 0;
  for (let table = 0; table < Table.COUNT; ++table) count += tableCount<A>(d, table);
  return <u32>min<u64>(count, u32.MAX_VALUE);
}

function fieldAs<A>(image: Image, placement: Placement, index: u32, field: u32): u64 {
  const d = image.dynamic!;
  let left = <u64>index;
  for (let table = 0; table < Table.COUNT; ++table) {
    const isRela = hasAddend(d, table);
    const count = tableCount<A>(d, table);
    if (left < count) return entryField<A>(placement.at(tableStart(d, table) + left * entryBytes<A>(isRela)), isRela, field);
    left -= count;
  }
  switch (field) {
    case Field.Type:  return 0;
    case Field.Value: return loadWord<A>(placement.at(d.value(DT.RELR) + left * sizeof<A>()));
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

/** How many functions may be bound when they are called. */
export function slotCount(image: Image): u32 {
  return <u32>(wide(image.bits) ? tableCount<u64>(image.dynamic, Table.Plt) : tableCount<u32>(image.dynamic, Table.Plt));
}

/** A field of one: Symbol Name NameBytes Vaddr, and Value: what its slot holds now. */
export function slotField(image: Image, placement: Placement, symbols: Symbols, index: u32, field: u32): u64 {
  return wide(image.bits) ? slotFieldAs<u64>(image, placement, symbols, index, field) : slotFieldAs<u32>(image, placement, symbols, index, field);
}

function slotFieldAs<A>(image: Image, placement: Placement, symbols: Symbols, index: u32, field: u32): u64 {
  const dynamic = image.dynamic!;
  const entry = placement.at(tableStart(dynamic, Table.Plt) + <u64>index * entryBytes<A>(hasAddend(dynamic, Table.Plt)));
  const number = infoSymbol<A>(relInfo<A>(entry));
  const vaddr = relOffset<A>(entry);
  switch (field) {
    case Field.Symbol: return number;
    case Field.Vaddr:  return vaddr;
    case Field.Value:  return image.readable(vaddr, sizeof<A>()) ? loadWord<A>(placement.at(vaddr)) : NONE;
  }
  if (number >= symbols.count) return NONE;
  const symbol = symbols.symbol<A>(number);
  const bytes = symbols.nameBytes(symbol);
  if (field == Field.NameBytes || bytes == NONE) return bytes;
  return field == Field.Name ? symbols.name(symbol) : NONE;
}
