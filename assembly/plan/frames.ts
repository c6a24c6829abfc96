// .eh_frame: how many functions its entries are about. LSB Core, "Exception Frames".

import * as target from "../host/memory";
import { Section } from "../inspect/object";
import { Layout, Part } from "./layout";

/** Counts the FDEs of all objects: an index over them has room for each. */
export function countFrames(layout: Layout): void {
  let section: Section | null = layout.span(Part.Frames).first;
  while (section) {
    layout.frameCount += framesIn(section.object.addr + section.offset, section.fileBytes);
    section = section.next;
  }
}

function framesIn(start: u64, bytes: u64): u32 {
  let count: u32 = 0;
  for (let at: u64 = 0; bytes - at >= 8; ) {
    const own = target.load32(start + at);
    // Entries of more than 4 GiB are nobody's.
    if (own < 4 || own > bytes - at - 4) break;
    if (target.load32(start + at + 4)) ++count;
    at += own + 4;
  }
  return count;
}
