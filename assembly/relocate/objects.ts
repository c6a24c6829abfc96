// The static relocations of objects, once everything has its address and imports are bound: the interpreter of arch/howto.ts.

import { Code, Flag, PF, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { Role } from "../arch/arch";
import { Fitting, addendIn, fitting, loadBytes, merged, storeBytes } from "../arch/field";
import { Base, Fit, Form, Howto, Howtos, Op, Size, WHOLE } from "../arch/howto";
import { tagIn } from "../arch/odd";
import { isRelaxed, opcodeAt, relaxedAddend, relaxedForm, relaxedOpcode, slotForm } from "../arch/relax";
import { hasTls } from "../base/features";
import { within } from "../base/range";
import { Work } from "../base/work";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { SHT } from "../elf/section";
import { STT } from "../elf/symbol";
import { storeWord, wide, wrap } from "../elf/word";
import { Image } from "../inspect/image";
import { Object, Section } from "../inspect/object";
import { Binding, Bond, Bound } from "../link/bond";
import { Symbols } from "../link/symbols";
import { isAbsolute, isDead, placeIn, vaddrOf } from "../map/objects";
import { Placement } from "../map/map";
import { Objects, Standing, Sym } from "../merge/objects";
import { Layout, Part, Slot } from "../plan/layout";
import { slotVaddr } from "../plan/sections";
import { baseOf, entryAt, entryBytesOf, isNear, isShort, isWord, placed, slotOf, stubOf, stubBytesOf } from "../plan/slots";
import { ownAddr } from "./own";
import { Places } from "./place";
import { indexFrames } from "./frames";
import { Partners } from "./partners";
import { tlsWord, variableOf } from "./tls";

/** What is at hand while objects are relocated. */
@unmanaged export class Linker {
  work: Work;
  layout: Layout;
  image: Image;
  placement: Placement;
  places: Places;
  symbols: Symbols;
  binding: Binding;
  partners: Partners;
  /** The group that the section lies in which is relocated. */
  group: u32;
  /** Imports are called by their slots: somebody may lead these elsewhere. */
  isPatchable: bool;
  /** The place of the last ULEB128 that was set or added to, and what that made: of a pair the difference is what has to fit. */
  ulebPlace: u64;
  ulebValue: u64;
}

/** What a relocation is about: see Base. */
@unmanaged class Subject {
  value: u64;
  /** A jump to it can't be made: it is out of reach, or waits for a resolver. */
  isFar: bool;
  /** It lies in what was dropped. */
  isDead: bool;
}
@lazy const SUBJECT: Subject = changetype<Subject>(memory.data(offsetof<Subject>(), 8));

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
    linker.work.source = object.source;
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (section.vaddr == NONE) continue;
      for (let table = section.relocations; table; table = object.section(table).nextRelocations) {
        if (!relocateTable<A>(linker, object, section, object.section(table))) return false;
      }
    }
    object = object.next;
  }
  return indexFrames<A>(linker.work, linker.layout, linker.image, linker.placement);
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
    const at = entryAt(object, table, i, each);
    const info = relInfo<A>(entry);
    const type = infoType<A>(info);
    if (!howto || howto.type != type) {
      howto = layout.objects.row(howtos, type);
      isDirect = howto != null && namesOnly(linker, object, howto);
    }
    if (!howto) return work.fail(Code.UnknownRelocation, What.Entry, at, type);
    if (howto.base == Base.None) continue;
    const offset = relOffset<A>(entry);
    const placeOffset = placed<A>(section, howto, offset);
    if (placeOffset == NONE) return work.fail(Code.RelocationOutside, What.Entry, at, offset);
    const index = infoSymbol<A>(info);
    if (index && index >= object.symbolCount) return work.fail(Code.BadSymbolIndex, What.Entry, at, index);
    const place = placement.at(section.vaddr + placeOffset);
    const addend = isRela ? relaAddend<A>(entry) : addendIn(howtos, howto, loadBytes(object.addr + section.offset + offset, howto.size));
    if (isDirect && index) {
      const addr = ownAddr<A>(layout, linker.image, placement, object, index);
      if (addr != NONE && storeDirect<A>(linker, howtos, howto, addr, addend, place)) continue;
    }
    const sym = index ? layout.objects.symOf<A>(work, object, index) : null;
    if (index && !sym) return false;
    if (sym && sym.isImport && isWord<A>(section, howto)) continue; // a dynamic relocation stands for it
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
  if (!subject<A>(linker, at, howto, sym, Base.Symbol, addend)) return false;
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
  if (!subject<A>(linker, at, howto, sym, sym ? baseOf(howto, sym) : howto.base, addend)) return false;
  // What refers to a function that was dropped is as dead as that: tables for unwinders, mostly.
  if (SUBJECT.isDead) return true;
  const form = howto.form == Form.GotIndexed ? slotForm(object.addr + section.offset, offset) : howto.form;
  let value = formedAs<A>(linker, form, SUBJECT.value, addend, place);
  if (howto.base == Base.Branch && sym) {
    // What is no function is code as the jump's own is, or as it says. AAELF32 5.6.1.4, "Call and jump relocations".
    const tag = <u64>object.arch.codeTag;
    if (tag && !sym.isImport && sym.type != STT.FUNC) value = value & ~tag | stateOf(howto, place);
    const isCrossing = tag != 0 && !howto.has(Fit.Exchanges) && ((value & tag) != 0) != howto.has(Fit.Tagged);
    if (SUBJECT.isFar || isCrossing || fitting(howtos, howto, value) != Fitting.Fits) {
      const stub = stubOf(sym, howto.has(Fit.Tagged), section.group);
      if (stub) value = formed<A>(linker, howto, stubAddr(linker, stub), addend, place);
    }
  }
  else if (sym && sym.isImport && isShort<A>(howto) && fitting(howtos, howto, value) != Fitting.Fits && linker.binding.at(sym.number).isFunction) {
    const stub = stubOf(sym, false, 0);
    if (stub) value = formed<A>(linker, howto, stubAddr(linker, stub), addend, place);
  }
  // Of what is farther than that, instructions behind hold the rest.
  if (howto.form == Form.PageHi && fitting(howtos, howto, value) != Fitting.Fits && isContinued<A>(object, table, at, offset)) value = <u64><i64><i32>value;
  return stored<A>(linker, section, howto, at, place, value);
}

