// Objects to be loaded: one that is large, many that are small, and one that is all relocations. A linker makes a library of the same.

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackNpm } from "../../../scripts/npm.js";
import { packageFiles, unpackTo } from "../../../scripts/packages.js";
import { type Command, type Step, takeAll } from "../../../scripts/steps.js";
import { ROOT } from "../../support/files.js";
import type { Subject } from "./subjects.js";

const FOLDER = "build/bench/objects";
const SOURCES = "test/bench/peers/subjects";
const SQLITE = { name: "better-sqlite3", version: "12.4.1" };
const ZLIB = { name: "zlib", version: "1:1.2.13.dfsg-1", architecture: "source" };

/** Who needs another comes behind it: some link objects one by one. */
const ZLIB_FILES = ["adler32", "crc32", "zutil", "trees", "deflate", "inftrees", "inffast", "inflate", "compress", "uncompr"];

/** How many relocations the generated one has, half of them in code and half in data, and what they are about. */
const MANY = 10_000, LEAVES = 100;

/** What a set of objects is. */
export interface Objects extends Subject {
  /** In a linker's order; `path` is the library. */
  readonly objects: readonly string[];
  /** Sections that are to be in memory, and relocations of these. */
  readonly sections: number;
  readonly relocations: number;
}

/** How a machine's are compiled. */
export interface Compiler {
  readonly folder: string;
  readonly command: Command;
  /** What needs nothing but the others of its set. */
  readonly isWhole?: boolean;
}

/** References through the GOT are of the plain type: Relink knows no other. */
export const OWN: Compiler = {
  folder: process.arch,
  command: ["clang-19", "-fuse-ld=lld-19", ...(process.arch === "x64" ? ["-Wa,-mrelax-relocations=no"] : [])],
};

const FLAGS = ["-O2", "-fPIC", "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-w"];

/** A table of function pointers, and functions that call others. */
function manyRelocations(): string {
  const leaf = (i: number): string => `leaf${i % LEAVES}`;
  const calls = Array.from({ length: MANY / 2 / 50 }, (_, i) => `unsigned calls${i}(unsigned x) { ${Array.from({ length: 50 }, (_, j) => `x = ${leaf(i * 7 + j)}(x);`).join(" ")} return x; }`);
  return [
    ...Array.from({ length: LEAVES }, (_, i) => `__attribute__((noinline)) unsigned leaf${i}(unsigned x) { return x * ${2 * i + 3}u + ${i}u; }`),
    ...calls,
    `static unsigned (*volatile table[])(unsigned) = { ${Array.from({ length: MANY / 2 - calls.length }, (_, i) => leaf(i * 3)).join(", ")} };`,
    `static unsigned (*volatile callers[])(unsigned) = { ${calls.map((_, i) => `calls${i}`).join(", ")} };`,
    "unsigned long answer(const char *text, unsigned long bytes) {",
    "  unsigned x = (unsigned)bytes;",
    "  for (unsigned i = 0; i < sizeof table / sizeof *table; ++i) x = table[i](x);",
    "  for (unsigned i = 0; i < sizeof callers / sizeof *callers; ++i) x = callers[i](x);",
    "  return x;",
    "}",
  ].join("\n");
}

interface Recipe {
  readonly name: string;
  readonly sources: readonly string[];
  readonly flags: readonly string[];
}

function recipes({ isWhole = false }: Compiler): readonly Recipe[] {
  const all = [
    { name: "sqlite", sources: [`${SOURCES}/sqlite.c`], flags: [`-I${FOLDER}/sqlite/package/deps/sqlite3`, "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION"] },
    {
      name: "zlib", sources: [...(isWhole ? [`${SOURCES}/libc.c`] : []), ...ZLIB_FILES.map((name) => `${FOLDER}/zlib/${name}.c`), `${SOURCES}/zlib.c`],
      flags: ["-ffunction-sections", "-fdata-sections", `-I${FOLDER}/zlib`],
    },
    { name: "relocations", sources: [`${FOLDER}/relocations.c`], flags: [] },
  ];
  return isWhole ? all.slice(1) : all;
}

const objectOf = (folder: string, source: string): string => `${folder}/${source.split("/").at(-1)!.replace(/\.c$/, ".o")}`;

function stepsOf({ folder, command }: Compiler, { name, sources, flags }: Recipe): Step {
  const at = `${FOLDER}/${folder}/${name}`;
  const objects = sources.map((source) => objectOf(at, source));
  return {
    name: `objects ${folder} ${name}`, reads: [...sources], makes: [...objects, `${at}/lib${name}.so`],
    commands: [
      ["mkdir", "-p", at],
      ...sources.map((source, i) => [...command, ...FLAGS, ...flags, "-c", source, "-o", objects[i]!]),
      [...command, "-shared", "-Wl,-z,now", "-Wl,--hash-style=gnu", ...objects, "-o", `${at}/lib${name}.so`],
    ],
  };
}

const SHT_RELA = 4, SHT_REL = 9, SHF_ALLOC = 2n;

/** Counts sections that are to be in memory, and their relocations, in a file of 64 bits. */
function counted(bytes: Buffer): readonly [sections: number, relocations: number] {
  const headers = Number(bytes.readBigUInt64LE(40)), count = bytes.readUInt16LE(60);
  const header = (i: number): number => headers + i * 64;
  const isLoaded = (i: number): boolean => (bytes.readBigUInt64LE(header(i) + 8) & SHF_ALLOC) !== 0n;
  let sections = 0, relocations = 0;
  for (let i = 1; i < count; ++i) {
    const type = bytes.readUInt32LE(header(i) + 4);
    if (isLoaded(i)) ++sections;
    if ((type === SHT_RELA || type === SHT_REL) && isLoaded(bytes.readUInt32LE(header(i) + 44))) relocations += Number(bytes.readBigUInt64LE(header(i) + 32) / bytes.readBigUInt64LE(header(i) + 56));
  }
  return [sections, relocations];
}

/** Fetches and makes what is not there; of sets that are whole, SQLite is none. */
export async function makeObjects(compiler: Compiler, say: (what: string) => void): Promise<Readonly<Record<"sqlite" | "zlib" | "relocations", Objects>>> {
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  if (!existsSync(join(ROOT, FOLDER, "sqlite/package/deps/sqlite3/sqlite3.c"))) unpackNpm(SQLITE, join(ROOT, FOLDER, "sqlite"), say);
  if (!existsSync(join(ROOT, FOLDER, "zlib/zutil.c"))) unpackTo(join(ROOT, FOLDER, "zlib"), packageFiles([ZLIB], say)[0]!);
  const generated = join(ROOT, FOLDER, "relocations.c"), text = manyRelocations();
  if (await readFile(generated, "utf8").catch(() => undefined) !== text) await writeFile(generated, text);
  await takeAll(recipes(compiler).map((recipe) => stepsOf(compiler, recipe)), say);
  const made = await Promise.all(recipes(compiler).map(async ({ name, sources }) => {
    const at = join(ROOT, FOLDER, compiler.folder, name);
    const objects = sources.map((source) => objectOf(at, source));
    const counts = await Promise.all(objects.map(async (object) => counted(await readFile(object))));
    const [sections, relocations] = [0, 1].map((i) => counts.reduce((sum, each) => sum + each[i]!, 0)) as [number, number];
    return [name, { path: `${at}/lib${name}.so`, objects, symbol: "answer", text: "seventeen letters", preload: [], sections, relocations }] as const;
  }));
  return Object.fromEntries(made) as unknown as Awaited<ReturnType<typeof makeObjects>>;
}
