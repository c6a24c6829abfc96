// Layout -> Image: addresses for everything, and the program headers and dynamic section that a linker would have written.

import { Code, PF, Rule, What } from "../words";
import { Base } from "../arch/howto";
import { alignUp } from "../base/range";
import { Work } from "../base/work";
import { DT, Dynamic, dynBytes } from "../elf/dynamic";
import { ET, ehdrBytes } from "../elf/header";
import { relaBytes } from "../elf/reloc";
import { PT, Segment, phdrBytes } from "../elf/segment";
import { symBytes } from "../elf/symbol";
import { Image } from "../inspect/image";
import { Section } from "../inspect/object";
import { Pool } from "../merge/pool";
import { Made } from "../merge/linker";
import { slotOf } from "./slots";
import { Standing, Sym } from "../merge/objects";
import { claimBytes } from "./claims";
import { countFrames } from "./frames";
import { First, Layout, Part, Slot, Span, familyOf, orderExidx, regionOf } from "./layout";
import { KINDS, Unit, protOfKind } from "./regions";

/** Program headers that there may be beside PT_LOAD: DYNAMIC, TLS, RELRO, EH_FRAME, EXIDX. */
const enum Phdrs { MOST = 5 }
/** Entries of the dynamic section that there may be, DT_NULL included. */
const enum Dyns { MOST = 14 }

/**
 * Counts what the linker adds to the sections, and gives everything its vaddr: of a module that is spread over regions, from the start of each segment on
 * only, until it is known where that will be (`assign`).
 *
 * @fault AddressWraps (Shdr, at = 0, value = bytes)  it is more than the machine's addresses reach
 */
export function layOut<A>(work: Work, layout: Layout, image: Image, pageBytes: u64): bool {
  number(layout);
  countFrames(layout);
  addTables<A>(layout);
  addCommons<A>(layout);
  addLinkerBytes<A>(layout);
  image.bits = sizeof<A>() * 8;
  image.type = ET.DYN;
  image.arch = layout.objects.arch;
  image.flags = layout.objects.first!.flags;
  const at = image.arena.take(Dynamic.bytes());
  if (!at || !image.holdSegments(Phdrs.MOST + layout.unitCount + fixedCount(layout))) return work.fail(Code.OutOfMemory, What.None, 0, Phdrs.MOST);
  image.dynamic = changetype<Dynamic>(at);
  assign<A>(layout, image, pageBytes);
  if (sizeof<A>() == 8) return true;
  if (image.high >> 32) return work.fail(Code.AddressWraps, What.Shdr, 0, image.high);
  return !image.tls || !(image.tls!.bytes >> 32) || work.fail(Code.AddressWraps, What.Shdr, 0, image.tls!.bytes);
}

/** Gives everything its vaddr, and says in an image what a file would have said. */
export function assign<A>(layout: Layout, image: Image, pageBytes: u64): void {
  assignOnce<A>(layout, image, pageBytes);
  if (orderExidx(layout)) assignOnce<A>(layout, image, pageBytes);
}

function assignOnce<A>(layout: Layout, image: Image, pageBytes: u64): void {
  memory.fill(changetype<usize>(image.dynamic), 0, Dynamic.bytes());
  image.phnum = 0;
  image.tls = image.relro = image.ehFrame = null;
  image.align = pageBytes;
  image.highest = layout.highest;
  let at: u64 = 0;
  for (let index: u32 = 0; index < layout.unitCount; ++index) {
    const unit = layout.unit(index);
    const group = index / KINDS;
    const kind = index % KINDS;
    // What is read may lie with code where the memory is for both: one piece instead of two.
    const isJoined = layout.isSpread && joins(layout, group);
    if (!layout.isSpread) unit.start = alignUp(at, pageBytes);
    unit.prot = protOfKind(isJoined && !kind ? 1 : kind);
    const end = isJoined && kind == 1 ? unit.start : segment<A>(layout, image, group, unit, kind == 0 ? First.Read : kind == 1 ? First.Code : First.RelRo, kind == 0 && !isJoined ? <Part>First.Code : kind <= 1 ? <Part>First.RelRo : Part.COUNT, pageBytes);
    unit.bytes = end - unit.start;
    if (unit.bytes) at = end;
  }
  addFixed(layout, image);
  image.low = layout.span(Part.Tables).vaddr;
  image.high = at;
  addHeaders<A>(layout, image, pageBytes);
  addDynamic<A>(layout, image);
  placeLinkerSymbols(layout, image);
  const finaliser = layout.objects.finaliser;
  if (finaliser) image.finaliser = slotVaddr(layout, slotOf(finaliser, Base.Got)!);
}

