// Staging: a file's bytes in the target's address space, outside the modules' window, so that the core can read them. An
// area is as long as its file and filled as its bytes arrive: a page is writable until `staged` says that it is complete, and
// then read-only. A view of a file is the area's address plus the offset.

import { Answer, PF } from "../../assembly/words";
import { forget } from "./access";
import { FRAME_BYTES, FRAME_LOG2 } from "./frame";
import { Range, firstFit, firstRange, give, isFree, take } from "./range";
import { slotOf } from "./table";

/** Where staging areas are: above every window, below addresses that end in sign extension. */
export const STAGING_BASE: u64 = 0x4000000000000000;
/** Where they end. */
export const STAGING_END: u64 = 0x8000000000000000;

const REFUSED: u64 = u64.MAX_VALUE;
const WITHIN: u64 = FRAME_BYTES - 1;

let staging: u64 = 0;

/** Bytes of address space in staging areas. */
export function staged_bytes(): u64 {
  return staging;
}

/**
 * Opens the staging area of a file, all of it zero and writable.
 *
 * @param source  the host's number of the file; one area each
 * @returns       its address; REFUSED if the file has an area or there is no memory
 */
export function stage(source: u32, bytes: u64): u64 {
  if (areaOf(source) || bytes > 1 << 40) return REFUSED;
  const whole = (max<u64>(bytes, 1) + WITHIN) & ~WITHIN;
  const start = firstFit(STAGING_BASE, STAGING_END, whole, FRAME_LOG2);
  if (start == REFUSED) return REFUSED;
  const range = take(start, whole, PF.R | PF.W);
  if (!range) return REFUSED;
  range.source = source;
  range.staging = 1;
  staging += whole;
  return start;
}

/**
 * Opens the staging area of a file at the address where it lies in the target: it may be used there.
 *
 * @returns  the address; REFUSED if the file has an area, or something else is there, or there is no memory
 */
export function stageAt(source: u32, bytes: u64, addr: u64): u64 {
  const skew = addr & WITHIN, start = addr - skew;
  const whole = (skew + max<u64>(bytes, 1) + WITHIN) & ~WITHIN;
  if (areaOf(source) || bytes > 1 << 40 || start + whole < start || !isFree(start, whole)) return REFUSED;
  const range = take(start, whole, PF.R | PF.W);
  if (!range) return REFUSED;
  range.source = source;
  range.staging = 1;
  range.lies = true;
  range.skew = <u16>skew;
  staging += whole;
  return addr;
}

/** Gives pages of a file that lies in the target permissions, beside what they have; refused for what does not lie there, and for writing. */
export function use(start: u64, bytes: u64, prot: u32): i32 {
  let range = firstRange();
  while (range && !(range.lies && start >= range.start && start - range.start <= range.bytes && bytes <= range.bytes - (start - range.start))) range = range.next;
  if (!range || !bytes || prot & PF.W) return Answer.Refused;
  for (let page = start >> FRAME_LOG2; page <= start + bytes - 1 >> FRAME_LOG2; ++page) {
    const slot = slotOf(page);
    if (slot) slot.prot |= prot;
  }
  forget();
  return Answer.Done;
}

/** Says that every page which holds one of these bytes is complete: from now on it is read-only. */
export function staged(source: u32, offset: u64, bytes: u64): i32 {
  const start = within(source, offset, bytes);
  if (!start) return Answer.Refused;
  if (!bytes) return Answer.Done;
  const last = (start + bytes - 1) >> FRAME_LOG2;
  for (let page = start >> FRAME_LOG2; page <= last; ++page) {
    const slot = slotOf(page);
    if (slot) slot.prot = PF.R;
  }
  forget();
  return Answer.Done;
}

/** Where these bytes of a file are, if all of them are complete; 0 if not. */
export function stagedAddr(source: u32, offset: u64, bytes: u64): u64 {
  const start = within(source, offset, bytes);
  if (!start || !bytes) return start;
  const last = (start + bytes - 1) >> FRAME_LOG2;
  for (let page = start >> FRAME_LOG2; page <= last; ++page) {
    const slot = slotOf(page);
    if (!slot || slot.prot & PF.W) return 0;
  }
  return start;
}

/** Closes a file's staging area and gives its memory back. */
export function unstage(source: u32): void {
  const range = areaOf(source);
  if (!range) return;
  staging -= range.bytes;
  give(range);
}

function areaOf(source: u32): Range | null {
  let range = firstRange();
  while (range && !(range.staging && range.source == source)) range = range.next;
  return range;
}

function within(source: u32, offset: u64, bytes: u64): u64 {
  const range = areaOf(source);
  if (!range || offset > range.bytes - range.skew || bytes > range.bytes - range.skew - offset) return 0;
  return range.start + range.skew + offset;
}
