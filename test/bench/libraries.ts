// Many libraries that use each other, as a large program has them: what a dynamic linker's time goes into.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { machines } from "../../scripts/machines.js";
import { ROOT } from "../support/files.js";
import { Random } from "../support/random.js";

const run = promisify(execFile);

/** What each defines, and how many functions of others it uses. */
const EXPORTS = 100;
const IMPORTS = 100;
/** How many libraries these are in. */
const NEEDS = 10;
/** Functions that are called through the PLT; the others are called through an address that is taken. */
const CALLS = 60;

const SEED = 1;
const PARALLEL = 2;
/** Sources to a call of the assembler. */
const BATCH = 50;

/** How a function is written on a machine: it returns a number, and adds up what others return. */
interface Assembly {
  readonly returns: (value: number) => string;
  readonly sum: (calls: string) => string;
  readonly call: (name: string) => string;
  readonly callByAddress: (name: string) => string;
}

const ASSEMBLY: Readonly<Record<string, Assembly>> = {
  x86_64: {
    returns: (value) => `mov $${value}, %eax\nret`,
    sum: (calls) => `push %rbx\nxor %ebx, %ebx\n${calls}mov %ebx, %eax\npop %rbx\nret`,
    call: (name) => `call ${name}@PLT\nadd %eax, %ebx\n`,
    callByAddress: (name) => `mov ${name}@GOTPCREL(%rip), %rax\ncall *%rax\nadd %eax, %ebx\n`,
  },
  aarch64: {
    returns: (value) => `mov w0, #${value}\nret`,
    sum: (calls) => `stp x30, x19, [sp, #-16]!\nmov w19, wzr\n${calls}mov w0, w19\nldp x30, x19, [sp], #16\nret`,
    call: (name) => `bl ${name}\nadd w19, w19, w0\n`,
    callByAddress: (name) => `adrp x9, :got:${name}\nldr x9, [x9, :got_lo12:${name}]\nblr x9\nadd w19, w19, w0\n`,
  },
};

/** A function that a library defines. */
interface Exported {
  readonly name: string;
  readonly value: number;
}

/** One library, before it is made. */
interface Library {
  readonly exports: readonly Exported[];
  readonly imports: readonly Exported[];
  /** Numbers of the libraries that it needs. */
  readonly needs: readonly number[];
}

const WORDS = ["core", "graph", "render", "net", "parser", "buffer", "string", "vector", "matrix", "event", "queue", "handler", "context", "stream", "token", "cache", "index", "filter", "signal", "codec"];
const TYPES = ["v", "i", "PKc", "jm", "RKSs", "PvS_", "bd", "St6vectorIiSaIiEE"];

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);
const counted = (word: string): string => `${word.length}${word}`;

/** Names as C++ has them: the beginning is often the same. */
function exportsOf(random: Random, library: number): Exported[] {
  const spaces = [random.of(WORDS), `${random.of(WORDS)}${library}`];
  const classes = Array.from({ length: 8 }, () => capital(random.of(WORDS)) + capital(random.of(WORDS)));
  return Array.from({ length: EXPORTS }, (_, i) => {
    const path = [...spaces, random.of(classes), `${random.of(WORDS)}${i}`];
    return { name: `_ZN${path.map(counted).join("")}E${random.of(TYPES)}`, value: random.below(0xffff) };
  });
}

/** Each uses what came before it, so that they can be loaded one by one; the first uses itself. */
function design(count: number): Library[] {
  const random = new Random(SEED);
  const all: Library[] = [];
  for (let number = 0; number < count; ++number) {
    const exports = exportsOf(random, number);
    const needs = [...new Set(Array.from({ length: number ? NEEDS : 0 }, () => random.below(number)))];
    const imports = new Set<Exported>();
    while (imports.size < IMPORTS) imports.add(random.of(needs.length ? all[random.of(needs)]!.exports : exports));
    all.push({ exports, imports: [...imports], needs });
  }
  return all;
}

/** The name of a library's file; what it adds up is in `sum_<number>`. */
const fileOf = (number: number): string => `lib${number}.so`;

function sourceOf(library: Library, number: number, { returns, sum, call, callByAddress }: Assembly): string {
  const define = (name: string, body: string): string => `.globl ${name}\n.type ${name}, %function\n${name}:\n${body}\n.size ${name}, . - ${name}\n`;
  const calls = library.imports.map(({ name }, i) => (i < CALLS ? call : callByAddress)(name)).join("");
  return [".text\n", ...library.exports.map(({ name, value }) => define(name, returns(value))), define(`sum_${number}`, sum(calls)), '.section .note.GNU-stack, "", %progbits\n'].join("");
}

/** Takes all items, a few at once, in their order. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  await Promise.all(Array.from({ length: PARALLEL }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  }));
}

/** Libraries that are there. */
export interface Libraries {
  readonly folder: string;
  /** What the sums of the first `count` are together, modulo 2^32. */
  readonly sum: (count: number) => number;
  /** The file that needs the first `count`; these are in `counts`. */
  readonly root: (count: number) => string;
}

/**
 * Makes the libraries of a machine, unless they are there.
 *
 * @param counts  for how many of the first there is to be a file that needs them all
 */
export async function makeLibraries(machine: string, counts: readonly number[], say: (what: string) => void): Promise<Libraries> {
  const { module } = machines.find(({ name }) => name === machine)!;
  const all = design(Math.max(...counts));
  const folder = join(ROOT, "build/bench", `${all.length}-libraries-${machine}`);
  const made = join(folder, "made");
  const sources = all.map((library, number) => sourceOf(library, number, ASSEMBLY[machine]!));
  const link = ["ld.lld-19", "-m", module.emulation, "-shared", "--hash-style=gnu", "--strip-all"];
  const wanted = createHash("sha256").update(JSON.stringify([link, module, counts])).update(sources.join("")).digest("hex");
  const rootOf = (count: number): string => `all${count}.so`;
  if (await readFile(made, "utf8").catch(() => "") !== wanted) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    say(`${all.length} libraries are made`);
    await Promise.all(sources.map((source, number) => writeFile(join(folder, `${number}.s`), source)));
    const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH).map((_, j) => `${i * BATCH + j}.s`));
    await eachOf(batches, async (files) => void await run("clang-19", [`--target=${module.target}`, ...module.flags, "-c", ...files], { cwd: folder }));
    const files = (numbers: readonly number[]): string[] => numbers.map(fileOf);
    const done: Promise<unknown>[] = [];
    await eachOf([...all.keys()], async (number) => {
      const { needs } = all[number]!;
      const make = async (): Promise<void> => {
        await Promise.all(needs.map((need) => done[need]));
        await run(link[0]!, [...link.slice(1), `-soname=${fileOf(number)}`, `${number}.o`, ...files(needs), "-o", fileOf(number)], { cwd: folder });
      };
      await (done[number] = make());
      await Promise.all([".s", ".o"].map((ending) => rm(join(folder, `${number}${ending}`))));
    });
    for (const count of counts) await run(link[0]!, [...link.slice(1), ...files([...all.keys()].slice(0, count)), "-o", rootOf(count)], { cwd: folder });
    await writeFile(made, wanted);
  }
  const sums = all.map(({ imports }) => imports.reduce((sum, { value }) => sum + value, 0));
  return {
    folder,
    sum: (count) => sums.slice(0, count).reduce((sum, each) => sum + each, 0) >>> 0,
    root: (count) => join(folder, rootOf(count)),
  };
}