/** The lowest bit of where a jump leads as it is. */
function stateOf(howto: Howto, place: u64): u64 {
  return howto.has(Fit.Exchanges) ? tagIn(howto.field, loadBytes(place, howto.size)) : u64(howto.has(Fit.Tagged));
}

/** Whether the instruction two behind has more of the same distance: LoongArch ELF psABI, "Extreme code model". */
function isContinued<A>(object: Object, table: Section, at: u64, offset: u64): bool {
  const end = object.addr + table.offset + table.bytes;
  let left = MOST_BEHIND;
  for (let entry = at - object.start + object.addr, each = entryBytesOf<A>(table); left-- && entry + each <= end && relOffset<A>(entry) - offset <= 8; entry += each) {
    const howto = object.howtos.row(infoType<A>(relInfo<A>(entry)));
    if (howto && howto.form == Form.PageFar && relOffset<A>(entry) - offset == 8) return true;
  }
  return false;
}

/** Entries that three instructions may have, those for linkers that relax included. */
@inline const MOST_BEHIND: u32 = 16;

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
  if (!subject<A>(linker, at, upper, named, upper.base, addend)) return false;
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

/** A ULEB128 keeps its length: there are as many bytes as there were. The difference of a pair has to fit; what is set in between need not. */
function storeUleb<A>(linker: Linker, section: Section, howto: Howto, at: u64, place: u64, value: u64): bool {
  const room = linker.placement.at(section.vaddr + section.bytes) - place;
  let bits: u32 = 0;
  let old: u64 = 0;
  for (let c: u32 = 0x80; c & 0x80; bits += 7) {
    if (bits == 70 || bits / 7 >= room) return linker.work.fail(Code.OutOfRange, What.Entry, at, value);
    c = target.load8(place + bits / 7);
    old |= <u64>(c & 0x7f) << bits;
  }
  const isPair = howto.op == Op.Sub && linker.ulebPlace == place;
  if (isPair) old = linker.ulebValue;
  const next = wrap<A>(howto.op == Op.Set ? value : howto.op == Op.Add ? old + value : old - value);
  if (isPair && bits < 64 && next >> bits) return linker.work.fail(Code.OutOfRange, What.Entry, at, extended<A>(next));
  linker.ulebPlace = howto.op == Op.Sub ? NONE : place;
  linker.ulebValue = next;
  for (let i: u32 = 0; i < bits; i += 7) storeBytes(place + i / 7, Size.B1, next >> i & 0x7f | (i + 7 < bits ? 0x80 : 0));
  return true;
}

/** Of a 32-bit machine a number is sign-extended before anything is made of it. */
@inline function extended<A>(value: u64): u64 { return sizeof<A>() == 8 ? value : <u64><i64><i32>value; }

@inline function page(x: u64): u64 { return x & ~0xfff; }

