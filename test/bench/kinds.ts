// Files with relocations of one kind each, for the machine that this runs on, and the library that defines what they name.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { machines } from "../../scripts/machines.js";
import { ROOT } from "../support/files.js";
import { namesOf } from "./names.js";

const run = promisify(execFile);

/** Names that the library defines. */
const NAMES = 10_000;
/** How often each is named where names are few. */
const TIMES = 100;
/** Variables of a thread: as many bytes fit into the room that every thread has. */
const VARIABLES = 2_000;

const NAMED = namesOf(NAMES, 1);
const STRANGERS = namesOf(NAMES, 2);
const FEW = NAMED.slice(0, NAMES / TIMES);
const THREADED = namesOf(VARIABLES, 3);

/** A file to be made. */
interface Recipe {
  readonly name: string;
  /** Its C. */
  readonly lines: readonly string[];
  readonly compile?: readonly string[];
  readonly link?: readonly string[];
}

/** Relocations of one kind: what they are called, and how many the file has. */
interface Kind extends Recipe {
  readonly title: string;
  readonly count: number;
}

const functions = (names: readonly string[]): string[] => names.map((name) => `extern void ${name}(void);`);
const variables = (names: readonly string[]): string[] => names.map((name) => `extern _Thread_local char ${name};`);
const pointers = (to: readonly string[]): string => `void *pointers[] = {${to.map((name) => `(void *)${name}`).join(",")}};`;
const LOCAL = [`static char bytes[${NAMES}];`, `char *own[] = {${NAMED.map((_, i) => `bytes + ${i}`).join(",")}};`];

/** What is measured. */
const KINDS: readonly Kind[] = [
  { title: "RELATIVE", name: "relative.so", count: NAMES, lines: LOCAL },
  { title: "RELR", name: "relr.so", count: NAMES, lines: LOCAL, link: ["--pack-dyn-relocs=relr"] },
  { title: "symbolic word, a name each", name: "words.so", count: NAMES, lines: [...functions(NAMED), pointers(NAMED)] },
  {
    title: `symbolic word, a name ${TIMES} times`, name: "again.so", count: NAMES,
    lines: [...functions(FEW), pointers(NAMED.map((_, i) => FEW[i % FEW.length]!))],
  },
  { title: "GLOB_DAT", name: "data.so", count: NAMES, lines: [...functions(NAMED), ...NAMED.map((name, i) => `void *data${i}(void) { return (void *)${name}; }`)] },
  { title: "JUMP_SLOT", name: "slots.so", count: NAMES, lines: [...functions(NAMED), ...NAMED.map((name, i) => `void slot${i}(void) { ${name}(); }`)] },
  {
    title: "TPOFF", name: "static.so", count: VARIABLES, compile: ["-ftls-model=initial-exec"],
    lines: [...variables(THREADED), ...THREADED.map((name, i) => `char *fixed${i}(void) { return &${name}; }`)],
  },
];

/** Defines all names, for every file to be measured. */
const LIBRARY: Recipe = {
  name: "names.so",
  compile: ["-fvisibility=default"],
  lines: [...NAMED.map((name) => `void ${name}(void) {}`), ...THREADED.map((name) => `_Thread_local char ${name};`)],
};

/** Names what the library does not define: to look for what is not there. */
const STRANGER: Recipe = { name: "strangers.so", lines: [...functions(STRANGERS), pointers(STRANGERS)] };

/** One of the files. */
export interface KindFile {
  readonly title: string;
  readonly path: string;
  readonly count: number;
}

/** All that there is to measure with. */
export interface Kinds {
  /** Its symbols are those that are looked up. */
  readonly library: string;
  /** Names in it are those of the library. */
  readonly users: string;
  /** Names in it are of nobody. */
  readonly strangers: string;
  readonly files: readonly KindFile[];
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64", riscv64: "riscv64", loong64: "loongarch64" };

/** The name of the machine that this runs on. */
export function ownMachine(): string {
  const name = ARCHITECTURES[process.arch];
  if (!name) throw new Error(`benchmarks run on ${Object.values(ARCHITECTURES).join(", ")}; this is ${process.arch}`);
  return name;
}

/** Makes what is not there yet. */
export async function makeKinds(): Promise<Kinds> {
  const folder = join(ROOT, "build/bench/kinds");
  await mkdir(folder, { recursive: true });
  // Their own definitions are hidden but for the library's: nothing is to be found in them.
  for (const recipe of [LIBRARY, STRANGER, ...KINDS]) await make(folder, recipe);
  const at = ({ name }: Recipe): string => join(folder, name);
  return {
    library: at(LIBRARY),
    users: at(KINDS.find(({ name }) => name === "words.so")!),
    strangers: at(STRANGER),
    files: KINDS.map((kind) => ({ title: kind.title, path: at(kind), count: kind.count })),
  };
}

async function make(folder: string, recipe: Recipe): Promise<void> {
  const path = join(folder, recipe.name), source = `${path}.c`, object = `${path}.o`, stamp = `${path}.stamp`;
  const name = ownMachine();
  const { module } = machines.find((machine) => machine.name === name)!;
  const commands: readonly (readonly string[])[] = [
    ["clang-19", `--target=${module.target}`, ...module.flags, "-O1", "-fPIC", "-ffreestanding", "-fvisibility=hidden", "-fno-asynchronous-unwind-tables",
      ...(recipe.compile ?? []), "-w", "-c", source, "-o", object],
    ["ld.lld-19", "-m", module.emulation, "-shared", "--strip-all", "-z", "now", `-soname=${recipe.name}`, ...(recipe.link ?? []), object, "-o", path],
  ];
  const text = recipe.lines.join("\n");
  const wanted = createHash("sha256").update(JSON.stringify(commands) + text).digest("hex");
  if (await readFile(stamp, "utf8").catch(() => "") === wanted) return;
  await writeFile(source, text);
  for (const [program, ...args] of commands) await run(program!, args);
  await writeFile(stamp, wanted);
}
