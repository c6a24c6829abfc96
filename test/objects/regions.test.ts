// Modules that are spread over kinds of memory: each segment goes to the first that allows it and has room, named sections go where they are
// claimed, and files that lie where they can be run are used in place.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { PF } from "../../assembly/words.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { FaultError } from "../../hosts/node/error.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import type { Module } from "../../hosts/node/module.js";
import type { ModuleRegion, RegionOptions } from "../../hosts/node/region.js";
import { ownFolder } from "../support/folder.js";
import { assembleTexts } from "./assemble.js";

const folder = ownFolder();
const PAGE = 4096n;
/** Where a file lies in flash that is no region: nothing is taken of it. */
const LIES = 0x0a00_0000n;

/** Why sections were copied, by name. */
const copiedOf = (module: Module): Record<string, string | undefined> =>
  Object.fromEntries(module.sections.filter(({ bytes, name }) => bytes && !name.startsWith(".ARM")).map(({ name, copied }) => [name, copied]));

const SOURCES = {
  parts: `.section .rodata,"a"; .globl constant; constant: WORD 1; .text; .globl code; code: NOPS; .data; .globl variable; variable: WORD constant; WORD code; WORD quick; WORD slow; .bss; .globl zero; zero: .zero 12000; .section .itcm.quick,"ax"; .globl quick; quick: NOPS; .section .slow,"aw"; .globl slow; slow: WORD 7`,
  left: `.section .rodata.left,"a"; .globl left; left: .ascii "abc"`,
  right: `.section .rodata.right,"a"; .globl right; right: .ascii "xyz"; .data; .globl words; words: WORD left`,
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
      const module = await context.load(parts, { run: false, name: "parts.o", inPlace: { "parts.o": LIES } });
      for (const symbol of ["constant", "code"]) {
        const address = module.symbol(symbol)!;
        assert.ok(address >= LIES && address < LIES + 0x1000n, symbol);
        assert.equal(linkwright.permissions(address), PF.R | PF.X);
        assert.equal(context.moduleAt(address), module);
      }
      assert.deepEqual(Buffer.from(linkwright.read(module.symbol("constant")!, 4)), Buffer.from([1, 0, 0, 0]));
      assert.ok(within(module.symbol("quick")!, "itcm") && within(module.symbol("variable")!, "ram"));
      assert.deepEqual(copiedOf(module), { ".rodata": "Not", ".text": "Not", ".itcm.quick": "Gathered", ".data": "Written", ".bss": "Written", ".slow": "Written" });
      // Its program header says that it is no part of the image, to who asks and to who reads it in memory.
      const number = module.headers.findIndex(({ type, vaddr }) => type === 1 && vaddr >= LIES && vaddr < LIES + PAGE), [bytes, at, each] = module.class === 64 ? [8, 8, 56] : [4, 4, 32];
      assert.ok(number > 0 && module.headers[number]!.offset === 0n);
      assert.deepEqual(Buffer.from(linkwright.read(module.programHeaders! + BigInt(number * each! + at!), bytes!)), Buffer.alloc(bytes!));
      assert.equal(linkwright.usage.sources, 1);
      await module.unload();
      assert.equal(linkwright.usage.sources, 0);
    });

    test("without kinds of memory, too: the rest goes to ordinary memory, and takes less", async () => {
      const { linkwright, context } = await contextWith([]);
      const copied = await context.load(parts, { run: false }), whole = linkwright.usage.modules;
      await copied.unload();
      const module = await context.load(parts, { run: false, name: "parts.o", inPlace: { "parts.o": LIES } });
      assert.equal(module.symbol("code")! >> 16n, LIES >> 16n);
      assert.ok(module.symbol("variable")! >= 0x1000_0000n && linkwright.usage.modules <= whole);
      assert.deepEqual(module.regions.map((one) => one.name), module.regions.map(() => ""));
      assert.equal(linkwright.usage.modules, module.regions.reduce((sum, one) => sum + one.bytes, 0n));
    });

    test("members of an archive stay, too, in pages that they share", async () => {
      const path = join(folder, machine, "both.a");
      execFileSync("llvm-ar-19", ["rcs", path, "left.o", "right.o"], { cwd: join(folder, machine) });
      const { linkwright, context } = await contextWith([]);
      const module = await context.load(path, { run: false, inPlace: { [path]: LIES } });
      const values = ["left", "right"].map((name) => {
        const address = module.symbol(name)!;
        assert.equal(address >> 12n, LIES >> 12n);
        assert.equal(linkwright.permissions(address), PF.R);
        return Buffer.from(linkwright.read(address, 3)).toString();
      });
      assert.deepEqual(values, ["abc", "xyz"]);
      assert.equal(module.linked!.inPlace.bytes, 6);
    });

    test("what does not lie as it has to is copied, and why is told", async () => {
      const { context } = await contextWith(REGIONS);
      const askew = await context.load(parts, { run: false, name: "parts.o", inPlace: { "parts.o": LIES + 1n } });
      assert.equal(copiedOf(askew)[".text"], "Misaligned");
      assert.ok(!within(askew.symbol("constant")!, "small") && within(askew.symbol("code")!, "small"));
      await askew.unload();
      const far = await context.load(parts, { run: false, name: "parts.o", inPlace: { "parts.o": 0x1_0000_0000n } });
      assert.equal(copiedOf(far)[".text"], far.class === 32 ? "Beyond" : "Not");
      await far.unload();
      await assert.rejects(context.load(parts, { run: false, inPlace: { "other.o": LIES } }), /other\.o is none of the files of this load/);
    });

    test("what finds no room is told: which segment, and where it was looked for", async () => {
      const { context } = await contextWith([
        { name: "itcm", start: 0x0010_0000n, bytes: 0x1000n, permissions: "rx", sections: ".itcm", only: true },
        { name: "flash", start: 0x0900_0000n, bytes: 0x10_0000n, permissions: "rx" }, { name: "ram", start: 0x2000_0000n, bytes: 0x1000n, permissions: "rw" },
      ]);
      await assert.rejects(context.load(parts, { run: false }), (error) => {
        assert.ok(error instanceof FaultError && error.code === "NoSpace" && error.fault.what === "Unit");
        assert.equal(error.fault.at, BigInt(PF.R | PF.W) | 12n << 8n);
        assert.deepEqual(error.fault.tried, ["ram"]);
        assert.match(error.message, /no room .*segment rw-, aligned to 4096; found \d+ bytes, which were looked for in ram/);
        return error.fault.value > 12000n;
      });
    });
  });
}
