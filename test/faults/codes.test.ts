// Every code is made and worded; misuse.test.ts sees to it that a test provokes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Code } from "../../assembly/words.js";
import { FAULTS } from "../../hosts/node/faults.js";
import { filesOf } from "../support/glob.js";

const NAMES = Object.keys(Code).filter((name) => Number.isNaN(Number(name)) && name !== "Ok");

test("every code is made somewhere in the core", () => {
  const core = filesOf("assembly", ".ts").filter((path) => !path.endsWith("words.ts")).map((path) => readFileSync(path, "utf8")).join("\n");
  assert.deepEqual(NAMES.filter((name) => !core.includes(`Code.${name}`)), []);
});

test("every code has its words", () => {
  for (const name of NAMES) {
    const words = FAULTS[Code[name as keyof typeof Code]];
    assert.ok(words.means && words.expected && words.remedy, name);
  }
});
