// Handles: what the host holds instead of a pointer. `slot | generation << 16`; a slot's generation counts up when its
// handle ends, so that a stale one is never taken for a new one; a slot that has used up its generations is retired.
//
// Slots live in chunks that never move: chunk k holds 16 << k of them.

import { Code, Kind } from "../words";
import { take } from "../base/heap";

@unmanaged export class Slot {
  generation: u16;
  kind: u16;
  /** Both of them. */
  @inline get mark(): u32 { return load<u32>(changetype<usize>(this)); }
  /** The record; of a free slot: the next free one, + 1. */
  record: usize;
}

@inline const FIRST_LOG2: u32 = 4;
@inline const CHUNK_COUNT: u32 = 12;
@inline const LAST_GENERATION: u16 = 0xffff;
/** Of a slot that has used up all of them. */
@inline const NO_GENERATION: u16 = 0;

/** Where slot 0 would be, if what a chunk holds began with it. */
@lazy const CHUNKS: usize = memory.data(48, 4);
/** How many slots there are: in memory, where it is one for readers, too, as an atomic access of a host with threads. */
@lazy const COUNT: usize = memory.data(4, 4);
let firstFree: u32 = 0;

@inline function chunkOf(slot: u32): u32 { return 31 - clz((slot >> FIRST_LOG2) + 1); }
@inline function firstOf(chunk: u32): u32 { return (1 << chunk) - 1 << FIRST_LOG2; }
/** Where a chunk is known from; the last comes first, which saves a step. */
@inline function entryOf(slot: u32): usize { return CHUNKS + (clz((slot >> FIRST_LOG2) + 1) << 2) - (32 - CHUNK_COUNT << 2); }

function slotAt(slot: u32): Slot { return changetype<Slot>(load<usize>(entryOf(slot)) + <usize>slot * offsetof<Slot>()); }

/** Forgets every handle. */
export function openHandles(): void {
  store<u32>(COUNT, 0);
  firstFree = 0;
}

/** A new handle for a record; 0 if there is no memory or no slot left. */
export function newHandle(kind: Kind, record: usize): u32 {
  let slot = firstFree;
  if (slot) firstFree = <u32>slotAt(--slot).record;
  else {
    slot = load<u32>(COUNT);
    const chunk = chunkOf(slot);
    if (chunk >= CHUNK_COUNT) return 0;
    if (slot == firstOf(chunk)) {
      const room = take((<usize>1 << (chunk + FIRST_LOG2)) * offsetof<Slot>());
      if (!room) return 0;
      store<usize>(entryOf(slot), room - <usize>slot * offsetof<Slot>());
    }
    slotAt(slot).generation = 1;
    store<u32>(COUNT, slot + 1);
  }
  const entry = slotAt(slot);
  entry.kind = <u16>kind;
  entry.record = record;
  return slot | <u32>entry.generation << 16;
}

/** What is known of a handle; null for one that is stale or never was. */
export function slotOf(handle: u32): Slot | null {
  const slot = handle & 0xffff;
  if (slot >= load<u32>(COUNT)) return null;
  const entry = slotAt(slot);
  return entry.generation == <u16>(handle >> 16) ? entry : null;
}

/** The kind of a handle; Kind.None for one that is stale or never was. */
export function kindOf(handle: u32): Kind {
  const slot = slotOf(handle);
  return slot ? <Kind>slot.kind : Kind.None;
}

/** The record of a handle of this kind, or 0. */
export function recordOf(handle: u32, kind: Kind): usize {
  const slot = handle & 0xffff;
  if (slot >= load<u32>(COUNT)) return 0;
  const entry = slotAt(slot);
  return entry.mark == (handle >> 16 | <u32>kind << 16) ? entry.record : 0;
}

/** Why a handle is not of this kind. */
export function handleFault(handle: u32): Code { return kindOf(handle) == Kind.None ? Code.StaleHandle : Code.WrongKind; }

/** Ends a handle. */
export function endHandle(handle: u32): void {
  hideHandle(handle);
  freeHandle(handle);
}

/** Nobody finds the record by its handle any more; who found it before may still read it. */
export function hideHandle(handle: u32): void {
  const entry = slotAt(handle & 0xffff);
  entry.kind = <u16>Kind.None;
  entry.generation = entry.generation == LAST_GENERATION ? NO_GENERATION : entry.generation + 1;
}

/** The slot of a handle that was hidden may be another's. */
export function freeHandle(handle: u32): void {
  const slot = handle & 0xffff;
  const entry = slotAt(slot);
  if (entry.generation == NO_GENERATION) return;
  entry.record = firstFree;
  firstFree = slot + 1;
}
