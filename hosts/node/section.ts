// Sections of objects that were linked into a module.

import { Copied, Field, List } from "../../assembly/words.js";
import type { Runtime } from "./runtime.js";

/** A section as it lies in memory. */
export interface ModuleSection {
  /** The file it is of, and where that was read from. */
  readonly file: string;
  readonly path: string | undefined;
  /** Of an archive: the member. */
  readonly member: string | undefined;
  /** Its number in the object. */
  readonly index: number;
  readonly name: string;
  /** Where it begins in the target. */
  readonly address: bigint;
  readonly bytes: bigint;
  /** sh_type, sh_flags. */
  readonly type: number;
  readonly flags: number;
  readonly align: bigint;
  /** Of a load with `inPlace`: Not, if it is used where its file lies, or why it was copied. */
  readonly copied?: keyof typeof Copied;
}

/** What gdb has to be told to debug objects by their files: a command for each. It opens no members of archives. */
export function debuggerCommands(sections: readonly ModuleSection[]): string[] {
  const paths = [...new Set(sections.filter((one) => one.path !== undefined && one.member === undefined).map((one) => one.path!))];
  return paths.map((path) => {
    const places = sections.filter((one) => one.path === path && one.name && one.bytes).map((one) => `-s ${one.name} 0x${one.address.toString(16)}`);
    return `add-symbol-file ${path} ${places.join(" ")}`;
  });
}

const copiedOf = (reason: bigint | undefined): Pick<ModuleSection, "copied"> =>
  (reason === undefined ? {} : { copied: Copied[Number(reason)] as keyof typeof Copied });

/** What a session linked, object by object. It is not closed yet. */
export function sectionsOf({ handles, sources }: Runtime, session: number): ModuleSection[] {
  return handles.list(session, List.Section, (entry) => ({
    file: sources.nameOf(entry.number(Field.Source)) ?? "",
    path: sources.pathOf(entry.number(Field.Source)),
    member: entry.number(Field.Offset) ? entry.text(Field.File, Field.FileBytes) : undefined,
    index: entry.number(Field.Section),
    name: entry.text(Field.Name, Field.NameBytes) ?? "",
    address: entry.raw(Field.Address),
    bytes: entry.raw(Field.Bytes),
    type: entry.number(Field.Type),
    flags: entry.number(Field.Flags),
    align: entry.raw(Field.Align),
    ...copiedOf(entry.value(Field.Copied)),
  }));
}
