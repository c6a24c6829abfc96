// Programs under the library that takes dlopen's place, and proof that it did.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LIBRARIES } from "./own.js";

/** The library, for the machine that this is. */
export const PRELOAD = join(LIBRARIES, "liblinkwright-dl.so");

/** Milliseconds after which a program is taken to hang. */
const PATIENCE = 120_000;

export interface Call {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads; nothing, unless said. */
  readonly input?: string;
}

/** What came of a program. */
export interface Outcome {
  /** How it ended: its exit status, or the name of a signal. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program, by glibc's own loader alone. */
export function runPlain({ command, folder, env = {}, input = "" }: Call): Promise<Outcome> {
  const { LD_PRELOAD: _, LD_LIBRARY_PATH: __, ...inherited } = process.env;
  const [program = "", ...rest] = command;
  return new Promise((done, failed) => {
    const child: ChildProcess = spawn(program, rest, { cwd: folder, env: { ...inherited, LC_ALL: "C.UTF-8", ...env }, detached: true });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) child[name]!.setEncoding("utf8").on("data", (text: string) => (texts[name] += text));
    // What it has started goes with it: the group is its own.
    const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), PATIENCE);
    child.stdin!.on("error", () => undefined).end(input); // who does not read is free to
    child.on("error", (error) => (clearTimeout(timer), failed(error)));
    child.on("close", (status, signal) => (clearTimeout(timer), done({ end: status ?? signal ?? "", ...texts })));
  });
}

/**
 * Runs a program under the library.
 *
 * @param record  a file for what was loaded; it is replaced
 * @returns what came of it, and the paths of all objects that were loaded, by it and by what it started
 */
export async function runPreloaded(call: Call, record: string): Promise<{ outcome: Outcome; loaded: string[] }> {
  if (!existsSync(PRELOAD)) throw new Error(`${PRELOAD} is not built`); // ld.so would only warn, and go on without
  rmSync(record, { force: true });
  const outcome = await runPlain({ ...call, env: { ...call.env, LD_PRELOAD: PRELOAD, LW_COUNT_FILE: record } });
  return { outcome, loaded: existsSync(record) ? readFileSync(record, "utf8").split("\n").filter(Boolean) : [] };
}
