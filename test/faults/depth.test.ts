// Dependencies that are 10,000 deep, in a line and in a ring: nothing in the core goes as deep as they do.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Answer, Code, Flag } from "../../assembly/words.js";
import { ElfFile } from "../../fixtures/elf.js";
import { Bench, NOTHING } from "../support/bench.js";
import { fixture } from "../support/files.js";

const DEEP = 10_000;
const MACHINE = "riscv32";
const middle = fixture(MACHINE, "chain_middle.so"), bottom = fixture(MACHINE, "chain_bottom.so");

/** As long as the names in the file. */
const nameOf = (index: number): string => `link_${String(index).padStart(7, "0")}.so`;

function rename(bytes: Uint8Array, from: string, to: string): void {
  const at = Buffer.from(bytes.buffer).indexOf(`${from}\0`);
  assert.ok(at > 0 && from.length === to.length);
  bytes.set(new TextEncoder().encode(to), at);
}

/** The library of a place in the line, which needs the next one. */
function link(index: number, next: string): Uint8Array {
  const { bytes } = new ElfFile(middle);
  rename(bytes, "chain_middle.so", nameOf(index));
  rename(bytes, "chain_bottom.so", next);
  return bytes;
}

/** Loads what begins with link 0, and unloads it; answers with how many modules there were. */
function play(last: string, flags: number): number {
  const bench = new Bench({
    needed: (name) => {
      if (name === "chain_bottom.so") return bottom;
      const index = Number(name.slice(5, 12));
      return link(index, index + 1 < DEEP ? nameOf(index + 1) : last);
    },
  });
  const context = bench.core.lw_context(0n, 0n, 0n);
  const session = bench.core.lw_load(context, bench.add(link(0, nameOf(1))), flags);
  assert.equal(bench.settle(session), Answer.Done, bench.fault(session).code);
  const module = bench.core.lw_result(session);
  assert.equal(bench.core.lw_close(session), Code.Ok);
  const count = bench.modules(context).length;
  const end = bench.core.lw_unload(module);
  assert.equal(bench.settle(end), Answer.Done);
  assert.equal(bench.core.lw_close(end), Code.Ok);
  assert.equal(bench.core.lw_close(context), Code.Ok);
  assert.deepEqual(bench.held, NOTHING);
  return count;
}

describe(`dependencies ${DEEP} deep`, () => {
  test("in a line", () => assert.equal(play("chain_bottom.so", Flag.Global), DEEP + 1));
  test("in a ring", () => assert.equal(play(nameOf(0), Flag.Global | Flag.AllowMissing), DEEP));
});
