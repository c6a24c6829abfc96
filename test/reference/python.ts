// The reference linker: jobs in, answers out.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../support/files.js";

/** What the reference is to link, and where; addresses are hexadecimal. */
export interface Job {
  readonly files: readonly string[];
  readonly search: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly start: string;
  readonly bytes: number;
  readonly biases: readonly string[];
  /** Where the image goes. */
  readonly out: string;
}

/** What came of it. */
export type Answer =
  | { readonly modules: readonly string[]; readonly missing: readonly string[] }
  | { readonly unsupported: string };

/** Links all of them. */
export function reference(jobs: readonly Job[]): Answer[] {
  const { status, stdout, stderr, error } = spawnSync("python3", [join(ROOT, "test/oracle/link.py")], {
    input: jobs.map((job) => `${JSON.stringify(job)}\n`).join(""), encoding: "utf8", maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONPATH: join(ROOT, "build/tools/python"), PYTHONDONTWRITEBYTECODE: "1" },
  });
  assert.equal(status, 0, error?.message ?? stderr);
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Answer);
}
