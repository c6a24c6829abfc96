// Runs the command line as a user does.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../support/files.js";

/** The program. */
export const CLI = join(ROOT, "build/js/hosts/node/cli.js");

/** What a run of the program left. */
export interface Run {
  /** null if a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** More environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A program, with arguments, that runs it instead of us. */
  readonly through?: readonly string[];
  /** Called once it is under way. */
  readonly during?: (child: ChildProcess) => unknown;
}

/** No call takes as long as that, and no test waits for ever. */
const PATIENCE_MS = 300_000;

/** A line of a stack trace. */
const TRACE = /\n\s+at /;

/** Runs it to its end. Whatever it was called with, it never shows a stack trace. */
export async function linkwright(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const [program, ...rest] = [...(options.through ?? []), process.execPath, CLI, ...args];
  const child = spawn(program!, rest, {
    cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS, killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...options.env },
  });
  const out: Buffer[] = [], err: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
  options.during?.(child);
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code, by) => settle([code, by]));
  });
  const run: Run = { status, signal, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(err).toString("utf8") };
  assert.doesNotMatch(`\n${run.stdout}\n${run.stderr}`, TRACE, `linkwright ${args.join(" ")} shows a stack trace`);
  return run;
}

/** Runs it, and expects this exit status. */
export async function expectStatus(status: number, args: readonly string[], options?: RunOptions): Promise<Run> {
  const run = await linkwright(args, options);
  assert.equal(run.status, status, `linkwright ${args.join(" ")}: ${run.stderr || run.stdout}`);
  return run;
}

/** Runs it with --json, and answers with what it said. */
export async function json<T>(args: readonly string[], status = 0, options?: RunOptions): Promise<T> {
  const { stdout } = await expectStatus(status, [...args, "--json"], options);
  return JSON.parse(stdout) as T;
}
