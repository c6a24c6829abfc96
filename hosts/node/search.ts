// Where libraries come from, and in what order one is looked for. docs/abi.md

import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, normalize } from "node:path";
import { type Origin } from "./runpath.js";
import type { SourceLike } from "./source.js";
import { findInSystem } from "./system.js";
import type { Awaitable } from "./work.js";

/** The answer of a search function: the library's file, `true` if the host itself stands for it, or nothing. */
export type Found = SourceLike | true | undefined | null;

/** Finds a library by the name that `from` needs it under. */
export type SearchFunction = (name: string, from: string) => Found | Promise<Found>;

/** Folders, in order, or a function. */
export type Search = readonly string[] | SearchFunction;

/** Where libraries are looked for, in this order. */
export interface SearchOptions {
  /** Files that are the libraries of their names, wherever they lie. */
  readonly libraries?: readonly string[];
  /** Where else libraries are looked for: before the DT_RUNPATH of files, and behind their DT_RPATH. */
  readonly search?: Search;
  /**
   * Files' own search paths (DT_RPATH, DT_RUNPATH) are honoured, and needs that are paths: false unless told, since then a file says
   * which files are read.
   */
  readonly runPaths?: boolean;
  /** Libraries that nobody else has are the system's: of ld.so's cache, then of the folders that every system has. false unless told. */
  readonly systemLibraries?: boolean;
}

/** Which rule found a library. */
export type Rule = "path" | "named" | "rpath" | "search" | "runpath" | "cache" | "default";

/** A library that is needed. */
export interface Need {
  readonly name: string;
  /** What the file that needs it is called. */
  readonly from: string;
  readonly origin: Origin;
  /** Folders of the files' search paths: those before the host's own, and those behind them. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

/** A library that was found. */
export interface Hit<F = Found> {
  readonly file: F;
  readonly rule: Rule;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** A name that is a name and no path: one from a file never leads out of a folder. */
function isPlain(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && basename(name) === name && !name.includes("\0");
}

/** The path of a library in the first folder that has it. */
export function findIn(folders: readonly string[], name: string): string | undefined {
  const path = isPlain(name) ? folders.map((folder) => `${folder || "."}/${name}`).find(isFile) : undefined;
  return path === undefined ? undefined : shorter(path);
}

// What is before ".." may be a link: then the path without both is another one.
function shorter(path: string): string {
  const short = normalize(path);
  return isFile(short) && realpathSync.native(short) === realpathSync.native(path) ? short : path;
}

/** Looks for a library; waits only if a search function does. */
export function find(need: Need, where: SearchOptions): Awaitable<Hit | undefined> {
  const first = findBefore(need, where);
  if (first) return first;
  const { search } = where;
  if (typeof search !== "function") return findBehind(need, where, search ? findIn(search, need.name) : undefined);
  const found = search(need.name, need.from);
  return found instanceof Promise ? found.then((file) => findBehind(need, where, file)) : findBehind(need, where, found);
}

/** The same where nothing but folders is searched. */
export function findFile(need: Need, where: SearchOptions & { readonly search?: readonly string[] }): Hit<string> | undefined {
  return find(need, where) as Hit<string> | undefined;
}

function findBefore({ name, before }: Need, { libraries, runPaths }: SearchOptions): Hit | undefined {
  if (runPaths && name.includes("/")) return !name.includes("\0") && isFile(name) ? { file: name, rule: "path" } : undefined;
  const named = libraries?.find((file) => basename(file) === name);
  if (named !== undefined) return { file: named, rule: "named" };
  const path = runPaths ? findIn(before, name) : undefined;
  return path === undefined ? undefined : { file: path, rule: "rpath" };
}

function findBehind({ name, origin, behind }: Need, { runPaths, systemLibraries }: SearchOptions, found: Found): Hit | undefined {
  if (found !== undefined && found !== null) return { file: found, rule: "search" };
  const path = runPaths ? findIn(behind, name) : undefined;
  if (path !== undefined) return { file: path, rule: "runpath" };
  const ofSystem = systemLibraries && origin.ident && isPlain(name) ? findInSystem(name, origin.ident) : undefined;
  return ofSystem && { file: ofSystem.path, rule: ofSystem.rule };
}
