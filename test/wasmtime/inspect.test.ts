// What inspect says on wasmtime is what it says on Node, which also judges who would load the file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fixturesOf } from "../../fixtures/build.js";
import { MACHINES } from "../../fixtures/list.js";
import { linkwright } from "../cli/linkwright.js";
import { ROOT, fixturePath } from "../support/files.js";
import { run } from "./run.js";

/** What Node says of files with --json, all of them inspected in one process. */
function inspectAll(paths: readonly string[]): { verdicts?: unknown }[] {
  const text = execFileSync(process.execPath, [join(ROOT, "build/js/test/oracle/inspect.js"), ...paths], { encoding: "utf8", maxBuffer: 1 << 28 });
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as { verdicts?: unknown });
}

for (const [i, machine] of MACHINES.entries()) {
  describe(`wasmtime: inspect on ${machine}`, () => {
    // Each machine has its share of the fixtures.
    const paths = fixturesOf(machine).map(({ name }) => fixturePath(machine, name)).filter((path, k) => k % MACHINES.length === i && existsSync(path));
    const there = inspectAll(paths);
    for (const [k, path] of paths.entries()) {
      test(path.split("/").at(-1)!, async () => {
        const { status, stdout, stderr } = await run(["inspect", path, "--json"]);
        assert.equal(status, 0, stderr);
        const { verdicts, ...facts } = there[k]!;
        assert.ok(verdicts);
        assert.deepEqual(JSON.parse(stdout), facts);
      });
    }
  });
}

describe("wasmtime: inspect, for people", () => {
  for (const name of ["versions.so", "versions_user.so", "tls.so", "choose_own.so", "call_now.so", "absolute_relr.so", "executable"]) {
    test(name, async () => {
      const path = fixturePath("x86_64", name), here = await run(["inspect", path]), there = await linkwright(["inspect", path]);
      assert.equal(here.status, 0, here.stderr);
      assert.equal(here.stdout, there.stdout.slice(0, there.stdout.indexOf("\nwould load it\n")));
    });
  }
});
