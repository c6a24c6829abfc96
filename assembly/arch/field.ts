// A value and the bits of a place that hold it: what fits, what is there, what is to be there. Fields are runs of bits, or odd ones.

import { Fit, Howto, Howtos, ODD, Op, Run, RUNS, Size, WHOLE } from "./howto";
import * as target from "../host/memory";
import { belowOdd, fitsOdd, gatherOdd, scatterOdd, topOf } from "./odd";

/** What comes of a value that is to be stored. */
export const enum Fitting { Fits, OutOfRange, Misaligned }

/**
 * Whether a value may be stored in a field.
 *
 * @param value  64 bits; of a 32-bit machine sign-extended
 */
export function fitting(howtos: Howtos, howto: Howto, value: u64): Fitting {
  const field = howto.field;
  const range = howto.range;
  if (field >= ODD) {
    if (range && !fitsOdd(field, value)) return Fitting.OutOfRange;
    return howto.has(Fit.Aligned) && belowOdd(field, value) ? Fitting.Misaligned : Fitting.Fits;
  }
  const top = topBit(howtos, howto);
  if (range && top < 64) {
    const isSigned = <i64>value >> (top - 1) == <i64>value >> 63;
    const isUnsigned = value >> top == 0;
    if (!(range == Fit.Signed ? isSigned : range == Fit.Unsigned ? isUnsigned : isSigned || isUnsigned)) return Fitting.OutOfRange;
  }
  if (!howto.has(Fit.Aligned) || field == WHOLE) return Fitting.Fits;
  return value & ((<u64>1 << lowest(howtos.runs(field))) - 1) ? Fitting.Misaligned : Fitting.Fits;
}

/** How many bits of a value count, from bit 0 on. */
function topBit(howtos: Howtos, howto: Howto): u32 {
  const field = howto.field;
  if (field == WHOLE) return howto.bytes << 3;
  return field >= ODD ? topOf(field) : highest(howtos.runs(field));
}

/** How far a jump reaches in each direction: log2 of the bytes. */
export function reachLog2(howtos: Howtos, howto: Howto): u32 { return min<u32>(topBit(howtos, howto), 63) - 1; }

/** The shortest reach of a jump that stubs may be between; 63 where there is none: jumps reach all that memory holds. */
export function leastReachLog2(howtos: Howtos): u32 {
  let least: u32 = 63;
  for (let i: usize = 0; i < howtos.count; ++i) if (howtos.at(i).has(Fit.Veneer)) least = min(least, reachLog2(howtos, howtos.at(i)));
  return least;
}

/** The greatest value that fits. */
export function highestIn(howtos: Howtos, howto: Howto): u64 {
  const range = howto.range;
  const bits = topBit(howtos, howto) - (range == Fit.Signed ? 1 : 0);
  return range && bits < 64 ? (<u64>1 << bits) - 1 : u64.MAX_VALUE;
}

/** What REL keeps in the place: its addend, sign-extended. */
export function addendIn(howtos: Howtos, howto: Howto, word: u64): u64 {
  const field = howto.field;
  if (field >= ODD) return gatherOdd(field, word);
  let bits = topBit(howtos, howto);
  let value = field == WHOLE ? word : gather(howtos.runs(field), word);
  if (howto.has(Fit.Low)) {
    const low = lowest(howtos.runs(field));
    value >>= low;
    bits -= low;
  }
  return bits < 64 ? <u64>(<i64>(value << (64 - bits)) >> (64 - bits)) : value;
}

/**
 * The place's new content.
 *
 * @param word   what is there
 * @param value  what is to be set, added or subtracted
 */
export function merged(howtos: Howtos, howto: Howto, word: u64, value: u64): u64 {
  const field = howto.field;
  if (field >= ODD) return scatterOdd(field, word, value);
  const op = howto.op;
  if (op != Op.Set) {
    const old = field == WHOLE ? word : gather(howtos.runs(field), word);
    value = op == Op.Add ? old + value : old - value;
  }
  return field == WHOLE ? value : scatter(howtos.runs(field), word, value);
}

@inline function run(runs: usize, i: u32): Run { return changetype<Run>(runs + i * <u32>offsetof<Run>()); }

/** Replaces exactly the bits that the field covers: there is no mask to get wrong. */
function scatter(runs: usize, word: u64, value: u64): u64 {
  for (let i: u32 = 0; i < RUNS && run(runs, i).width; ++i) {
    const r = run(runs, i);
    const mask = (<u64>1 << r.width) - 1;
    word = word & ~(mask << r.to) | (value >> r.from & mask) << r.to;
  }
  return word;
}

/** The inverse of scatter, zero-extended. */
function gather(runs: usize, word: u64): u64 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < RUNS && run(runs, i).width; ++i) {
    const r = run(runs, i);
    value |= (word >> r.to & (<u64>1 << r.width) - 1) << r.from;
  }
  return value;
}

function lowest(runs: usize): u32 {
  let low: u32 = 64;
  for (let i: u32 = 0; i < RUNS && run(runs, i).width; ++i) low = min<u32>(low, run(runs, i).from);
  return low;
}

function highest(runs: usize): u32 {
  let top: u32 = 0;
  for (let i: u32 = 0; i < RUNS && run(runs, i).width; ++i) top = max<u32>(top, <u32>run(runs, i).from + run(runs, i).width);
  return top;
}

/** Reads a place: little-endian, and aligned to nothing. */
export function loadBytes(at: u64, size: Size): u64 {
  switch (size) {
    case Size.B1: return target.load8(at);
    case Size.B2: return target.load16(at);
    case Size.B3: return <u64>target.load16(at) | <u64>target.load8(at + 2) << 16;
    case Size.B4: return target.load32(at);
    case Size.B8: return <u64>target.load32(at) | <u64>target.load32(at + 4) << 32;
    default:      return 0;
  }
}

/** Writes a place: little-endian, and aligned to nothing. A byte is written with its neighbour of the same 16 bits, as that was. */
export function storeBytes(at: u64, size: Size, value: u64): void {
  switch (size) {
    case Size.B1: {
      if (at & 1) target.store16(at - 1, target.load8(at - 1) | (<u32>value & 0xff) << 8);
      else target.store16(at, <u32>value & 0xff | target.load8(at + 1) << 8);
      break;
    }
    case Size.B2: target.store16(at, <u32>value & 0xffff); break;
    case Size.B3: {
      target.store16(at, <u32>value & 0xffff);
      storeBytes(at + 2, Size.B1, value >> 16);
      break;
    }
    case Size.B4: target.store32(at, <u32>value); break;
    case Size.B8: {
      target.store32(at, <u32>value);
      target.store32(at + 4, <u32>(value >> 32));
    }
  }
}
