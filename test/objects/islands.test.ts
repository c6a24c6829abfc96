// More code than jumps reach: stubs lie amid it, so that every jump reaches its target or a stub that leads there.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Machine } from "../../fixtures/list.js";
import { PF } from "../../assembly/words.js";
import { FaultError } from "../../hosts/node/error.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import { linkwright } from "../cli/linkwright.js";
import { ownFolder } from "../support/folder.js";
import { assembleTexts, emulationOf } from "./assemble.js";
import { type Read, wordsFor } from "./decode.js";

/** A jump of a machine, and what is around it. */
interface Jump {
  readonly machine: Machine;
  /** Bytes that it reaches. */
  readonly reach: number;
  /** In front of each function. */
  readonly head?: string;
  /** Adds a number to the first argument, then jumps; the jump is the last of the instructions. */
  readonly step: (number: number, to: string) => string;
  readonly end: string;
  /** Where the jump is in a function, and what decodes it and a stub. */
  readonly at: bigint;
  readonly decode: string;
  readonly stub: string;
  /** lld leads it through veneers, too. */
  readonly hasVeneers: boolean;
}

const MIB = 1 << 20;
const THUMB = ".syntax unified\n.thumb\n";
const THUMB_END = "bx lr";
const JUMPS: Readonly<Record<string, Jump>> = {
  "Thumb b.c.w": { machine: "arm", reach: MIB, head: THUMB, step: (n, to) => `adds r0, #${n}\nbne.w ${to}`, end: THUMB_END, at: 2n, decode: "tbc", stub: "tstub", hasVeneers: true },
  "Thumb b.w": { machine: "arm", reach: 16 * MIB, head: THUMB, step: (n, to) => `adds r0, #${n}\nb.w ${to}`, end: THUMB_END, at: 2n, decode: "tb", stub: "tstub", hasVeneers: true },
  "Arm b": { machine: "arm", reach: 32 * MIB, head: ".syntax unified\n.arm\n", step: (n, to) => `add r0, r0, #${n}\nb ${to}`, end: THUMB_END, at: 4n, decode: "b", stub: "stub", hasVeneers: true },
  "AArch64 b": { machine: "aarch64", reach: 128 * MIB, step: (n, to) => `add w0, w0, #${n}\nb ${to}`, end: "ret", at: 4n, decode: "b", stub: "stub", hasVeneers: true },
  "RISC-V jal, 64 bits": { machine: "riscv64", reach: MIB, head: ".option norvc\n.option norelax\n", step: (n, to) => `addi a0, a0, ${n}\njal x0, ${to}`, end: "ret", at: 4n, decode: "jal", stub: "stub", hasVeneers: false },
  "RISC-V jal, 32 bits": { machine: "riscv32", reach: MIB, head: ".option norvc\n.option norelax\n", step: (n, to) => `addi a0, a0, ${n}\njal x0, ${to}`, end: "ret", at: 4n, decode: "jal", stub: "stub", hasVeneers: false },
  "LoongArch b": { machine: "loongarch64", reach: 128 * MIB, step: (n, to) => `addi.w $a0, $a0, ${n}\nb ${to}`, end: "ret", at: 4n, decode: "offs26", stub: "stub", hasVeneers: false },
};

/** Functions in an order that jumps both ways, near and far. */
const ORDER = [0, 1, 4, 2, 5, 3, 6];
const LAST = 6;
const folder = ownFolder();

function functionOf({ head = "", machine }: Jump, name: string, body: string): string {
  const state = head.includes(".thumb") ? ".thumb_func\n" : "";
  return `.section .text.${name},"ax",${machine === "arm" ? "%" : "@"}progbits\n.p2align 2\n.globl ${name}\n.type ${name},${machine === "arm" ? "%" : "@"}function\n${state}${name}:\n${body}`;
}

