// Target memory to put tables in: the sandbox that as-pect.config.js brings.

import { PF } from "../../../../assembly/words";
import { NONE } from "../../../../assembly/host/answer";
import { place, reserve, store32, store64 } from "../../../../assembly/host/memory";

@external("memory", "store8") export declare function store8(addr: u64, value: u32): void;
@external("memory", "store16") export declare function store16(addr: u64, value: u32): void;
@external("memory", "violations") export declare function violations(): u32;

/** Zeroed memory that may be read and written, whole pages; nothing lies behind it. */
export function room(bytes: u64): u64 {
  const whole = bytes + 4095 & ~<u64>4095;
  const addr = reserve(whole + 4096, 12, 0, NONE, NONE, 0);
  assert(addr != NONE, "the sandbox has room");
  assert(place(0, addr, 0, 0, 0, whole, PF.R | PF.W) == 0, "the sandbox places it");
  return addr;
}

/** Writes a word of the class. */
export function putWord<A>(addr: u64, value: u64): void {
  if (sizeof<A>() == 8) store64(addr, value);
  else store32(addr, <u32>value);
}

/** Writes text of ASCII, and a byte 0 behind it; says how many bytes come before that. */
export function putText(addr: u64, text: string): u32 {
  for (let i = 0; i < text.length; ++i) store8(addr + i, text.charCodeAt(i));
  store8(addr + text.length, 0);
  return text.length;
}