/** True if the memory that a group's read-only bytes go to first is one that code goes to first, too. */
function joins(layout: Layout, group: u32): bool {
  if (group) return regionOf(layout, group)!.allows(PF.R | PF.X);
  let region = layout.regions;
  while (region && (region.has(Rule.Named) || !region.allows(PF.R))) region = region.next;
  return region != null && region.allows(PF.R | PF.X);
}

/** Segments that there may be of files that stay where they are. */
function fixedCount(layout: Layout): u32 { return layout.isInPlace ? layout.objects.count : 0; }

/** What is used where the files have it. Addresses are vaddrs there: the module's bias is 0. */
function addFixed(layout: Layout, image: Image): void {
  let object = layout.objects.first;
  while (object) {
    if (object.fixedProt) {
      const record = image.segment(image.phnum++);
      record.type = PT.LOAD;
      record.flags = object.fixedProt;
      record.vaddr = object.fixedStart;
      record.bytes = record.fileBytes = object.fixedEnd - object.fixedStart;
      record.align = 1;
      record.isFixed = true;
    }
    object = object.next;
  }
}

/** Numbers the symbols of the module's own table: first those of others, then its own, which `writeTables` orders. */
function number(layout: Layout): void {
  layout.stringBytes = 1;
  let sym = layout.objects.syms;
  while (sym) {
    if (sym.isImport && sym.isNamed) {
      sym.number = ++layout.importCount;
      layout.stringBytes += sym.nameBytes + 1;
    } else if (sym.isExport) {
      ++layout.exportCount;
      layout.stringBytes += sym.nameBytes + 1;
    }
    sym = sym.next;
  }
  layout.bucketCount = max<u32>(layout.exportCount, 1);
  nameClaims(layout);
}

/** Keeps room for the names of sections that a host may look for. */
function nameClaims(layout: Layout): void {
  let object = layout.objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      section.claimNameBytes = claimBytes(section);
      if (!section.claimNameBytes) continue;
      section.claimName = <u32>layout.stringBytes;
      layout.stringBytes += section.claimNameBytes + 1;
    }
    object = object.next;
  }
}

/** The first part begins with what is read by whoever looks at a loaded module. Its tables count from its start. */
function addTables<A>(layout: Layout): void {
  const span = layout.span(Part.Tables);
  let at = ehdrBytes<A>() + (Phdrs.MOST + <u64>layout.unitCount + fixedCount(layout)) * phdrBytes<A>();
  layout.bloomCount = 1;
  while (layout.bloomCount * sizeof<A>() < layout.exportCount) layout.bloomCount <<= 1;
  layout.symbols = at = alignUp(at, 8);
  at += <u64>(1 + layout.importCount + layout.exportCount) * symBytes<A>();
  layout.relocations = at = alignUp(at, 8);
  at += <u64>layout.relocationCount * relaBytes<A>();
  layout.hash = at = alignUp(at, 8);
  at += 16 + <u64>layout.bloomCount * sizeof<A>() + <u64>layout.bucketCount * 4 + <u64>layout.exportCount * 4;
  layout.strings = at;
  span.ownBytes = at + layout.stringBytes;
  span.align = 16;
}

/** Common symbols lie behind everything that is zero. gABI 4.4: st_value is the alignment. */
function addCommons<A>(layout: Layout): void {
  const span = layout.span(Part.Zero);
  let bytes: u64 = 0;
  let sym = layout.objects.syms;
  while (sym) {
    if (sym.standing == Standing.Common) {
      const align = max<u64>(sym.align, 1);
      bytes = alignUp(bytes, align);
      sym.bias = bytes;
      bytes += sym.bytes;
      span.align = max(span.align, align);
    }
    sym = sym.next;
  }
  span.ownBytes = bytes;
}

/** What lies in other parts and comes from no file. */
function addLinkerBytes<A>(layout: Layout): void {
  const got = layout.span(Part.Got);
  got.ownBytes = layout.gotBytes + Dyns.MOST * dynBytes<A>();
  got.align = max<u64>(got.align, 16);
  for (let group: u32 = 0; group < layout.groupCount; ++group) if (layout.spanIn(group, Part.Stubs).ownBytes) layout.spanIn(group, Part.Stubs).align = 16;
  addPools(layout);
  const frames = layout.span(Part.Frames);
  frames.align = max<u64>(frames.align, 4);
  // What ends the list, then the index over it: version and encodings, two words, two words for each.
  if (frames.first) frames.ownBytes = 4 + 12 + 8 * <u64>layout.frameCount;
}

