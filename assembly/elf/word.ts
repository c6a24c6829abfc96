// A word of the file's class, by type: `u32` for ELFCLASS32, `u64` for ELFCLASS64. The class is decided once, at the
// door (`wide`); behind it every size and offset is a constant.

import * as target from "../host/memory";

/** The one of two offsets or sizes that the class calls for. */
@inline export function pick<A>(in32: usize, in64: usize): u64 { return sizeof<A>() == 8 ? <u64>in64 : <u64>in32; }

/** Reads a word. */
@inline export function loadWord<A>(at: u64): u64 {
  return sizeof<A>() == 8 ? target.load64(at) : <u64>target.load32(at);
}

/** Writes a word. */
@inline export function storeWord<A>(at: u64, value: u64): void {
  if (sizeof<A>() == 8) target.store64(at, value);
  else target.store32(at, <u32>value);
}

/** Addresses of a 32-bit machine wrap at 2^32. */
@inline export function wrap<A>(x: u64): u64 { return sizeof<A>() == 8 ? x : x & 0xffffffff; }

/** True for a 64-bit file; a constant in a core that was built for one class. */
@inline export function wide(bits: u32): bool {
  if (isDefined(LW_CLASS)) return LW_CLASS == 64;
  else return bits == 64;
}
