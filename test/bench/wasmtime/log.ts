// The core's `log` with a stop-watch: how long a load binds and relocates, on the clock of WASI.

import { Event, Stage } from "../../../assembly/words";
import { now } from "./clock";

let start: u64 = 0;
let spent: u64 = 0;

/** Hears what happens. */
export function event(level: u32, code: u32, a: u64, b: u64): void {
  if (code != Event.Stage) return;
  if (b == <u64>Stage.Link) start = now();
  if (b == <u64>Stage.Sync) spent = now() - start;
}

/** Of the last load, from its entering the stage that binds to its leaving the one that relocates. */
export function nanoseconds(): u64 {
  return spent;
}
