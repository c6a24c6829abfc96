// The tables by which others read a module of objects: as a linker would have written them.

import * as target from "../host/memory";
import { Role } from "../arch/arch";
import { Base } from "../arch/howto";
import { Work } from "../base/work";
import { DT, dynBytes } from "../elf/dynamic";
import { EI, ET, Ident, ehdrBytes } from "../elf/header";
import { relaBytes } from "../elf/reloc";
import { phdrBytes } from "../elf/segment";
import { SHN, STB, STT } from "../elf/symbol";
import { storeWord } from "../elf/word";
import { Image } from "../inspect/image";
import { sectionName, sectionNameBytes } from "../inspect/object";
import { Standing, Sym } from "../merge/objects";
import { Layout, Slot, Word } from "../plan/layout";
import { slotVaddr } from "../plan/sections";
import { roleFor } from "../plan/slots";
import { Placement } from "./map";
import { isAbsolute, vaddrOf } from "./objects";

/** Writes headers, symbols, hashes, relocations and the dynamic section; false with a fault if there is no memory. */
export function writeTables<A>(work: Work, layout: Layout, image: Image, placement: Placement): bool {
  writeHeaders<A>(image, placement);
  writeDynamic<A>(layout, image, placement);
  if (!writeSymbols<A>(work, layout, image, placement)) return false;
  writeRelocations<A>(layout, image, placement);
  writeClaims(layout, image, placement);
  return true;
}

function writeHeaders<A>(image: Image, placement: Placement): void {
  const at = placement.at(image.low);
  target.store32(at, Ident.MAGIC);
  target.store32(at + EI.CLASS, (sizeof<A>() == 8 ? <u32>Ident.CLASS64 : <u32>Ident.CLASS32) | Ident.LSB << 8 | Ident.CURRENT << 16);
  target.store32(at + 16, <u32>ET.DYN | <u32>image.arch.machine << 16);
  target.store32(at + 20, Ident.CURRENT);
  const rest = at + 24 + 3 * sizeof<A>();
  image.phoff = ehdrBytes<A>();
  storeWord<A>(at + 24 + sizeof<A>(), image.phoff);
  target.store32(rest, image.flags);
  target.store32(rest + 4, <u32>ehdrBytes<A>() | <u32>phdrBytes<A>() << 16);
  target.store16(rest + 8, image.phnum);
  for (let i: u32 = 0; i < image.phnum; ++i) {
    const segment = image.segment(i);
    const phdr = at + image.phdrAt(i);
    target.store32(phdr, segment.type);
    target.store32(phdr + (sizeof<A>() == 8 ? 4 : 24), segment.flags);
    let word = phdr + sizeof<A>();
    storeWord<A>(word, segment.fileOffset);
    storeWord<A>(word += sizeof<A>(), segment.vaddr);
    storeWord<A>(word += sizeof<A>(), segment.vaddr);
    storeWord<A>(word += sizeof<A>(), segment.fileBytes);
    storeWord<A>(word += sizeof<A>(), segment.bytes);
    storeWord<A>(phdr + (sizeof<A>() == 8 ? 48 : 28), segment.align);
  }
}

function writeDynamic<A>(layout: Layout, image: Image, placement: Placement): void {
  const dynamic = image.dynamic!;
  let at = placement.at(layout.dynamic);
  for (let i: usize = 0; i < TAG_COUNT; ++i) {
    const tag = load<u64>(TAGS + i * 8);
    if (!dynamic.has(tag)) continue;
    storeWord<A>(at, tag);
    storeWord<A>(at + sizeof<A>(), dynamic.value(tag));
    at += dynBytes<A>();
  }
}
/** What `plan/headers.ts` may have said. */
@lazy const TAGS: usize = memory.data<u64>([
  DT.STRTAB, DT.STRSZ, DT.SYMTAB, DT.SYMENT, DT.GNU_HASH, DT.RELA, DT.RELASZ, DT.RELAENT, DT.INIT_ARRAY, DT.INIT_ARRAYSZ, DT.FINI_ARRAY, DT.FINI_ARRAYSZ,
]);
@inline const TAG_COUNT: usize = 12;

