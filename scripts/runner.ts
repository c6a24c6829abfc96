// Runs one file of tests in a process of its own.
import { resolve } from "node:path";
import { run } from "node:test";
import { Tally, progress, sayFailure } from "./tally.js";

/** Milliseconds after which a test is taken to hang. */
const PATIENCE = 14 * 60 * 1000;

/** The test runner's own sums. */
const SUMS = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

/** Characters of what a file wrote to stderr that are kept, for when it breaks down. */
const NOISE = 2000;

/** Why a test failed: the message, and where in our own code. */
function reasonOf(error: Error): string {
  const { cause = error } = error;
  if (!(cause instanceof Error)) return String(cause);
  const frames = (cause.stack ?? "").split("\n").filter((line) => /^ +at .*\/build\/js\//.test(line));
  return [cause.message, ...frames.slice(0, 3).map((line) => line.trim())].join("\n");
}

/**
 * Runs a file and says how each of its groups ends.
 *
 * @param path  the file
 * @param file  what it is called
 * @param failures  takes the names of the tests that fail
 */
export async function runFile(path: string, file: string, failures: string[]): Promise<Tally> {
  const tally = new Tally();
  const names: string[] = [];
  let group = new Tally();
  let noise = "";
  // A file that breaks down, and one without a test, is told as if it were a test itself.
  const isFile = (name: string): boolean => resolve(name) === path;
  const count = (what: "passed" | "failed" | "skipped"): void => {
    ++tally[what];
    ++group[what];
    progress(file, tally.ran);
  };

  progress(file, 0);
  const stream = run({ files: [path], concurrency: 1, timeout: PATIENCE });
  stream.on("test:start", ({ name, nesting }) => {
    if (!nesting) group = new Tally();
    names.splice(nesting, Infinity, name);
  });
  stream.on("test:pass", ({ name, nesting, details, skip, todo }) => {
    if (isFile(name)) return;
    if (details.type !== "suite") count(skip === undefined && todo === undefined ? "passed" : "skipped");
    else if (!nesting) group.tell(`  ${name}`);
  });
  stream.on("test:fail", ({ name, nesting, details: { error, type } }) => {
    // A suite fails with its tests, which were told; anything else of it is a failure of its own.
    if ((error as { failureType?: string }).failureType !== "subtestsFailed") {
      count("failed");
      const full = [file, ...(isFile(name) ? [] : [...names.slice(0, nesting), name])].join(" / ");
      failures.push(full);
      sayFailure(full, reasonOf(error) + (isFile(name) ? `\n${noise}` : ""));
    }
    if (type === "suite" && !nesting) group.tell(`  ${name}`);
  });
  const keep = (text: string): void => {
    noise = (noise + text).slice(-NOISE);
  };
  stream.on("test:stderr", ({ message }) => keep(message));
  stream.on("test:diagnostic", ({ message }) => {
    if (!SUMS.test(message)) keep(`${message}\n`);
  });
  for await (const _ of stream);
  progress(file, undefined);
  return tally;
}
