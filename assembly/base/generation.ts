// How readers that take no lock see one state of the names that all look for: a number that is odd while they change, and memory that is given
// back only when no reader can hold it. What only one handle leads to is seen, or is not, by one store. A core for hosts with threads is built
// with LW_THREADS; in others nobody reads meanwhile.

import { fence, holdSignals, letSignals } from "../host/machine";
import { give } from "./heap";

@inline function hasThreads(): bool { return isDefined(LW_THREADS); }

@lazy const NUMBER: usize = memory.data(4, 4);
/** Blocks that readers may still hold, linked through their first words. */
let retired: usize = 0;

// Memory that is not shared in wasm's sense has plain accesses in C for atomic ones: the compiler may move them, but not over a fence.
@inline function current(): u32 {
  const number = atomic.load<u32>(NUMBER);
  fence();
  return number;
}

/** A number to compare with when everything was read; waits while somebody changes what is read. */
@inline export function generation(): u32 {
  if (!hasThreads()) return 0;
  let number = current();
  while (number & 1) number = current();
  return number;
}

/** True if nothing changed since. */
@inline export function isStill(number: u32): bool {
  if (!hasThreads()) return true;
  // What was read stays in front of this: asc 0.28 has no fence of its own that validates.
  fence();
  return atomic.load<u32>(NUMBER) == number;
}

/** The number as it is, for who does not want to wait; `wasStill` says whether what is read behind it can be trusted. */
@inline export function glimpse(): u32 { return hasThreads() ? current() : 0; }

/** True if nothing was changing, and nothing changed since. */
@inline export function wasStill(number: u32): bool { return !(number & 1) && isStill(number); }

/** What readers see changes from here on; the caller holds the host's lock. No call of the host's that may read is made until `changed`. */
@inline export function changing(): void {
  if (!hasThreads()) return;
  // A handler of this thread that looks something up would wait for what it interrupted.
  holdSignals();
  atomic.store<u32>(NUMBER, load<u32>(NUMBER) + 1);
  // What is written from here on stays behind that: an atomic store alone does not see to it.
  fence();
}
/** It is whole again. */
@inline export function changed(): void {
  if (!hasThreads()) return;
  fence();
  atomic.store<u32>(NUMBER, load<u32>(NUMBER) + 1);
  letSignals();
}

/** What was written up to here is there before what leads to it. */
@inline export function written(): void { if (hasThreads()) fence(); }

/** True if what is taken out of sight is kept until `reclaim`. */
@inline export function keepsRetired(): bool { return hasThreads(); }

/** Gives back a block whose first word nobody reads. */
export function retire(block: usize): void {
  if (!keepsRetired()) {
    give(block);
    return;
  }
  store<usize>(block, retired);
  retired = block;
}

/** No reader holds what was retired up to now. */
export function reclaimBlocks(): void {
  while (retired) {
    const next = load<usize>(retired);
    give(retired);
    retired = next;
  }
}

/** Forgets it all: the heap begins anew. */
export function openGeneration(): void { retired = 0; }