/** Imports as they were numbered; exports by their bucket, as DT_GNU_HASH wants it. */
function writeSymbols<A>(work: Work, layout: Layout, image: Image, placement: Placement): bool {
  const buckets = work.take(<u64>(layout.bucketCount + 1) * 4);
  if (!buckets) return false;
  let sym = layout.objects.syms;
  while (sym) {
    if (sym.isExport) increment(buckets, sym.hash % layout.bucketCount + 1);
    sym = sym.next;
  }
  for (let i: u32 = 1; i <= layout.bucketCount; ++i) store<u32>(buckets + i * 4, load<u32>(buckets + i * 4) + load<u32>(buckets + (i - 1) * 4));
  const first = layout.importCount + 1;
  const hash = placement.at(image.low + layout.hash);
  const bloom = hash + 16;
  const heads = bloom + <u64>layout.bloomCount * sizeof<A>();
  const chain = heads + <u64>layout.bucketCount * 4;
  target.store32(hash, layout.bucketCount);
  target.store32(hash + 4, first);
  target.store32(hash + 8, layout.bloomCount);
  target.store32(hash + 12, BLOOM_SHIFT);
  for (let i: u32 = 0; i < layout.bucketCount; ++i) {
    if (load<u32>(buckets + i * 4) != load<u32>(buckets + (i + 1) * 4)) target.store32(heads + i * 4, first + load<u32>(buckets + i * 4));
  }
  let name: u64 = 1;
  sym = layout.objects.syms;
  while (sym) {
    if (sym.isExport) {
      const bucket = sym.hash % layout.bucketCount;
      const place = load<u32>(buckets + bucket * 4);
      increment(buckets, bucket);
      sym.number = first + place;
      writeFilter<A>(bloom, layout.bloomCount, sym.hash);
      target.store32(chain + place * 4, sym.hash & ~1);
      name = writeSymbol<A>(layout, image, placement, sym, name);
    } else if (sym.number) name = writeSymbol<A>(layout, image, placement, sym, name);
    sym = sym.next;
  }
  // The counts have moved to where the next bucket begins: what is in front of that is the last of its chain.
  for (let i: u32 = 0; i < layout.bucketCount; ++i) {
    const end = load<u32>(buckets + i * 4);
    if (end && target.load32(heads + i * 4)) target.store32(chain + (end - 1) * 4, target.load32(chain + (end - 1) * 4) | 1);
  }
  return true;
}
@inline const BLOOM_SHIFT: u32 = 6;

@inline function increment(buckets: usize, index: u32): void { store<u32>(buckets + index * 4, load<u32>(buckets + index * 4) + 1); }

function writeFilter<A>(bloom: u64, count: u32, hash: u32): void {
  const bits: u32 = sizeof<A>() * 8;
  const at = bloom + <u64>(hash / bits & count - 1) * sizeof<A>();
  const old = sizeof<A>() == 8 ? target.load64(at) : <u64>target.load32(at);
  storeWord<A>(at, old | <u64>1 << (hash & bits - 1) | <u64>1 << (hash >> BLOOM_SHIFT & bits - 1));
}

