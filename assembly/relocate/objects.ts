// The static relocations of objects, once everything has its address and imports are bound: the interpreter of arch/howto.ts.

import { Code, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { Fitting, addendIn, fitting, loadBytes, merged, storeBytes } from "../arch/field";
import { Base, Fit, Form, Howto, Howtos, Op, Size, WHOLE } from "../arch/howto";
import { tagIn } from "../arch/odd";
import { isRelaxed, opcodeAt, relaxedAddend, relaxedForm, relaxedOpcode, slotForm } from "../arch/relax";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { SHT } from "../elf/section";
import { STT } from "../elf/symbol";
import { wide } from "../elf/word";
import { Object, Section } from "../inspect/object";
import { placeIn } from "../map/objects";
import { Sym } from "../merge/objects";
import { islandFor } from "../plan/islands";
import { baseOf, entryAt, entryBytesOf, isNear, isShort, isWord, placed, stubOf } from "../plan/slots";
import { isContinued } from "./far";
import { extended, formed, formedAs } from "./form";
import { isForDebuggers, storeDead } from "./dead";
import { indexFrames } from "./frames";
import { Linker } from "./linker";
import { ownAddr } from "./own";
import { fillSlots } from "./slots";
import { SUBJECT, findSubject } from "./subject";
import { storeUleb } from "./uleb";

/**
 * Applies the relocations of all sections that are in memory, and fills slots and stubs.
 *
 * @fault OutOfRange Misaligned (Entry, at = file offset, value = what does not fit)
 * @fault NoPartner (Entry, at = file offset, value = where its upper part should be)
 * @fault NoStaticTls (Entry, at = file offset)
 * @fault UnknownRelocation RelocationOutside BadSymbolIndex  the file changed since it was looked at
 */
export function relocateObjects(linker: Linker): bool {
  const object = linker.layout.objects.first!;
  return wide(object.bits) ? relocateAs<u64>(linker) : relocateAs<u32>(linker);
}

function relocateAs<A>(linker: Linker): bool {
  fillSlots<A>(linker);
  let object = linker.layout.objects.first;
  while (object) {
    object.turn(linker.work);
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (section.vaddr == NONE) continue;
      linker.start = linker.placement.at(section.vaddr);
      if (!relocateSection<A>(linker, object, section)) return false;
    }
    object = object.next;
  }
  return indexFrames<A>(linker.work, linker.layout, linker.image, linker.placement);
}

/** Relocates a section, which begins where the linker says. */
export function relocateSection<A>(linker: Linker, object: Object, section: Section): bool {
  for (let table = section.relocations; table; table = object.section(table).nextRelocations) {
    if (!relocateTable<A>(linker, object, section, object.section(table))) return false;
  }
  return true;
}

function relocateTable<A>(linker: Linker, object: Object, section: Section, table: Section): bool {
  const work = linker.work;
  const each = entryBytesOf<A>(table);
  const count = table.bytes / each;
  const isRela = table.type == SHT.RELA;
  const howtos = object.howtos;
  linker.partners.close();
  linker.group = section.group;
  const layout = linker.layout;
  const placement = linker.placement;
  let howto: Howto | null = null;
  let isDirect = false;
  for (let i: u64 = 0; i < count; ++i) {
    const entry = object.addr + table.offset + i * each;
    const at = entryAt(table, i, each);
    const info = relInfo<A>(entry);
    const type = infoType<A>(info);
    if (!howto || howto.type != type) {
      howto = layout.objects.row(howtos, type);
      if (linker.debugs && howto && !isForDebuggers(howto)) howto = null;
      isDirect = howto != null && namesOnly(linker, object, howto);
    }
    if (!howto) return work.fail(Code.UnknownRelocation, What.Entry, at, type);
    if (howto.base == Base.None) continue;
    const offset = relOffset<A>(entry);
    const placeOffset = placed<A>(section, howto, offset);
    if (placeOffset == NONE) return work.fail(Code.RelocationOutside, What.Entry, at, offset);
    const index = infoSymbol<A>(info);
    if (index && index >= object.symbolCount) return work.fail(Code.BadSymbolIndex, What.Entry, at, index);
    const place = linker.start + placeOffset;
    // The file may have what is for debuggers compressed.
    const addend = isRela ? relaAddend<A>(entry) : addendIn(howtos, howto, loadBytes(linker.debugs ? place : object.addr + section.offset + offset, howto.size));
    if (isDirect && index) {
      const addr = ownAddr<A>(layout, linker.image, placement, object, index);
      if (addr != NONE && storeDirect<A>(linker, howtos, howto, addr, addend, place)) continue;
    }
    const sym = index ? layout.objects.symOf<A>(work, object, index) : null;
    if (index && !sym) return false;
    if (sym && sym.isImport && !linker.debugs && isWord<A>(section, howto)) continue; // a dynamic relocation stands for it
    if (howto.has(Fit.Relax) && sym && isNear<A>(linker.layout.objects, sym) && placeOffset >= 2 && isRelaxed(howto, object.addr + section.offset, offset, addend)) {
      if (!relaxEntry<A>(linker, at, howto, sym, object.addr + section.offset + offset, place, addend)) return false;
      continue;
    }
    if (!relocateEntry<A>(linker, object, section, table, at, howto, sym, place, offset, addend)) return false;
  }
  return true;
}

