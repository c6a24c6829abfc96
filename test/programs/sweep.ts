// Every library that glibc's own dlopen loads, through ours: alike, its symbols in the same places, and everything given back.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { sharedIn } from "../corpus/gather.js";
import { type Call, type Outcome, runPlain, runPreloaded } from "../linux/preload.js";
import { ROOT } from "../support/files.js";

const run = promisify(execFile);

/** Where a Debian has its libraries, and those that are not on any search path. */
const SYSTEM = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/llvm-19/lib", "/usr/lib/python3.11/lib-dynload"];

/** A library, and where what it needs is found if the system has not got it. */
export interface Swept {
  readonly path: string;
  readonly search: readonly string[];
}

/** The libraries that are installed; ld.so itself is in every process. */
export function installed(): Swept[] {
  return SYSTEM.filter((folder) => existsSync(folder)).flatMap((folder) => sharedIn(folder)).filter((path) => !/\/ld-linux[^/]*$/.test(path)).map((path) => ({ path, search: [] }));
}

/** The libraries of what was unpacked into a folder, as a system's root. */
export function unpackedIn(root: string): Swept[] {
  const search = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib"].map((path) => join(root, path)).filter((path) => existsSync(path));
  return sharedIn(root).map((path) => ({ path, search }));
}

/** Builds the program that looks at a library; answers with its path. */
export async function buildSweep(): Promise<string> {
  const folder = join(ROOT, "build/programs"), program = join(folder, "sweep");
  mkdirSync(folder, { recursive: true });
  await run("clang-19", ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-fuse-ld=lld", join(ROOT, "test/programs/sweep.c"), "-o", program]);
  return program;
}

/** What the program said. */
interface Said {
  /** How it was opened, how many symbols are where the file says, and all that are elsewhere. */
  readonly facts: readonly string[];
  readonly symbols: number;
  readonly left: readonly string[];
  readonly grown: number;
}

/** What it said, or why it did not. */
function saidBy({ end, stdout }: Outcome): Said | string {
  const lines = stdout.split("\n").filter(Boolean);
  if (end !== 0) return `it ended with ${end}${lines.length ? ` behind "${lines.at(-1)}"` : ""}`;
  if (lines[0]?.startsWith("refused")) return lines[0];
  const all = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return { facts: lines.filter((line) => !/^(left|grown) /.test(line)), symbols: Number(all("symbols")[0] ?? 0), left: all("left"), grown: Number(all("grown")[0]) };
}

/** Why ours is not as good as glibc's; nothing, if it is. Whatever glibc unloads and does not leak, so do we. */
function problemOf(path: string, glibc: Said, ours: Said | string): string | undefined {
  if (typeof ours === "string") return ours;
  const other = glibc.facts.findIndex((fact, i) => fact !== ours.facts[i]);
  if (other >= 0) return `${ours.facts[other] ?? "nothing"}, where glibc has ${glibc.facts[other]}`;
  // Of libraries that have a unique symbol one stays: which one, is the loader's to choose.
  const mayStay = !glibc.facts.includes("unique 0");
  const left = ours.left.filter((other) => !glibc.left.includes(other) && !(mayStay && other === path));
  if (left.length) return `it leaves ${left.join(" ")}`;
  if (glibc.left.includes(path)) return undefined; // glibc keeps it, for its unique symbols, and sets it up once
  return ours.grown > Math.max(0, glibc.grown) ? `it leaves ${ours.grown} bytes each time, and glibc ${glibc.grown}` : undefined;
}

/** What came of a library. */
export interface Verdict {
  readonly path: string;
  /** Why glibc did not load it; then it counts for nothing. */
  readonly without?: string;
  readonly problem?: string | undefined;
  readonly symbols: number;
  readonly objects: number;
}

/** Looks at one. */
async function verdictOf(program: string, { path, search }: Swept, record: string): Promise<Verdict> {
  const call: Call = { command: [program, path], folder: "/", ...(search.length ? { env: { LD_LIBRARY_PATH: search.join(":") } } : {}) };
  const glibc = saidBy(await runPlain(call));
  if (typeof glibc === "string") return { path, without: glibc, symbols: 0, objects: 0 };
  const { outcome, loaded } = await runPreloaded(call, record);
  const ours = saidBy(outcome);
  const problem = problemOf(path, glibc, ours) ?? (loaded.includes(path) ? undefined : "it did not go through us");
  return { path, problem, symbols: typeof ours === "string" ? 0 : ours.symbols, objects: loaded.length };
}

/**
 * Sweeps over libraries, two at once.
 *
 * @param folder  for what it writes down meanwhile
 * @param say  told of each that is not loaded alike
 */
export async function sweep(libraries: readonly Swept[], folder: string, say: (line: string) => void): Promise<Verdict[]> {
  const program = await buildSweep(), waiting = [...libraries], verdicts: Verdict[] = [];
  const work = async (index: number): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const verdict = await verdictOf(program, one, join(folder, `loaded-${index}`));
      verdicts.push(verdict);
      if (verdict.problem !== undefined) say(`${verdict.path}: ${verdict.problem}`);
    }
  };
  await Promise.all([0, 1].map(work));
  return verdicts;
}

/** A line of it. */
export function wordsOf(verdicts: readonly Verdict[]): string {
  const loaded = verdicts.filter(({ without }) => without === undefined), alike = loaded.filter(({ problem }) => problem === undefined);
  const sum = (count: (one: Verdict) => number): number => alike.reduce((total, one) => total + count(one), 0);
  return `${verdicts.length} libraries, ${loaded.length} that glibc loads, ${alike.length} that we load alike; ${sum((one) => one.symbols)} symbols, ${sum((one) => one.objects)} objects through us`;
}
