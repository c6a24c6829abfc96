// The core's heap in a piece of linear memory of its own: as-pect's objects live in the same memory.

import { openHeap } from "../../../../assembly/base/heap";

/** New pages at the end of linear memory: where they begin. */
export function newPages(count: i32): usize {
  const pages = memory.grow(count);
  assert(pages >= 0, "linear memory grows");
  return <usize>pages << 16;
}

/** Opens the heap in a region of this many bytes, and says where it begins. */
export function freshHeap(bytes: usize): usize {
  const start = newPages(<i32>((bytes + 0xffff) >> 16));
  openHeap(start, start + bytes);
  return start;
}
