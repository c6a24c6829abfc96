// What is out of a reference's reach: a function has a stub, a variable is refused. A stub's bytes must never be read as data.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FaultError } from "../../hosts/node/error.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import { ownFolder } from "../support/folder.js";
import { assembleTexts } from "./assemble.js";

const FAR = 0x7000_0000_0000n;
/** Distances in data are a pair of additions on RISC-V and LoongArch, which nobody checks. */
const TEXTS = {
  x86_64: { load: "movl far(%rip), %eax", word: ".section .rodata\n.long far + 8 - .", call: "call far" },
  aarch64: { load: "adrp x0, far\nldr w0, [x0, :lo12:far]", word: ".section .rodata\n.word far + 8 - .", call: "bl far" },
  riscv64: { load: "lw a0, far", word: undefined, call: "call far" },
  loongarch64: { load: "pcalau12i $a0, %pc_hi20(far)\nld.w $a0, $a0, %pc_lo12(far)", word: undefined, call: "bl far" },
} as const;

const folder = ownFolder();

for (const machine of ["x86_64", "aarch64", "riscv64", "loongarch64"] as const) {
  describe(`out of reach: ${machine}`, () => {
    const objects = assembleTexts(folder, machine, new Map(Object.entries(TEXTS[machine]).filter(([, text]) => text).map(([name, text]) => [name, `.text\n.globl start\nstart:\n${text}`])));
    const load = async (name: string): Promise<void> => {
      const linkwright = await Linkwright.create({ base: 0x1000_0000n });
      await linkwright.context({ defines: { far: FAR } }).load(objects.get(name)!, { run: false });
    };

    test("a variable is refused, loaded by code or counted in data", async () => {
      for (const name of ["load", "word"].filter((one) => objects.has(one))) await assert.rejects(load(name), (error) => error instanceof FaultError && error.code === "OutOfRange", name);
    });

    test("a call is led there", async () => load("call"));
  });
}
