// Strings of the target, read within bounds.

import * as target from "../host/memory";
import { wide } from "./word";

/** True if both ranges of the target hold the same. The last words overlap those before them. */
export function sameBytes(a: u64, b: u64, bytes: u32): bool { return areSame(a, b, bytes); }

/** The same, for who is in a hurry. */
@inline export function areSame(a: u64, b: u64, bytes: u32): bool {
  if (wide(64) && bytes >= 8) {
    const last: u64 = bytes - 8;
    for (let i: u64 = 0; i < last; i += 8) if (target.load64(a + i) != target.load64(b + i)) return false;
    return target.load64(a + last) == target.load64(b + last);
  }
  if (bytes >= 4) {
    const last: u64 = bytes - 4;
    for (let i: u64 = 0; i < last; i += 4) if (target.load32(a + i) != target.load32(b + i)) return false;
    return target.load32(a + last) == target.load32(b + last);
  }
  for (; bytes; --bytes, ++a, ++b) if (target.load8(a) != target.load8(b)) return false;
  return true;
}

/** Of a word's bytes that are 0 the highest bits, up to the first: its lowest bit is in that. */
@inline export function zerosIn(word: u64): u64 { return word - 0x0101010101010101 & ~word & 0x8080808080808080; }

/** Bytes up to the NUL, or `limit` if there is none before; as many may be read. */
export function textBytes(addr: u64, limit: u64): u32 {
  let bytes: u64 = 0;
  if (wide(64)) {
    for (; bytes + 8 <= limit; bytes += 8) {
      const zeros = zerosIn(target.load64(addr + bytes));
      if (zeros) return <u32>(bytes + (ctz(zeros) >> 3));
    }
  }
  while (bytes < limit && target.load8(addr + bytes)) ++bytes;
  return <u32>bytes;
}
