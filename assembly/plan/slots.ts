// What the relocations of the objects need beside their places: slots of the GOT, stubs, dynamic relocations. Only as many as are
// asked for.

import { Code, What } from "../words";
import { Arch, Role } from "../arch/arch";
import { Base, Fit, Form, Howto, Howtos, Op, WHOLE } from "../arch/howto";
import { within } from "../base/range";
import { Work } from "../base/work";
import { NONE } from "../host/answer";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend, relBytes, relaBytes } from "../elf/reloc";
import { SHF, SHT } from "../elf/section";
import { STT, symInfo, typeOf } from "../elf/symbol";
import { wide } from "../elf/word";
import { Object, Section } from "../inspect/object";
import { Objects, Standing, Sym } from "../merge/objects";
import { addendIn, highestIn, loadBytes } from "../arch/field";
import { isRelaxed } from "../arch/relax";
import { Island, isFarJump, islandFor } from "./islands";
import { Layout, Part, Slot, Word } from "./layout";
import { trimmed } from "./trim";

/** File offset of a relocation entry: where a fault is. */
export function entryAt(table: Section, index: u64, each: u64): u64 { return table.offset + index * each; }

/** Bytes of an entry of a relocation section. */
@inline export function entryBytesOf<A>(table: Section): u64 { return table.type == SHT.RELA ? relaBytes<A>() : relBytes<A>(); }

/**
 * Looks at every relocation of the objects, and counts.
 *
 * @fault UnknownRelocation (Entry, at = file offset, value = type)
 * @fault BadSymbolIndex (Entry, at = file offset, value = index)
 * @fault RelocationOutside (Entry, at = file offset, value = r_offset)
 */
export function scan(work: Work, layout: Layout): bool {
  let object = layout.objects.first;
  while (object) {
    object.turn(work);
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (!section.isLoaded) continue;
      for (let table = section.relocations; table; table = object.section(table).nextRelocations) {
        const isScanned = wide(object.bits)
          ? scanTable<u64>(work, layout, object, section, object.section(table))
          : scanTable<u32>(work, layout, object, section, object.section(table));
        if (!isScanned) return false;
      }
    }
    object = object.next;
  }
  const finaliser = layout.objects.finaliser;
  return !finaliser || takeSlot(work, layout, finaliser, Base.Got);
}

/** Where what is at an offset of a file's section is in the section as it will be. */
export function offsetIn<A>(section: Section, offset: u64): u64 {
  if (!section.isReversed) return trimmed(section, offset);
  // Words change places; what is in a word stays in it.
  const inWord = offset & sizeof<A>() - 1;
  return section.bytes - sizeof<A>() - (offset - inWord) + inWord;
}

/** The place of a relocation in the section as it will be; NONE if not all of it is there. */
@inline export function placed<A>(section: Section, howto: Howto, offset: u64): u64 {
  // Of most sections nothing goes, and nothing is turned around.
  if (!section.trimCount && !section.isReversed) return section.type != SHT.NOBITS && within(offset, howto.bytes, 0, section.fileBytes) ? offset : NONE;
  return placedApart<A>(section, howto, offset);
}

function placedApart<A>(section: Section, howto: Howto, offset: u64): u64 {
  if (section.type == SHT.NOBITS || !within(offset, howto.bytes, 0, section.fileBytes)) return NONE;
  const place = offsetIn<A>(section, offset);
  return within(place, howto.bytes, 0, section.bytes) ? place : NONE;
}

