// Room for what comes from no file: it lies in front of the sections of a part, or behind them.

import { alignUp } from "../base/range";
import { dynBytes } from "../elf/dynamic";
import { ehdrBytes } from "../elf/header";
import { relaBytes } from "../elf/reloc";
import { phdrBytes } from "../elf/segment";
import { symBytes } from "../elf/symbol";
import { Standing } from "../merge/objects";
import { Pool } from "../merge/pool";
import { claimBytes } from "./claims";
import { countFrames } from "./frames";
import { Dyns, headerCount } from "./headers";
import { Layout, Part } from "./layout";

/** Counts what the linker adds to the sections: tables, names, common symbols, the GOT, pools, an index over frames. */
export function addRoom<A>(layout: Layout): void {
  number(layout);
  countFrames(layout);
  addTables<A>(layout);
  addCommons<A>(layout);
  addLinkerBytes<A>(layout);
}

/** Numbers the symbols of the module's own table: first those of others, then its own, which `map/tables` orders. */
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
  let at = ehdrBytes<A>() + <u64>headerCount(layout) * phdrBytes<A>();
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
