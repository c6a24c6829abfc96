// Modules that are spread over kinds of memory: each segment goes to the first that allows it and has room, named sections go where they are
// claimed, and files that lie where they can be run are used in place.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { FaultError } from "../../hosts/node/error.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import type { ModuleRegion, RegionOptions } from "../../hosts/node/region.js";
import { ownFolder } from "../support/folder.js";
import { assembleTexts } from "./assemble.js";

const folder = ownFolder();
const PAGE = 4096n;

const SOURCES = {
  parts: `.section .rodata,"a"; .globl constant; constant: WORD 1; .text; .globl code; code: NOPS; .data; .globl variable; variable: WORD constant; WORD code; WORD quick; WORD slow; .bss; .globl zero; zero: .zero 12000; .section .itcm.quick,"ax"; .globl quick; quick: NOPS; .section .slow,"aw"; .globl slow; slow: WORD 7`,
  call: `.text; .globl here; here: CALL there; .section .itcm,"ax"; .globl there; there: CALL here`,
} as const;

const CALLS: Readonly<Record<Machine, string>> = {
  x86_64: "call", i386: "call", aarch64: "bl", arm: "bl", riscv64: "call", riscv32: "call", loongarch64: "bl",
};

const textFor = (machine: Machine, text: string): string => text
  .replaceAll("; ", "\n").replaceAll("WORD", machine.endsWith("64") ? ".8byte" : ".4byte").replaceAll("NOPS", ".zero 16").replaceAll("CALL", CALLS[machine]);

const REGIONS: readonly RegionOptions[] = [
  { name: "itcm", start: 0x0010_0000n, bytes: 0x1000n, permissions: "rx", sections: ".itcm", only: true },
  { name: "small", start: 0x0800_0000n, bytes: 0x1000n, permissions: "rx" },
  { name: "flash", start: 0x0900_0000n, bytes: 0x10_0000n, permissions: "rx" },
  { name: "ram", start: 0x2000_0000n, bytes: 0x2_0000n, permissions: "rw", powerOfTwo: true },
];

async function contextWith(regions: readonly RegionOptions[]): Promise<{ linkwright: Linkwright; context: ReturnType<Linkwright["context"]> }> {
  const linkwright = await Linkwright.create({ base: 0x1000_0000n });
  return { linkwright, context: linkwright.context({ regions }) };
}

const within = (address: bigint, name: string): boolean => {
  const { start, bytes } = REGIONS.find((one) => one.name === name)!;
  return address >= BigInt(start) && address < BigInt(start) + BigInt(bytes);
};

for (const machine of MACHINES) {
  describe(`kinds of memory: ${machine}`, () => {
    const objects = assembleTexts(folder, machine, new Map(Object.entries(SOURCES).map(([name, text]) => [name, textFor(machine, text)])));
    const parts = objects.get("parts")!;

    test("segments go where they are allowed, in what is told of first, and what is full is passed over", async () => {
      const { context } = await contextWith(REGIONS);
      const first = await context.load(parts, { run: false }), second = await context.load(parts, { run: false, copy: true, global: false });
      const at = (module: typeof first, symbol: string): bigint => module.symbol(symbol)!;
      assert.ok(within(at(first, "constant"), "small") && within(at(first, "code"), "small"));
      assert.ok(within(at(second, "constant"), "flash") && within(at(second, "code"), "flash"));
      for (const symbol of ["variable", "zero", "slow"]) assert.ok(within(at(first, symbol), "ram"), symbol);
      assert.ok(within(at(first, "quick"), "itcm"));
      assert.deepEqual(first.regions.map(({ name, permissions }) => [name, permissions]), [["small", 5], ["ram", 6], ["itcm", 5], ["ram", 6]].slice(0, first.regions.length));
      assert.equal(first.regions.find(({ name }) => name === "itcm")!.used, 16n);
    });

    test("what a protection unit divides is taken in powers of two; all is told, and given back", async () => {
      const { linkwright, context } = await contextWith(REGIONS);
      const module = await context.load(parts, { run: false }), [ram] = module.regions.filter(({ name }) => name === "ram") as [ModuleRegion];
      assert.equal(ram.bytes & (ram.bytes - 1n), 0n);
      assert.equal(ram.address % ram.bytes, 0n);
      assert.ok(ram.used > 12000n && ram.used <= ram.bytes);
      assert.equal(linkwright.usage.modules, module.regions.reduce((sum, one) => sum + one.bytes, 0n));
      for (const one of module.regions) assert.equal(one.bytes % PAGE, 0n);
      await module.unload();
      assert.equal(linkwright.usage.modules, 0n);
    });

    test("words hold the addresses of every kind of memory", async () => {
      const { linkwright, context } = await contextWith(REGIONS);
      const module = await context.load(parts, { run: false }), bytes = module.class / 8;
      const words = Buffer.from(linkwright.read(module.symbol("variable")!, 4 * bytes));
      const word = (i: number): bigint => (bytes === 8 ? words.readBigUInt64LE(i * 8) : BigInt(words.readUInt32LE(i * 4)));
      assert.deepEqual(["constant", "code", "quick", "slow"].map((name) => module.symbol(name)), [0, 1, 2, 3].map(word));
    });

    test("calls from one to the other are led by stubs of their own", async () => {
      const { context } = await contextWith(REGIONS);
      const module = await context.load(objects.get("call")!, { run: false });
      const code = module.sections.find(({ name }) => name === ".itcm")!.bytes, { used } = module.regions.find(({ name }) => name === "itcm")!;
      // A jump of i386 reaches everything.
      assert.ok(machine === "i386" ? used === code : used > code, `${used} of ${code}`);
      const there = module.sections.find(({ name }) => name === ".text")!, segment = module.segments.find((one) => there.address - one.address < one.bytes)!;
      assert.ok(machine === "i386" || segment.address + segment.bytes > there.address + there.bytes);
    });

    test("without room it is refused, and nothing stays", async () => {
      const { linkwright, context } = await contextWith([{ name: "ram", start: 0x2000_0000n, bytes: 0x1000n, permissions: "rwx" }]);
      await assert.rejects(context.load(parts, { run: false }), (error) => error instanceof FaultError && error.code === "NoSpace");
      assert.equal(linkwright.usage.modules, 0n);
      assert.equal(linkwright.usage.sources, 0);
    });

    test("a file that lies where it can be run is used in place", async () => {
      const { linkwright, context } = await contextWith(REGIONS);
      const module = await context.load(parts, { run: false, inPlace: true });
      // Files are staged where no machine of 32 bits reaches.
      const isThere = module.class === 64;
      for (const symbol of ["constant", "code"]) assert.equal(REGIONS.every(({ name }) => !within(module.symbol(symbol)!, name)), isThere, symbol);
      assert.deepEqual(Buffer.from(linkwright.read(module.symbol("constant")!, 4)), Buffer.from([1, 0, 0, 0]));
      assert.ok(within(module.symbol("quick")!, "itcm") && within(module.symbol("variable")!, "ram"));
      await module.unload();
      assert.equal(linkwright.usage.sources, 0);
    });
  });
}