function scanTable<A>(work: Work, layout: Layout, object: Object, section: Section, table: Section): bool {
  const each = entryBytesOf<A>(table);
  const count = table.bytes / each;
  const howtos = object.howtos;
  let howto: Howto | null = null;
  let isEasy = false;
  for (let i: u64 = 0; i < count; ++i) {
    const entry = object.addr + table.offset + i * each;
    const at = entryAt(table, i, each);
    const info = relInfo<A>(entry);
    const type = infoType<A>(info);
    if (!howto || howto.type != type) {
      howto = layout.objects.row(howtos, type);
      isEasy = howto != null && needsNothing<A>(layout, object, howto);
    }
    if (!howto) return work.fail(Code.UnknownRelocation, What.Entry, at, type);
    const offset = relOffset<A>(entry);
    if (howto.form != Form.Align && placed<A>(section, howto, offset) == NONE) return work.fail(Code.RelocationOutside, What.Entry, at, offset);
    const index = infoSymbol<A>(info);
    if (index && index >= object.symbolCount) return work.fail(Code.BadSymbolIndex, What.Entry, at, index);
    if (howto.base == Base.None) continue;
    if (howto.base == Base.TlsBlock) {
      if (!takeBlock(work, layout)) return false;
      continue;
    }
    if (howto.base == Base.TlsCall) {
      if (!takeTlsCall(work, layout, howto.has(Fit.Tagged))) return false;
      continue;
    }
    if (!index || isEasy && isOwn<A>(object, index)) continue;
    const sym = layout.objects.symOf<A>(work, object, index);
    if (!sym || !want<A>(work, layout, section, howto, sym, entry, table, offset)) return false;
  }
  return true;
}

/** True for a row that asks for nothing beside its place, if what it names is the module's own: that of most relocations. */
function needsNothing<A>(layout: Layout, object: Object, howto: Howto): bool {
  if (howto.base == Base.Branch) return !object.arch.codeTag && !layout.isSpread && !(layout.isLong && howto.has(Fit.Veneer));
  return howto.base == Base.Symbol && (sizeof<A>() == 4 || howto.form != Form.Abs && howto.form != Form.AbsHi || howto.bytes == 8);
}

/** True for what these objects define, unless a resolver chooses it. */
@inline function isOwn<A>(object: Object, index: u32): bool {
  const sym = changetype<Sym | null>(object.target(index));
  return sym ? !sym.isImport && sym.type != STT.GNU_IFUNC : typeOf(symInfo<A>(object.symbol<A>(index))) != STT.GNU_IFUNC;
}

/** What a relocation is about. LoongArch has one type for the lower parts of slots' addresses, those of thread-local variables' pairs among them. */
export function baseOf(howto: Howto, sym: Sym): Base { return howto.base == Base.Got && sym.type == STT.TLS ? Base.TlsPair : howto.base; }

/** What one relocation needs of what it names. */
function want<A>(work: Work, layout: Layout, section: Section, howto: Howto, sym: Sym, entry: u64, table: Section, offset: u64): bool {
  sym.isNamed = true;
  const object = section.object;
  const howtos = object.howtos;
  const base = baseOf(howto, sym);
  switch (base) {
    case Base.Got:
      if (howto.has(Fit.Relax) && isNear<A>(layout.objects, sym) && isRelaxed(howto, object.addr + section.offset, offset, addendOf<A>(section, howto, entry, table, offset))) return true;
      return takeSlot(work, layout, sym, Base.Got);
    case Base.TlsPair: case Base.TlsSlot: case Base.TlsSlotBelow: case Base.TlsDescriptor: return takeSlot(work, layout, sym, base);
    case Base.Branch: {
      if (sym.isImport || sym.isIndirect || isCrossing<A>(object.arch, howto, sym) || groupOf<A>(layout, sym) != section.group
        || isFarJump<A>(layout, section, howto, sym, offset, addendOf<A>(section, howto, entry, table, offset))) {
        return takeStub(work, layout, sym, howto.has(Fit.Tagged), section.group, islandFor(section, howto, offset));
      }
      return true;
    }
    case Base.Symbol: {
      if (!sym.isImport) keepLow<A>(layout, howtos, howto, sym);
      if (sym.isIndirect) return takeStub(work, layout, sym, false, 0, 0);
      if (!sym.isImport) return true;
      // A resolver may have yet to choose what it stands for, or it may be out of reach: then a stub is.
      if (!isWord<A>(section, howto)) return takeStub(work, layout, sym, false, 0, 0);
      return addWord(work, layout, section, offsetIn<A>(section, offset), addendOf<A>(section, howto, entry, table, offset), sym);
    }
    case Base.TlsPointer: case Base.TlsBelow: case Base.TlsOffset: case Base.Size: return !sym.isImport || takeSlot(work, layout, sym, sym.type == STT.TLS || base != Base.Size ? Base.TlsSlot : Base.Got);
    default: return true;
  }
}

