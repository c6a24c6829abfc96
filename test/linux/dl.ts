// Cases of test/linux: a source each, whose first lines say what is made of it. Parts of it are told apart by macros.

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "../../scripts/machines.js";
import { ROOT } from "../support/files.js";

const run = promisify(execFile);

/** A library of a case. */
interface Library {
  readonly path: string;
  readonly flags: readonly string[];
}

/** What a case's first lines say. */
export interface Case {
  readonly name: string;
  /** What it shows: the first line. */
  readonly title: string;
  readonly source: string;
  /** In the order in which they are made: `// lib: PATH FLAGS`, or `// chain: N FLAGS` of them that each need the next. */
  readonly libraries: readonly Library[];
  /** `// object: PATH FLAGS`: what is linked by no linker but ours; `// archive: PATH OBJECTS`. */
  readonly objects: readonly Library[];
  readonly archives: readonly Library[];
  /** `// file: NAME TEXT`. */
  readonly files: ReadonlyMap<string, string>;
  /** Flags of the program: `// main: FLAGS`. */
  readonly flags: readonly string[];
  /** `// env: NAME=VALUE`. */
  readonly env: Readonly<Record<string, string>>;
  /** How many objects are loaded at least, unless one: `// loads: N`. */
  readonly loads: number;
}

const chain = (count: number, flags: readonly string[]): Library[] => Array.from({ length: count }, (_, i) => count - 1 - i)
  .map((i) => ({ path: `link${i}.so`, flags: [`-DLINK=${i}`, ...flags, ...(i < count - 1 ? ["-Wl,--no-as-needed", `./link${i + 1}.so`] : [])] }));

function caseOf(folder: string, name: string): Case {
  const source = join(ROOT, folder, name);
  const [first = "", ...lines] = readFileSync(source, "utf8").split("\n");
  const directives = lines.slice(0, lines.findIndex((line) => !line.startsWith("//"))).map((line) => /^\/\/ (\w+): (\S+) ?(.*)$/.exec(line) ?? [line]);
  const all = (word: string): [string, string][] => directives.filter((one) => one[1] === word).map(([, , head = "", rest = ""]) => [head, rest]);
  const unknown = directives.find(([, word]) => !["lib", "object", "archive", "chain", "file", "main", "env", "loads"].includes(word ?? ""));
  if (unknown) throw new Error(`${name}: what is "${unknown[0]}"?`);
  const words = (text: string): string[] => text.split(" ").filter(Boolean);
  return {
    name, title: first.replace("// ", ""), source,
    libraries: [...all("lib").map(([path, flags]) => ({ path, flags: words(flags) })), ...all("chain").flatMap(([count, flags]) => chain(Number(count), words(flags)))],
    objects: all("object").map(([path, flags]) => ({ path, flags: words(flags) })),
    archives: all("archive").map(([path, members]) => ({ path, flags: words(members) })),
    files: new Map(all("file")),
    flags: all("main").flatMap(([flag, rest]) => [flag, ...words(rest)]),
    env: Object.fromEntries(all("env").map(([pair]) => pair.split("=") as [string, string])),
    loads: Number(all("loads")[0]?.[0] ?? 1),
  };
}

/** The cases of a folder of the project. */
export function casesIn(folder: string): Case[] {
  return readdirSync(join(ROOT, folder)).filter((name) => /\.cc?$/.test(name)).sort().map((name) => caseOf(folder, name));
}

/** Every case of dlopen and its family. */
export const CASES: readonly Case[] = casesIn("test/linux/dl");

// References are bound when they run, as gcc has it, and who calls dlopen is where it returns to.
const EXACT = ["-fsemantic-interposition", "-fno-optimize-sibling-calls"];
const STRICT = ["-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused-result", "-fuse-ld=lld", ...EXACT];

const isOption = (word: string): boolean => word.startsWith("--");

/** Builds a case in a folder, all of it with `flags`; its program is `main` there, linked with `links`. */
export async function build({ source, libraries, objects, archives, files, flags: own }: Case, folder: string, flags: readonly string[] = [], links: readonly string[] = []): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), `${text}\n`);
  const compiler = source.endsWith(".cc") ? ["clang++-19", "-std=c++20"] : ["clang-19", "-std=gnu11"];
  const compile = (makes: string, rest: readonly string[]): Promise<unknown> =>
    run(compiler[0]!, [...compiler.slice(1), ...STRICT, ...flags, source, ...rest, "-o", makes], { cwd: folder });
  for (const { path, flags: its } of libraries) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // The linker takes the last name it is told, and all run paths together.
    const runPath = its.some((flag) => flag.includes("-rpath")) ? [] : ["-Wl,-rpath,$ORIGIN"];
    await compile(path, ["-shared", "-fPIC", `-Wl,-soname,${basename(path)}`, ...runPath, ...its]);
  }
  for (const { path, flags: its } of objects) await compile(path, ["-c", "-Wno-unused-command-line-argument", "-fno-semantic-interposition", ...its]);
  for (const { path, flags: words } of archives) await run("llvm-ar-19", ["rcs", ...words.filter(isOption), path, ...words.filter((word) => !isOption(word))], { cwd: folder });
  await compile("main", [...own, ...links]);
}

/** How a machine's compiler is told to make descriptors: x86's way is what the cases say. */
function dialect(machine: string, flag: string): readonly string[] {
  if (!flag.startsWith("-mtls-dialect=") || ["x86_64", "i386"].includes(machine)) return [flag];
  return ["riscv64", "riscv32", "loongarch64"].includes(machine) ? ["-mtls-dialect=desc"] : [];
}

/** Builds a case for a machine: its libraries by the compiler that fixtures are made with, its program, a static one, by another. */
export async function buildStatic(one: Case, { name, module }: Machine, [compiler = "", ...rest]: readonly string[], folder: string, links: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const target = `--target=${module.target.replace("unknown-elf", "linux-gnu")}`;
  for (const { path, flags } of one.libraries) {
    const own = [target, ...module.flags, "-fuse-ld=lld", "-O1", "-shared", "-fPIC", `-Wl,-soname,${path}`];
    await run("clang-19", [...own, one.source, ...flags.flatMap((flag) => dialect(name, flag)), "-o", path], { cwd: folder });
  }
  for (const { path, flags } of one.objects) {
    await run("clang-19", [target, ...module.flags, "-O1", "-c", one.source, ...flags.flatMap((flag) => dialect(name, flag)), "-o", path], { cwd: folder });
  }
  await run(compiler, [...rest, "-std=gnu11", "-O1", "-static", one.source, ...one.flags, ...links, "-o", "main"], { cwd: folder });
}

/** A copy of a built case: cases change what is in their folder. */
export function copyOf(folder: string, name: string): string {
  const copy = `${folder}-${name}`;
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
