// Where the bytes of a module of objects go: sections of equal permissions lie together, in the order of the objects, and what the
// linker adds lies among them; in the end the module has the segments that ld would have given it.

import { NONE } from "../host/answer";
import { Work } from "../base/work";
import { Section } from "../inspect/object";
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

  /** Adds a section behind all others. */
  append(section: Section): void {
    this.widen(section);
    this.hang(section);
  }

  /** Adds one that the part is aligned for. */
  hang(section: Section): void {
    if (this.last) this.last!.next = section;
    else this.first = section;
    this.last = section;
  }

  @inline widen(section: Section): void { this.align = max(this.align, section.align); }
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
  /** Of a stub: of tagged code, of which group, and amid which code (plan/islands.ts; 0: behind all). */
  isTagged: bool;
  group: u32;
  island: usize;
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
  /** There is more code than they all do: its sections have vaddrs that are at least as far apart as they will be. */
  isLong: bool;
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

  /** True if anything lies in these parts of what no region claims. */
  hasBytes(first: Part, end: Part): bool {
    for (let part = first; part < end; ++part) if (this.span(part).first || this.span(part).ownBytes) return true;
    return false;
  }
}
const SPANS: usize = offsetof<Layout>() + 7 & ~7;

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

/** The region of a group that has a name. */
export function regionOf(layout: Layout, group: u32): Region | null {
  let region = layout.regions;
  while (region && group) {
    if (region.isNamed && !--group) return region;
    region = region.next;
  }
  return null;
}
