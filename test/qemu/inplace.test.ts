// Objects that are used where the payload has them: code runs there, constants are read there, and nothing of that is reserved.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { PF } from "../../assembly/words.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import type { ImageEvent } from "../../hosts/node/qemu/events.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { type EventOf, run, section } from "./machines.js";

const FONT_BYTES = 65_536;
const SOURCE = `
const unsigned char font[${FONT_BYTES}] = {1, 2, 3};
const int squares[] = {0, 1, 4, 9, 16, 25};
int counter = 3;
__attribute__((noinline)) int twice(int x) { return x + x; }
int (*through)(int) = twice;
int check(int x) { counter += 1; return twice(x) + through(x) * 100 + squares[x] * 10000 + font[2] * 1000000 + counter * 10000000; }
int poke(void) { *(volatile unsigned char *)font = 7; return font[0]; }
`;
/** 5 twice is 10, ten hundred, 25 ten thousands, the third of the font's bytes, and what was counted. */
const ANSWER = 43_251_010n;

/** As long as puts the file's bytes at a multiple of 16 in the payload, behind a header of 110. */
const SHARED = "in-shared-pages.o";

const folder = ownFolder();
writeFileSync(join(folder, "inplace.c"), SOURCE);

interface Built { readonly bytes: Buffer; readonly payload: bigint }

function built(machine: Machine): Built {
  const { module, payload } = JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as { module: { target: string; flags: string[] }; payload: string };
  const object = join(folder, `${machine}.o`);
  execFileSync("clang-19", [`--target=${module.target}`, ...module.flags, "-O1", "-ffreestanding", "-ffunction-sections", "-c", join(folder, "inplace.c"), "-o", object]);
  return { bytes: readFileSync(object), payload: BigInt(payload) };
}

const oneOf = <Name extends ImageEvent["event"]>(events: readonly ImageEvent[], name: Name): EventOf<Name> => {
  const found = events.find((event): event is EventOf<Name> => event.event === name);
  assert.ok(found, `${name} among ${JSON.stringify(events)}`);
  return found;
};

const addressOf = (events: readonly ImageEvent[], symbol: string): bigint => {
  const found = events.find((event) => event.event === "found" && event.symbol === symbol);
  assert.ok(found?.event === "found", symbol);
  return BigInt(found.address);
};

const USE = ["find in.o twice", "find in.o font", "find in.o check", "call in.o check 0x5", "call in.o twice 0x15", "unload in.o"];

for (const machine of MACHINES) {
  describe(`in place: ${machine}`, () => {
    const { bytes, payload } = built(machine);
    const isThere = (address: bigint): boolean => address >= payload && address < payload + 0x10_0000n;
    const runs = (events: readonly ImageEvent[]): void => {
      const values = events.flatMap((event) => (event.event === "returned" ? [BigInt.asUintN(32, BigInt(event.value))] : []));
      assert.deepEqual(values, [ANSWER, 42n], JSON.stringify(events));
      assert.equal(oneOf(events, "unloaded").memory, 0);
    };

    test("what needs no relocation runs and is read in the payload, and takes no memory", async () => {
      const { events, ending } = await run(machine, [{ name: "in.o", bytes, ownPages: true }], [
        "note copied", "load in.o", ...USE, "note in place", "load in.o inplace", ...USE, "note again", "load in.o inplace", ...USE,
        `region 0x1 0x${(PF.R | PF.X).toString(16)} 0x0`, `region 0x2 0x${(PF.R | PF.W).toString(16)} 0x0`, "note spread", "load in.o inplace", ...USE,
        "note read-only", "load in.o inplace", "find in.o font", "call in.o poke",
      ]);
      const copied = section(events, "copied"), whole = oneOf(copied, "loaded");
      runs(copied);
      assert.ok(whole.memory > FONT_BYTES && whole.inPlace === undefined);
      assert.ok(!isThere(addressOf(copied, "twice")));
      for (const note of ["in place", "again", "spread"]) {
        const said = section(events, note), loaded = oneOf(said, "loaded");
        runs(said);
        assert.ok(isThere(addressOf(said, "twice")) && isThere(addressOf(said, "font")) && !isThere(addressOf(said, "check")), note);
        assert.ok(loaded.inPlace! >= FONT_BYTES && loaded.memory <= whole.memory - FONT_BYTES, `${loaded.inPlace} in place, ${loaded.memory} of ${whole.memory} reserved`);
        assert.ok(loaded.copied!.some((one) => one.section === ".text.check" && one.why === "relocated"));
        assert.ok(!loaded.copied!.some((one) => one.section === ".text.twice" || one.section === ".rodata"));
      }
      // Nothing writes there.
      assert.ok(ending.kind === "trap" && ending.trap.addressModule === "in.o", JSON.stringify(ending));
      assert.equal(BigInt(ending.trap.address), addressOf(section(events, "read-only"), "font"));
    });

    test("in pages that hold something else it is copied, which is told", async () => {
      const { events, ending } = await run(machine, [{ name: SHARED, bytes }, { name: "other", bytes: Buffer.from("data") }], ["note shared", `load ${SHARED} inplace as in.o`, ...USE]);
      assert.deepEqual(ending, { kind: "done" });
      const said = section(events, "shared"), loaded = oneOf(said, "loaded");
      runs(said);
      assert.ok(!isThere(addressOf(said, "twice")) && !isThere(addressOf(said, "font")));
      assert.equal(loaded.inPlace, 0);
      const why = (name: string): string | undefined => loaded.copied!.find((one) => one.section === name)?.why;
      assert.deepEqual([".rodata", ".text.twice"].map(why), ["refused", "refused"]);
    });
  });
}
