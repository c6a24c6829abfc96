// Symbols of modules, and names that are looked up.

import { Field, List } from "../../assembly/words.js";
import type { Handles } from "./handles.js";
import { checkOptions } from "./options.js";
import type { Runtime } from "./runtime.js";
import { NONE, unsigned } from "./wasm.js";

/** A symbol of a module's dynamic symbol table. */
export interface ModuleSymbol {
  readonly name: string;
  /** Of an IFUNC it is the resolver's; undefined if the module does not define it, or it is thread-local. */
  readonly address: bigint | undefined;
  /** Of a thread-local variable it is its offset in the module's block. */
  readonly vaddr: bigint;
  readonly bytes: bigint;
  /** STT, STB and STV numbers. */
  readonly type: number;
  readonly bind: number;
  readonly visibility: number;
  /** st_shndx. */
  readonly section: number;
  /** Version index, if the file has versions. */
  readonly version: number | undefined;
  readonly hidden: boolean;
}

/** Which definition of a name is meant. */
export interface SymbolQuery {
  /** The one of this version; the default one unless told. */
  readonly version?: string;
}

const STT_TLS = 6;

/** A symbol that was found: the module that defines it, and its index there. */
export interface Found {
  readonly owner: number;
  readonly index: number;
}

/**
 * Looks a name up.
 *
 * @param ask  asks the core, given addresses and lengths of name and version
 */
export function findName(
  runtime: Runtime, name: string, query: SymbolQuery | undefined, where: string,
  ask: (name: bigint, nameBytes: number, version: bigint, versionBytes: number) => bigint,
): Found | undefined {
  const { version } = checkOptions<SymbolQuery>(query, { version: true }, where);
  const { target } = runtime;
  // Both in one place, each with its zero byte.
  const found = unsigned(target.withName(version === undefined ? name : `${name}\0${version}`, (at, bytes) => {
    if (version === undefined) return ask(at, bytes, NONE, 0);
    const nameBytes = Buffer.byteLength(name);
    return ask(at, nameBytes, at + BigInt(nameBytes + 1), bytes - nameBytes - 1);
  }));
  return found ? { owner: Number(found >> 32n), index: Number(found & 0xffff_ffffn) } : undefined;
}

/** The address of a symbol that was found; undefined if it has none: it is thread-local. */
export function addressIn({ handles }: Runtime, found: Found | undefined): bigint | undefined {
  const entry = found && handles.entry(found.owner, List.Symbol, found.index);
  return !entry || entry.number(Field.Type) === STT_TLS ? undefined : entry.raw(Field.Address);
}

/** A symbol of a module by its index. */
export function symbolIn({ handles }: Runtime, module: number, index: number): ModuleSymbol {
  return symbolOf(handles.entry(module, List.Symbol, index));
}

/** The same of an entry of the list of symbols. */
export function symbolOf(entry: ReturnType<Handles["entry"]>): ModuleSymbol {
  const section = entry.number(Field.Section), type = entry.number(Field.Type);
  const version = entry.value(Field.Version);
  return {
    name: entry.text(Field.Name, Field.NameBytes) ?? "",
    address: section === 0 || type === STT_TLS ? undefined : entry.raw(Field.Address),
    vaddr: entry.raw(Field.Vaddr),
    bytes: entry.raw(Field.Bytes),
    type,
    bind: entry.number(Field.Bind),
    visibility: entry.number(Field.Visibility),
    section,
    version: version === undefined ? undefined : Number(version),
    hidden: entry.value(Field.Hidden) === 1n,
  };
}
