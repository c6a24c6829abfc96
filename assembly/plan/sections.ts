// Layout -> Image: an address for everything.

import { Code, PF, Rule, What } from "../words";
import { Base } from "../arch/howto";
import { alignUp } from "../base/range";
import { Work } from "../base/work";
import { Dynamic } from "../elf/dynamic";
import { ET } from "../elf/header";
import { PT } from "../elf/segment";
import { Image } from "../inspect/image";
import { Pool } from "../merge/pool";
import { addDynamic, addHeaders, headerCount } from "./headers";
import { Island, placeFront, placeIsland } from "./islands";
import { First, Layout, Part, Slot, Span, regionOf } from "./layout";
import { placeLinkerSymbols } from "./made";
import { orderExidx } from "./rank";
import { KINDS, Unit, protOfKind } from "./regions";
import { addRoom } from "./room";
import { slotOf } from "./slots";
import { addFixed } from "./stay";

/**
 * Counts what the linker adds to the sections, and gives everything its vaddr: of a module that is spread over regions, from the start of each segment on
 * only, until it is known where that will be (`assign`).
 *
 * @fault AddressWraps (Shdr, at = 0, value = bytes)  it is more than the machine's addresses reach
 */
export function layOut<A>(work: Work, layout: Layout, image: Image, pageBytes: u64): bool {
  addRoom<A>(layout);
  image.bits = sizeof<A>() * 8;
  image.type = ET.DYN;
  image.arch = layout.objects.arch;
  image.flags = layout.objects.first!.flags;
  const at = image.arena.take(Dynamic.bytes(Dynamic.most, sizeof<A>() == 8));
  if (!at || !image.holdSegments(headerCount(layout))) return work.fail(Code.OutOfMemory, What.None, 0, headerCount(layout));
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
  image.dynamic!.open(Dynamic.most, sizeof<A>() == 8);
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
  placeLinkerSymbols(layout);
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

/** Lays the parts of a segment out; where it ends. */
function segment<A>(layout: Layout, image: Image, group: u32, unit: Unit, first: Part, end: Part, pageBytes: u64): u64 {
  const low = unit.start;
  let at = low;
  let fileEnd = at;
  unit.align = 1;
  for (let part = first; part < end; ++part) {
    // What is read-only in the end shares no page with what stays writable.
    if (part == <Part>First.Write && !group && layout.hasBytes(part, end)) at = alignUp(at, pageBytes);
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
    if (part == Part.Code) at = placeFront(section, at);
    // Frames follow each other without a gap: four zeros would end the list.
    at = alignUp(at, part == Part.Frames ? 4 : section.align);
    section.vaddr = at;
    at += section.bytes;
    if (part == Part.Code) at = placeIsland(section, at);
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

/** The vaddr of a slot, or of a stub. */
export function slotVaddr(layout: Layout, slot: Slot): u64 {
  if (slot.island) return changetype<Island>(slot.island).vaddr + slot.offset;
  return layout.spanIn(slot.group, slot.kind == Base.Branch || slot.kind == Base.TlsCall ? Part.Stubs : Part.Got).own + slot.offset;
}