/** The module must lie where what refers to it by less than a word can say it (-mcmodel=small without -fpic, medlow). */
function keepLow<A>(layout: Layout, howtos: Howtos, howto: Howto, sym: Sym): void {
  if (sizeof<A>() == 4 || howto.form != Form.Abs && howto.form != Form.AbsHi || sym.isDefined && sym.standing != Standing.Common && !layout.objects.sectionOf<A>(sym)) return;
  const highest = highestIn(howtos, howto) - (howto.form == Form.AbsHi ? 0x800 : 0);
  if (highest >= LOWEST) layout.highest = min(layout.highest, highest);
}
/** What can hold less is for numbers: an address that does not fit is out of range. */
@inline const LOWEST: u64 = 0x7ffff000;

/** The addend of an entry, which REL keeps in the place. */
function addendOf<A>(section: Section, howto: Howto, entry: u64, table: Section, offset: u64): u64 {
  const object = section.object;
  return table.type == SHT.RELA ? relaAddend<A>(entry) : addendIn(object.howtos, howto, loadBytes(object.addr + section.offset + offset, howto.size));
}

/** True if a symbol lies in the module itself, as near as code can reach: then no slot has to hold its address. */
export function isNear<A>(objects: Objects, sym: Sym): bool {
  if (sym.standing < Standing.Linker || sym.isIndirect || sym.type == STT.TLS) return false;
  return sym.standing == Standing.Linker || sym.standing == Standing.Common || objects.sectionOf<A>(sym) != null;
}

/** True for a word of data that can be left to a dynamic relocation. */
@inline export function isWord<A>(section: Section, howto: Howto): bool {
  return howto.base == Base.Symbol && howto.form == Form.Abs && howto.field == WHOLE && howto.op == Op.Set && howto.bytes == sizeof<A>() && !section.has(SHF.EXECINSTR);
}

/** True for plain data that is too short for some addresses: of a function that is out of its reach, it has a stub's. */
@inline export function isShort<A>(howto: Howto): bool {
  return sizeof<A>() == 8 && howto.base == Base.Symbol && howto.field == WHOLE && howto.op == Op.Set && howto.range != 0;
}

/** True if a jump can't change to the state that its target is encoded for. */
function isCrossing<A>(arch: Arch, howto: Howto, sym: Sym): bool {
  if (!arch.codeTag || howto.has(Fit.Exchanges) || sym.type != STT.FUNC) return false;
  const isTagged = (sym.object.symbolValue<A>(sym.index) & <u64>arch.codeTag) != 0;
  return isTagged != howto.has(Fit.Tagged);
}

/** The group of code that a symbol lies in; what is used where its file lies is in none. */
function groupOf<A>(layout: Layout, sym: Sym): u32 {
  if (!layout.isSpread || !sym.isDefined) return 0;
  const section = layout.objects.sectionOf<A>(sym);
  return !section ? 0 : section.isFixed ? u32.MAX_VALUE : section.group;
}

/** The slot of a kind that a symbol has; null if it has none. */
export function slotOf(sym: Sym, kind: Base): Slot | null {
  let slot = changetype<Slot | null>(sym.slots);
  while (slot && slot.kind != kind) slot = slot.more;
  return slot;
}

/** The stub that leads to a symbol from code of a group, amid its code or behind all; null if there is none. */
export function stubOf(sym: Sym, isTagged: bool, group: u32, island: usize): Slot | null {
  let slot = changetype<Slot | null>(sym.slots);
  while (slot && !(slot.kind == Base.Branch && slot.isTagged == isTagged && slot.group == group && slot.island == island)) slot = slot.more;
  return slot;
}

function newSlot(work: Work, layout: Layout, sym: Sym | null, kind: Base): Slot | null {
  const slot = changetype<Slot | null>(work.take(offsetof<Slot>()));
  if (!slot) return null;
  slot.sym = sym;
  slot.kind = kind;
  if (sym) {
    slot.more = changetype<Slot | null>(sym.slots);
    sym.slots = changetype<usize>(slot);
  }
  if (layout.lastSlot) layout.lastSlot!.next = slot;
  else layout.slots = slot;
  layout.lastSlot = slot;
  return slot;
}

