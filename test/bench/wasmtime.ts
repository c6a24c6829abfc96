// Linkwright in wasmtime: the host's own modules, with a program that repeats, and a log that keeps the time.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";
import { takeAll } from "../../scripts/steps.js";
import { wasm } from "../../scripts/wasm.js";
import { ROOT } from "../support/files.js";
import type { Kinds } from "./kinds.js";
import { ABSENT, LOOKUPS, RELOCATIONS, THERE, type Effort, type Row, secondsOf } from "./row.js";

const run = promisify(execFile);

const HOST = "wasmtime";
const PROGRAM = "build/bench/wasmtime.wasm";
const LOG = "build/bench/wasmtime-log.wasm";
const READS = ["test/bench/wasmtime", "hosts/wasmtime", "build/wasmtime/words.ts"];

/** What the program is linked with. */
const PRELOADS: Readonly<Record<string, string>> = {
  memory: "build/wasm/sandbox.wasm",
  source: "build/wasm/wasmtime-source.wasm",
  link: "build/wasm/wasmtime-link.wasm",
  machine: "build/wasm/wasmtime-machine.wasm",
  log: LOG,
  linkwright: "build/wasm/core.wasm",
};

/** A line of what the program prints. */
interface Line {
  readonly count: number;
  readonly nanoseconds: readonly number[];
}

/** Rows of the host in wasmtime. */
export async function wasmtimeRows(kinds: Kinds, { warm, tries, say }: Effort): Promise<Row[]> {
  say(HOST);
  await takeAll([
    wasm("bench-wasmtime", "test/bench/wasmtime/main.ts", PROGRAM, READS),
    wasm("bench-wasmtime-log", "test/bench/wasmtime/log.ts", LOG, READS),
  ], say);
  const wasmtime = process.env.WASMTIME || "build/tools/wasmtime/wasmtime_cli/wasmtime";
  const preloads = Object.entries(PRELOADS).flatMap(([name, path]) => ["--preload", `${name}=${path}`]);
  const files = [kinds.library, kinds.users, kinds.strangers, ...kinds.files.map(({ path }) => path)];
  const { stdout } = await run(wasmtime, ["run", "--dir", join(ROOT, "build/bench"), ...preloads, PROGRAM, String(warm), String(tries), ...files], { cwd: ROOT });
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
  const titles = [...kinds.files.map(({ title }) => [RELOCATIONS, title] as const), [LOOKUPS, THERE] as const, [LOOKUPS, ABSENT] as const];
  if (lines.length !== titles.length) throw new Error(`the program on wasmtime has ${lines.length} things to say, not ${titles.length}`);
  return titles.map(([topic, what], i) => {
    const { count, nanoseconds } = lines[i]!;
    // A RELR table has fewer entries than it relocates words.
    return { topic, what, host: HOST, count: kinds.files[i]?.count ?? count, seconds: secondsOf(nanoseconds.map((one) => one / 1e9)) };
  });
}
