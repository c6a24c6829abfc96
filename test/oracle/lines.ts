// Talks with a process in lines of JSON: questions in, an answer for each out.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** The answers of a program to these questions. */
export async function lines<T>(program: string, args: readonly string[], questions: readonly unknown[], env: Readonly<Record<string, string>> = {}): Promise<T[]> {
  const child = spawn(program, args, { env: { ...process.env, ...env } });
  child.stdin.on("error", () => {}); // it ended early: its status and stderr say why
  child.stdin.end(questions.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  assert.equal(status, 0, stderr);
  const answers = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as T);
  assert.equal(answers.length, questions.length);
  return answers;
}
