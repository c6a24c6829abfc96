// The cases on wasmtime, where no JavaScript runs: every image is byte for byte that of Node, every fault the same.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fixtureFolder } from "../../fixtures/build.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { WRONG } from "../faults/wrong.js";
import { COMPLETE, layOut } from "../objects/archives.js";
import { objectOf } from "../support/compile.js";
import { type Linked, jobsOf, leftOut, linkAll, refusalsOf } from "../support/jobs.js";
import { linkThere, run } from "./run.js";

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

describe("wasmtime: objects and archives", () => {
  const own = mkdtempSync(join(tmpdir(), "linkwright-wasmtime-objects-"));
  after(() => rmSync(own, { recursive: true, force: true }));
  const SOURCES = {
    one: "int two(int); extern int shared[]; int common[3]; const char *const words[] = {\"one\", \"two\"}; int one(int x) { return two(x) + shared[1] + common[2]; }",
    two: "int far(int); static int calls; __attribute__((constructor)) static void begin(void) { calls = 1; } int two(int x) { return far(x) + calls; }",
    a_member_whose_name_is_long: "int shared[3] = {1, 2, 3}; static _Thread_local int each; int far(int x) { return x + shared[0]; }",
    unwanted: "int unwanted(void) { return 1; }",
  };

  for (const machine of MACHINES) {
    test(`${machine}: sets of them, beside libraries, are what they are on Node`, async () => {
      const path = (name: keyof typeof SOURCES): string => objectOf(own, machine, name, SOURCES[name]);
      const [one, two, third, unwanted] = [path("one"), path("two"), path("a_member_whose_name_is_long"), path("unwanted")];
      const archive = join(own, `some-${machine}.a`), library = join(fixtureFolder(machine), "call.so");
      execFileSync("llvm-ar-19", ["rcs", archive, third, unwanted]);
      const calls = [[one, two, archive], [archive], [one, two, third, library, unwanted], [library, archive, one], [one, two], [one, one]]
        .map((typed, i) => (host: string) => [...typed, "--out", join(own, `${machine}-${i}.${host}`), "--json"]);
      const there = linkAll(calls.map((call) => call("node"))), codes: (string | undefined)[] = [];
      for (const [i, call] of calls.entries()) {
        const told = await linkThere<Linked>(call("wasmtime"));
        assert.deepEqual(told, there[i]);
        codes.push(told.fault?.code);
        if (!told.fault) assert.ok(readFileSync(call("wasmtime").at(-2)!).equals(readFileSync(call("node").at(-2)!)), "the images are the same");
      }
      assert.deepEqual(codes, [undefined, undefined, undefined, "MissingSymbol", "MissingSymbol", "DuplicateSymbol"]);
    });
  }
});

describe("wasmtime: archives of every format", () => {
  const machine = "riscv64", own = layOut(folder, machine), at = (name: string): string => join(own, name);
  const calls = [...COMPLETE.map((name) => [at("main.o"), at(`${name}.a`)]), ...COMPLETE.map((name) => [at(`${name}.a`)])]
    .map((typed, i) => (host: string) => [...typed, "--search", join(own, "../beside"), "--out", join(folder, `archive-${i}.${host}`), "--json"]);
  const there = linkAll(calls.map((call) => call("node")));
  for (const [i, call] of calls.entries()) {
    test(`${COMPLETE[i % COMPLETE.length]!}: ${i < COMPLETE.length ? "members that are wanted" : "all of it"}`, async () => {
      const told = await linkThere<Linked>(call("wasmtime"));
      assert.deepEqual(told, there[i]);
      assert.ok(!told.fault, told.fault?.code);
      assert.ok(readFileSync(call("wasmtime").at(-2)!).equals(readFileSync(call("node").at(-2)!)), "the images are the same");
    });
  }
});

describe("wasmtime: what a call says of files", () => {
  test("the cases that it has no words for", () => {
    assert.deepEqual(Object.keys(leftOut("i386")), [
      "each thread has its own: tls_threads.so", "each thread has its own: tls_threads_initial.so", "each thread has its own: tls_threads_large.so",
      "each thread has its own: tls_threads_described.so", "each thread has its own: tls_threads_large_described.so", "a block that is given back is used again",
      "a bound symbol is led elsewhere, and back", "a function is led elsewhere before it is bound, and back", "a function is led elsewhere behind its first call, and back",
      "the host replaces a function that is bound when it is called", "the host is asked before anybody when a function is called",
      "the host defines what nobody has", "the host defines nothing that somebody has", "the host replaces a function in one module", "the host is asked before anybody",
      "contexts see nothing of each other", "a variable of a module in two contexts is two",
    ]);
  });

  const path = (name: string): string => join(fixtureFolder("riscv64"), name);
  const one = path("choice_other.so"), other = `${fixtureFolder("riscv64")}/./choice_other.so`;
  const calls = [
    // By its second path it is for everybody.
    { typed: [one, other, path("order_user.so"), "--local", one], code: undefined },
    { typed: [one, other, path("order_user.so"), "--local", one, "--local", other], code: "MissingSymbol" },
  ].map(({ typed, code }) => ({ typed: [...typed, "--out", join(folder, "twice"), "--json"], code }));
  for (const { typed, code } of calls) {
    test(`a file that is named twice, ${code ? "local both times" : "local once"}`, async () => {
      const told = await linkThere<Linked>(typed);
      assert.equal(told.fault?.code, code);
      assert.deepEqual(told, linkAll([typed])[0]);
    });
  }

  test("a file that is not there to be local", async () => {
    const { status, stderr } = await run(["link", path("call.so"), "--local", "other.so", "--out", join(folder, "none")]);
    assert.deepEqual([status, stderr.split("\n")[0]], [2, 'linkwright: --local names one of the files, not "other.so"']);
  });
});

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
