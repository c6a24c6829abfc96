// Strings of the target, read within bounds.

import * as target from "../host/memory";

/** True if both ranges of the target hold the same. */
export function sameBytes(a: u64, b: u64, bytes: u32): bool {
  for (; bytes >= 4; bytes -= 4, a += 4, b += 4) if (target.load32(a) != target.load32(b)) return false;
  for (; bytes; --bytes, ++a, ++b) if (target.load8(a) != target.load8(b)) return false;
  return true;
}

/** Bytes up to the NUL, or `limit` if there is none before. */
export function textBytes(addr: u64, limit: u64): u32 {
  let bytes: u64 = 0;
  while (bytes < limit && target.load8(addr + bytes)) ++bytes;
  return <u32>bytes;
}
