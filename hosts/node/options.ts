import { OptionError } from "./error.js";
import { nearest } from "./nearest.js";

/** The options as given, after a key that nobody knows was refused. */
export function checkOptions<T extends object>(
  given: T | undefined, known: Record<keyof T, true>, where: string,
): Partial<T> {
  if (given === undefined) return {};
  if (typeof given !== "object" || given === null) throw new OptionError(`${where}: the options are one object`);
  const names = Object.keys(known);
  for (const key of Object.keys(given)) {
    if (names.includes(key)) continue;
    const meant = nearest(key, names);
    throw new OptionError(`${where}: there is no option "${key}"${meant ? `; did you mean "${meant}"?` : ""}`);
  }
  return given;
}

/** An address or count that may be given as a number or a bigint. */
export function asAddress(value: bigint | number, what: string): bigint {
  const ok = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!ok || value < 0 || BigInt(value) > 0xffff_ffff_ffff_ffffn) {
    throw new OptionError(`${what} is an address: a bigint or integer from 0 to 2^64-1, not ${String(value)}`);
  }
  return BigInt(value);
}
