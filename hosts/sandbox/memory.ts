// The `memory` imports that change mappings: reserve, release, place, protect, sync_code.

import { Answer, PF } from "../../assembly/words";
import { forget, frameFor } from "./access";
import { FRAME_BYTES, FRAME_LOG2 } from "./frame";
import { Range, firstFit, firstRange, give, isFree, rangeAt, take } from "./range";
import { STAGING_BASE, STAGING_END, stagedAddr, use } from "./stage";
import { slotOf } from "./table";
import { violate } from "./violation";

const REFUSED: u64 = u64.MAX_VALUE;
const WITHIN: u64 = FRAME_BYTES - 1;

let pageBytes: u32 = 4096;
let base: u64 = 0x10000000;
let end: u64 = 0x100000000; // right for 32-bit targets too
let limit: u64 = 0x40000000;
let reserved: u64 = 0;

/**
 * Says what the target is like, before the first reservation.
 *
 * @param page        granularity of permissions in bytes: a power of two, 4096 or more
 * @param windowBase  where the first reservation begins
 * @param windowEnd   reservations end below; 2^32 at most for a 32-bit target
 * @param limitBytes  all reservations together are no more than this
 */
export function settle(page: u32, windowBase: u64, windowEnd: u64, limitBytes: u64): i32 {
  if (reserved || page < FRAME_BYTES || popcnt(page) != 1) return Answer.Refused;
  if (windowBase & (page - 1) || windowBase >= windowEnd) return Answer.Refused;
  if (windowEnd > STAGING_BASE && windowBase < STAGING_END) return Answer.Refused;
  pageBytes = page;
  base = windowBase;
  end = windowEnd;
  limit = limitBytes;
  return Answer.Done;
}

/** Granularity of permissions. */
export function page_bytes(): u32 {
  return pageBytes;
}

/** Bytes that are reserved for modules. */
export function reserved_bytes(): u64 {
  return reserved;
}

/** The lowest address that is reserved for a module, REFUSED if none is. */
export function reserved_start(): u64 {
  let range = firstRange();
  while (range && range.staging) range = range.next;
  return range ? range.start : REFUSED;
}

/** The address after the highest one that is reserved for a module, 0 if none is. */
export function reserved_end(): u64 {
  let last: u64 = 0;
  let range = firstRange();
  while (range) {
    if (!range.staging) last = range.start + range.bytes;
    range = range.next;
  }
  return last;
}

/** Takes a zeroed range. Nothing in it may be touched until `place` gives its pages permissions. */
export function reserve(bytes: u64, alignLog2: u32, source: u32, exact: u64, highest: u64, region: u32): u64 {
  if (!bytes || bytes & (pageBytes - 1) || bytes > limit - reserved) return REFUSED;
  let start = exact;
  if (exact == REFUSED) {
    const align = max(alignLog2, <u32>ctz(pageBytes));
    if (region) return reserveIn(region, bytes, align);
    start = firstFit(base, min(end, highest), bytes, align);
    // Where the target was said to be, the code may have to do.
    if (start == REFUSED) start = firstFit(base, end, bytes, align);
    if (start == REFUSED) return REFUSED;
  } else if (start & (pageBytes - 1) || !isTarget(start, bytes) || !isFree(start, bytes)) return REFUSED;
  if (!take(start, bytes, 0)) return REFUSED;
  reserved += bytes;
  return start;
}

/** Kinds of memory that were told of: where each begins and ends. */
@unmanaged class Region { start: u64; end: u64; }
@inline const REGIONS: u32 = 32;
@lazy const regions: usize = memory.data(REGIONS * offsetof<Region>(), 8);
let regionCount: u32 = 0;

/** Tells of a kind of memory; its number, 0 if there is no such place or there are too many. */
export function region(start: u64, bytes: u64): u32 {
  if (regionCount == REGIONS || !bytes || !isTarget(start, bytes)) return 0;
  const record = changetype<Region>(regions + <usize>regionCount * offsetof<Region>());
  record.start = start;
  record.end = start + bytes;
  return ++regionCount;
}

