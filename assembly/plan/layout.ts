// Objects -> Layout: which sections go where. Sections of equal permissions lie together, in the order of the objects, and what
// the linker adds lies among them; in the end the module has the segments that ld would have given it.

import { Code, PF, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { Work } from "../base/work";
import { SHF, SHT } from "../elf/section";
import { gnuHash } from "../elf/hash";
import { Named } from "../elf/table";
import { EM } from "../elf/header";
import { Section, headerAt, isIdentifier, sectionName, sectionNameBytes } from "../inspect/object";
import { Objects, Sym } from "../merge/objects";
import { KINDS, Region, Unit } from "./regions";

/** What of the module's memory: in the order it lies there. */
export const enum Part {
  /** File header, program headers, symbols, hashes, relocations: what other modules' readers look for. */
  Tables = 0, ReadOnly, Frames, Exidx,
  Code, Stubs,
  Tls, TlsZero, Preinit, Init, Fini, RelRo, Got,
  Data, Zero,
  COUNT,
}
/** The first part of each segment: R, RX, RW of which the first is read-only in the end. */
export const enum First { Read = Part.Tables, Code = Part.Code, RelRo = Part.Tls, Write = Part.Data }

/** The sections of one part. */
@unmanaged export class Span {
  first: Section | null;
  last: Section | null;
  /** What the linker adds behind the sections. */
  ownBytes: u64;
  align: u64;
  /** Where it begins, what lies there, and where the linker's own begins. */
  vaddr: u64;
  bytes: u64;
  own: u64;
}

/** A word of data that another module defines: a dynamic relocation. */
@unmanaged export class Word {
  next: Word | null;
  section: Section;
  /** In the section as it will be. */
  offset: u64;
  addend: u64;
  sym: Sym;
}

/** Room in the GOT, or code that leads to it. */
@unmanaged export class Slot {
  /** The next of the same symbol, and of all. */
  more: Slot | null;
  next: Slot | null;
  /** The symbol; null: the module's own thread-local block. */
  sym: Sym | null;
  /** A Base of arch/howto.ts: Got, TlsPair, ...; Branch: a stub. */
  kind: u32;
  /** Of a stub: of tagged code, and of which group. */
  isTagged: bool;
  group: u32;
  /** From the start of the GOT, or of the stubs. */
  offset: u64;
}

/** Where the module's bytes go. vaddrs count from 0. */
@unmanaged export class Layout {
  objects: Objects;
  /** Slots, in the order they were asked for. */
  slots: Slot | null;
  lastSlot: Slot | null;
  block: Slot | null;
  /** What Base.TlsCall stands for. */
  tlsCall: Slot | null;
  gotBytes: u64;
  words: Word | null;
  lastWord: Word | null;
  /** Dynamic relocations, symbols that other modules define, symbols that they may see, bytes of their names. */
  relocationCount: u32;
  importCount: u32;
  exportCount: u32;
  stringBytes: u64;
  bucketCount: u32;
  bloomCount: u32;
  /** FDEs of .eh_frame. */
  frameCount: u32;
  /** The last address that the module may have, for the sake of words that hold addresses and are shorter; NONE: any. */
  highest: u64;
  /** Bytes of code: how far jumps may have to reach. */
  codeBytes: u64;
  /** Where each table is, from the module's first byte on. */
  symbols: u64;
  strings: u64;
  hash: u64;
  relocations: u64;
  /** vaddr of what lies elsewhere. */
  dynamic: u64;
  frameIndex: u64;
  commons: u64;
  /** Regions that claim sections by name have parts of their own: the first group is what nobody claims. */
  regions: Region | null;
  groupCount: u32;
  /** Every segment is a reservation of its own. */
  isSpread: bool;
  /** Files stay where they are, and may be run there. */
  isInPlace: bool;
  private units: usize;
  /** Its bytes are in memory, and relocated: what waits for the host after that goes on from there. */
  isFilled: bool;
  isRelocated: bool;

  /** A part of what no region claims. */
  @inline span(part: Part): Span { return this.spanIn(0, part); }
  @inline spanIn(group: u32, part: Part): Span { return changetype<Span>(changetype<usize>(this) + SPANS + (<usize>group * Part.COUNT + <usize>part) * offsetof<Span>()); }
  @inline get unitCount(): u32 { return this.groupCount * KINDS; }
  @inline unit(index: u32): Unit { return changetype<Unit>(this.units + <usize>index * offsetof<Unit>()); }
  hold(units: usize): void { this.units = units; }
}
const SPANS: usize = offsetof<Layout>() + 7 & ~7;

/** Sections of one name that lie together: for __start_ and __stop_. */
@unmanaged export class Family extends Named {
  part: Part;
  first: Section;
  last: Section;
}

/** A layout with nothing in it; null with a fault if there is no memory. */
export function newLayout(work: Work, objects: Objects, regions: Region | null): Layout | null {
  let groupCount: u32 = 1;
  let region = regions;
  while (region) {
    if (region.isNamed) ++groupCount;
    region = region.next;
  }
  const at = work.take(SPANS + <u64>groupCount * Part.COUNT * offsetof<Span>());
  const units = at ? work.take(<u64>groupCount * KINDS * offsetof<Unit>()) : 0;
  if (!units) return null;
  const layout = changetype<Layout>(at);
  layout.objects = objects;
  layout.regions = regions;
  layout.isSpread = regions != null;
  layout.groupCount = groupCount;
  layout.hold(units);
  for (let group: u32 = 0; group < groupCount; ++group) for (let part = 0; part < Part.COUNT; ++part) layout.spanIn(group, part).align = 1;
  layout.highest = NONE;
  return layout;
}

/** The group of a section: that of the first region that claims its name, and allows what it needs. */
function groupOf(layout: Layout, section: Section, name: u64, bytes: u32, prot: u32): u32 {
  let group: u32 = 0;
  let region = layout.regions;
  while (region) {
    if (region.isNamed) {
      ++group;
      if (region.claims(name, bytes) && region.allows(prot)) return group;
    }
    region = region.next;
  }
  return 0;
}

/** The region of a group that has a name. */
export function regionOf(layout: Layout, group: u32): Region | null {
  let region = layout.regions;
  while (region && group) {
    if (region.isNamed && !--group) return region;
    region = region.next;
  }
  return null;
}

/**
 * Gives every section that is to be in memory its part.
 *
 * @fault WritableCode (Shdr, at = file offset of the header, value = sh_flags)
 * @fault BadSection (Shdr, at = file offset of the header, value = sh_flags, of one that is compressed; sh_size, of half a word of .ctors)
 */
export function classify(work: Work, layout: Layout): bool {
  let object = layout.objects.first;
  while (object) {
    work.source = object.source;
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (section.isLoaded && !section.pool && !place(work, layout, section)) return false;
    }
    object = object.next;
  }
  sort(layout.span(Part.Preinit));
  sort(layout.span(Part.Init));
  sort(layout.span(Part.Fini));
  return true;
}

