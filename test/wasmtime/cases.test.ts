// The cases on wasmtime, where no JavaScript runs: every image is byte for byte that of Node, every fault the same.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fixtureFolder } from "../../fixtures/build.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { WRONG } from "../faults/wrong.js";
import { type Linked, jobsOf, linkAll, refusalsOf } from "../support/jobs.js";
import { linkThere } from "./run.js";

const folder = mkdtempSync(join(tmpdir(), "linkwright-wasmtime-"));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const machine of MACHINES) {
  describe(`wasmtime: ${machine}`, () => {
    const jobs = jobsOf(machine);
    const images = jobs.map((_, i) => join(folder, `${machine}-${i}`));
    const call = (i: number, host: string): string[] => [...jobs[i]!.typed, "--out", `${images[i]!}.${host}`, "--json"];
    const there = linkAll(jobs.map((_, i) => call(i, "node")));
    for (const [i, job] of jobs.entries()) {
      test(job.name, async () => {
        const told = await linkThere<Linked>(call(i, "wasmtime"));
        assert.deepEqual(told, there[i]);
        assert.ok(!told.fault, told.fault?.code);
        assert.ok(readFileSync(`${images[i]!}.wasmtime`).equals(readFileSync(`${images[i]!}.node`)), "the images are the same");
      });
    }
    refusals(machine);
  });
}

/** Loads that are refused. */
function refusals(machine: Machine): void {
  const all = refusalsOf(machine);
  const calls = all.map(({ typed }) => [...typed, "--out", join(folder, "none"), "--json"]);
  const there = linkAll(calls);
  for (const [i, { name, code }] of all.entries()) {
    test(name, async () => {
      const told = await linkThere<Linked>(calls[i]!);
      assert.equal(told.fault?.code, code);
      assert.deepEqual(told, there[i]);
    });
  }
}

describe("wasmtime: files that are wrong", () => {
  const machine = "riscv32";
  const all = WRONG.filter((one) => !one.machines || one.machines(machine)).filter((one) => !one.library && !one.call && !one.defines && !one.pageBytes && !one.memoryLimit && !one.base);
  const calls = all.map((one, i) => {
    const path = join(folder, `wrong-${i}.so`);
    writeFileSync(path, one.make(machine).bytes);
    return [path, "--search", fixtureFolder(machine), "--out", join(folder, "none"), "--json"];
  });
  const there = linkAll(calls);
  for (const [i, one] of all.entries()) {
    test(one.name, async () => {
      const told = await linkThere<Linked>(calls[i]!);
      assert.equal(told.fault?.code, one.make(machine).expected.code);
      assert.deepEqual(told, there[i]);
    });
  }
});