/** True for a row that has to know the address of a symbol, and the place, and nothing else. */
function namesOnly(linker: Linker, object: Object, howto: Howto): bool {
  if (howto.base != Base.Symbol && (howto.base != Base.Branch || object.arch.codeTag || linker.layout.isSpread)) return false;
  return howto.form <= Form.Page && howto.op == Op.Set && howto.size != Size.Uleb && !howto.has(Fit.Relax);
}

/** Stores what such a relocation makes of an address; false if it does not fit: there may be a stub. */
@inline function storeDirect<A>(linker: Linker, howtos: Howtos, howto: Howto, addr: u64, addend: u64, place: u64): bool {
  const form = howto.form;
  const value = form == Form.Pc ? extended<A>(addr + addend - place) : form == Form.Abs ? extended<A>(addr + addend) : formedAs<A>(linker, form, addr, addend, place);
  // Data, and most of x86: no bits to be put together.
  if (howto.field == WHOLE && howto.size == Size.B4) {
    const isSigned = value == <u64><i64><i32>value;
    const range = howto.range;
    if (!isSigned && range && (range == Fit.Signed || value >> 32)) return false;
    if (range == Fit.Unsigned && value >> 32) return false;
    target.store32(place, <u32>value);
    return true;
  }
  if (sizeof<A>() == 8 && howto.field == WHOLE && howto.size == Size.B8) {
    target.store64(place, value);
    return true;
  }
  if (fitting(howtos, howto, value) != Fitting.Fits) return false;
  storeBytes(place, howto.size, howto.field == WHOLE ? value : merged(howtos, howto, loadBytes(place, howto.size), value));
  return true;
}

/** The instruction works the address out itself. */
function relaxEntry<A>(linker: Linker, at: u64, howto: Howto, sym: Sym, from: u64, place: u64, addend: u64): bool {
  const opcode = opcodeAt(from);
  if (!findSubject<A>(linker, at, howto, sym, Base.Symbol, addend)) return false;
  if (SUBJECT.isDead) return true;
  const form = relaxedForm(howto, opcode, addend);
  const value = formedAs<A>(linker, form, SUBJECT.value, relaxedAddend(form), place);
  if (value != <u64><i64><i32>value) return linker.work.fail(Code.OutOfRange, What.Entry, at, value);
  target.store16(place - 2, relaxedOpcode(howto, opcode, addend));
  target.store32(place, <u32>value);
  return true;
}

