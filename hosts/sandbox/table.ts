// The page table: page number -> frame and permissions, an open hash table in linear memory. A page is mapped exactly
// if it has a slot here; it gets a frame at the first store.

import { FRAME_BYTES, giveFrames, takeFrames } from "./frame";

/** One page of the target. */
@unmanaged
export class Slot {
  /** Page number + 1; 0: the slot is empty. */
  key: u64;
  /** Its frame; 0: nothing was stored yet, it reads as zero. */
  frame: usize;
  /** PF bits. */
  prot: u32;
}

if (offsetof<Slot>() != 16) ERROR("a slot is 16 bytes");

const SLOTS_PER_FRAME: u32 = FRAME_BYTES >> 4;

let slots: usize = 0;
let mask: u32 = 0; // slot count - 1
let used: u32 = 0;

@inline
function at(index: u32): Slot {
  return changetype<Slot>(slots + (<usize>index << 4));
}

// Fibonacci hashing: neighbouring pages spread, and the high bits decide.
@inline
function home(key: u64): u32 {
  return <u32>((key * 0x9e3779b97f4a7c15) >> 32) & mask;
}

/** The slot of a mapped page, until the next `insert` or `remove`; null if the page is not mapped. */
export function slotOf(page: u64): Slot | null {
  if (!slots) return null;
  const key = page + 1;
  let index = home(key), slot = at(index);
  while (slot.key && slot.key != key) {
    index = (index + 1) & mask;
    slot = at(index);
  }
  return slot.key ? slot : null;
}

/** Makes room, so that `count` calls of `insert` succeed; false if there is no memory. */
export function makeRoom(count: u64): bool {
  const wanted = (<u64>used + count) * 2;
  if (slots && wanted <= <u64>mask + 1) return true;
  if (wanted > 1 << 27) return false;
  let count2: u32 = slots ? (mask + 1) << 1 : SLOTS_PER_FRAME;
  while (count2 < <u32>wanted) count2 <<= 1;
  const next = takeFrames(count2 / SLOTS_PER_FRAME);
  if (!next) return false;

  const old = slots, oldCount = mask + 1;
  slots = next;
  mask = count2 - 1;
  if (!old) return true;
  for (let i: u32 = 0; i < oldCount; ++i) {
    const from = changetype<Slot>(old + (<usize>i << 4));
    if (from.key) move(vacant(from.key), from);
  }
  giveFrames(old, oldCount / SLOTS_PER_FRAME);
  return true;
}

/** Maps a page that is not mapped; `makeRoom` came before. */
export function insert(page: u64, prot: u32): void {
  const slot = vacant(page + 1);
  slot.key = page + 1;
  slot.frame = 0;
  slot.prot = prot;
  ++used;
}

/** Unmaps a page and gives its frame back. */
export function remove(page: u64): void {
  const found = slotOf(page);
  if (!found) return;
  if (found.frame) giveFrames(found.frame, 1);
  --used;
  // Those behind it that would no longer be found from their home move up, so that no tombstones remain.
  let hole = <u32>((changetype<usize>(found) - slots) >> 4);
  for (let index = (hole + 1) & mask; at(index).key; index = (index + 1) & mask) {
    const slot = at(index);
    if (((index - home(slot.key)) & mask) >= ((index - hole) & mask)) {
      move(at(hole), slot);
      hole = index;
    }
  }
  at(hole).key = 0;
}

function vacant(key: u64): Slot {
  let index = home(key);
  while (at(index).key) index = (index + 1) & mask;
  return at(index);
}

@inline
function move(to: Slot, from: Slot): void {
  memory.copy(changetype<usize>(to), changetype<usize>(from), offsetof<Slot>());
}
