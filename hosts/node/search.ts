// Where libraries come from: folders that are tried in order, or a function of the caller's.

import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { SourceLike } from "./source.js";

/** The answer of a search function: the library's file, `true` if the host itself stands for it, or nothing. */
export type Found = SourceLike | true | undefined | null;

/** Finds a library by the name that `from` needs it under. */
export type SearchFunction = (name: string, from: string) => Found | Promise<Found>;

/** Folders, in order, or a function. */
export type Search = readonly string[] | SearchFunction;

/** The path of a library in the first folder that has it. A name from a file never leads out of a folder. */
export function findIn(folders: readonly string[], name: string): string | undefined {
  if (!name || name === "." || name === ".." || basename(name) !== name || name.includes("\0")) return undefined;
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path) && statSync(path).isFile());
}

/** Asks a search for a library. */
export function searchFor(search: Search | undefined, name: string, from: string): Found | Promise<Found> {
  if (!search) return undefined;
  return typeof search === "function" ? search(name, from) : findIn(search, name);
}
