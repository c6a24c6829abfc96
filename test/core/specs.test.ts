// The core's specs: as-pect compiles and runs them, and each of their tests is one of ours.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "../support/files.js";

const FOLDER = "test/core/spec";
/** What there are at least: as-pect is content with none. */
const LEAST_TESTS = 345;

/** Milliseconds after which a spec is taken to hang. */
const PATIENCE = 5 * 60 * 1000;

/** What test/core/spec/reporter.js says of a test. */
interface Outcome {
  readonly spec: string;
  readonly groups: readonly string[];
  readonly name: string;
  readonly pass: boolean;
  readonly message: string | null;
  readonly actual?: string;
  readonly expected?: string;
  readonly stack: string | null;
}

const asp = spawnSync(
  process.execPath,
  ["node_modules/@as-pect/cli/bin/asp.js", "--config", `${FOLDER}/as-pect.config.js`, "--as-config", `${FOLDER}/as-pect.asconfig.json`],
  { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26, timeout: PATIENCE },
);
const outcomes = asp.stdout.split("\n").filter((line) => line.startsWith('{"spec"')).map((line) => JSON.parse(line) as Outcome);

function reasonOf({ message, actual, expected, stack }: Outcome): string {
  const places = (stack ?? "").split("\n").filter((line) => line.includes(".spec~"));
  return [message, expected && `expected ${expected}, got ${actual}`, ...places].filter(Boolean).join("\n");
}

for (const name of new Set(outcomes.map(({ groups, spec }) => groups[0] ?? spec))) {
  describe(`core: ${name}`, () => {
    for (const outcome of outcomes.filter(({ groups, spec }) => (groups[0] ?? spec) === name)) {
      test([...outcome.groups.slice(1), outcome.name].join(" / "), () => assert.ok(outcome.pass, reasonOf(outcome)));
    }
  });
}

describe("core: as-pect", () => {
  test("comes to its end", () => {
    const isAllRight = outcomes.every(({ pass }) => pass);
    assert.equal(asp.status, isAllRight ? 0 : 1, `${asp.error ?? ""}${asp.stderr}${asp.stdout.slice(-2000)}`);
  });

  test("ran every spec", () => {
    const specs = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith(".spec.ts")).map((name) => `${FOLDER}/${name}`);
    assert.deepEqual([...new Set(outcomes.map(({ spec }) => spec))].sort(), specs.sort());
    assert.ok(outcomes.length >= LEAST_TESTS, `${outcomes.length} tests`);
  });
});
