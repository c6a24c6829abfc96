// Numbers of as many bytes as they have: a pair of relocations sets one to the distance of two symbols.

import { Code, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { storeBytes } from "../arch/field";
import { Howto, Op, Size } from "../arch/howto";
import { wrap } from "../elf/word";
import { Section } from "../inspect/object";
import { extended } from "./form";
import { Linker } from "./linker";

/** A ULEB128 keeps its length: there are as many bytes as there were. The difference of a pair has to fit; what is set in between need not. */
export function storeUleb<A>(linker: Linker, section: Section, howto: Howto, at: u64, place: u64, value: u64): bool {
  const room = linker.start + section.bytes - place;
  let bits: u32 = 0;
  let old: u64 = 0;
  for (let c: u32 = 0x80; c & 0x80; bits += 7) {
    if (bits == 70 || bits / 7 >= room) return linker.work.fail(Code.OutOfRange, What.Entry, at, value);
    c = target.load8(place + bits / 7);
    old |= <u64>(c & 0x7f) << bits;
  }
  const isPair = howto.op == Op.Sub && linker.ulebPlace == place;
  if (isPair) old = linker.ulebValue;
  const next = wrap<A>(howto.op == Op.Set ? value : howto.op == Op.Add ? old + value : old - value);
  if (isPair && bits < 64 && next >> bits) return linker.work.fail(Code.OutOfRange, What.Entry, at, extended<A>(next));
  linker.ulebPlace = howto.op == Op.Sub ? NONE : place;
  linker.ulebValue = next;
  for (let i: u32 = 0; i < bits; i += 7) storeBytes(place + i / 7, Size.B1, next >> i & 0x7f | (i + 7 < bits ? 0x80 : 0));
  return true;
}
