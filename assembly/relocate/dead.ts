// What is for debuggers, and lies nowhere: its words say so when they are about what was dropped.

import { loadBytes, merged, storeBytes } from "../arch/field";
import { Base, Form, Howto, Howtos, Op, Size } from "../arch/howto";
import { Linker } from "./linker";

/** True for a row that does not ask where its place is: that has no address. */
export function isForDebuggers(howto: Howto): bool { return howto.base == Base.None || howto.form == Form.Abs || howto.form == Form.Got; }

/** Stores what a word holds that is about what was dropped; false for a part of a difference, which is one of two such. */
export function storeDead(linker: Linker, howtos: Howtos, howto: Howto, place: u64): bool {
  if (howto.op != Op.Set || howto.size == Size.Uleb) return false;
  storeBytes(place, howto.size, merged(howtos, howto, loadBytes(place, howto.size), linker.dead));
  return true;
}