/** Puts the tables that speak of code in the order of that code; true if they were not. ARM EHABI 5, "Index table entries". */
export function orderExidx(layout: Layout): bool {
  const span = layout.span(Part.Exidx);
  let isOrdered = true;
  let last: u64 = 0;
  let section = span.first;
  while (section) {
    const about = section.object.section(section.link).vaddr;
    if (about < last) isOrdered = false;
    last = about;
    section.info = <u32>about;
    section = section.next;
  }
  if (!isOrdered) sort(span);
  return !isOrdered;
}

function place(work: Work, layout: Layout, section: Section): bool {
  const object = section.object;
  const at = headerAt(object, section.index);
  if (section.has(SHF.WRITE) && section.has(SHF.EXECINSTR)) return work.fail(Code.WritableCode, What.Shdr, at, section.flags);
  if (section.has(SHF.COMPRESSED)) return work.fail(Code.BadSection, What.Shdr, at, section.flags);
  const name = sectionName(section);
  const bytes = sectionNameBytes(section, name);
  const part = partOf(section, name, bytes);
  section.part = <u8>part;
  if (part == Part.Code) layout.codeBytes += section.bytes + section.align;
  if (part == Part.Preinit || part == Part.Init || part == Part.Fini) {
    section.isReversed = (begins(name, bytes, CTORS, 6) || begins(name, bytes, DTORS, 6)) && section.type != SHT.NOBITS;
    if (section.isReversed && (section.bytes % (object.bits / 8) || section.trimCount)) return work.fail(Code.BadSection, What.Shdr, at, section.bytes);
    // The rank of an array goes where its file's alignment of it was: words are aligned as words.
    section.info = rankOf(section, name, bytes);
    append(layout.span(part), section);
    return true;
  }
  if (part == Part.Exidx) {
    // They come in the order of the code that they are about. ARM EHABI 5, "Index table entries".
    const about = section.link && section.link < object.sectionCount ? object.section(section.link) : null;
    if (!about || !about.isLoaded) {
      section.isDropped = true;
      return true;
    }
  }
  if (layout.groupCount > 1 && (part == Part.ReadOnly || part == Part.Code || part == Part.Data || part == Part.Zero || part == Part.RelRo)) {
    const group = groupOf(layout, section, name, bytes, part == Part.ReadOnly ? PF.R : part == Part.Code ? PF.R | PF.X : PF.R | PF.W);
    if (group) {
      // What a region claims is not made read-only afterwards.
      if (part == Part.RelRo) section.part = <u8>Part.Data;
      section.group = group;
      append(layout.spanIn(group, section.part), section);
      return true;
    }
  }
  if (layout.isInPlace && layout.isSpread && mayStay(section, part)) {
    fix(section, part);
    return true;
  }
  if (isIdentifier(name, bytes)) return joinFamily(work, layout, section, name, bytes, part);
  append(layout.span(part), section);
  return true;
}

