// Relocation entries. gABI 4.5 "Relocation"; RELR: gABI 5.2 "Relative Relocation Table".

import { loadWord } from "./word";

export function relBytes<A>(): u64 { return 2 * sizeof<A>(); }
export function relaBytes<A>(): u64 { return 3 * sizeof<A>(); }
@inline export function relOffset<A>(at: u64): u64 { return loadWord<A>(at); }
@inline export function relInfo<A>(at: u64): u64 { return loadWord<A>(at + sizeof<A>()); }
/** r_addend of a RELA entry; sums with it wrap as the class does. */
@inline export function relaAddend<A>(at: u64): u64 { return loadWord<A>(at + 2 * sizeof<A>()); }

/** The two parts of r_info. */
@inline export function infoSymbol<A>(info: u64): u32 { return sizeof<A>() == 8 ? <u32>(info >> 32) : <u32>info >> 8; }
@inline export function infoType<A>(info: u64): u32 { return sizeof<A>() == 8 ? <u32>info : <u32>info & 0xff; }
