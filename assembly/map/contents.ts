// Layout -> memory: what the sections of objects hold.

import * as target from "../host/memory";
import { SHT } from "../elf/section";
import { Section } from "../inspect/object";
import { Pool } from "../merge/pool";
import { Layout, Part } from "../plan/layout";
import { offsetIn } from "../plan/slots";
import { trimAt } from "../plan/trim";
import { Placement } from "./map";

/** Copies every section to its place. It was zeroed, and may be written. */
export function writeSections<A>(layout: Layout, placement: Placement): void {
  for (let index: u32 = 0; index < layout.groupCount * Part.COUNT; ++index) {
    const part: Part = index % Part.COUNT;
    if (part == Part.Zero || part == Part.TlsZero) continue;
    let section = layout.spanIn(index / Part.COUNT, part).first;
    while (section) {
      if (section.type != SHT.NOBITS) writeSection<A>(section, placement);
      section = section.next;
    }
  }
  writePools(layout, placement);
}

function writePools(layout: Layout, placement: Placement): void {
  let pool = changetype<Pool | null>(layout.objects.pools);
  while (pool) {
    const start = placement.at(pool.vaddr);
    let piece = pool.first;
    while (piece) {
      target.copy(start + piece.offset, piece.from, piece.bytes);
      piece = piece.next;
    }
    pool = pool.next;
  }
}

function writeSection<A>(section: Section, placement: Placement): void {
  const to = placement.at(section.vaddr);
  const from = section.object.addr + section.offset;
  if (section.isReversed) {
    for (let at: u64 = 0; at < section.bytes; at += sizeof<A>()) target.copy(to + offsetIn<A>(section, at), from + at, sizeof<A>());
    return;
  }
  let done: u64 = 0;
  let gone: u64 = 0;
  for (let i: u32 = 0; i < section.trimCount; ++i) {
    const trim = trimAt(section, i);
    target.copy(to + done - gone, from + done, trim.offset - done);
    writeNops(section, to + trim.offset - gone - trim.kept, trim.kept);
    done = trim.offset + trim.bytes;
    gone += trim.bytes;
  }
  if (section.fileBytes > done) target.copy(to + done - gone, from + done, section.fileBytes - done);
}

/** What is left of padding may begin or end amid an instruction. */
function writeNops(section: Section, at: u64, bytes: u64): void {
  const howtos = section.object.howtos;
  if (!howtos.nop) return;
  for (; bytes >= 4; bytes -= 4, at += 4) target.store32(at, <u32>howtos.nop);
  if (bytes >= 2) target.store16(at, <u32>howtos.shortNop);
}
