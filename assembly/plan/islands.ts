// Stubs amid code: where a module has more of it than its jumps reach, it is divided into runs of sections, each with stubs behind it that all of
// the run reaches. A section that is longer has stubs in front, too: what lies in its middle reaches neither. Most modules are one run.

import { leastReachLog2, reachLog2 } from "../arch/field";
import { Base, Fit, Howto } from "../arch/howto";
import { alignUp } from "../base/range";
import { Work } from "../base/work";
import { infoSymbol, infoType, relInfo } from "../elf/reloc";
import { STB, STT, bindOf, symInfo, symValue, typeOf } from "../elf/symbol";
import { wide } from "../elf/word";
import { Object, Section, sectionName, sectionNameBytes } from "../inspect/object";
import { Standing, Sym } from "../merge/objects";
import { familyOf } from "./families";
import { Layout, Part, Span } from "./layout";
import { entryBytesOf, offsetIn } from "./slots";

/** Stubs amid code, in front of a section or behind one. */
@unmanaged export class Island {
  beside: Section;
  bytes: u64;
  vaddr: u64;
}

/** What stubs begin at a multiple of. */
@inline const ALIGN: u64 = 16;
/** How far behind itself a jump may count from, and what alignment adds. */
@inline const MARGIN: u64 = 64;

/** Divides the code where that has to be; false with a fault if there is no memory. */
export function addIslands(work: Work, layout: Layout): bool {
  const howtos = layout.objects.first!.howtos;
  if (!(layout.codeBytes >> leastReachLog2(howtos))) return true;
  layout.isLong = true;
  const reach = leastNeeded(layout);
  for (let group: u32 = 0; group < layout.groupCount; ++group) if (!divide(work, layout, layout.spanIn(group, Part.Code), (<u64>1 << reach) - MARGIN)) return false;
  return true;
}

/** Counts the jumps that lead out of their sections; log2 of the shortest reach of those that may be led through stubs. */
function leastNeeded(layout: Layout): u32 {
  let least: u32 = 63;
  let object = layout.objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (!section.isLoaded || section.part != <u8>Part.Code || section.isFixed) continue;
      for (let table = section.relocations; table; table = object.section(table).nextRelocations) {
        least = min(least, wide(object.bits) ? leastIn<u64>(layout, object, section, object.section(table)) : leastIn<u32>(layout, object, section, object.section(table)));
      }
    }
    object = object.next;
  }
  return least;
}

function leastIn<A>(layout: Layout, object: Object, section: Section, table: Section): u32 {
  const each = entryBytesOf<A>(table);
  const end = object.addr + table.offset + table.bytes / each * each;
  let least: u32 = 63;
  for (let entry = object.addr + table.offset; entry < end; entry += each) {
    const info = relInfo<A>(entry);
    const howto = layout.objects.row(object.howtos, infoType<A>(info));
    const index = infoSymbol<A>(info);
    if (!howto || howto.base != Base.Branch || !index || index >= object.symbolCount) continue;
    const reach = reachLog2(object.howtos, howto);
    if (!(section.bytes >> reach) && staysIn<A>(object, section, howto, index)) continue;
    ++section.jumpCount;
    if (howto.has(Fit.Veneer)) least = min(least, reach);
  }
  return least;
}

/** True for a jump to what is in the same section, and of the same state. */
function staysIn<A>(object: Object, section: Section, howto: Howto, index: u32): bool {
  const symbol = object.symbol<A>(index);
  const info = symInfo<A>(symbol);
  if (object.sectionOf<A>(index) != section.index || typeOf(info) == STT.GNU_IFUNC) return false;
  const sym = changetype<Sym | null>(object.target(index));
  if (bindOf(info) != STB.LOCAL && (!sym || sym.object != object || sym.index != index)) return false;
  const tag = <u64>object.arch.codeTag;
  return !tag || howto.has(Fit.Exchanges) || typeOf(info) != STT.FUNC || ((symValue<A>(symbol) & tag) != 0) == howto.has(Fit.Tagged);
}

