// Talks with a process in lines of JSON: questions in, an answer for each out.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/** The answers of a program to these questions. */
export function lines<T>(program: string, args: readonly string[], questions: readonly unknown[], env: Readonly<Record<string, string>> = {}): T[] {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    input: questions.map((one) => `${JSON.stringify(one)}\n`).join(""), encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, ...env },
  });
  assert.equal(status, 0, error?.message ?? stderr);
  const answers = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as T);
  assert.equal(answers.length, questions.length);
  return answers;
}
