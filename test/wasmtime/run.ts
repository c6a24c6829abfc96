// The command line on wasmtime.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../support/files.js";

export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs linkwright on wasmtime, in a folder. */
export function run(args: readonly string[], cwd = process.cwd()): Promise<Run> {
  return new Promise((settle) => {
    execFile("sh", [join(ROOT, "hosts/wasmtime/linkwright.sh"), ...args], { cwd, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      settle({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
}

/** Runs a call of link and answers with what it said. */
export async function linkThere<T extends { readonly fault?: unknown }>(args: readonly string[], cwd?: string): Promise<T> {
  const { status, stdout, stderr } = await run(["link", ...args], cwd);
  assert.notEqual(stdout, "", stderr);
  const told = JSON.parse(stdout) as T;
  assert.equal(status, told.fault ? 1 : 0, stderr);
  return told;
}
