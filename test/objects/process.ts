// test/objects/process.c for some objects: with the part of the C library that they want, by name.

import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "../../fixtures/list.js";
import { muslFolder } from "../../scripts/musl.js";
import { compilerFor, runnerFor } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";
import { type Compiled, INPUTS, type Outcome } from "./linked.js";
import { symbolsOf } from "./symbols.js";

const run = promisify(execFile);

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PATIENCE_MS = 240_000;

/** Runs a program to its end. */
export function ended([command = "", ...args]: readonly string[], input: string, cwd: string): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, stdio: ["pipe", "pipe", "pipe"], timeout: PATIENCE_MS, killSignal: "SIGKILL" });
    let stdout = "", stderr = "";
    child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString("latin1")));
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString("latin1")));
    child.stdin.on("error", () => {}); // it ended early: its status says why
    child.on("error", failed);
    child.on("close", (status, signal) => done({ status, signal, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** What no C library has: this loader, or the linker, does. */
const NOBODYS = /^(_GLOBAL_OFFSET_TABLE_|_DYNAMIC|__dso_handle|___?tls_get_addr|__tls_get_offset|_TLS_MODULE_BASE_|__(start|stop|init_array|fini_array|preinit_array|exidx|eh_frame|ehdr)_\w+|__global_pointer\$)$/;

/** A table of what objects want of others. */
function tableFor(objects: readonly string[]): string {
  const all = objects.map(symbolsOf), defined = new Set(all.flatMap((one) => one.defined)), weak = new Set(all.flatMap((one) => one.weak));
  const names = [...new Set([...all.flatMap((one) => one.wanted), ...weak])].filter((name) => !defined.has(name) && !NOBODYS.test(name)).sort();
  return [
    ...names.map((name, i) => `extern char own_${i}[] __asm__("${name}")${weak.has(name) ? " __attribute__((weak))" : ""};`),
    "const struct { const char *name; void *address; } symbols[] = {", ...names.map((name, i) => `  {"${name}", own_${i}},`), "  {0, 0},", "};", "",
  ].join("\n");
}

/** Makes the process; answers with its path. Its library is there: scripts/musl.ts. */
export async function processFor(machine: Machine, objects: readonly string[], isCpp: boolean, folder: string): Promise<string> {
  const [zig = "", , ...args] = compilerFor(machine), path = join(folder, "process"), table = join(folder, "symbols.c");
  writeFileSync(table, tableFor(objects));
  const flags = ["-O1", "-Wno-builtin-declaration-mismatch", `-I${join(ROOT, "build/linux/include")}`];
  const made: string[] = [];
  for (const source of [join(ROOT, "test/objects/process.c"), table]) {
    made.push(join(folder, `process-${made.length}.o`));
    await run(zig, ["cc", ...args, ...flags, "-c", source, "-o", made.at(-1)!]);
  }
  await run(zig, [isCpp ? "c++" : "cc", ...args, "-static", ...made, join(ROOT, muslFolder(machine), "liblinkwright.a"), "-o", path], { maxBuffer: 1 << 24 });
  return path;
}

/** Runs programs of one machine in processes: one for all, and another for what is left when one crashed. */
export async function runInProcesses(machine: Machine, programs: readonly Compiled[], folder: string): Promise<Outcome[]> {
  const files = programs.map(({ objects, archive }) => [...objects, ...(archive === undefined ? [] : [archive])]);
  const path = await processFor(machine, programs.flatMap(({ all }) => all), true, folder);
  const outcomes: Outcome[] = [];
  while (outcomes.length < programs.length) {
    const { status, signal, stdout, stderr } = await ended([...runnerFor(machine), path, ...INPUTS], files.slice(outcomes.length).map((one) => `${one.join(" ")}\n`).join(""), folder);
    for (const line of stdout.split("\n").slice(0, -1)) outcomes.push(line.startsWith("refused") ? { numbers: [], problem: line } : { numbers: line.split(" ") });
    if (status !== 0) outcomes.push({ numbers: [], problem: `the process ended with ${signal ?? status}: ${stderr.slice(-300)}` });
    else if (outcomes.length < programs.length) throw new Error(`${machine}'s process says too little`);
  }
  return outcomes.slice(0, programs.length);
}