/** True for bytes that are needed as the file has them, and lie where they may. */
function mayStay(section: Section, part: Part): bool {
  if (part != Part.ReadOnly && part != Part.Code || section.type == SHT.NOBITS || !section.bytes) return false;
  const start = section.object.addr + section.offset;
  if (section.object.bits == 32 && (start >> 32 || start + section.bytes >> 32)) return false;
  return !section.relocations && !section.trimCount && !(start & section.align - 1);
}

function fix(section: Section, part: Part): void {
  const object = section.object;
  const start = object.addr + section.offset;
  section.isFixed = true;
  section.vaddr = start;
  object.fixedStart = object.fixedProt ? min(object.fixedStart, start) : start;
  object.fixedEnd = max(object.fixedEnd, start + section.bytes);
  object.fixedProt |= part == Part.Code ? PF.R | PF.X : PF.R;
}

function partOf(section: Section, name: u64, bytes: u32): Part {
  const isZero = section.type == SHT.NOBITS;
  if (section.has(SHF.TLS)) return isZero ? Part.TlsZero : Part.Tls;
  if (section.has(SHF.EXECINSTR)) return Part.Code;
  if (section.type == SHT.PREINIT_ARRAY) return Part.Preinit;
  if (section.type == SHT.INIT_ARRAY || begins(name, bytes, INIT_ARRAY, 11) || begins(name, bytes, CTORS, 6)) return Part.Init;
  if (section.type == SHT.FINI_ARRAY || begins(name, bytes, FINI_ARRAY, 11) || begins(name, bytes, DTORS, 6)) return Part.Fini;
  // Of what the file has no bytes of, nobody reads any.
  if (!isZero && bytes == 9 && begins(name, bytes, EH_FRAME, 9)) return Part.Frames;
  if (section.type == SHT.UNWIND && section.object.arch.machine == EM.ARM) return Part.Exidx;
  if (!section.has(SHF.WRITE)) return isZero ? Part.Zero : Part.ReadOnly;
  if (isZero) return Part.Zero;
  return begins(name, bytes, DATA_REL_RO, 12) ? Part.RelRo : Part.Data;
}

