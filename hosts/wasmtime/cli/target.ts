// The target's memory as the program sees it.

import { PF } from "../../../assembly/words";
import { take } from "./heap";
import { Text, textAt } from "./text";
import { wellFormed } from "./utf8";

@external("memory", "settle") export declare function settle(page: u32, base: u64, end: u64, limitBytes: u64): i32;
@external("memory", "reserved_start") export declare function reservedStart(): u64;
@external("memory", "reserved_end") export declare function reservedEnd(): u64;
@external("memory", "violations") export declare function violations(): u32;
@external("memory", "violation_addr") export declare function violationAddr(): u64;
@external("memory", "violation_access") export declare function violationAccess(): u32;
@external("memory", "load8") export declare function byteAt(addr: u64): u32;
@external("memory", "load32") declare function load32(addr: u64): u32;
@external("memory", "load64") declare function load64(addr: u64): u64;
@external("memory", "store8") declare function store8(addr: u64, value: u32): void;
@external("memory", "store64") declare function store64(addr: u64, value: u64): void;
@external("memory", "permissions") declare function permissions(addr: u64): u32;
@external("memory", "protect") declare function protect(session: u32, addr: u64, bytes: u64, prot: u32): i32;

/** Granularity of permissions. */
export const PAGE_BYTES: u32 = 4096;

const UNMAPPED: u32 = u32.MAX_VALUE;

/** A name that the core gave as address and length. */
export function nameAt(addr: u64, bytes: u32): Text {
  const at = take(bytes);
  for (let i: u32 = 0; i < bytes; ++i) store<u8>(at + i, <u8>byteAt(addr + i));
  return wellFormed(textAt(at, bytes));
}

/** A word of linked memory. */
export function wordAt(addr: u64, isWide: bool): u64 {
  return isWide ? load64(addr) : load32(addr);
}

/** Writes bytes into a staging area. */
export function put(addr: u64, from: usize, bytes: u32): void {
  let i: u32 = 0;
  for (; i + 8 <= bytes; i += 8) store64(addr + i, load<u64>(from + i));
  for (; i < bytes; ++i) store8(addr + i, load<u8>(from + i));
}

/**
 * Copies a page of linked memory, zero where nothing is mapped. What the target may not read the program makes readable
 * for itself: nothing runs here any more.
 */
export function getPage(addr: u64, into: usize): void {
  const prot = permissions(addr);
  if (prot == UNMAPPED) {
    memory.fill(into, 0, PAGE_BYTES);
    return;
  }
  if (!(prot & PF.R)) protect(0, addr, PAGE_BYTES, PF.R);
  for (let i: u32 = 0; i < PAGE_BYTES; i += 8) store<u64>(into + i, load64(addr + i));
}
