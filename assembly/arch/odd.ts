// Fields that are no runs of bits: the instruction changes with what it holds. Each has lines for what fits, what is there, and
// what is to be there. Of two halfwords the first is the lower one here, as it is in memory.
// Spec: Arm Architecture Reference Manual, B, BL, BLX; AAELF64 5.7.6 "Group relocations"; RISC-V and LoongArch psABIs, "Relocations".

import { Odd } from "./howto";
import { fitsMagnitude, gatherMagnitude, scatterMagnitude } from "./magnitude";

@inline function isSigned(value: u64, bits: u32): bool { return <i64>value >> (bits - 1) == <i64>value >> 63; }
@inline function extended(value: u64, bits: u32): u64 { return <u64>(<i64>(value << (64 - bits)) >> (64 - bits)); }

/** Bits of a value that count, from bit 0 on; it is signed. */
export function topOf(field: u32): u32 {
  switch (field) {
    case Odd.MoveSigned0:   return 17;
    case Odd.CompressedLui: return 18;
    case Odd.ThumbCall:
    case Odd.ThumbJump:     return 25;
    case Odd.ArmCall:       return 26;
    case Odd.AuipcPair:     return 32;
    case Odd.MoveSigned16:  return 33;
    case Odd.Pcaddu18iPair: return 38;
    case Odd.MoveSigned32:  return 49;
    default:                return 64;
  }
}

@inline function isMagnitude(field: u32): bool { return field >= <u32>Odd.ArmAdd0 && field <= <u32>Odd.ThumbLoad; }

/** Whether a value fits. */
export function fitsOdd(field: u32, value: u64): bool {
  if (field == Odd.ThumbWord) return !(value >> 10);
  if (field == Odd.ThumbZero) return !(value >> 7);
  if (isMagnitude(field)) return fitsMagnitude(field, value);
  return isSigned(field == Odd.ThumbCall ? thumbDistance(value) : field == Odd.Pcaddu18iPair ? value + 0x20000 : value, topOf(field));
}

/** The bits below a field, of a value that it can hold only where they are 0. */
export function belowOdd(field: u32, value: u64): u64 {
  switch (field) {
    case Odd.ArmCall:       return value & 1 ? 0 : value & 3;
    case Odd.AuipcPair:     return value & 1;
    case Odd.ThumbWord:
    case Odd.Pcaddu18iPair: return value & 3;
    default:                return 0;
  }
}

/** What REL keeps in the place: its addend, sign-extended. Zero of a machine that has RELA. */
export function gatherOdd(field: u32, word: u64): u64 {
  switch (field) {
    case Odd.ThumbCall:
    case Odd.ThumbJump:   return gatherThumb(word);
    case Odd.ArmCall:     return extended(word & 0xffffff, 24) << 2 | (isArmBlx(word) ? word >> 23 & 2 : 0);
    case Odd.ThumbByte0:
    case Odd.ThumbByte8:
    case Odd.ThumbByte16:
    case Odd.ThumbByte24: return word & 0xff;
    // The 4 that the program counter is ahead are there as -4, of a field that has no sign.
    case Odd.ThumbWord:   return (((word & 0xff) << 2) + 4 & 0x3ff) - 4;
    // The call's link is 4 behind it, and odd where it is Thumb's.
    case Odd.CallDistance: return extended(word, 32) - (word & 1 ? 6 : 4);
    case Odd.ThumbZero:   return ((word >> 2 & 0x3e | word >> 3 & 0x40) + 4 & 0x7f) - 4;
    default:              return isMagnitude(field) ? gatherMagnitude(field, word) : 0;
  }
}

