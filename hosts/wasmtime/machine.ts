// The core's `machine`: there is none. The target is memory of any architecture, to be linked here and run elsewhere.

import { Answer } from "../../assembly/words";

export {
  tls_argument, tls_descriptor, tls_entries, tls_entry, tls_number, tls_offset, tls_release, tls_reserve, tls_start,
} from "./threads";

/** Nothing can be called. */
export function call(session: u32, addr: u64, a0: u64, a1: u64, a2: u64): i32 {
  return Answer.Refused;
}

/** Not a resolver either. */
export function choose(session: u32, addr: u64): i32 {
  return Answer.Refused;
}

/** No resolver ever answered. */
export function chosen(): u64 {
  return 0;
}

/** Everything is bound when it is loaded. */
export function lazy_entry(): u64 {
  return u64.MAX_VALUE;
}
