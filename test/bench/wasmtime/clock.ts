@external("wasi_snapshot_preview1", "clock_time_get") declare function time(clock: u32, precision: u64, into: usize): u32;

const MONOTONIC: u32 = 1;
@lazy @inline const INTO: usize = memory.data(8, 8);

/** Nanoseconds since some time. */
export function now(): u64 {
  time(MONOTONIC, 1, INTO);
  return load<u64>(INTO);
}