/** Each function in a section of its own, with nothing behind each that takes memory and no bytes of the file. */
function chain(jump: Jump, apart: number): string {
  const at = jump.machine === "arm" ? "%" : "@";
  return (jump.head ?? "") + ORDER.map((i) => {
    const body = i === LAST ? jump.end : jump.step(1 << i, `f${i + 1}`);
    return `${functionOf(jump, `f${i}`, body)}\n.section .text.gap${i},"ax",${at}nobits\n.skip ${apart}\n`;
  }).join("");
}

const objectOf = (jump: Jump, name: string, text: string): string => {
  const path = join(folder, `${name}.o`);
  writeFileSync(path, assembleTexts(folder, jump.machine, new Map([[name, text]])).get(name)!);
  return path;
};

/** lld's link of the same; what it says of what it refuses. */
function lld(jump: Jump, path: string): string | undefined {
  const { status, stderr } = spawnSync("ld.lld-19", ["-m", emulationOf(jump.machine), "--no-relax", "-e", "f0", path, "-o", join(folder, "linked")], { encoding: "utf8" });
  return status === 0 ? undefined : stderr;
}

for (const [title, jump] of Object.entries(JUMPS)) {
  describe(`stubs amid code: ${title}`, () => {
    const name = title.replaceAll(/\W+/g, "-");

    test("every jump reaches its target or a stub that leads there", async () => {
      const runtime = await Linkwright.create({ base: 0x1000_0000n }), path = objectOf(jump, name, chain(jump, Math.floor(jump.reach * 0.7)));
      const module = await runtime.context().load(path, { run: false });
      const read: Read = (address, bytes) => BigInt(`0x${Buffer.from(runtime.read(address, bytes)).reverse().toString("hex")}`);
      const words = wordsFor(jump.machine, read) as Readonly<Record<string, (at: bigint) => bigint>>, tag = jump.head === THUMB ? 1n : 0n;
      const addressOf = (i: number): bigint => module.symbol(`f${i}`)!;
      let direct = 0, stubs = 0;
      for (let i = 0; i < LAST; ++i) {
        const to = words[jump.decode]!((addressOf(i) & ~tag) + jump.at) | tag;
        if (to === addressOf(i + 1)) ++direct;
        else {
          assert.equal(words[jump.stub]!(to & ~tag), addressOf(i + 1), `f${i}`);
          ++stubs;
        }
      }
      // Those that are neighbours need none.
      assert.deepEqual([direct, stubs], [1, 5]);
    });

    test("code that is near takes none", async () => {
      const runtime = await Linkwright.create({ base: 0x1000_0000n });
      const module = await runtime.context().load(objectOf(jump, `${name}-near`, chain(jump, 64)), { run: false });
      const code = module.segments.find(({ flags }) => flags & PF.X)!, ends = module.sections.filter(({ name: section }) => section.startsWith(".text")).map(({ address, bytes }) => address + bytes);
      assert.equal(code.address + code.bytes, ends.reduce((most, end) => (end > most ? end : most)));
    });

    // Beyond that the file that lld writes would be hundreds of megabytes.
    if (jump.reach <= 16 * MIB) {
      test(jump.hasVeneers ? "lld has veneers for it" : "lld has no veneers for it", () => {
        const refusal = lld(jump, objectOf(jump, `${name}-lld`, chain(jump, Math.floor(jump.reach * 0.7))));
        if (jump.hasVeneers) assert.equal(refusal, undefined);
        else assert.match(refusal ?? "", /out of range/);
      });
    }
  });
}

/** Jumps that may lose no register on their way: their targets are as near as they reach, or there is no module. */
const CONDITIONS: readonly (readonly [title: string, jump: string, text: string, reach: number])[] = [
  ["AArch64 b.c", "AArch64 b", "b.eq far", MIB],
  ["AArch64 cbz", "AArch64 b", "cbz w0, far", MIB],
  ["AArch64 tbz", "AArch64 b", "tbz w0, #1, far", 1 << 15],
  ["RISC-V beq", "RISC-V jal, 64 bits", ".reloc ., R_RISCV_BRANCH, far\n.word 0x00b50063", 1 << 12],
  ["LoongArch beqz", "LoongArch b", "beqz $a0, far", 4 * MIB],
  ["LoongArch beq", "LoongArch b", "beq $a0, $a1, far", 1 << 17],
];