function relocateEntry<A>(linker: Linker, object: Object, section: Section, table: Section, at: u64, howto: Howto, sym: Sym | null, place: u64, offset: u64, addend: u64): bool {
  const work = linker.work;
  const howtos = object.howtos;
  if (howto.form == Form.Partner) return relocatePartner<A>(linker, object, section, table, at, howto, sym, place);
  linker.island = islandFor(section, howto, offset);
  if (!findSubject<A>(linker, at, howto, sym, sym ? baseOf(howto, sym) : howto.base, addend)) return false;
  // What refers to a function that was dropped is as dead as that: tables for unwinders, mostly. Debuggers are told.
  if (SUBJECT.isDead && (!linker.debugs || storeDead(linker, howtos, howto, place))) return true;
  const form = howto.form == Form.GotIndexed ? slotForm(object.addr + section.offset, offset) : howto.form;
  let value = formedAs<A>(linker, form, SUBJECT.value, addend, place);
  if (howto.base == Base.Branch && sym) {
    // What is no function is code as the jump's own is, or as it says. AAELF32 5.6.1.4, "Call and jump relocations".
    const tag = <u64>object.arch.codeTag;
    if (tag && !sym.isImport && sym.type != STT.FUNC) value = value & ~tag | stateOf(howto, place);
    const isCrossing = tag != 0 && !howto.has(Fit.Exchanges) && ((value & tag) != 0) != howto.has(Fit.Tagged);
    if (SUBJECT.isFar || isCrossing || fitting(howtos, howto, value) != Fitting.Fits) {
      const stub = stubOf(sym, howto.has(Fit.Tagged), section.group, linker.island);
      if (stub) value = formed<A>(linker, howto, linker.stubAddr(stub), addend, place);
    }
  }
  else if (sym && sym.isImport && isShort<A>(howto) && fitting(howtos, howto, value) != Fitting.Fits && linker.binding.at(sym.number).isFunction) {
    const stub = stubOf(sym, false, 0, 0);
    if (stub) value = formed<A>(linker, howto, linker.stubAddr(stub), addend, place);
  }
  // Of what is farther than that, instructions behind hold the rest.
  if (howto.form == Form.PageHi && fitting(howtos, howto, value) != Fitting.Fits && isContinued<A>(object, table, at, offset)) value = <u64><i64><i32>value;
  return stored<A>(linker, section, howto, at, place, value);
}

/** The lowest bit of where a jump leads as it is. */
function stateOf(howto: Howto, place: u64): u64 {
  return howto.has(Fit.Exchanges) ? tagIn(howto.field, loadBytes(place, howto.size)) : u64(howto.has(Fit.Tagged));
}

/** What a label's partner says: the lower part of what is in the instruction there. RISC-V psABI 8.4.9. */
function relocatePartner<A>(linker: Linker, object: Object, section: Section, table: Section, at: u64, howto: Howto, sym: Sym | null, place: u64): bool {
  const work = linker.work;
  const label = sym && !sym.isImport && linker.layout.objects.sectionOf<A>(sym) == section ? sym.object.symbolValue<A>(sym.index) : NONE;
  if (!linker.partners.isOpenFor(table) && !linker.partners.open<A>(work, object, table)) return false;
  const entry = label == NONE ? NONE : linker.partners.at(label);
  if (entry == NONE) return work.fail(Code.NoPartner, What.Entry, at, label);
  const info = relInfo<A>(entry);
  const upper = object.howtos.row(infoType<A>(info));
  if (!upper) return work.fail(Code.UnknownRelocation, What.Entry, at, infoType<A>(info));
  const index = infoSymbol<A>(info);
  const named = index && index < object.symbolCount ? linker.layout.objects.symOf<A>(work, object, index) : null;
  if (index && !named) return work.fail(Code.BadSymbolIndex, What.Entry, at, index);
  const addend = table.type == SHT.RELA ? relaAddend<A>(entry) : 0;
  if (!findSubject<A>(linker, at, upper, named, upper.base, addend)) return false;
  const value = extended<A>(SUBJECT.value + addend - linker.placement.at(placeIn<A>(section, label)));
  return stored<A>(linker, section, howto, at, place, value);
}

function stored<A>(linker: Linker, section: Section, howto: Howto, at: u64, place: u64, value: u64): bool {
  const howtos = section.object.howtos;
  const fits = fitting(howtos, howto, value);
  if (fits != Fitting.Fits) return linker.work.fail(fits == Fitting.Misaligned ? Code.Misaligned : Code.OutOfRange, What.Entry, at, value);
  if (howto.size == Size.Uleb) return storeUleb<A>(linker, section, howto, at, place, value);
  storeBytes(place, howto.size, merged(howtos, howto, loadBytes(place, howto.size), value));
  return true;
}
