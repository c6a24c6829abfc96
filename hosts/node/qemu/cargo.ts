// What goes into a payload: the files as they were named, and the libraries they need, as far as the user has them.

import { basename } from "node:path";
import { Code } from "../../../assembly/words.js";
import { isArchive } from "../archive.js";
import { UsageError } from "../command.js";
import { FaultError, LinkwrightError, OptionError } from "../error.js";
import { type Examined, examine } from "../examine.js";
import { foldersOf, libraryPath } from "../files.js";
import { machineTitle } from "../elf.js";
import { groupsOf } from "../objects.js";
import { readModule, readWhole } from "../source.js";
import { type Machine, isBuiltIn, machineFor, machines } from "./machine.js";
import type { PayloadFile } from "./payload.js";

/** A file on its way to a machine. */
export interface Freight extends PayloadFile {
  readonly path: string;
  readonly facts: Examined;
  /** It was named by the user, and is loaded by the script. */
  readonly named: boolean;
  /** The libraries that it and they need, as far as they were found. */
  readonly libraries: readonly string[];
}

/**
 * Reads files and the libraries they need.
 *
 * @param named    paths, in load order
 * @param folders  where libraries are looked for; the files' own folders follow
 */
export async function cargoOf(named: readonly string[], folders: readonly string[]): Promise<Freight[]> {
  const search = foldersOf(named, folders);
  const cargo = new Map<string, Freight>();
  let before: Examined | undefined;
  for (const path of named) {
    const bytes = await readModule(path), facts = before = await factsOf(path, bytes, before);
    const name = entryName(basename(path), cargo);
    cargo.set(name, { name, path, bytes, facts, named: true, libraries: [] });
  }
  for (const file of [...cargo.values()]) {
    cargo.set(file.name, { ...file, libraries: await addLibraries(file.facts, search, cargo) });
  }
  return [...cargo.values()];
}

/** Members of one archive that define the same, and an archive without any, are wrong only where all of it is taken: not behind an object. */
async function factsOf(path: string, bytes: Uint8Array, before: Examined | undefined): Promise<Examined> {
  try {
    return await examine(path, bytes);
  } catch (error) {
    if (!(error instanceof FaultError) || !before?.isObject || !isArchive(bytes)) throw error;
    if (error.fault.number !== Code.DuplicateSymbol && error.fault.number !== Code.NoSections) throw error;
    return { ...before, exports: [] };
  }
}

// Breadth first, as the loader will ask for them. A library that is not here may be one of the image's own.
async function addLibraries(facts: Examined, search: readonly string[], cargo: Map<string, Freight>): Promise<string[]> {
  const met = new Set<string>();
  const queue = [...facts.needed];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (met.has(name) || (isBuiltIn(name) && !cargo.has(name))) continue;
    const there = cargo.get(name) ?? await library(name, search);
    if (!there) continue;
    met.add(name);
    if (!cargo.has(name)) cargo.set(name, there);
    queue.push(...there.facts.needed);
  }
  return [...met];
}

async function library(name: string, search: readonly string[]): Promise<Freight | undefined> {
  const path = libraryPath(search, name);
  if (path === undefined) return undefined;
  const bytes = await readWhole(path);
  return { name, path, bytes, facts: await examine(name, bytes), named: false, libraries: [] };
}

// The script's words end at spaces, and `script` is the script.
function entryName(base: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = base.replace(/[^\x21-\x7e]/g, "_");
  let name = plain;
  for (let i = 2; taken.has(name) || name === "script" || name === "TRAILER!!!"; ++i) name = `${plain}~${i}`;
  return name;
}

/** The same files, of which these are to be used where the payload has them. */
export function inPlace(cargo: readonly Freight[], paths: readonly string[], command: string): Freight[] {
  for (const path of paths) {
    if (!cargo.some((file) => file.path === path && file.facts.isObject)) {
      throw new UsageError(`--in-place names one of the files that is an object or an archive of them, not "${path}"`, command);
    }
  }
  return cargo.map((file) => (paths.includes(file.path) ? { ...file, ownPages: true } : file));
}

/** What the script says to load files: objects beside each other are one module, by the name of the first. */
export function loadLines(files: readonly Freight[], allowsText: boolean): string[] {
  return groupsOf(files, (file) => file.facts.isObject).flatMap(([first, ...others]) => [
    ...others.map(({ name }) => `with ${name}`),
    `load ${first!.name}${allowsText ? " text" : ""}${[first!, ...others].some((file) => file.ownPages) ? " inplace" : ""}`,
  ]);
}

/** The name of the module that a file becomes, or a part of. */
export function moduleName(files: readonly Freight[], file: Freight): string {
  return groupsOf(files, (one) => one.facts.isObject).find((group) => group.includes(file))?.[0]!.name ?? file.name;
}

/** The machine that all of these files are for. */
export function machineOf(files: readonly Freight[], wanted: string | undefined): Machine {
  const known = machines();
  if (!known.length) throw new LinkwrightError("NotBuilt", "there are no images; `npm run build` makes them");
  const first = files[0]!;
  const machine = machineFor(first.facts.machine, first.facts.class);
  const title = machineTitle(first.facts.machine, first.facts.class);
  if (!machine) throw new LinkwrightError("NoImage", `${first.path} is for ${title}, and there is no image for that`);
  const other = files.find((file) => file.facts.machine !== machine.machine || file.facts.class !== machine.class);
  if (other) {
    throw new LinkwrightError("MachineMismatch",
      `${other.path} is for ${machineTitle(other.facts.machine, other.facts.class)}, but ${first.path} is for ${title}`);
  }
  if (wanted !== undefined && wanted !== machine.name) {
    if (!known.some((one) => one.name === wanted)) {
      throw new OptionError(`there is no machine "${wanted}"; there are ${known.map((one) => one.name).join(", ")}`);
    }
    throw new LinkwrightError("MachineMismatch", `${first.path} is for ${machine.name}, not for ${wanted}`);
  }
  return machine;
}