/** One entry of the symbol table, and its name behind all names before it; where the next goes. */
function writeSymbol<A>(layout: Layout, image: Image, placement: Placement, sym: Sym, name: u64): u64 {
  const at = placement.at(image.low + layout.symbols) + <u64>sym.number * (sizeof<A>() == 8 ? 24 : 16);
  const isWeak = sym.standing == Standing.Weak || sym.standing == Standing.Wished;
  const info = (isWeak ? <u32>STB.WEAK : <u32>STB.GLOBAL) << 4 | (sym.type == STT.COMMON ? <u32>STT.OBJECT : sym.type);
  const section: u32 = sym.isImport ? <u32>SHN.UNDEF : isAbsolute<A>(layout.objects, sym) ? <u32>SHN.ABS : 1;
  const value = sym.isImport ? 0 : vaddrOf<A>(layout, image, sym);
  target.store32(at, <u32>name);
  if (sizeof<A>() == 8) {
    target.store32(at + 4, info | sym.visibility << 8 | section << 16);
    target.store64(at + 8, value);
    target.store64(at + 16, sym.bytes);
  } else {
    target.store32(at + 4, <u32>value);
    target.store32(at + 8, <u32>sym.bytes);
    target.store32(at + 12, info | sym.visibility << 8 | section << 16);
  }
  const text = placement.at(image.low + layout.strings) + name;
  if (sym == layout.objects.finaliser) writeFinaliser(text);
  else target.copy(text, sym.name, sym.nameBytes);
  return name + sym.nameBytes + 1;
}

/** The name of what is called at the module's end, which need not be in any file: __cxa_finalize, FINALISER_BYTES long. */
function writeFinaliser(at: u64): void {
  target.store32(at, 0x78635f5f);
  target.store32(at + 4, 0x69665f61);
  target.store32(at + 8, 0x696c616e);
  target.store16(at + 12, 0x657a);
}

/** The names of sections that a host may look for, behind those of symbols. */
function writeClaims(layout: Layout, image: Image, placement: Placement): void {
  let object = layout.objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (!section.claimNameBytes) continue;
      // There is room for what the name was; the file may have another by now.
      const name = sectionName(section);
      target.copy(placement.at(image.low + layout.strings) + section.claimName, name, min(sectionNameBytes(section, name), section.claimNameBytes));
    }
    object = object.next;
  }
}

/** What is left to others: slots, then words. */
function writeRelocations<A>(layout: Layout, image: Image, placement: Placement): void {
  let at = placement.at(image.low + layout.relocations);
  let slot: Slot | null = layout.slots;
  while (slot) {
    at = writeSlot<A>(layout, image, slot, at);
    slot = slot.next;
  }
  let word: Word | null = layout.words;
  while (word) {
    const section = word.section;
    at = writeEntry<A>(at, section.vaddr + word.offset, word.sym.number, image.arch.typeOf(Role.Word), word.addend);
    word = word.next;
  }
}

function writeSlot<A>(layout: Layout, image: Image, slot: Slot, at: u64): u64 {
  const place = slotVaddr(layout, slot);
  const sym = slot.sym;
  const isOwn = !sym || !sym.isImport;
  const arch = image.arch;
  const value = sym && isOwn ? vaddrOf<A>(layout, image, sym) : 0;
  switch (slot.kind) {
    case Base.Branch: case Base.TlsCall: return at;
    case Base.Got: {
      if (isOwn && !sym!.isIndirect) return at;
      return writeEntry<A>(at, place, isOwn ? 0 : sym!.number, arch.typeOf(roleFor(slot)), value);
    }
    case Base.TlsPair: {
      at = writeEntry<A>(at, place, isOwn ? 0 : sym!.number, arch.typeOf(Role.TlsNumber), 0);
      return isOwn ? at : writeEntry<A>(at, place + sizeof<A>(), sym!.number, arch.typeOf(Role.TlsOffset), 0);
    }
    // What is subtracted is less by the variable's own offset.
    default: return writeEntry<A>(at, place, isOwn ? 0 : sym!.number, arch.typeOf(roleFor(slot)), slot.kind == Base.TlsSlotBelow ? -value : value);
  }
}

function writeEntry<A>(at: u64, place: u64, symbol: u32, type: u32, addend: u64): u64 {
  storeWord<A>(at, place);
  storeWord<A>(at + sizeof<A>(), sizeof<A>() == 8 ? <u64>symbol << 32 | type : symbol << 8 | type);
  storeWord<A>(at + 2 * sizeof<A>(), addend);
  return at + relaBytes<A>();
}
