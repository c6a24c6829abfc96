// Real libraries as objects: compiled from their sources, linked by lld and by this loader, and made to do what shows that they are whole.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "../../fixtures/list.js";
import { machines } from "../../scripts/machines.js";
import { unpackNpm } from "../../scripts/npm.js";
import { packageFiles, unpackTo } from "../../scripts/packages.js";
import { compilerFor, runnerFor, unpacked } from "../../scripts/toolchains.js";
import { treesOf } from "../programs/trees.js";
import { ROOT } from "../support/files.js";
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
  /** What a run that went well says. */
  readonly says: RegExp;
  /** It takes a minute to compile. */
  readonly isLarge?: true;
}

export const LIBRARIES: readonly Library[] = [
  {
    name: "zlib", debian: "zlib", files: /^([a-z0-9]+|test\/example)\.c$/, flags: ["-I.", "-DHAVE_UNISTD_H=1", "-DHAVE_STDARG_H=1", "-DHAVE_HIDDEN=1"],
    arguments: ["example.gz"], says: /inflateSync\(\): hello, hello!\ninflate with dictionary: hello, hello!\n$/,
  },
  {
    name: "lua", debian: "lua5.4", files: /^src\/(?!luac\.c)\w+\.c$/, flags: ["-Isrc", `-I${join(ROOT, "test/objects/real")}`, "-DLUA_USE_POSIX"],
    arguments: [join(ROOT, "test/objects/real/test.lua")], says: /^sum\t\d+\n$/,
  },
  {
    name: "mbedtls", debian: "mbedtls", files: /^(library\/\w+|programs\/test\/selftest)\.c$/, flags: ["-Iinclude", "-Ilibrary"],
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

/** Where musl has a machine's headers, by what Zig calls it, and what clang calls it. */
const MUSL: Readonly<Record<Machine, { readonly headers: string; readonly target: string }>> = {
  x86_64: { headers: "x86_64", target: "x86_64-linux-musl" }, i386: { headers: "x86", target: "i686-linux-musl" }, aarch64: { headers: "aarch64", target: "aarch64-linux-musl" },
  arm: { headers: "arm", target: "armv7a-linux-musleabihf" }, riscv64: { headers: "riscv64", target: "riscv64-linux-musl" }, riscv32: { headers: "riscv32", target: "riscv32-linux-musl" },
  loongarch64: { headers: "loongarch64", target: "loongarch64-linux-musl" },
};

/** A library's source, in the cache. */
export function sourceOf({ name, debian, npm }: Library, say: Say): string {
  if (npm) return unpacked(`sources/${name}-${npm.version}`, (folder) => unpackNpm(npm, folder, say));
  const [file = ""] = packageFiles([{ name: debian!, architecture: "source" }], say);
  return unpacked(`sources/${file.slice(file.lastIndexOf("/") + 1)}`, (folder) => unpackTo(folder, file));
}

/** A compiler for a machine: a command without files, and its name. */
export interface Compiler {
  readonly name: string;
  readonly command: readonly string[];
}

/** clang, with the headers of Zig's musl. */
export function clangFor(machine: Machine): Compiler {
  const { target } = MUSL[machine], { flags } = machines.find(({ name }) => name === machine)!.module;
  return { name: "clang", command: ["clang-19", `--target=${target}`, ...flags, "-nostdlibinc", ...headersFor(machine)] };
}

/** Where compilers find Zig's musl. */
function headersFor(machine: Machine): string[] {
  const { headers } = MUSL[machine], include = join(dirname(compilerFor(machine)[0]!), "lib/libc/include");
  return [`${headers}-linux-musl`, "generic-musl", `${headers}-linux-any`, "any-linux-any"].map((name) => join(include, name)).filter((path) => existsSync(path)).flatMap((path) => ["-isystem", path]);
}

/** Where Debian has gcc for a machine: its package, and what it calls the machine. */
const GCC: Readonly<Partial<Record<Machine, { readonly package: string; readonly triplet: string; readonly folder: string }>>> = {
  x86_64: { package: "gcc-12", triplet: "x86_64-linux-gnu", folder: "gcc" },
  ...Object.fromEntries(([["i386", "i686-linux-gnu"], ["aarch64", "aarch64-linux-gnu"], ["arm", "arm-linux-gnueabihf"], ["riscv64", "riscv64-linux-gnu"]] as const)
    .map(([machine, triplet]) => [machine, { package: `gcc-12-${triplet}`, triplet, folder: "gcc-cross" }])),
};

/** Debian's gcc for these machines, as far as it has one, from the cache: 55 MB to fetch for each. */
export function gccFor(wanted: readonly Machine[], say: Say): Map<Machine, Compiler> {
  const there = wanted.filter((machine) => GCC[machine]);
  const trees = treesOf(there.map((machine) => ({ debian: [GCC[machine]!.package] })), say);
  return new Map(there.map((machine, i): [Machine, Compiler] => {
    const { triplet, folder } = GCC[machine]!, own = `usr/lib/${folder}/${triplet}/12`;
    // What this system has installed is not in the tree.
    const parts = [join(trees[i]!, own), join("/", own)].filter((path) => existsSync(path));
    return [machine, { name: "gcc", command: [
      "env", `LD_LIBRARY_PATH=${join(trees[i]!, "usr/lib/x86_64-linux-gnu")}`, join(trees[i]!, `usr/bin/${triplet}-gcc-12`), ...parts.map((path) => `-B${path}`),
      "-nostdinc", ...parts.map((path) => join(path, "include")).filter((path) => existsSync(path)).flatMap((path) => ["-isystem", path]), ...headersFor(machine), "-fno-pie",
    ] }];
  }));
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

/** How a program of lld's, and ours, ended. */
export interface Both {
  readonly theirs: Ended;
  readonly ours: Ended;
}

/** Has both linkers' results do the library's test. */
export async function testBoth(machine: Machine, library: Library, objects: readonly string[], folder: string): Promise<Both> {
  const [zig = "", ...args] = compilerFor(machine), linked = join(folder, "linked");
  await run(zig, [...args, "-static", ...objects, "-o", linked], { maxBuffer: 1 << 24 });
  const theirs = await ended([...runnerFor(machine), linked, ...library.arguments], "", folder);
  const ours = await ended([...runnerFor(machine), await processFor(machine, objects, false, folder), ...library.arguments], `${objects.join(" ")}\n`, folder);
  return { theirs, ours };
}

/** What is wrong; undefined if both did the same, and what the library's test does when it goes well. */
export function problemOf({ theirs, ours }: Both, { says }: Library): string | undefined {
  const words = ({ status, signal, stdout, stderr }: Ended): string => `${signal ?? status}: ${stdout.slice(-400)}${stderr.slice(-400)}`;
  if (theirs.status !== 0 || !says.test(theirs.stdout)) return `lld's does not work: ${words(theirs)}`;
  return ours.status === 0 && ours.stdout === theirs.stdout ? undefined : `ours ended with ${words(ours)}`;
}

/** Compiles a library and has both linkers' results do its test; answers with what is wrong. */
export async function prove(machine: Machine, library: Library, compiler: Compiler, flags: readonly string[], folder: string, say: Say): Promise<string | undefined> {
  const objects = await compileLibrary(library, compiler, flags, folder, say);
  return problemOf(await testBoth(machine, library, objects, folder), library);
}
