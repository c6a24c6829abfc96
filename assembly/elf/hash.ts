// The two hash functions of symbol names. gABI 5.2 "Hash Table"; the GNU one is Bernstein's, times 33.

import { NONE } from "../host/answer";
import * as target from "../host/memory";

/** DT_GNU_HASH: h = h * 33 + c from 5381 on. */
export function gnuHash(name: u64, bytes: u32): u32 {
  let hash: u32 = 5381;
  let at = name;
  let left = bytes;
  for (; left >= 4; left -= 4, at += 4) {
    const w = target.load32(at);
    hash = hash * (33 * 33 * 33 * 33) + (w & 255) * (33 * 33 * 33) + (w >> 8 & 255) * (33 * 33) + (w >> 16 & 255) * 33 + (w >> 24);
  }
  for (; left; --left, ++at) hash = hash * 33 + target.load8(at);
  return hash;
}

/**
 * The length of a NUL-terminated name and its gnuHash, in one pass.
 *
 * @param limit  bytes that may be read
 * @returns hash << 32 | bytes; NONE if there is no NUL
 */
export function hashedName(name: u64, limit: u64): u64 {
  let hash: u32 = 5381;
  let bytes: u64 = 0;
  for (; bytes + 4 <= limit; bytes += 4) {
    const w = target.load32(name + bytes);
    // True if one of the four is 0.
    if (w - 0x01010101 & ~w & 0x80808080) break;
    hash = hash * (33 * 33 * 33 * 33) + (w & 255) * (33 * 33 * 33) + (w >> 8 & 255) * (33 * 33) + (w >> 16 & 255) * 33 + (w >> 24);
  }
  for (; bytes < limit; ++bytes) {
    const c = target.load8(name + bytes);
    if (!c) return <u64>hash << 32 | bytes;
    hash = hash * 33 + c;
  }
  return NONE;
}

/** DT_HASH: the gABI's own, 28 bits. */
export function sysvHash(name: u64, bytes: u32): u32 {
  let hash: u32 = 0;
  for (let i: u32 = 0; i < bytes; ++i) {
    hash = (hash << 4) + target.load8(name + i);
    const high = hash & 0xf0000000;
    hash = (hash ^ high >> 24) & ~high;
  }
  return hash;
}
