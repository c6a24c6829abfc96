// What is generated is as its generator makes it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { ROOT } from "../support/files.js";

function check(script: string): void {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "build/js/scripts", script), "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

describe("api: generated documents", () => {
  test("docs/faults.md has the words of every code", () => check("faults.js"));

  test("docs/relocations.md has every row of the core's tables, and what proves it", () => check("relocations.js"));

  test("docs/faults.md names every code", () => {
    const text = readFileSync(join(ROOT, "docs/faults.md"), "utf8");
    const codes = Object.entries(Code).filter((entry): entry is [string, number] => typeof entry[1] === "number" && entry[1] !== 0);
    for (const [name, code] of codes) assert.ok(text.includes(`| \`${name}\` 0x${code.toString(16).padStart(4, "0")} |`), name);
  });
});
