// Reservations: ranges of the target's addresses, kept in order. The first that fits is taken, so that the same loads always
// get the same addresses.

import { FRAME_BYTES, FRAME_LOG2, takeFrame } from "./frame";
import { forget } from "./access";
import { insert, makeRoom, remove } from "./table";

/** A reserved range. */
@unmanaged
export class Range {
  start: u64;
  bytes: u64;
  /** The file that is staged here; 0 for none. */
  source: u32;
  /** What it holds belongs to the staging window. */
  staging: u32;
  next: Range | null;
  /** A file lies here in the target, from so many bytes on; others are only looked at. */
  lies: bool;
  skew: u16;
}

@inline const RANGE_BYTES: usize = offsetof<Range>();
if (FRAME_BYTES % <u32>RANGE_BYTES) ERROR("ranges fill a frame");

let first: Range | null = null; // by start
let spare: Range | null = null;

/** The reservation that comes first. */
export function firstRange(): Range | null {
  return first;
}

/** The reservation that begins at this address. */
export function rangeAt(start: u64): Range | null {
  let range = first;
  while (range && range.start != start) range = range.next;
  return range;
}

/** The lowest multiple of 2^alignLog2 in [base, end) from which on `bytes` are free; u64.MAX_VALUE if there is none. */
export function firstFit(base: u64, end: u64, bytes: u64, alignLog2: u32): u64 {
  if (alignLog2 > 63) return u64.MAX_VALUE;
  const align = <u64>1 << alignLog2;
  let start = aligned(base, align);
  let range = first;
  while (range) {
    const after = range.start + range.bytes;
    if (after > start) {
      if (start >= base && fits(start, bytes, min(range.start, end))) return start;
      start = aligned(max(after, base), align);
    }
    range = range.next;
  }
  return start >= base && fits(start, bytes, end) ? start : u64.MAX_VALUE;
}

/** Whether no reservation touches [start, start + bytes). */
export function isFree(start: u64, bytes: u64): bool {
  let range = first;
  while (range) {
    if (range.start < start + bytes && start < range.start + range.bytes) return false;
    range = range.next;
  }
  return true;
}

/** Reserves a free range of whole pages and maps them; null if there is no memory. */
export function take(start: u64, bytes: u64, prot: u32): Range | null {
  const pages = bytes >> FRAME_LOG2;
  if (!makeRoom(pages)) return null;
  const range = record();
  if (!range) return null;
  for (let i: u64 = 0; i < pages; ++i) insert((start >> FRAME_LOG2) + i, prot);
  range.start = start;
  range.bytes = bytes;
  range.source = 0;
  range.staging = 0;
  range.lies = false;
  range.skew = 0;

  const before = previous(start);
  range.next = before ? before.next : first;
  if (before) before.next = range;
  else first = range;
  forget();
  return range;
}

/** Unmaps a reservation and gives everything it held back. */
export function give(range: Range): void {
  const page = range.start >> FRAME_LOG2, pages = range.bytes >> FRAME_LOG2;
  for (let i: u64 = 0; i < pages; ++i) remove(page + i);
  const before = previous(range.start);
  if (before) before.next = range.next;
  else first = range.next;
  range.next = spare;
  spare = range;
  forget();
}

function previous(start: u64): Range | null {
  let before: Range | null = null, range = first;
  while (range && range.start < start) {
    before = range;
    range = range.next;
  }
  return before;
}

function record(): Range | null {
  if (!spare) {
    const frame = takeFrame();
    if (!frame) return null;
    for (let at: usize = 0; at < FRAME_BYTES; at += RANGE_BYTES) {
      const range = changetype<Range>(frame + at);
      range.next = spare;
      spare = range;
    }
  }
  const range = spare!;
  spare = range.next;
  return range;
}

@inline
function aligned(addr: u64, align: u64): u64 {
  return (addr + align - 1) & ~(align - 1); // wraps to less than addr where there is none
}

@inline
function fits(start: u64, bytes: u64, end: u64): bool {
  return start <= end && bytes <= end - start;
}
