// The core's `log`. What the program prints does not follow from events, so they are not kept.

/** Hears what happens. */
export function event(level: u32, code: u32, a: u64, b: u64): void {}
