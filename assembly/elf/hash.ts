// The two hash functions of symbol names. gABI 5.2 "Hash Table"; the GNU one is Bernstein's, times 33.

import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { zerosIn } from "./text";
import { wide } from "./word";

/** 33 to the power of so many bytes, 0 to 7. */
const POWERS: usize = memory.data<u32>([1, 33, 1089, 35937, 1185921, 39135393, 1291467969, 3963737313]);
@inline const POWER_8: u32 = 1954312449;
@inline function power(bytes: u32): u32 { return load<u32>(POWERS + (<usize>bytes << 2)); }

/** What eight bytes add to a hash: neighbours are put together, then pairs, then fours. Bytes of 0 in front add nothing. */
@inline function folded(word: u64): u32 {
  const pairs = (word & 0x00ff00ff00ff00ff) * 33 + (word >> 8 & 0x00ff00ff00ff00ff);
  const fours = (pairs & 0x0000ffff0000ffff) * (33 * 33) + (pairs >> 16 & 0x0000ffff0000ffff);
  return <u32>fours * (33 * 33 * 33 * 33) + <u32>(fours >> 32);
}

@inline const PAGE: u64 = 4096;

/** DT_GNU_HASH: h = h * 33 + c from 5381 on. */
export function gnuHash(name: u64, bytes: u32): u32 {
  let hash: u32 = 5381;
  let at = name;
  let left = bytes;
  if (wide(64) && bytes >= 8) {
    for (; left >= 8; left -= 8, at += 8) hash = hash * POWER_8 + folded(target.load64(at));
    return left ? hash * power(left) + folded(target.load64(at + left - 8) >> (8 - left << 3) << (8 - left << 3)) : hash;
  }
  for (; left; --left, ++at) hash = hash * 33 + target.load8(at);
  return hash;
}

/**
 * The length of a NUL-terminated name and its gnuHash, in one pass.
 *
 * @param limit  bytes that may be read; fewer are, if the name ends before: nothing is read of a page that it does not reach
 * @returns hash << 32 | bytes; NONE if there is no NUL
 */
export function hashedName(name: u64, limit: u64): u64 {
  let hash: u32 = 5381;
  let at = name;
  for (let left = limit; left;) {
    // As far as the page goes: words, then what is left of it.
    let room = min<u64>(left, PAGE - (at & PAGE - 1));
    left -= room;
    if (wide(64)) {
      for (const end = at + (room & ~7); at != end; at += 8) {
        const word = target.load64(at);
        const ends = zerosIn(word);
        if (!ends) {
          hash = hash * POWER_8 + folded(word);
          continue;
        }
        const bits = ctz(ends) & 56;
        // The bytes in front of it, moved up; two shifts, as there may be none.
        hash = hash * power(<u32>bits >> 3) + folded(word << 1 << 63 - bits);
        return <u64>hash << 32 | at - name + (bits >> 3);
      }
      room &= 7;
    }
    for (; room; --room, ++at) {
      const c = target.load8(at);
      if (!c) return <u64>hash << 32 | at - name;
      hash = hash * 33 + c;
    }
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
