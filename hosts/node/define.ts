// Symbols that the host defines.

import { OptionError } from "./error.js";
import { asAddress, checkOptions } from "./options.js";

/** A symbol of the host's. */
export interface Definition {
  readonly address: bigint;
  /** Its size; 0: unknown, and nothing can be copied from it (COPY relocations). */
  readonly bytes: bigint;
  /** STT: 0 unless told; 10 (STT_GNU_IFUNC): the address is a resolver's. */
  readonly type: number;
}

/** A symbol as a caller gives it: its address, or that with its size and its type. */
export type DefinitionLike =
  | bigint
  | number
  | { readonly address: bigint | number; readonly bytes?: bigint | number; readonly type?: number };

/** Symbols by their names; they stand for all versions. */
export type Defines = Readonly<Record<string, DefinitionLike>> | ReadonlyMap<string, DefinitionLike>;

const KEYS = { address: true, bytes: true, type: true } as const;

/** A definition as given, checked. */
export function definitionOf(name: string, like: DefinitionLike): Definition {
  if (typeof like !== "object" || like === null) return { address: asAddress(like, name), bytes: 0n, type: 0 };
  const { address, bytes = 0n, type = 0 } = checkOptions<Exclude<DefinitionLike, bigint | number>>(like, KEYS, name);
  if (!Number.isInteger(type) || type < 0 || type > 15) throw new OptionError(`${name}: \`type\` is an STT, an integer from 0 to 15, not ${String(type)}`);
  return { address: asAddress(address!, name), bytes: asAddress(bytes, `the size of ${name}`), type };
}

/** Definitions as given, checked. */
export function definesOf(defines: Defines | undefined): ReadonlyMap<string, Definition> {
  const entries = defines instanceof Map ? [...defines] : Object.entries(defines ?? {});
  return new Map(entries.map(([name, like]: [string, DefinitionLike]) => [name, definitionOf(name, like)]));
}
