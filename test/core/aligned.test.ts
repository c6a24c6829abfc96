// The core's own words are aligned: its C says so to the compiler (scripts/translation.ts), which takes it at its word.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { machines } from "../../scripts/machines.js";
import { accessesOf, writeChecked } from "../support/aligned.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";

const folder = ownFolder();
const wasm = (name: string): string => join(ROOT, "build/wasm", `${name}.wasm`);

const MODULES = ["core", ...machines.flatMap(({ name }) => [`core.${name}`, `program.${name}`])];

/** What goes through all of it: each machine's cases, wrong files, and objects. */
const THROUGH = ["node/cases", "faults/files", "faults/beside", "faults/fuzz", "objects/merging", "objects/regions"];

/** Two words, of which the second is asked for at an address. */
const PROBE = `(module (memory 1) (func (export "at") (param i32) (result i64)
  local.get 0
  i64.load offset=8))`;

describe("core: alignment", () => {
  for (const name of MODULES) {
    test(`${name}.wasm says of no load and no store that it may be anywhere`, () => {
      const { count, odd } = accessesOf(wasm(name));
      assert.ok(count > 100, `${count} loads and stores`);
      assert.deepEqual(odd, []);
    });
  }

  test("what is not aligned traps where that is asked for", () => {
    const path = join(folder, "probe.wasm");
    writeChecked(PROBE, path);
    const { at } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path))).exports as { at(address: number): bigint };
    assert.equal(at(8), 0n);
    for (const odd of [1, 4, 12]) assert.throws(() => at(odd), WebAssembly.RuntimeError);
  });

  const trapping = join(folder, "core.wasm");
  for (const name of THROUGH) {
    test(`nothing traps: ${name}`, () => {
      writeChecked(accessesOf(wasm("core")).text, trapping);
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", join(ROOT, "build/js/test/support/trapping.js"), join(ROOT, "build/js/test", `${name}.test.js`)], {
        encoding: "utf8", maxBuffer: 1 << 28, env: { ...env, LW_TRAPPING: trapping },
      });
      assert.equal(status, 0, `${stdout.split("\n").filter((line) => /^ *not ok/.test(line)).slice(0, 9).join("\n")}\n${stderr}`);
    });
  }
});
