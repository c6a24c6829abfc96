// A placed image with segments of our choice, as inspection and mapping would have left it.

import { PF } from "../../../../assembly/words";
import { NONE } from "../../../../assembly/host/answer";
import { place, reserve } from "../../../../assembly/host/memory";
import { take } from "../../../../assembly/base/heap";
import { Dynamic } from "../../../../assembly/elf/dynamic";
import { PT } from "../../../../assembly/elf/segment";
import { Image, newImage } from "../../../../assembly/inspect/image";
import { Placement } from "../../../../assembly/map/map";

/** An image of this class with room for segments, and an empty dynamic section. */
export function imageOf(bits: u32, segments: u32): Image {
  const image = newImage(1, false)!;
  image.bits = bits;
  assert(image.holdSegments(segments), "there is memory");
  image.dynamic = Dynamic.at(take(Dynamic.bytes(Dynamic.most, true)), Dynamic.most, true);
  return image;
}

/** One more PT_LOAD. */
export function addSegment(image: Image, vaddr: u64, bytes: u64, flags: u32): void {
  const segment = image.segment(image.phnum++);
  segment.type = PT.LOAD;
  segment.vaddr = vaddr;
  segment.bytes = segment.fileBytes = bytes;
  segment.flags = flags;
  segment.align = 4096;
}

/** Puts these bytes from `vaddr` on into the target, all writable. */
export function placementOf(image: Image, vaddr: u64, bytes: u64): Placement {
  const placement = changetype<Placement>(take(offsetof<Placement>()));
  placement.addr = reserve(bytes, 12, 0, NONE, NONE, 0);
  assert(placement.addr != NONE, "the sandbox has room");
  assert(place(0, placement.addr, 0, 0, 0, bytes, PF.R | PF.W) == 0, "the sandbox places it");
  placement.bytes = bytes;
  placement.mask = image.bits == 64 ? u64.MAX_VALUE : u32.MAX_VALUE;
  placement.bias = placement.addr - vaddr & placement.mask;
  return placement;
}
