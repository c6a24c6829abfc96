// The core's `machine`: there is none. The target is memory of any architecture, to be linked here and run elsewhere.

import { Answer } from "../../assembly/words";

/** Nothing can be called. */
export function call(session: u32, addr: u64, a0: u64, a1: u64, a2: u64): i32 {
  return Answer.Refused;
}