function takeSlot(work: Work, layout: Layout, sym: Sym, kind: Base): bool {
  if (slotOf(sym, kind)) return true;
  const slot = newSlot(work, layout, sym, kind);
  if (!slot) return false;
  const wordBytes = layout.objects.arch.bits / 8;
  slot.offset = layout.gotBytes;
  layout.gotBytes += kind == Base.TlsPair || kind == Base.TlsDescriptor ? 2 * wordBytes : wordBytes;
  layout.relocationCount += relocationsOf(slot);
  return true;
}

function takeBlock(work: Work, layout: Layout): bool {
  if (layout.block) return true;
  const slot = newSlot(work, layout, null, Base.TlsBlock);
  if (!slot) return false;
  layout.block = slot;
  slot.offset = layout.gotBytes;
  layout.gotBytes += layout.objects.arch.bits / 4;
  layout.relocationCount += relocationsOf(slot);
  return true;
}

/** Code that is called from either state, and is written in that of the first caller: there may be no other. */
function takeTlsCall(work: Work, layout: Layout, isTagged: bool): bool {
  if (layout.tlsCall) return true;
  const slot = newSlot(work, layout, null, Base.TlsCall);
  if (!slot) return false;
  const span = layout.spanIn(0, Part.Stubs);
  layout.tlsCall = slot;
  slot.isTagged = isTagged;
  slot.offset = span.ownBytes;
  span.ownBytes += layout.objects.first!.howtos.tlsCallBytes;
  return true;
}

/** A stub, and the slot that it jumps by. */
function takeStub(work: Work, layout: Layout, sym: Sym, isTagged: bool, group: u32, island: usize): bool {
  if (stubOf(sym, isTagged, group, island)) return true;
  if (!takeSlot(work, layout, sym, Base.Got)) return false;
  const slot = newSlot(work, layout, sym, Base.Branch);
  if (!slot) return false;
  const bytes = stubBytesOf(layout.objects.first!.howtos, isTagged);
  slot.isTagged = isTagged;
  slot.group = group;
  slot.island = island;
  if (island) {
    slot.offset = changetype<Island>(island).bytes;
    changetype<Island>(island).bytes += bytes;
  } else {
    const span = layout.spanIn(group, Part.Stubs);
    slot.offset = span.ownBytes;
    span.ownBytes += bytes;
  }
  return true;
}

export function stubBytesOf(howtos: Howtos, isTagged: bool): u64 { return isTagged ? howtos.taggedStubBytes : howtos.stubBytes; }

/** How many dynamic relocations fill a slot. */
export function relocationsOf(slot: Slot): u32 {
  const sym = slot.sym;
  switch (slot.kind) {
    case Base.Got:     return !sym || sym.isImport || sym.isIndirect ? 1 : 0;
    case Base.TlsPair: return sym!.isImport ? 2 : 1;
    case Base.Branch:
    case Base.TlsCall: return 0;
    default:           return 1;
  }
}

/** The role of a slot's dynamic relocation. */
export function roleFor(slot: Slot): Role {
  switch (slot.kind) {
    case Base.Got:           return slot.sym!.isIndirect ? Role.Indirect : Role.Word;
    case Base.TlsSlot:       return Role.TlsPointer;
    case Base.TlsSlotBelow:  return Role.TlsBelow;
    case Base.TlsDescriptor: return Role.TlsDescriptor;
    default:                 return Role.TlsNumber;
  }
}

function addWord(work: Work, layout: Layout, section: Section, offset: u64, addend: u64, sym: Sym): bool {
  const word = changetype<Word | null>(work.take(offsetof<Word>()));
  if (!word) return false;
  word.section = section;
  word.offset = offset;
  word.addend = addend;
  word.sym = sym;
  if (layout.lastWord) layout.lastWord!.next = word;
  else layout.words = word;
  layout.lastWord = word;
  section.hasImports = true;
  ++layout.relocationCount;
  return true;
}
