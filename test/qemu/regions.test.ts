// A module that is spread over kinds of memory runs: its parts call and read each other, each in a reservation of its own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PF, Rule } from "../../assembly/words.js";
import { MACHINES } from "../../fixtures/list.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { run } from "./machines.js";

const SOURCE = `
static const int squares[] = {0, 1, 4, 9, 16, 25};
int counter = 3;
int zeros[5000];
__attribute__((noinline)) int square(int x) { return squares[x]; }
__attribute__((section(".fast"), noinline)) int fast(int x) { counter += 1; return square(x) + 1; }
int (*through)(int) = fast;
__attribute__((section(".quick"))) int seed = 100;
int check(int x) { zeros[x] = seed; return fast(x) + through(x) * 10 + counter * 1000 + zeros[x] + zeros[x + 1]; }
`;
/** square(5) + 1 = 26, ten times that, five counted by now, and the seed. */
const ANSWER = 0x150an;

const folder = ownFolder();
writeFileSync(join(folder, "spread.c"), SOURCE);

for (const machine of MACHINES) {
  test(`spread over kinds of memory: ${machine}`, async () => {
    const { module } = JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as { module: { target: string; flags: string[] } };
    const object = join(folder, `${machine}.o`);
    execFileSync("clang-19", [`--target=${module.target}`, ...module.flags, "-O1", "-ffreestanding", "-ffunction-sections", "-c", join(folder, "spread.c"), "-o", object]);
    const region = (number: number, prot: number, rules: number, name = ""): string => `region 0x${number.toString(16)} 0x${prot.toString(16)} 0x${rules.toString(16)} ${name}`.trimEnd();
    const { events, ending } = await run(machine, [{ name: "spread.o", bytes: readFileSync(object) }], [
      region(1, PF.R | PF.X, Rule.Named | Rule.PowerOfTwo, ".fast"), region(2, PF.R | PF.W, Rule.Named, ".quick"), region(3, PF.R | PF.X, 0), region(4, PF.R | PF.W, Rule.PowerOfTwo),
      "load spread.o", "call spread.o check 0x5", "unload spread.o",
    ]);
    assert.deepEqual(ending, { kind: "done" }, JSON.stringify(events));
    const returned = events.find((event) => event.event === "returned");
    assert.ok(returned?.event === "returned" && BigInt.asUintN(32, BigInt(returned.value)) === ANSWER, JSON.stringify(events));
  });
}
