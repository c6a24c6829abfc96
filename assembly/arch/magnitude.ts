// Fields that have a sign and a magnitude, as Arm's instructions do that add to the program counter.
// Spec: AAELF32 5.6.1.4 "Static Arm relocations", "Group relocations"; 5.6.1.5 "Static Thumb16", 5.6.1.6 "Static Thumb32 relocations".

import { Odd } from "./howto";

@inline function magnitude(value: u64): u64 { return <i64>value < 0 ? -value : value; }
@inline function signed(bits: u64, isUp: bool): u64 { return isUp ? bits : -bits; }

/** Where the eight bits of a group begin: an even bit, as low as the highest set bit allows. */
@inline function groupStart(rest: u64): u32 { return rest < 256 ? 0 : <u32>(57 - clz(rest)) & ~1; }

/** What a number of groups leave of a magnitude. */
function restOf(rest: u64, groups: u32): u64 {
  for (; groups; --groups) rest &= ~(<u64>255 << groupStart(rest));
  return rest;
}

/** How many groups come before. */
@inline function groupsOf(field: u32, first: u32): u32 { return field - first >> 16; }

/** Whether a value fits. */
export function fitsMagnitude(field: u32, value: u64): bool {
  const bits = magnitude(value);
  if (field <= <u32>Odd.ArmAdd2) return !restOf(bits, groupsOf(field, Odd.ArmAdd0) + 1);
  if (field <= <u32>Odd.ArmLoad2) return !(restOf(bits, groupsOf(field, Odd.ArmLoad0)) >> 12);
  if (field <= <u32>Odd.ArmLoadHalf2) return !(restOf(bits, groupsOf(field, Odd.ArmLoadHalf0)) >> 8);
  return !(bits >> 12);
}

/** What REL keeps in the place. */
export function gatherMagnitude(field: u32, word: u64): u64 {
  if (field <= <u32>Odd.ArmAdd2) return signed(rotr<u32>(<u32>word & 0xff, <u32>word >> 7 & 0x1e), (word & 1 << 22) == 0);
  if (field <= <u32>Odd.ArmLoad2) return signed(word & 0xfff, (word & 1 << 23) != 0);
  if (field <= <u32>Odd.ArmLoadHalf2) return signed(word >> 4 & 0xf0 | word & 0xf, (word & 1 << 23) != 0);
  if (field == Odd.ThumbAdd) return signed((word << 1 & 0x800) | (word >> 20 & 0x700) | (word >> 16 & 0xff), (word & 0xf0) != 0xa0);
  return signed(word >> 16 & 0xfff, (word & 1 << 7) != 0);
}

/** The place's new content. */
export function scatterMagnitude(field: u32, word: u64, value: u64): u64 {
  const isUp = <i64>value >= 0;
  const bits = magnitude(value);
  if (field <= <u32>Odd.ArmAdd2) {
    const rest = restOf(bits, groupsOf(field, Odd.ArmAdd0));
    const start = groupStart(rest);
    return word & 0xff3ff000 | (isUp ? 1 << 23 : 1 << 22) | (32 - start & 0x1e) << 7 | (rest >> start & 0xff);
  }
  if (field <= <u32>Odd.ArmLoad2) return word & 0xff7ff000 | u64(isUp) << 23 | restOf(bits, groupsOf(field, Odd.ArmLoad0));
  if (field <= <u32>Odd.ArmLoadHalf2) {
    const rest = restOf(bits, groupsOf(field, Odd.ArmLoadHalf0));
    return word & 0xff7ff0f0 | u64(isUp) << 23 | (rest & 0xf0) << 4 | (rest & 0xf);
  }
  if (field == Odd.ThumbAdd) return word & 0x8f00fb0f | (isUp ? 0 : 0xa0) | (bits & 0x800) >> 1 | (bits & 0x700) << 20 | (bits & 0xff) << 16;
  return word & 0xf000ff7f | u64(isUp) << 7 | (bits & 0xfff) << 16;
}
