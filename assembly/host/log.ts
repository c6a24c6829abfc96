// What happens, told in numbers; the host words it.

import { Event, Level } from "../words";

@external("log", "event") declare function logEvent(level: u32, code: u32, a: u64, b: u64): void;

/** Tells the host of an event. */
@inline export function event(level: Level, code: Event, a: u64, b: u64): void { logEvent(level, code, a, b); }
