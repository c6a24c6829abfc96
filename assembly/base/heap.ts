// The core's own memory: blocks with boundary tags over one region of linear memory. It may say no, it never traps.
//
//   | bytes of this block, bit 0: taken | bytes of the block below | payload ... |
//
// A free block's payload links it into the list of its size: each list has blocks of up to twice the bytes of the one below. What lies
// above `top` was never given out or came back.

/** Bytes in front of each payload. */
@inline const TAG: usize = 8;
/** Blocks are multiples of this, so that a u64 in a payload is aligned. */
@inline const GRAIN: usize = 8;
/** A free block must hold its two links. */
@inline const LEAST: usize = TAG + 8;

@unmanaged class Block {
  lead: u32;
  below: u32;
  next: Block | null;
  previous: Block | null;
  @inline get bytes(): usize { return this.lead & ~1; }
  @inline get isTaken(): bool { return (this.lead & 1) != 0; }
  @inline get above(): Block { return changetype<Block>(changetype<usize>(this) + this.bytes); }
}

let bottom: usize = 0;
let top: usize = 0;
/** Where `top` has been at the most. */
let highest: usize = 0;
let limit: usize = 0;
let lastBytes: u32 = 0;
/** The first free block of each size, by the logarithm of its bytes. */
@lazy const FREE: usize = memory.data(32 << alignof<usize>(), 4);
/** Which lists have any: a bit for each. */
let lists: u32 = 0;
let used: usize = 0;
let peak: usize = 0;

/**
 * Gives the allocator its region; what was taken before is forgotten.
 *
 * @param start  first byte of the region
 * @param end    it ends here at the latest, 0 for no limit but the machine's
 */
export function openHeap(start: usize, end: usize): void {
  bottom = top = highest = start + (GRAIN - 1) & ~(GRAIN - 1);
  limit = end;
  lastBytes = 0;
  memory.fill(FREE, 0, 32 << alignof<usize>());
  lists = 0;
  used = peak = 0;
}

/** Bytes taken now, tags included. */
export function usedBytes(): usize { return used; }
/** The most bytes that ever were taken at once. */
export function peakBytes(): usize { return peak; }

/** Zeroed memory, aligned to 8; 0 if there is none left. */
export function take(bytes: usize): usize {
  if (bytes > 0x7fffff00) return 0;
  const need = max(LEAST, (bytes + TAG + GRAIN - 1) & ~(GRAIN - 1));
  let block = fitting(need);
  if (block) split(block, need);
  else {
    block = fresh(need);
    if (!block) return 0;
  }
  block.lead |= 1;
  used += block.bytes;
  peak = max(peak, used);
  const payload = changetype<usize>(block) + TAG;
  memory.fill(payload, 0, block.bytes - TAG);
  return payload;
}

/** Bytes that it takes to hold what `take` gave. */
export function heldBytes(payload: usize): usize { return changetype<Block>(payload - TAG).bytes; }

/** Gives back what `take` gave. */
export function give(payload: usize): void {
  let block = changetype<Block>(payload - TAG);
  used -= block.bytes;
  block.lead &= ~1;
  if (block.below) {
    const below = changetype<Block>(changetype<usize>(block) - block.below);
    if (!below.isTaken) {
      unlink(below);
      below.lead += <u32>block.bytes;
      block = below;
    }
  }
  const above = block.above;
  if (changetype<usize>(above) < top && !above.isTaken) {
    unlink(above);
    block.lead += <u32>above.bytes;
  }
  if (changetype<usize>(block.above) == top) {
    top = changetype<usize>(block);
    lastBytes = block.below;
  } else {
    block.above.below = <u32>block.bytes;
    link(block);
  }
}

/** The list that a block of this size is in. */
@inline function listOf(bytes: usize): u32 { return 31 - clz<u32>(<u32>bytes); }
@inline function headOf(list: u32): usize { return FREE + (<usize>list << alignof<usize>()); }
@inline function firstOf(list: u32): Block | null { return changetype<Block | null>(load<usize>(headOf(list))); }

/** A free block that is large enough, taken off its list. */
function fitting(need: usize): Block | null {
  const list = listOf(need);
  let block = firstOf(list);
  while (block && block.bytes < need) block = block.next;
  // Whatever is in a later list is large enough.
  const later = lists >> list >> 1 << 1 << list;
  if (!block && later) block = firstOf(ctz(later));
  if (block) unlink(block);
  return block;
}

function split(block: Block, need: usize): void {
  const rest = block.bytes - need;
  if (rest < LEAST) return;
  block.lead = <u32>need;
  const upper = block.above;
  upper.lead = <u32>rest;
  upper.below = <u32>need;
  upper.above.below = <u32>rest;
  link(upper);
}

/** A block from above `top`; linear memory grows if it must and may. */
function fresh(need: usize): Block | null {
  if (!reaches(top + need)) return null;
  const block = changetype<Block>(top);
  block.lead = <u32>need;
  block.below = lastBytes;
  lastBytes = <u32>need;
  top += need;
  highest = max(highest, top);
  return block;
}

function reaches(end: usize): bool {
  if (end < top || limit && end > limit) return false;
  const pages = memory.size();
  const wanted = <i32>((end - 1 >> 16) + 1);
  return wanted <= pages || memory.grow(wanted - pages) >= 0;
}

function link(block: Block): void {
  const list = listOf(block.bytes);
  const first = firstOf(list);
  block.next = first;
  block.previous = null;
  if (first) first.previous = block;
  else lists |= 1 << list;
  store<usize>(headOf(list), changetype<usize>(block));
}

/** Takes a block off its list; its size is the one that it was put there with. */
function unlink(block: Block): void {
  const next = block.next;
  if (next) next.previous = block.previous;
  if (block.previous) {
    block.previous!.next = next;
    return;
  }
  const list = listOf(block.bytes);
  store<usize>(headOf(list), changetype<usize>(next));
  if (!next) lists &= ~(1 << list);
}

/**
 * Bytes that hold nothing, and where they begin: a large free block, or what was given back above all that is taken. Whoever has lent the
 * memory may take its contents away.
 */
export function spareBytes(): usize { return max(highest - top, largestFree()); }
export function spareOffset(): usize { return highest - top >= largestFree() ? top : changetype<usize>(largest()) + offsetof<Block>(); }

function largestFree(): usize {
  const block = largest();
  return block ? block.bytes - offsetof<Block>() : 0;
}

/** One of the largest free blocks: the first of the last list. */
function largest(): Block | null { return lists ? firstOf(31 - clz(lists)) : null; }
