// The way in for a host that can see this module's linear memory: it copies in runs of bytes instead of loading one by one.
// Permissions are not asked: the host owns the memory.

import { frameFor } from "./access";
import { FRAME_BYTES, FRAME_LOG2, ZERO } from "./frame";
import { slotOf } from "./table";

const WITHIN: u64 = FRAME_BYTES - 1;

/** Where in linear memory the byte at `addr` may be read; 0 if it is not mapped. */
export function pointer(addr: u64): usize {
  const slot = slotOf(addr >> FRAME_LOG2);
  if (!slot) return 0;
  return (slot.frame ? slot.frame : ZERO) + <usize>(addr & WITHIN);
}

/** Where in linear memory the byte at `addr` may be written; 0 if it is not mapped or there is no memory. */
export function writable_pointer(addr: u64): usize {
  const frame = frameFor(addr >> FRAME_LOG2);
  return frame ? frame + <usize>(addr & WITHIN) : 0;
}

/** How many of `bytes` from `addr` on lie one after the other from `pointer(addr)` on; pages without a frame end a run. */
export function run_bytes(addr: u64, bytes: u64): u64 {
  let run = min(bytes, FRAME_BYTES - (addr & WITHIN));
  const slot = slotOf(addr >> FRAME_LOG2);
  if (!slot) return 0;
  let frame = slot.frame;
  while (frame && run < bytes) {
    const next = slotOf((addr + run) >> FRAME_LOG2);
    if (!next || next.frame != frame + FRAME_BYTES) break;
    run += min(bytes - run, FRAME_BYTES);
    frame = next.frame;
  }
  return run;
}

/** PF bits of the page that holds `addr`; u32.MAX_VALUE if it is not mapped. */
export function permissions(addr: u64): u32 {
  const slot = slotOf(addr >> FRAME_LOG2);
  return slot ? slot.prot : u32.MAX_VALUE;
}