/** Pools lie behind what is read-only. */
function addPools(layout: Layout): void {
  const span = layout.span(Part.ReadOnly);
  let pool = changetype<Pool | null>(layout.objects.pools);
  while (pool) {
    pool.start = alignUp(span.ownBytes, pool.align);
    span.ownBytes = pool.start + pool.bytes;
    span.align = max(span.align, pool.align);
    pool = pool.next;
  }
}

function placePools(layout: Layout, start: u64): void {
  let pool = changetype<Pool | null>(layout.objects.pools);
  while (pool) {
    pool.vaddr = start + pool.start;
    pool = pool.next;
  }
  let object = layout.objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (section.pool) section.vaddr = changetype<Pool>(section.pool).vaddr;
    }
    object = object.next;
  }
}

/** Lays the parts of a segment out; where it ends. */
function segment<A>(layout: Layout, image: Image, group: u32, unit: Unit, first: Part, end: Part, pageBytes: u64): u64 {
  const low = unit.start;
  let at = low;
  let fileEnd = at;
  unit.align = 1;
  for (let part = first; part < end; ++part) {
    // What is read-only in the end shares no page with what stays writable.
    if (part == <Part>First.Write && !group && hasBytes(layout, part, end)) at = alignUp(at, pageBytes);
    const span = layout.spanIn(group, part);
    at = placeSpan(layout, part, group, span, at);
    unit.align = max(unit.align, span.align);
    if (part != Part.Zero && part != Part.TlsZero) fileEnd = at;
  }
  image.align = max(image.align, unit.align);
  if (at == low) return low;
  const record = image.segment(image.phnum++);
  record.type = PT.LOAD;
  record.flags = unit.prot;
  record.vaddr = low;
  record.offset = low - layout.span(Part.Tables).vaddr;
  record.bytes = at - low;
  record.fileBytes = fileEnd - low;
  record.align = pageBytes;
  return at;
}

function hasBytes(layout: Layout, first: Part, end: Part): bool {
  for (let part = first; part < end; ++part) if (layout.span(part).first || layout.span(part).ownBytes) return true;
  return false;
}

/** Lays the sections of a part out, then the linker's own bytes; where they end. Zeros of thread-local blocks take no memory. */
function placeSpan(layout: Layout, part: Part, group: u32, span: Span, start: u64): u64 {
  span.vaddr = span.own = start;
  span.bytes = 0;
  if (!span.first && !span.ownBytes) return start;
  // A block's zeros are aligned as its data is: one image.
  let at = alignUp(start, part == Part.Tls ? max(span.align, layout.span(Part.TlsZero).align) : span.align);
  span.vaddr = at;
  let section = span.first;
  while (section) {
    // Frames follow each other without a gap: four zeros would end the list.
    at = alignUp(at, part == Part.Frames ? 4 : section.align);
    section.vaddr = at;
    at += section.bytes;
    section = section.next;
  }
  if (span.ownBytes) {
    at = alignUp(at, part == Part.Frames ? 4 : part == Part.ReadOnly || part == Part.Zero ? span.align : 16);
    if (part == Part.ReadOnly) placePools(layout, at);
    if (part == Part.Frames) layout.frameIndex = at + 4;
    if (part == Part.Zero) layout.commons = at;
    span.own = at;
    at += span.ownBytes;
  }
  span.bytes = at - span.vaddr;
  return part == Part.TlsZero ? start : at;
}

/** The headers that are no memory of their own. */
function addHeaders<A>(layout: Layout, image: Image, pageBytes: u64): void {
  const got = layout.span(Part.Got);
  layout.dynamic = got.own + layout.gotBytes;
  image.dynamicSegment = header(image, PT.DYNAMIC, PF.R | PF.W, layout.dynamic, Dyns.MOST * dynBytes<A>(), sizeof<A>());
  const tls = layout.span(Part.Tls);
  const zero = layout.span(Part.TlsZero);
  if (tls.first || zero.first) {
    const start = tls.first ? tls.vaddr : zero.vaddr;
    const end = zero.first ? zero.vaddr + zero.bytes : tls.vaddr + tls.bytes;
    image.tls = header(image, PT.TLS, PF.R, start, end - start, max(tls.align, zero.align));
    image.tls!.fileBytes = tls.first ? tls.bytes : 0;
  }
  const unit = layout.unit(KINDS - 1);
  const end = hasBytes(layout, First.Write, Part.COUNT) ? layout.span(First.Write).vaddr & ~(pageBytes - 1) : alignUp(unit.start + unit.bytes, pageBytes);
  // A protection unit can't tell a part of a segment apart.
  if (!unit.region || !unit.region!.has(Rule.PowerOfTwo)) image.relro = header(image, PT.GNU_RELRO, PF.R, unit.start, min(end - unit.start, unit.bytes), 1);
  if (layout.frameIndex) image.ehFrame = header(image, PT.GNU_EH_FRAME, PF.R, layout.frameIndex, 12 + 8 * <u64>layout.frameCount, 4);
  const exidx = layout.span(Part.Exidx);
  if (exidx.first) header(image, PT.ARM_EXIDX, PF.R, exidx.vaddr, exidx.bytes, 4);
}