function reserveIn(number: u32, bytes: u64, align: u32): u64 {
  if (number > regionCount) return REFUSED;
  const record = changetype<Region>(regions + <usize>(number - 1) * offsetof<Region>());
  const start = firstFit(record.start, record.end, bytes, align);
  if (start == REFUSED || !take(start, bytes, 0)) return REFUSED;
  reserved += bytes;
  return start;
}

// A fixed address may lie outside the window, but not where files are staged, and below 2^32 if the window is.
function isTarget(start: u64, bytes: u64): bool {
  const after = start + bytes;
  if (after < start) return false;
  if (end <= 0x100000000) return after <= 0x100000000;
  return after <= STAGING_BASE || start >= STAGING_END;
}

/** Gives back a whole reservation. */
export function release(addr: u64, bytes: u64): void {
  const range = rangeAt(addr);
  if (!range || range.bytes != bytes || range.staging) return violate(addr, 0);
  reserved -= bytes;
  give(range);
}

/** Copies a segment from where its file is staged; refused if the file's bytes are not all there. */
export function place(
  session: u32, addr: u64, source: u32, offset: u64, fileBytes: u64, memBytes: u64, prot: u32,
): i32 {
  if (fileBytes > memBytes || (prot & (PF.W | PF.X)) == (PF.W | PF.X)) return Answer.Refused;
  if (!memBytes) return Answer.Done;
  if (!isReserved(addr, memBytes)) return Answer.Refused;
  const from = fileBytes ? stagedAddr(source, offset, fileBytes) : 0;
  if (fileBytes && !from) return Answer.Refused;
  for (let done: u64 = 0; done < fileBytes; ) {
    const to = addr + done, origin = from + done;
    const run = min(fileBytes - done, min(FRAME_BYTES - (to & WITHIN), FRAME_BYTES - (origin & WITHIN)));
    const target = frameFor(to >> FRAME_LOG2), piece = frameFor(origin >> FRAME_LOG2);
    if (!target || !piece) return Answer.Refused;
    memory.copy(target + <usize>(to & WITHIN), piece + <usize>(origin & WITHIN), <usize>run);
    done += run;
  }
  for (let done = fileBytes; done < memBytes; ) {
    const to = addr + done, run = min(memBytes - done, FRAME_BYTES - (to & WITHIN));
    const slot = slotOf(to >> FRAME_LOG2);
    if (slot && slot.frame) memory.fill(slot.frame + <usize>(to & WITHIN), 0, <usize>run);
    done += run;
  }
  permit(addr, memBytes, prot);
  return Answer.Done;
}

/** Changes permissions of whole pages: of a reservation, or of a file that lies in the target. */
export function protect(session: u32, addr: u64, bytes: u64, prot: u32): i32 {
  if ((addr | bytes) & (pageBytes - 1) || (prot & (PF.W | PF.X)) == (PF.W | PF.X)) return Answer.Refused;
  if (!isReserved(addr, bytes)) return use(addr, bytes, prot);
  permit(addr, bytes, prot);
  return Answer.Done;
}

/** Nothing here fetches instructions; only the range is checked. */
export function sync_code(session: u32, addr: u64, bytes: u64): i32 {
  return isReserved(addr, bytes) || isIn(addr, bytes, 1) ? Answer.Done : Answer.Refused;
}

function isReserved(addr: u64, bytes: u64): bool { return isIn(addr, bytes, 0); }

function isIn(addr: u64, bytes: u64, isStaged: u32): bool {
  let range = firstRange();
  while (range) {
    const into = addr - range.start;
    if (range.staging == isStaged && addr >= range.start && into <= range.bytes && bytes <= range.bytes - into) return true;
    range = range.next;
  }
  return !bytes;
}

// Code is readable, too: few machines tell the two apart, and a file must not behave differently on those.
function permit(addr: u64, bytes: u64, prot: u32): void {
  if (!bytes) return;
  if (prot & PF.X) prot |= PF.R;
  const size: u64 = pageBytes;
  const last = ((addr + bytes - 1) | (size - 1)) >> FRAME_LOG2;
  for (let page = (addr & ~(size - 1)) >> FRAME_LOG2; page <= last; ++page) {
    const slot = slotOf(page);
    if (slot) slot.prot = prot;
  }
  forget();
}
