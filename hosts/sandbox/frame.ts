// Frames: 4 KiB pieces of this module's linear memory, handed out zeroed and taken back. Growing may fail, and then
// so does taking; nothing here traps.

/** Log2 of a frame's bytes, and of the pages that the table maps to frames. */
export const FRAME_LOG2: u32 = 12;
/** Bytes of a frame. */
export const FRAME_BYTES: u32 = 1 << FRAME_LOG2;

/** A frame that reads as zero: what a page shows before the first store to it. */
@lazy @inline export const ZERO: usize = memory.data(4096, 16);

const WASM_PAGE_LOG2: u32 = 16;
const GROW_PAGES: u32 = 16;

let free: usize = 0; // the first free frame; its first word names the next
let top: usize = 0; // linear memory from here on was never handed out, and is zero
let inUse: u32 = 0;

/** Bytes of linear memory in frames that were taken and not given back. */
export function frameBytes(): u64 {
  return <u64>inUse << FRAME_LOG2;
}

/** A zeroed frame; 0 if there is no memory. */
export function takeFrame(): usize {
  const frame = free;
  if (!frame) return takeFrames(1);
  free = load<usize>(frame);
  memory.fill(frame, 0, FRAME_BYTES);
  ++inUse;
  return frame;
}

/** Zeroed frames that follow each other; 0 if there is no memory. */
export function takeFrames(count: u32): usize {
  if (!top) top = (__heap_base + FRAME_BYTES - 1) & ~<usize>(FRAME_BYTES - 1);
  const end = <u64>top + (<u64>count << FRAME_LOG2);
  const room = <u64>(<u32>memory.size()) << WASM_PAGE_LOG2;
  if (end > room && !grow(<u32>((end - room + 0xffff) >> WASM_PAGE_LOG2))) return 0;
  const first = top;
  top = <usize>end; // 2^32 only if the last frame was taken, and then room refuses the next
  inUse += count;
  return first;
}

/** Gives back frames that follow each other. */
export function giveFrames(first: usize, count: u32): void {
  inUse -= count;
  for (let i: u32 = 0; i < count; ++i) {
    const frame = first + (<usize>i << FRAME_LOG2);
    store<usize>(frame, free);
    free = frame;
  }
}

function grow(pages: u32): bool {
  if (pages >= 0xffff) return false;
  return memory.grow(max(pages, GROW_PAGES)) >= 0 || memory.grow(pages) >= 0;
}
