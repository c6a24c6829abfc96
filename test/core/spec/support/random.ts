// Numbers that look random and are the same for the same seed (mulberry32).

let state: u32 = 0;

/** Starts anew. */
export function seed(value: u32): void { state = value; }

/** A number of 32 bits. */
export function random(): u32 {
  state += 0x6d2b79f5;
  let mixed: u32 = (state ^ state >> 15) * (state | 1);
  mixed ^= mixed + (mixed ^ mixed >> 7) * (mixed | 61);
  return mixed ^ mixed >> 14;
}

/** A number from 0 to one less than `limit`. */
export function below(limit: u32): u32 { return random() % limit; }