const load = async (path: string): Promise<unknown> => {
  const runtime = await Linkwright.create({ base: 0x1000_0000n });
  return runtime.context().load(path, { run: false }).then(() => undefined, (error: unknown) => error);
};

describe("jumps that are not led through stubs", () => {
  for (const [title, name, text, reach] of CONDITIONS) {
    test(title, async () => {
      const jump = JUMPS[name]!, stem = title.replaceAll(/\W+/g, "-");
      const program = (apart: number): string => `${jump.head ?? ""}${functionOf(jump, "f0", `${text}\n${jump.end}`)}\n.skip ${apart}\n${functionOf(jump, "far", jump.end)}\n`;
      const near = objectOf(jump, `${stem}-near`, program(reach - 256)), far = objectOf(jump, `${stem}-far`, program(reach + 256));
      assert.equal(await load(near), undefined);
      assert.equal(lld(jump, near), undefined);
      const error = await load(far);
      assert.ok(error instanceof FaultError);
      assert.equal(error.code, "OutOfRange");
      assert.match(lld(jump, far) ?? "", /out of range/);
    });
  }

  /** A section that is longer than the jump reaches, with the jump so far behind its start. */
  const long = (jump: Jump, name: string, where: number): string => objectOf(jump, name, `${jump.head ?? ""}${functionOf(jump, "far", jump.end)}\n.section .text.gap,"ax",%nobits\n.skip ${3 * MIB}\n${
    functionOf(jump, "f0", `.skip ${where}\n${jump.step(1, "far")}\n.skip ${3 * MIB - where}\n${jump.end}`)}\n.section .text.gap2,"ax",%nobits\n.skip ${3 * MIB}\n`);

  for (const [where, offset] of Object.entries({ start: 0, end: 3 * MIB - 64 })) {
    test(`a section that is longer than its jumps reach: at its ${where} there are stubs`, async () => {
      const jump = JUMPS["Thumb b.c.w"]!, path = long(jump, `long-${where}`, offset), runtime = await Linkwright.create({ base: 0x1000_0000n });
      const module = await runtime.context().load(path, { run: false }), read: Read = (address, bytes) => BigInt(`0x${Buffer.from(runtime.read(address, bytes)).reverse().toString("hex")}`);
      const words = wordsFor(jump.machine, read) as Readonly<Record<string, (at: bigint) => bigint>>;
      assert.equal(words["tstub"]!(words["tbc"]!((module.symbol("f0")! & ~1n) + BigInt(offset) + jump.at)), module.symbol("far"));
      assert.equal(lld(jump, path), undefined);
    });
  }

  test("in its middle there are none", async () => {
    const jump = JUMPS["Thumb b.c.w"]!, path = long(jump, "long-middle", 1.5 * MIB), error = await load(path);
    assert.ok(error instanceof FaultError);
    assert.equal(error.code, "OutOfRange");
    assert.match(lld(jump, path) ?? "", /too large for range extension thunk/);
  });
});

describe("stubs amid code, in the image", () => {
  for (const title of ["Thumb b.c.w", "Thumb b.w", "RISC-V jal, 64 bits"]) {
    test(title, async () => {
      const jump = JUMPS[title]!, path = objectOf(jump, `${title.replaceAll(/\W+/g, "-")}-run`, chain(jump, Math.floor(jump.reach * 0.7)));
      const { status, stdout, stderr } = await linkwright(["run", path, "--call", "f0", "--arg", "1000"]);
      assert.equal(status, 0, stderr);
      assert.equal(stdout.trim(), "1063");
    });
  }
});
