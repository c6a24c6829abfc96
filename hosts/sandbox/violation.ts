// What the target was not allowed to do. It is counted, never trapped: whoever drives the core looks afterwards.

let count: u32 = 0;
let lastAddr: u64 = 0;
let lastAccess: u32 = 0;

/** Records an access that was refused; `access` is a PF bit, 0 for a `release` of what is no reservation. */
export function violate(addr: u64, access: u32): void {
  ++count;
  lastAddr = addr;
  lastAccess = access;
}

/** How many accesses were refused so far. */
export function violations(): u32 {
  return count;
}

/** The address of the last one. */
export function violation_addr(): u64 {
  return lastAddr;
}

/** Whether the last one read (PF.R) or wrote (PF.W). */
export function violation_access(): u32 {
  return lastAccess;
}
