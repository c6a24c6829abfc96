// Every code is made and worded; misuse.test.ts sees to it that a test provokes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Code } from "../../assembly/words.js";
import { FAULTS } from "../../hosts/node/faults.js";
import { filesBelow } from "../../scripts/files.js";
import { ROOT } from "../support/files.js";

const NAMES = Object.keys(Code).filter((name) => Number.isNaN(Number(name)) && name !== "Ok");

test("every code is made somewhere in the core", () => {
  const core = filesBelow("assembly", /\.ts$/).filter((path) => !path.endsWith("words.ts")).map((path) => readFileSync(join(ROOT, path), "utf8")).join("\n");
  assert.deepEqual(NAMES.filter((name) => !core.includes(`Code.${name}`)), []);
});

test("every code has its words", () => {
  for (const name of NAMES) {
    const words = FAULTS[Code[name as keyof typeof Code]];
    assert.ok(words.means && words.expected && words.remedy, name);
  }
});
