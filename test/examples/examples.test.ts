// The examples run, and do what they say.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { ROOT, fixturePath } from "../support/files.js";

function run(name: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(ROOT, "build/js/examples/node", `${name}.js`), ...args], { encoding: "utf8" });
}

describe("examples: thousand", () => {
  for (const file of ["relative_relr.so", "call.so"]) {
    test(file, () => {
      const { status, stdout, stderr } = run("thousand", fixturePath("riscv32", file));
      assert.equal(status, 0, stderr);
      const told = /^1000 of 1000 loads agree, at 1000 places; up to (\d+) waited at once; /.exec(stdout);
      assert.ok(told, stdout);
      assert.ok(Number(told[1]) > 500, `${told[1]} waited at once`);
      assert.match(stdout, /^after unloading, 0 bytes of theirs are mapped$/m);
    });
  }
});

describe("examples: inspected", () => {
  for (const machine of MACHINES) {
    test(machine, () => {
      const { status, stdout, stderr } = run("inspected", fixturePath(machine, "absolute.so"));
      assert.equal(status, 0, stderr);
      const lines = stdout.trimEnd().split("\n");
      assert.equal(lines.length, 4);
      assert.match(lines[0]!, /^absolute\.so: e_machine \d+, (32|64) bits, \d+ bytes of memory, needs nothing$/);
      const found = ["first", "second"].map((which, i) => new RegExp(`^${which} load: at 0x[0-9a-f]+, (\\d+) of (\\d+) symbols found$`).exec(lines[1 + i]!));
      for (const one of found) assert.ok(one && Number(one[1]) > 0 && one[1] === one[2], stdout);
      assert.equal(lines[3], "left: 0 bytes");
    });
  }
});

describe("examples: wrong calls", () => {
  for (const name of ["thousand", "inspected"]) {
    test(name, () => {
      const { status, stderr } = run(name);
      assert.equal(status, 2);
      assert.match(stderr, /^usage: /);
    });
  }
});
