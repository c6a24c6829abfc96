// Objects that lie in the target, kinds of memory on the machines, and what objects need: plan, link, run, test and tree.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { objectOf } from "../support/compile.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus, json } from "./linkwright.js";

const folder = ownFolder();
const SOURCE = `
const unsigned char font[5000] = {1, 2, 3};
int counter = 3;
__attribute__((noinline)) int twice(int x) { return x + x; }
int (*volatile through)(int) = twice;
int check(int x) { return through(x) + font[x] + counter++; }
int test_check(void) { return check(1) != 7; }
`;
const FLAGS = ["-ffunction-sections", "-fno-asynchronous-unwind-tables"];

interface Sections { readonly modules: readonly { readonly sections: readonly { name: string; address: string; bytes: number; copied: string }[]; readonly linked: { inPlace: { count: number; bytes: number } } }[] }
interface Ran { readonly result: string; readonly modules: readonly { readonly base: string }[]; readonly inPlace?: number; readonly copied?: readonly { section: string; why: string }[] }

describe("cli: objects in place", () => {
  const object = objectOf(folder, "riscv64", "placed", SOURCE, FLAGS), place = `${object}=0x20000000`;

  test("plan says what stays, and why the rest is copied", async () => {
    const { modules: [module] } = await json<Sections>(["plan", object, "--in-place", place]);
    const found = new Map(module!.sections.map((one) => [one.name, one]));
    assert.deepEqual([".text.twice", ".rodata", ".text.check", ".data"].map((name) => found.get(name)?.copied ?? name), ["Not", "Not", "Relocated", found.has(".data") ? "Written" : ".data"]);
    assert.ok(BigInt(found.get(".rodata")!.address) >> 16n === 0x2000n);
    assert.ok(module!.linked.inPlace.count >= 2 && module!.linked.inPlace.bytes > 5000);
    const { stdout } = await expectStatus(0, ["plan", object, "--in-place", place]);
    assert.match(stdout, /\.text\.twice +0x200000[0-9a-f]+ +\d+  in place\n/);
    assert.match(stdout, /\.text\.check +0x10[0-9a-f]+ +\d+  copied: it is relocated\n/);
    assert.match(stdout, /\n\d+ bytes in place, \d+ in memory of their own\n\nmodule/);
    assert.match(stdout, /sections in place +\d+ +5\d\d\d\n/);
  });

  test("link writes the rest, and says the same", async () => {
    const { stdout } = await expectStatus(0, ["link", object, "--in-place", place, "--out", join(folder, "image")]);
    assert.match(stdout, /\.rodata +0x2000[0-9a-f]+ +5000  in place\n/);
  });

  test("what is named wrongly is refused", async () => {
    for (const [value, words] of [["x", /is FILE=ADDR/], ["other.o=1", /names one of the files/], [`${object}=y`, /the address of/]] as const) {
      assert.match((await expectStatus(2, ["plan", object, "--in-place", value])).stderr, words);
    }
    assert.match((await expectStatus(2, ["run", object, "--in-place", "other.o"])).stderr, /names one of the files/);
    assert.match((await expectStatus(2, ["test", object, "--in-place", "other.o"])).stderr, /names one of the files/);
    assert.match((await expectStatus(2, ["run", object, "--region", "flash"])).stderr, /--region is NAME=/);
  });

  test("a segment without room is told, and where it was looked for", async () => {
    const { stderr } = await expectStatus(1, ["plan", object, "--region", "flash=rx@0x100000+64K", "--region", "ram=rw@0x200000+2K"]);
    assert.match(stderr, /place +\S+: segment rw-, aligned to 4096\n/);
    assert.match(stderr, /found +\d+ bytes, which were looked for in ram\n/);
    assert.match(stderr, /remedy +make a kind of memory larger/);
  });
});

describe("cli: machines with kinds of memory", () => {
  for (const machine of MACHINES) {
    const object = objectOf(folder, machine, "spread", SOURCE, FLAGS);
    test(`run keeps to the addresses, and uses in place: ${machine}`, async () => {
      const spread = await json<Ran>(["run", object, "--call", "check", "--arg", "1", "--region", "flash=rx@0x100000+64K", "--region", "ram=rw@0x200000+64K"]);
      assert.equal(spread.result, "7");
      assert.equal(BigInt(spread.modules[0]!.base) >> 16n, 0x10n);
      const placed = await json<Ran>(["run", object, "--call", "check", "--arg", "1", "--in-place", object]);
      assert.equal(placed.result, "7");
      assert.ok(placed.inPlace! > 5000 && placed.copied!.some(({ section, why }) => section === ".text.check" && why === "relocated"), JSON.stringify(placed));
    });
  }

  test("test does, too; without room on the machine it is told", async () => {
    const object = objectOf(folder, "riscv64", "tested", SOURCE, FLAGS);
    assert.match((await expectStatus(0, ["test", object, "--in-place", object, "--region", "rom=rx@0x84000000+64K", "--region", "ram=rw@0x85000000+64K"])).stdout, /^ok 1 /m);
    const { stderr } = await expectStatus(1, ["run", object, "--region", "flash=rx@0x100000+4K", "--region", "ram=rw@0x200000+64K"]);
    assert.match(stderr, /place +\S+: segment r-x, aligned to 4096\n +found +\d+ bytes, which were looked for in flash\n/);
  });
});

describe("cli: tree of objects", () => {
  const main = objectOf(folder, "aarch64", "main", "int helper(void); int absent(void) __attribute__((weak)); int start(void) { return helper() + (absent ? absent() : 0); }");
  const helper = objectOf(folder, "aarch64", "helper", "int outside(void); int helper(void) { return outside(); }");

  test("an object's needs", async () => {
    const { tree } = await json<{ tree: { objects: readonly { needs: readonly { symbol: string; weak: boolean }[] }[] } }>(["tree", main]);
    assert.deepEqual(tree.objects[0]!.needs.map(({ symbol, weak }) => [symbol, weak]).sort(), [["absent", true], ["helper", false]]);
    assert.match((await expectStatus(0, ["tree", helper])).stdout, /^\S+helper\S+\n└── outside => another file, or the host\n$/);
  });

  test("an archive's members, and which of them has what", async () => {
    const path = join(folder, "lib.a");
    for (const [from, to] of [[main, "m.o"], [helper, "h.o"]] as const) copyFileSync(from, join(folder, to));
    execFileSync("llvm-ar-19", ["rcs", path, "m.o", "h.o"], { cwd: folder });
    const { stdout } = await expectStatus(0, ["tree", path]);
    assert.match(stdout, /├── m\.o\n(│ {3}.*\n)*│ {3}[├└]── helper => h\.o\n/);
    assert.match(stdout, /└── h\.o\n {4}└── outside => another file, or the host\n/);
  });
});
