// What is made of the value of a subject, the addend and the place: Form of arch/howto.ts.

import { Form, Howto } from "../arch/howto";
import { farOf } from "./far";
import { Linker } from "./linker";

/** Of a 32-bit machine a number is sign-extended before anything is made of it. */
@inline export function extended<A>(value: u64): u64 { return sizeof<A>() == 8 ? value : <u64><i64><i32>value; }

/** What a row makes of an X. */
@inline export function formed<A>(linker: Linker, howto: Howto, x: u64, addend: u64, place: u64): u64 { return formedAs<A>(linker, howto.form, x, addend, place); }

/** What a form makes of an X. */
export function formedAs<A>(linker: Linker, form: Form, x: u64, addend: u64, place: u64): u64 {
  const value = x + addend;
  switch (form) {
    case Form.Pc:      return extended<A>(value - place);
    case Form.AbsHi:   return extended<A>(value + 0x800);
    case Form.PcHi:    return extended<A>(value - place + 0x800);
    case Form.Page:    return extended<A>(page(value) - page(place));
    case Form.PageHi:  return extended<A>(page(value + 0x800) - page(place));
    case Form.Got:     return extended<A>(value - linker.tableAddr);
    case Form.GotPage: return extended<A>(value - page(linker.tableAddr));
    case Form.PcWord:  return extended<A>(value - (place & ~3));
    case Form.Segment: return extended<A>(value - segmentAddr(linker, x));
    case Form.PageFar: return farOf(value, place - 8);
    case Form.PageFarther: return farOf(value, place - 12);
    default:           return extended<A>(value);
  }
}

/** Where the segment begins that an address lies in; of one that is in none, 0. */
function segmentAddr(linker: Linker, addr: u64): u64 {
  const segment = linker.image.holding(linker.placement.vaddr(addr), 0);
  return segment ? linker.placement.at(segment.vaddr) : 0;
}

/** The page of 4 KiB that an address lies in, whatever pages are in memory. */
@inline export function page(x: u64): u64 { return x & ~0xfff; }