/** The place's new content. */
export function scatterOdd(field: u32, word: u64, value: u64): u64 {
  switch (field) {
    case Odd.ThumbCall:     return value & 1 ? scatterThumb(word | 1 << 28, value) : scatterThumb(word & ~(1 << 28), thumbDistance(value));
    case Odd.ThumbJump:     return scatterThumb(word, value);
    case Odd.ArmCall:       return (value & 1 ? 0xfa000000 | (value & 2) << 23 : isArmBlx(word) ? 0xeb000000 : word & 0xff000000) | (value >> 2 & 0xffffff);
    case Odd.MoveSigned0:   return scatterMove(word, value, 0);
    case Odd.MoveSigned16:  return scatterMove(word, value, 16);
    case Odd.MoveSigned32:  return scatterMove(word, value, 32);
    case Odd.MoveSigned48:  return scatterMove(word, value, 48);
    case Odd.AuipcPair:     return word & 0x000fffff00000fff | (value & 0xfffff000) | (value - 0x800 & 0xfff) << 52;
    case Odd.Pcaddu18iPair: return word & 0xfc0003fffe00001f | (value + 0x20000 >> 18 & 0xfffff) << 5 | (value >> 2 & 0xffff) << 42;
    case Odd.CompressedLui: return scatterLui(word, value >> 12);
    case Odd.PageLow:       return scatterPageLow(word, value);
    case Odd.ThumbByte0:    return word & ~0xff | value & 0xff;
    case Odd.ThumbByte8:    return word & ~0xff | value >> 8 & 0xff;
    case Odd.ThumbByte16:   return word & ~0xff | value >> 16 & 0xff;
    case Odd.ThumbByte24:   return word & ~0xff | value >> 24 & 0xff;
    case Odd.ThumbWord:     return word & ~0xff | value >> 2 & 0xff;
    case Odd.CallDistance:  return value & 0xffffffff;
    case Odd.ThumbZero:     return word & ~0x2f8 | (value & 0x3e) << 2 | (value & 0x40) << 3;
    default:                return isMagnitude(field) ? scatterMagnitude(field, word, value) : word;
  }
}

/** The bit of what a call leads to as it is: where the target is no function, it stays so. AAELF32 5.6.1.4, "Call and jump relocations". */
export function tagIn(field: u32, word: u64): u64 {
  return field == Odd.ThumbCall ? word >> 28 & 1 : u64(field == Odd.ArmCall && isArmBlx(word));
}

// Thumb-2: 11110 S imm10, 1x J1 x J2 imm11. I1 = ~(J1 ^ S), I2 = ~(J2 ^ S); S:I1:I2:imm10:imm11:0.

/** BLX counts from the word that holds its end, and leads to a word. */
@inline function thumbDistance(value: u64): u64 { return value & 1 ? value : value + 2 & ~3; }

function gatherThumb(word: u64): u64 {
  const s = word >> 10 & 1;
  const i1 = ~(word >> 29 ^ s) & 1;
  const i2 = ~(word >> 27 ^ s) & 1;
  return extended(s << 24 | i1 << 23 | i2 << 22 | (word & 0x3ff) << 12 | (word >> 16 & 0x7ff) << 1, 25);
}

function scatterThumb(word: u64, value: u64): u64 {
  const s = value >> 24 & 1;
  const j1 = ~(value >> 23 ^ s) & 1;
  const j2 = ~(value >> 22 ^ s) & 1;
  return word & 0xd000f800 | s << 10 | (value >> 12 & 0x3ff) | j1 << 29 | j2 << 27 | (value >> 1 & 0x7ff) << 16;
}

@inline function isArmBlx(word: u64): bool { return (word & 0xfe000000) == 0xfa000000; }

/** MOVZ is MOVN with bit 30; MOVK, which has bit 29, too, keeps what it is. */
function scatterMove(word: u64, value: u64, from: u32): u64 {
  if (word & 1 << 29) return word & ~<u64>(0xffff << 5) | (value >> from & 0xffff) << 5;
  const isNegative = <i64>value < 0;
  const bits = (isNegative ? ~value : value) >> from & 0xffff;
  return word & ~<u64>(1 << 30 | 0xffff << 5) | (isNegative ? 0 : 1 << 30) | bits << 5;
}

/** c.lui of 0 would be something else; c.li of 0 is the same. */
function scatterLui(word: u64, upper: u64): u64 {
  if (!(upper & 0x3f)) return word & 0x0f83 | 0x4000;
  return word & 0xef83 | (upper >> 5 & 1) << 12 | (upper & 0x1f) << 2;
}

/** Of jirl the field has 16 bits, from bit 2 of what it holds on. */
function scatterPageLow(word: u64, value: u64): u64 {
  const isJump = (word & 0xfc000000) == 0x4c000000;
  return isJump ? word & 0xfc0003ff | (extended(value & 0xfff, 12) >> 2 & 0xffff) << 10 : word & 0xffc003ff | (value & 0xfff) << 10;
}
