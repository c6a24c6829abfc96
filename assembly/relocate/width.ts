// Places that are not a word of the file's class: check, then store.

import { Code, What } from "../words";
import * as target from "../host/memory";
import { Width } from "../arch/arch";
import { loadWord, storeWord } from "../elf/word";
import { Places } from "./place";

/** Bytes of a place. */
@inline export function placeBytes<A>(width: Width): u64 {
  return width == Width.Word ? <u64>sizeof<A>() : width == Width.Any16 ? 2 : 4;
}

/** What is in a place, sign-extended: a REL entry's addend. */
export function loadPlace<A>(at: u64, width: Width): u64 {
  if (width == Width.Word) return loadWord<A>(at);
  return width == Width.Any16 ? <u64><i64><i16>target.load16(at) : <u64><i64><i32>target.load32(at);
}

/** Stores a value if it fits; the fault is `suits`'s. */
export function storePlace<A>(places: Places, entry: u64, at: u64, width: Width, value: u64): bool {
  if (!suits<A>(places, entry, width, value)) return false;
  if (width == Width.Word) storeWord<A>(at, value);
  else if (width == Width.Any16) target.store16(at, <u32>value & 0xffff);
  else target.store32(at, <u32>value);
  return true;
}

/**
 * True if a value fits a place of this width.
 *
 * @fault OutOfRange (Rel, at = entry, value = the value)
 */
export function suits<A>(places: Places, entry: u64, width: Width, value: u64): bool {
  if (width == Width.Word) return true;
  // On a 32-bit machine arithmetic is modulo 2^32, and what does not fit is looked at as a signed number.
  const extended = sizeof<A>() == 8 ? <i64>value : <i64><i32>value;
  return fits(extended, width) || places.work.fail(Code.OutOfRange, What.Rel, entry, value);
}

function fits(value: i64, width: Width): bool {
  switch (width) {
    case Width.Any16:      return value >= -0x8000 && value <= 0xffff;
    case Width.Unsigned32: return value >= 0 && value <= 0xffffffff;
    case Width.Signed32:   return value == <i64><i32>value;
    default:               return value >= -0x80000000 && value <= 0xffffffff;
  }
}