@inline function formed<A>(linker: Linker, howto: Howto, x: u64, addend: u64, place: u64): u64 { return formedAs<A>(linker, howto.form, x, addend, place); }

function formedAs<A>(linker: Linker, form: Form, x: u64, addend: u64, place: u64): u64 {
  const value = x + addend;
  switch (form) {
    case Form.Pc:      return extended<A>(value - place);
    case Form.AbsHi:   return extended<A>(value + 0x800);
    case Form.PcHi:    return extended<A>(value - place + 0x800);
    case Form.Page:    return extended<A>(page(value) - page(place));
    case Form.PageHi:  return extended<A>(page(value + 0x800) - page(place));
    case Form.Got:     return extended<A>(value - tableAddr(linker));
    case Form.GotPage: return extended<A>(value - page(tableAddr(linker)));
    case Form.PcWord:  return extended<A>(value - (place & ~3));
    case Form.Segment: return extended<A>(value - segmentAddr(linker, x));
    case Form.PageFar: return far(value, place - 8);
    case Form.PageFarther: return far(value, place - 12);
    default:           return extended<A>(value);
  }
}

/**
 * What the upper 32 bits of an address count from a page, when the lower ones are made of a signed 12-bit part and a 20-bit part that
 * wraps; `place` is pcalau12i's. LoongArch ELF psABI, R_LARCH_PCALA64_LO20.
 */
function far(value: u64, place: u64): u64 {
  let result = page(value) - page(place);
  if (value & 0x800) result += 0x1000 - 0x100000000;
  if (result & 0x80000000) result += 0x100000000;
  return result;
}

function tableAddr(linker: Linker): u64 { return linker.placement.at(linker.layout.span(Part.Got).own + linker.layout.objects.first!.howtos.tableBias); }

/** Where the segment begins that an address lies in; of one that is in none, 0. */
function segmentAddr(linker: Linker, addr: u64): u64 {
  const segment = linker.image.holding(linker.placement.vaddr(addr), 0);
  return segment ? linker.placement.at(segment.vaddr) : 0;
}

function slotAddr(linker: Linker, slot: Slot): u64 { return linker.placement.at(slotVaddr(linker.layout, slot)); }
function stubAddr(linker: Linker, slot: Slot): u64 { return slotAddr(linker, slot) | (slot.isTagged ? <u64>linker.image.arch.codeTag : 0); }

/** Finds what a relocation is about; false with a fault if there is no such thing. */
function subject<A>(linker: Linker, at: u64, howto: Howto, sym: Sym | null, base: Base, addend: u64): bool {
  SUBJECT.isFar = SUBJECT.isDead = false;
  SUBJECT.value = 0;
  if (base == Base.Table) {
    SUBJECT.value = tableAddr(linker);
    return true;
  }
  if (base == Base.TlsCall) {
    if (!found(linker, at, linker.layout.tlsCall)) return false;
    // What the instruction holds is no addend: assemblers differ. The program counter is two instructions ahead.
    SUBJECT.value = stubAddr(linker, linker.layout.tlsCall!) - addend - (howto.has(Fit.Tagged) ? 4 : 8);
    return true;
  }
  if (base == Base.TlsBlock) return found(linker, at, linker.layout.block);
  if (!sym) return true;
  switch (base) {
    case Base.Symbol: case Base.Branch: return addressOf<A>(linker, at, howto, sym, base, addend);
    case Base.Got: case Base.TlsPair: case Base.TlsSlot: case Base.TlsSlotBelow: case Base.TlsDescriptor: return found(linker, at, slotOf(sym, base));
    case Base.Size:
      SUBJECT.value = sym.isImport ? linker.binding.at(sym.number).bytes : sym.bytes;
      return true;
    default: return offsetOf<A>(linker, at, sym, base, addend);
  }
}

/** Every slot that is asked for was counted, unless the file has changed. */
function found(linker: Linker, at: u64, slot: Slot | null): bool {
  if (!slot) return linker.work.fail(Code.UnknownRelocation, What.Entry, at, 0);
  SUBJECT.value = slotAddr(linker, slot);
  return true;
}