function header(image: Image, type: u32, flags: u32, vaddr: u64, bytes: u64, align: u64): Segment {
  const record = image.segment(image.phnum++);
  record.type = type;
  record.flags = flags;
  record.vaddr = vaddr;
  record.offset = vaddr - image.low;
  record.bytes = record.fileBytes = bytes;
  record.align = align;
  return record;
}

function addDynamic<A>(layout: Layout, image: Image): void {
  entry(image, DT.STRTAB, image.low + layout.strings);
  entry(image, DT.STRSZ, layout.stringBytes);
  entry(image, DT.SYMTAB, image.low + layout.symbols);
  entry(image, DT.SYMENT, symBytes<A>());
  entry(image, DT.GNU_HASH, image.low + layout.hash);
  if (layout.relocationCount) {
    entry(image, DT.RELA, image.low + layout.relocations);
    entry(image, DT.RELASZ, layout.relocationCount * relaBytes<A>());
    entry(image, DT.RELAENT, relaBytes<A>());
  }
  // An object has no other place for what an executable calls first.
  array(layout, image, Part.Preinit, Part.Init, DT.INIT_ARRAY, DT.INIT_ARRAYSZ);
  array(layout, image, Part.Fini, Part.Fini, DT.FINI_ARRAY, DT.FINI_ARRAYSZ);
}

function array(layout: Layout, image: Image, first: Part, last: Part, tag: u64, sizeTag: u64): void {
  // Where nothing lies, what comes next may begin behind a gap.
  const start = layout.span(layout.span(first).first ? first : last).vaddr;
  const end = layout.span(last).vaddr + (layout.span(last).first ? layout.span(last).bytes : 0);
  if (end <= start) return;
  entry(image, tag, start);
  entry(image, sizeTag, end - start);
}

function entry(image: Image, tag: u64, value: u64): void {
  image.dynamic!.add(tag, value);
  ++image.dynamic!.entryCount;
}

function placeLinkerSymbols(layout: Layout, image: Image): void {
  let sym = layout.objects.syms;
  while (sym) {
    if (sym.standing == Standing.Linker) sym.vaddr = vaddrOf(layout, sym);
    else if (sym.standing == Standing.Common) sym.vaddr = layout.commons + sym.bias;
    sym = sym.next;
  }
}

function vaddrOf(layout: Layout, sym: Sym): u64 {
  switch (sym.index) {
    case Made.Table:        return layout.span(Part.Got).own + layout.objects.first!.howtos.tableBias;
    case Made.Handle:       return layout.dynamic;
    case Made.Header:       return layout.span(Part.Tables).vaddr;
    case Made.Dynamic:      return layout.dynamic;
    case Made.PreinitStart: return layout.span(Part.Preinit).vaddr;
    case Made.PreinitEnd:   return endOf(layout, Part.Preinit);
    case Made.InitStart:    return layout.span(Part.Init).vaddr;
    case Made.InitEnd:      return endOf(layout, Part.Init);
    case Made.FiniStart:    return layout.span(Part.Fini).vaddr;
    case Made.FiniEnd:      return endOf(layout, Part.Fini);
    case Made.ExidxStart:   return layout.span(Part.Exidx).vaddr;
    case Made.ExidxEnd:     return endOf(layout, Part.Exidx);
    case Made.Block:        return 0;
    case Made.Start: {
      const family = familyOf(layout, sym.name + 8, sym.nameBytes - 8);
      return family ? family.first.vaddr : 0;
    }
    default: {
      const family = familyOf(layout, sym.name + 7, sym.nameBytes - 7);
      return family ? family.last.vaddr + family.last.bytes : 0;
    }
  }
}

function endOf(layout: Layout, part: Part): u64 {
  const span = layout.span(part);
  return span.first ? span.vaddr + span.bytes : span.vaddr;
}

/** The vaddr of a slot, or of a stub. */
export function slotVaddr(layout: Layout, slot: Slot): u64 { return layout.spanIn(slot.group, slot.kind == Base.Branch || slot.kind == Base.TlsCall ? Part.Stubs : Part.Got).own + slot.offset; }
