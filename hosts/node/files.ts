// What the commands do with FILE and --search: names, folders, and one loader over all of them.

import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { Arguments, OptionSpec } from "./command.js";
import { type SearchOptions, findIn } from "./search.js";

/** The option that names folders of libraries. */
export const SEARCH: OptionSpec = { type: "string", multiple: true, value: "DIR", help: "look for libraries in DIR" };

/** The option that lets text be relocated. */
export const ALLOW_TEXT: OptionSpec = { type: "boolean", help: "text may be relocated (DT_TEXTREL)" };

/** The options of commands that look for libraries as a system's linker does. */
export const SEARCHING: Readonly<Record<string, OptionSpec>> = {
  search: SEARCH,
  system: { type: "boolean", help: "look for what is still missing among this system's libraries" },
};

/** In words, for their help. */
export const WHERE: readonly string[] = [
  "A library is looked for among the files, where DT_RPATH says, in the folders of --search, where DT_RUNPATH says,",
  "and with --system where this system has its libraries.",
];

/** Where such a command looks for libraries: where files say that they are, too. */
export function searchOf(args: Arguments): SearchOptions & { readonly search: readonly string[] } {
  return { search: args.all("search"), runPaths: true, systemLibraries: args.has("system") };
}

/** Where libraries are looked for: the folders that were named, then those of the files themselves. */
export function foldersOf(files: readonly string[], named: readonly string[]): string[] {
  return [...new Set([...named, ...files.map((file) => dirname(file))])];
}

/** The path of a library, if one of the folders has it. */
export function libraryPath(folders: readonly string[], name: string): string | undefined {
  const path = findIn(folders, name);
  return path === undefined ? undefined : realpathSync.native(path);
}