function addressOf<A>(linker: Linker, at: u64, howto: Howto, sym: Sym, base: Base, addend: u64): bool {
  if (sym.isImport) {
    const bond = linker.binding.at(sym.number);
    // What a resolver has yet to choose, or nobody has, is reached by its slot.
    SUBJECT.isFar = linker.isPatchable || bond.kind == Bound.Indirect || bond.kind == Bound.Absent;
    SUBJECT.value = bond.value;
    if (base == Base.Symbol && bond.kind == Bound.Indirect) {
      const stub = stubOf(sym, false, 0);
      if (stub) SUBJECT.value = stubAddr(linker, stub);
    }
    return true;
  }
  if (isDead<A>(linker.layout.objects, sym)) {
    SUBJECT.isDead = true;
    return true;
  }
  if (sym.isIndirect) {
    const stub = base == Base.Branch ? stubOf(sym, howto.has(Fit.Tagged), linker.group) : stubOf(sym, false, 0);
    if (!stub) return linker.work.fail(Code.UnknownRelocation, What.Entry, at, howto.type);
    SUBJECT.value = stubAddr(linker, stub);
    return true;
  }
  SUBJECT.value = addrOf<A>(linker, sym, addend);
  return true;
}

/** The address of a definition. */
function addrOf<A>(linker: Linker, sym: Sym, addend: u64 = 0): u64 {
  const value = vaddrOf<A>(linker.layout, linker.image, sym, addend);
  return isAbsolute<A>(linker.layout.objects, sym) || sym.type == STT.TLS ? wrap<A>(value) : linker.placement.at(value);
}

/** The offset of a thread-local variable, in its block or from the thread pointer. */
function offsetOf<A>(linker: Linker, at: u64, sym: Sym, base: Base, addend: u64): bool {
  if (!hasTls()) return linker.work.fail(Code.TlsRefused, What.Entry, at, addend);
  const bond: Bond | null = sym.isImport ? linker.binding.at(sym.number) : null;
  const own = bond ? 0 : vaddrOf<A>(linker.layout, linker.image, sym);
  const variable = variableOf(linker.symbols, bond, own);
  const role = base == Base.TlsPointer ? Role.TlsPointer : base == Base.TlsBelow ? Role.TlsBelow : Role.TlsOffset;
  SUBJECT.value = tlsWord(linker.places, at, role, variable);
  // The addend of a negated offset is one of the variable's, too.
  if (base == Base.TlsBelow) SUBJECT.value -= 2 * addend;
  if (linker.work.fault.code == Code.Ok) return true;
  // The entry is one of a file, not of the module.
  linker.work.fault.what = What.Entry;
  return false;
}

/** Slots whose words no dynamic relocation brings, and the code that jumps by slots. */
function fillSlots<A>(linker: Linker): void {
  let slot = linker.layout.slots;
  const howtos = linker.layout.objects.first!.howtos;
  while (slot) {
    const sym = slot.sym;
    const addr = slotAddr(linker, slot);
    if (slot.kind == Base.Branch) fillStub<A>(linker, howtos, slot, addr);
    else if (sym && !sym.isImport && slot.kind == Base.Got && !sym.isIndirect) storeWord<A>(addr, addrOf<A>(linker, sym));
    else if (sym && !sym.isImport && slot.kind == Base.TlsPair) storeWord<A>(addr + sizeof<A>(), vaddrOf<A>(linker.layout, linker.image, sym) - <u64>linker.image.arch.tlsBias);
    else if (slot.kind == Base.TlsCall) copyCode(slot.isTagged ? howtos.taggedTlsCall : howtos.tlsCall, addr, <u32>howtos.tlsCallBytes);
    // Local dynamic: offsets are added to where the block is said to begin.
    else if (slot.kind == Base.TlsBlock) storeWord<A>(addr + sizeof<A>(), 0);
    slot = slot.next;
  }
}

/** Instructions of the machine's tables. */
function copyCode(code: usize, addr: u64, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 2) target.store16(addr + i, load<u16>(code + i));
}

function fillStub<A>(linker: Linker, howtos: Howtos, stub: Slot, addr: u64): void {
  const bytes = <u32>stubBytesOf(howtos, stub.isTagged);
  const code = stub.isTagged ? howtos.taggedStub : howtos.stub;
  copyCode(code, addr, bytes);
  const slot = slotAddr(linker, slotOf(stub.sym!, Base.Got)!);
  const fixes = stub.isTagged ? howtos.taggedStubFixes : howtos.stubFixes;
  const count = stub.isTagged ? howtos.taggedStubFixCount : howtos.stubFixCount;
  for (let i: usize = 0; i < count; ++i) {
    const fix = load<u32>(fixes + i * 4);
    const howto = howtos.row(fix >> 8 & 0xffff)!;
    const place = addr + (fix & 0xff);
    const value = formed<A>(linker, howto, slot, <u64><i64>(<i32>fix >> 24), place);
    storeBytes(place, howto.size, merged(howtos, howto, loadBytes(place, howto.size), value));
  }
}