/** Makes runs of sections that are no longer than a jump reaches, stubs for all of their jumps included. */
function divide(work: Work, layout: Layout, span: Span, limit: u64): bool {
  const howtos = layout.objects.first!.howtos;
  const stubBytes = <u64>max(howtos.stubBytes, howtos.taggedStubBytes);
  let first = span.first;
  let last: Section | null = null;
  let at: u64 = 0;
  let runBytes: u64 = 0;
  let runStubs: u64 = 0;
  let section = span.first;
  while (section) {
    const bytes = section.bytes + section.align;
    const stubs = section.jumpCount * stubBytes;
    const isFull = runBytes + bytes + runStubs + stubs > limit && (!last || mayEnd(layout, last));
    if (last && isFull) {
      if (!endRun(work, first!, last)) return false;
      at += runStubs + ALIGN;
      first = section;
      runBytes = runStubs = 0;
    }
    if (isFull && bytes + stubs > limit) {
      section.front = changetype<usize>(newIsland(work, section));
      if (!section.front) return false;
      at += stubs + ALIGN;
    }
    section.vaddr = at + section.align;
    at += bytes;
    runBytes += bytes;
    runStubs += stubs;
    last = section;
    section = section.next;
  }
  return true;
}

/** False amid sections that are to lie together. */
function mayEnd(layout: Layout, section: Section): bool {
  const name = sectionName(section);
  const family = familyOf(layout, name, sectionNameBytes(section, name));
  return !family || family.part != Part.Code || section.group != 0 || family.last == section;
}

function newIsland(work: Work, beside: Section): Island | null {
  const island = changetype<Island | null>(work.take(offsetof<Island>()));
  if (island) island.beside = beside;
  return island;
}

/** Puts stubs behind the last section of a run. */
function endRun(work: Work, first: Section, last: Section): bool {
  const island = newIsland(work, last);
  if (!island) return false;
  for (let section = first; ; section = section.next!) {
    section.island = changetype<usize>(island);
    if (section == last) break;
  }
  return true;
}

/** Places the stubs that lie in front of a section, where they end. */
export function placeFront(section: Section, at: u64): u64 { return place(changetype<Island | null>(section.front), at); }

/** The same of those behind it. */
export function placeIsland(section: Section, at: u64): u64 {
  const island = changetype<Island | null>(section.island);
  return island && island.beside == section ? place(island, at) : at;
}

function place(island: Island | null, at: u64): u64 {
  if (!island || !island.bytes) return at;
  island.vaddr = alignUp(at, ALIGN);
  return island.vaddr + island.bytes;
}

/** The stubs for a jump of a section: those behind it, unless only those in front may be in its reach. 0: those behind all code. */
@inline export function islandFor(section: Section, howto: Howto, offset: u64): usize {
  return section.front ? nearerOf(section, howto, offset) : section.island;
}

function nearerOf(section: Section, howto: Howto, offset: u64): usize {
  const howtos = section.object.howtos;
  const stubs = section.jumpCount * <u64>max(howtos.stubBytes, howtos.taggedStubBytes);
  return section.bytes - min(section.bytes, offset) + stubs + MARGIN >> reachLog2(howtos, howto) ? section.front : section.island;
}

/** True for a jump that may not reach what these objects define: it may be that far away. */
export function isFarJump<A>(layout: Layout, section: Section, howto: Howto, sym: Sym, offset: u64, addend: u64): bool {
  if (!layout.isLong || !howto.has(Fit.Veneer)) return false;
  const there = sym.isDefined && sym.standing != Standing.Common ? layout.objects.sectionOf<A>(sym) : null;
  if (!there || there.part != <u8>Part.Code || there.isFixed || section.part != <u8>Part.Code) return true;
  const distance = <i64>(there.vaddr + offsetIn<A>(there, sym.object.symbolValue<A>(sym.index)) + addend - section.vaddr - offsetIn<A>(section, offset));
  return (<u64>(distance < 0 ? -distance : distance) + MARGIN) >> reachLog2(section.object.howtos, howto) != 0;
}