/** True if a name is this word, or begins with it and a dot. */
function begins(name: u64, bytes: u32, word: usize, wordBytes: u32): bool {
  if (bytes < wordBytes) return false;
  for (let i: u32 = 0; i < wordBytes; ++i) if (target.load8(name + i) != load<u8>(word + i)) return false;
  return bytes == wordBytes || target.load8(name + wordBytes) == 0x2e;
}
@lazy const INIT_ARRAY: usize = memory.data<u8>([0x2e, 0x69, 0x6e, 0x69, 0x74, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79]); // .init_array
@lazy const FINI_ARRAY: usize = memory.data<u8>([0x2e, 0x66, 0x69, 0x6e, 0x69, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79]); // .fini_array
@lazy const CTORS: usize = memory.data<u8>([0x2e, 0x63, 0x74, 0x6f, 0x72, 0x73]); // .ctors
@lazy const DTORS: usize = memory.data<u8>([0x2e, 0x64, 0x74, 0x6f, 0x72, 0x73]); // .dtors
@lazy const EH_FRAME: usize = memory.data<u8>([0x2e, 0x65, 0x68, 0x5f, 0x66, 0x72, 0x61, 0x6d, 0x65]); // .eh_frame
@lazy const DATA_REL_RO: usize = memory.data<u8>([0x2e, 0x64, 0x61, 0x74, 0x61, 0x2e, 0x72, 0x65, 0x6c, 0x2e, 0x72, 0x6f]); // .data.rel.ro

/** Where an array of functions comes among others: by the number behind its name, those without one last. .ctors count down. */
function rankOf(section: Section, name: u64, bytes: u32): u32 {
  let at = bytes;
  let value: u32 = 0;
  let unit: u32 = 1;
  for (; at && unit <= 100000; --at) {
    const c = target.load8(name + at - 1);
    if (c < 0x30 || c > 0x39) break;
    value += (c - 0x30) * unit;
    unit *= 10;
  }
  if (at == bytes || !at || target.load8(name + at - 1) != 0x2e || value > 65535) return 65536;
  return section.isReversed ? 65535 - value : value;
}

@inline function widen(span: Span, section: Section): void { span.align = max(span.align, section.align); }

function append(span: Span, section: Section): void {
  widen(span, section);
  if (span.last) span.last!.next = section;
  else span.first = section;
  span.last = section;
}

/** Sorts a part by rank; what is equal stays as it is. Runs of two are made into runs of four, and so on. */
function sort(span: Span): void {
  for (let count: u32 = 1; ; count <<= 1) {
    let rest = span.first;
    let runs: u32 = 0;
    span.first = span.last = null;
    while (rest) {
      const left = rest;
      const right = behind(rest, count);
      rest = right ? behind(right, count) : null;
      mergeRuns(span, left, right);
      ++runs;
    }
    if (runs <= 1) return;
  }
}

/** Cuts a list behind so many sections, and answers with what follows. */
function behind(section: Section, count: u32): Section | null {
  let last = section;
  while (--count && last.next) last = last.next!;
  const next = last.next;
  last.next = null;
  return next;
}

/** Hangs two sorted runs at a part, as one. */
function mergeRuns(span: Span, left: Section | null, right: Section | null): void {
  while (left || right) {
    const isLeft = !right || left != null && left.info <= right.info;
    const next = isLeft ? left! : right!;
    if (isLeft) left = next.next;
    else right = next.next;
    next.next = null;
    if (span.last) span.last!.next = next;
    else span.first = next;
    span.last = next;
  }
}

function joinFamily(work: Work, layout: Layout, section: Section, name: u64, bytes: u32, part: Part): bool {
  const families = layout.objects.families;
  const hash = gnuHash(name, bytes);
  const span = layout.span(part);
  let family = changetype<Family | null>(families.find(name, bytes, hash));
  if (families.isCrowded) return work.fail(Code.BadSection, What.Shdr, headerAt(section.object, section.index), hash);
  if (family && family.part == part) {
    widen(span, section);
    section.next = family.last.next;
    family.last.next = section;
    if (span.last == family.last) span.last = section;
    family.last = section;
    return true;
  }
  append(span, section);
  // Of sections that lie apart, as their permissions differ, the first ones count.
  if (family) return true;
  family = changetype<Family | null>(work.take(offsetof<Family>()));
  if (!family) return false;
  family.name = name;
  family.nameBytes = bytes;
  family.hash = hash;
  family.part = part;
  family.first = family.last = section;
  return families.add(work, family);
}

/** The family of a name; null if no section has it. */
export function familyOf(layout: Layout, name: u64, bytes: u32): Family | null {
  return changetype<Family | null>(layout.objects.families.find(name, bytes, gnuHash(name, bytes)));
}
