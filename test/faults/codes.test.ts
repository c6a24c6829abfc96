// Every code has a test that provokes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Code } from "../../assembly/words.js";
import { FAULTS } from "../../hosts/node/faults.js";
import { ROOT } from "../support/files.js";
import { filesOf } from "../support/glob.js";
import { MACHINES } from "../../fixtures/list.js";
import { WRONG } from "./wrong.js";

const NAMES = Object.keys(Code).filter((name) => Number.isNaN(Number(name)) && name !== "Ok");

test("every code is provoked by a wrong file, or by a call whose test is named after it", () => {
  const misuse = readFileSync(join(ROOT, "test/faults/misuse.test.ts"), "utf8");
  const titles = [...misuse.matchAll(/^ {2}test\("([^"]+)"/gm)].map(([, title]) => title!);
  const named = titles.flatMap((title) => title.slice(0, title.indexOf(":")).split(" and "));
  const provoked = new Set([...WRONG.map(({ make, machines }) => make(MACHINES.find((machine) => !machines || machines(machine))!).expected.code as string), ...named]);
  assert.deepEqual(NAMES.filter((name) => !provoked.has(name)), []);
});

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
