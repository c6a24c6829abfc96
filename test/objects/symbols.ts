// The global names of an object, read by hand: who needs them wants nothing else of it.

import { readFileSync } from "node:fs";

const SHT_SYMTAB = 2, STB_LOCAL = 0, STB_WEAK = 2, SHN_UNDEF = 0;

export interface Symbols {
  readonly defined: readonly string[];
  /** Names that somebody else has to define, and those that somebody else may. */
  readonly wanted: readonly string[];
  readonly weak: readonly string[];
}

/** Reads them. */
export function symbolsOf(path: string): Symbols {
  const file = readFileSync(path), is64 = file[4] === 2;
  const word = (at: number): number => (is64 ? Number(file.readBigUInt64LE(at)) : file.readUInt32LE(at));
  const headers = word(is64 ? 40 : 32), each = is64 ? 64 : 40, count = file.readUInt16LE(is64 ? 60 : 48) || word(headers + (is64 ? 32 : 20));
  const at = (index: number): number => headers + index * each;
  const contentOf = (index: number): Buffer => file.subarray(word(at(index) + (is64 ? 24 : 16)), word(at(index) + (is64 ? 24 : 16)) + word(at(index) + (is64 ? 32 : 20)));
  const table = Array.from({ length: count }, (_, i) => i).find((i) => file.readUInt32LE(at(i) + 4) === SHT_SYMTAB);
  if (table === undefined) return { defined: [], wanted: [], weak: [] };
  const symbols = contentOf(table), names = contentOf(file.readUInt32LE(at(table) + (is64 ? 40 : 24))), bytes = is64 ? 24 : 16;
  const all = Array.from({ length: symbols.length / bytes }, (_, i) => symbols.subarray(i * bytes, (i + 1) * bytes))
    .filter((one) => one.readUInt32LE(0) && one[is64 ? 4 : 12]! >> 4 !== STB_LOCAL)
    .map((one) => ({
      name: names.toString("latin1", one.readUInt32LE(0), names.indexOf(0, one.readUInt32LE(0))),
      isWeak: one[is64 ? 4 : 12]! >> 4 === STB_WEAK, isDefined: one.readUInt16LE(is64 ? 6 : 14) !== SHN_UNDEF,
    }));
  const some = (isTaken: (one: (typeof all)[number]) => boolean): string[] => all.filter(isTaken).map(({ name }) => name);
  return { defined: some((one) => one.isDefined), wanted: some((one) => !one.isDefined && !one.isWeak), weak: some((one) => !one.isDefined && one.isWeak) };
}
