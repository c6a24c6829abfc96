// Real libraries as objects: compiled from their sources, linked by lld and by this loader, and made to do what shows that they are whole.

import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "../../fixtures/list.js";
import { unpackNpm } from "../../scripts/npm.js";
import { packageFiles, unpackTo } from "../../scripts/packages.js";
import { compilerFor, runnerFor, unpacked } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";
import { runBare } from "./bare.js";
import type { Compiler } from "./compilers.js";
import { type Ended, ended, processFor } from "./process.js";

const run = promisify(execFile);

type Say = (line: string) => void;

/** A library, and a program that tests it. */
export interface Library {
  readonly name: string;
  /** Its source package in Debian, or an npm package that has its source. */
  readonly debian?: string;
  readonly npm?: { readonly name: string; readonly version: string };
  readonly files: RegExp;
  /** Ours, from test/objects/real. */
  readonly own?: string;
  readonly flags: readonly string[];
  readonly arguments: readonly string[];
  /** Files that it reads. */
  readonly reads?: readonly string[];
  /** What a run that went well says. */
  readonly says: RegExp;
  /** It takes a minute to compile. */
  readonly isLarge?: true;
}

const LUA_TEST = join(ROOT, "test/objects/real/test.lua");

export const LIBRARIES: readonly Library[] = [
  {
    name: "zlib", debian: "zlib", files: /^([a-z0-9]+|test\/example)\.c$/, flags: ["-I.", "-DHAVE_UNISTD_H=1", "-DHAVE_STDARG_H=1", "-DHAVE_HIDDEN=1"],
    arguments: ["example.gz"], says: /inflateSync\(\): hello, hello!\ninflate with dictionary: hello, hello!\n$/,
  },
  {
    name: "lua", debian: "lua5.4", files: /^src\/(?!luac\.c)\w+\.c$/, flags: ["-Isrc", `-I${join(ROOT, "test/objects/real")}`, "-DLUA_USE_POSIX"],
    arguments: [LUA_TEST], reads: [LUA_TEST], says: /^sum\t\d+\n$/,
  },
  {
    name: "mbedtls", debian: "mbedtls", files: /^(library\/(?!net_)\w+|programs\/test\/selftest)\.c$/, flags: ["-Iinclude", "-Ilibrary"],
    arguments: ["-x", "timing"], says: /\[ All tests PASS \]/,
  },
  {
    name: "sqlite", npm: { name: "better-sqlite3", version: "12.4.1" }, files: /^package\/deps\/sqlite3\/sqlite3\.c$/, own: "sqlite.c",
    flags: ["-Ipackage/deps/sqlite3", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_DEFAULT_MEMSTATUS=0"],
    arguments: [], says: /integrity_check=ok\nclosed: 0\n$/, isLarge: true,
  },
];

/** Ways to compile it. */
const OPTIMISATIONS: readonly (readonly string[])[] = [["-O0"], ["-O2"], ["-Os"], ["-O3", "-ffunction-sections", "-fdata-sections"]];
/** Position-independent and not. The latter of AArch64 reaches 4 GiB, where a process has others' data anywhere: it has to look into a table for that. */
const positionsOf = (machine: Machine, compiler: string): readonly (readonly string[])[] =>
  [["-fPIC"], machine !== "aarch64" ? ["-fno-pic"] : compiler === "clang" ? ["-fno-pic", "-fno-direct-access-external-data"] : ["-fPIE"]];

/** All ways to compile for a machine. */
export const waysOf = (machine: Machine, compiler: string): readonly (readonly string[])[] =>
  OPTIMISATIONS.flatMap((optimisation) => positionsOf(machine, compiler).map((position) => [...optimisation, ...position]));

/** A library's source, in the cache. */
export function sourceOf({ name, debian, npm }: Library, say: Say): string {
  if (npm) return unpacked(`sources/${name}-${npm.version}`, (folder) => unpackNpm(npm, folder, say));
  const [file = ""] = packageFiles([{ name: debian!, architecture: "source" }], say);
  return unpacked(`sources/${file.slice(file.lastIndexOf("/") + 1)}`, (folder) => unpackTo(folder, file));
}

/** Compiles a library into a folder; answers with the objects, in order. */
export async function compileLibrary(library: Library, { command: [program = "", ...args] }: Compiler, flags: readonly string[], folder: string, say: Say): Promise<string[]> {
  const source = sourceOf(library, say);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const found = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => library.files.test(name)).sort().map((name) => join(source, name));
  const files = [...found, ...(library.own ? [join(ROOT, "test/objects/real", library.own)] : [])];
  const objects: string[] = [];
  for (const file of files) {
    const object = join(folder, `${objects.length}-${file.slice(file.lastIndexOf("/") + 1)}.o`);
    await run(program, [...args, "-D_GNU_SOURCE", "-w", ...library.flags, ...flags, "-c", file, "-o", object], { cwd: source, maxBuffer: 1 << 24 });
    objects.push(object);
  }
  return objects;
}

/** Where this loader does it: in a Linux process, in an image. */
export type Place = "process" | "image";
export const PLACES: readonly Place[] = ["process", "image"];

/** What is wrong with what a program did; undefined if it did what lld's does, and that is what the library's test does when it goes well. */
function problemOf(theirs: Ended, ours: Ended, { says }: Library): string | undefined {
  const words = ({ status, signal, stdout, stderr }: Ended): string => `${signal ?? status}: ${stdout.slice(-400)}${stderr.slice(-400)}`;
  if (theirs.status !== 0 || !says.test(theirs.stdout)) return `lld's does not work: ${words(theirs)}`;
  return ours.status === 0 && ours.stdout === theirs.stdout ? undefined : `ours ended with ${words(ours)}`;
}

/** Compiles a library and has lld's link of it, and this loader in some places, do its test; answers with what is wrong in any. */
export async function prove(machine: Machine, library: Library, compiler: Compiler, flags: readonly string[], places: readonly Place[], folder: string, say: Say): Promise<Map<Place, string>> {
  const objects = await compileLibrary(library, compiler, flags, folder, say), linked = join(folder, "linked"), { arguments: args } = library;
  const [zig = "", ...words] = compilerFor(machine), problems = new Map<Place, string>();
  await run(zig, [...words, "-static", ...objects, "-o", linked], { maxBuffer: 1 << 24 });
  const theirs = await ended([...runnerFor(machine), linked, ...args], "", folder);
  const runs: Readonly<Record<Place, () => Promise<Ended>>> = {
    process: async () => ended([...runnerFor(machine), await processFor(machine, objects, false, folder), ...args], `${objects.join(" ")}\n`, folder),
    image: () => runBare(machine, objects, args, library.reads ?? [], folder),
  };
  for (const place of places) {
    const problem = problemOf(theirs, await runs[place](), library);
    if (problem !== undefined) problems.set(place, problem);
  }
  return problems;
}
