// Loads and stores of the target, each checked. Two small direct-mapped caches, one for reading and one for writing, hold
// page -> frame; whatever changes a mapping empties them.

import { PF } from "../../assembly/words";
import { FRAME_BYTES, FRAME_LOG2, ZERO, takeFrame } from "./frame";
import { slotOf } from "./table";
import { violate } from "./violation";

const LINES: u32 = 256;
const WITHIN: u64 = FRAME_BYTES - 1;

@unmanaged
class Line {
  key: u64; // page number + 1, as in a slot
  frame: usize;
  unused: u32;
}

@lazy @inline const READING: usize = memory.data(4096, 16);
@lazy @inline const WRITING: usize = memory.data(4096, 16);
if (offsetof<Line>() * LINES != 4096) ERROR("a cache is 4096 bytes");

@inline
function lineOf(cache: usize, page: u64): Line {
  return changetype<Line>(cache + ((<usize>page & (LINES - 1)) << 4));
}

/** Forgets what the caches know; after every change of a mapping or of permissions. */
export function forget(): void {
  memory.fill(READING, 0, 4096);
  memory.fill(WRITING, 0, 4096);
}

@inline
function reading(addr: u64): usize {
  const page = addr >> FRAME_LOG2, line = lineOf(READING, page);
  return line.key == page + 1 ? line.frame : readingSlow(addr);
}

@inline
function writing(addr: u64): usize {
  const page = addr >> FRAME_LOG2, line = lineOf(WRITING, page);
  return line.key == page + 1 ? line.frame : writingSlow(addr);
}

function readingSlow(addr: u64): usize {
  const page = addr >> FRAME_LOG2, slot = slotOf(page);
  if (!slot || !(slot.prot & PF.R)) {
    violate(addr, PF.R);
    return 0;
  }
  const line = lineOf(READING, page);
  line.key = page + 1;
  line.frame = slot.frame ? slot.frame : ZERO;
  return line.frame;
}

function writingSlow(addr: u64): usize {
  const page = addr >> FRAME_LOG2, slot = slotOf(page);
  const frame = slot && slot.prot & PF.W ? frameFor(page) : 0;
  if (!frame) {
    violate(addr, PF.W);
    return 0;
  }
  const line = lineOf(WRITING, page);
  line.key = page + 1;
  line.frame = frame;
  return frame;
}

/** The frame of a page, taken now if it has none yet; 0 if it is not mapped or there is no memory. */
export function frameFor(page: u64): usize {
  const slot = slotOf(page);
  if (!slot) return 0;
  if (!slot.frame) {
    slot.frame = takeFrame();
    lineOf(READING, page).key = 0; // it showed the zero frame
  }
  return slot.frame;
}

@inline
function loadAs<T>(addr: u64): T {
  const within = addr & WITHIN;
  if (within > FRAME_BYTES - sizeof<T>()) return loadAcross<T>(addr);
  const frame = reading(addr);
  return frame ? load<T>(frame + <usize>within) : <T>0;
}

function loadAcross<T>(addr: u64): T {
  if (!reading(addr) || !reading(addr + sizeof<T>() - 1)) return <T>0;
  let value: u64 = 0;
  for (let i: u64 = 0; i < sizeof<T>(); ++i) value |= <u64>load8(addr + i) << (i << 3);
  return <T>value;
}

@inline
function storeAs<T>(addr: u64, value: T): void {
  const within = addr & WITHIN;
  if (within > FRAME_BYTES - sizeof<T>()) return storeAcross<T>(addr, value);
  const frame = writing(addr);
  if (frame) store<T>(frame + <usize>within, value);
}

function storeAcross<T>(addr: u64, value: T): void {
  if (!writing(addr) || !writing(addr + sizeof<T>() - 1)) return;
  for (let i: u64 = 0; i < sizeof<T>(); ++i) store8(addr + i, <u32>(<u64>value >> (i << 3)));
}

/** One byte; 0 where it may not be read. */
export function load8(addr: u64): u32 {
  return loadAs<u8>(addr);
}

/** Two bytes, little-endian. */
export function load16(addr: u64): u32 {
  return loadAs<u16>(addr);
}

/** Four bytes, little-endian. */
export function load32(addr: u64): u32 {
  return loadAs<u32>(addr);
}

/** Eight bytes, little-endian. */
export function load64(addr: u64): u64 {
  return loadAs<u64>(addr);
}

/** Stores one byte; nothing where it may not be written. */
export function store8(addr: u64, value: u32): void {
  storeAs<u8>(addr, <u8>value);
}

/** Stores two bytes, little-endian. */
export function store16(addr: u64, value: u32): void {
  storeAs<u16>(addr, <u16>value);
}

/** Stores four bytes, little-endian. */
export function store32(addr: u64, value: u32): void {
  storeAs<u32>(addr, value);
}

/** Stores eight bytes, little-endian. */
export function store64(addr: u64, value: u64): void {
  storeAs<u64>(addr, value);
}

/** As memmove: all of it, or nothing where a byte of either range is refused. */
export function copy(to: u64, from: u64, bytes: u64): void {
  if (!allows(from, bytes, PF.R) || !allows(to, bytes, PF.W)) return;
  if (to - from < bytes) copyDown(to, from, bytes);
  else copyUp(to, from, bytes);
}

function copyUp(to: u64, from: u64, bytes: u64): void {
  while (bytes) {
    const run = min(bytes, min(FRAME_BYTES - (to & WITHIN), FRAME_BYTES - (from & WITHIN)));
    move(to, from, run);
    to += run;
    from += run;
    bytes -= run;
  }
}

function copyDown(to: u64, from: u64, bytes: u64): void {
  while (bytes) {
    const run = min(bytes, min(((to + bytes - 1) & WITHIN) + 1, ((from + bytes - 1) & WITHIN) + 1));
    bytes -= run;
    move(to + bytes, from + bytes, run);
  }
}

@inline
function move(to: u64, from: u64, bytes: u64): void {
  const target = writing(to); // first: the page may be read and written, and taking its frame moves both
  const origin = reading(from);
  if (target && origin) memory.copy(target + <usize>(to & WITHIN), origin + <usize>(from & WITHIN), <usize>bytes);
}

/** As memset: all of it, or nothing where a byte is refused. */
export function fill(addr: u64, value: u32, bytes: u64): void {
  if (!allows(addr, bytes, PF.W)) return;
  while (bytes) {
    const run = min(bytes, FRAME_BYTES - (addr & WITHIN)), frame = writing(addr);
    if (frame) memory.fill(frame + <usize>(addr & WITHIN), <u8>value, <usize>run);
    addr += run;
    bytes -= run;
  }
}

function allows(addr: u64, bytes: u64, access: u32): bool {
  if (!bytes) return true;
  const last = (addr + bytes - 1) >> FRAME_LOG2;
  if (addr + bytes - 1 < addr) {
    violate(addr, access);
    return false;
  }
  for (let page = addr >> FRAME_LOG2; page <= last; ++page) {
    const slot = slotOf(page);
    if (!slot || !(slot.prot & access)) {
      violate(max(addr, page << FRAME_LOG2), access);
      return false;
    }
  }
  return true;
}
