// What linking objects into a module took.

import { Field, List, Tally } from "../../assembly/words.js";
import type { Runtime } from "./runtime.js";

/** How many there are, and the bytes of them all. */
export interface Count {
  readonly count: number;
  readonly bytes: number;
}

/** What the linker made, saved and gave back. */
export interface Linked {
  /** Slots of the GOT, and code that leads calls elsewhere. */
  readonly slots: Count;
  readonly stubs: Count;
  /** Dynamic relocations. */
  readonly relocations: Count;
  /** Symbols that others define, and that others may see. */
  readonly imports: Count;
  readonly exports: Count;
  /** Strings and constants that are kept once, and the bytes that saved. */
  readonly merged: Count;
  /** Sections that are used where their files lie. */
  readonly inPlace: Count;
  /** Files that were given back, with their symbols and relocations; bytes of the core's own memory that were given back beside them. */
  readonly files: Count;
  readonly scratch: number;
}

/** What a session did; undefined if it linked no objects. It is not closed yet. */
export function linkedOf({ handles }: Runtime, session: number): Linked | undefined {
  const counts = handles.list(session, List.Tally, (entry): Count => ({ count: entry.number(Field.Value), bytes: entry.number(Field.Bytes) }));
  if (!counts.length) return undefined;
  const of = (kind: Tally): Count => counts[kind]!;
  return {
    slots: of(Tally.Slot), stubs: of(Tally.Stub), relocations: of(Tally.Relocation), imports: of(Tally.Import), exports: of(Tally.Export),
    merged: of(Tally.Merged), inPlace: of(Tally.InPlace), files: of(Tally.File), scratch: handles.number(session, Field.UsedBytes),
  };
}

/** The same as rows of a table: what, how many, bytes. */
export function linkedRows(module: string, { slots, stubs, relocations, imports, exports, merged, inPlace, files, scratch }: Linked): string[][] {
  const row = (what: string, { count, bytes }: Count): string[][] => (count ? [[module, what, String(count), String(bytes)]] : []);
  return [
    ...row("slots of the GOT", slots), ...row("stubs", stubs), ...row("dynamic relocations", relocations), ...row("imports", imports), ...row("exports", exports),
    ...row("merged, and saved", merged), ...row("sections in place", inPlace), ...row("files given back", files), [module, "core memory given back", "", String(scratch)],
  ];
}
