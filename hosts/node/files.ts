// What the commands do with FILE and --search: names, folders, and one loader over all of them.

import { realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { OptionSpec } from "./command.js";
import { findIn } from "./search.js";

/** The option that names folders of libraries. */
export const SEARCH: OptionSpec = { type: "string", multiple: true, value: "DIR", help: "look for libraries in DIR" };

/** Where libraries are looked for: the folders that were named, then those of the files themselves. */
export function foldersOf(files: readonly string[], named: readonly string[]): string[] {
  return [...new Set([...named, ...files.map((file) => dirname(file))])];
}

/** The path of a library, if one of the folders has it. */
export function libraryPath(folders: readonly string[], name: string): string | undefined {
  const path = findIn(folders, name);
  return path === undefined ? undefined : realpathSync(path);
}

/** Finds a library among the files that were named, then in the folders of --search: nowhere else, so that a result does not depend on a file's neighbours. */
export function amongFiles(files: readonly string[], folders: readonly string[]): (name: string) => string | undefined {
  return (name) => files.find((file) => basename(file) === name) ?? findIn(folders, name);
}
