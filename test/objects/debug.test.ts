// The file for debuggers of a module of objects: what lld's link of the same objects to the same addresses has in its .debug_* sections, byte for byte.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import * as zlib from "node:zlib";
import { FaultError, LinkwrightError } from "../../hosts/node/error.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import type { Module } from "../../hosts/node/module.js";
import { machines } from "../../scripts/machines.js";
import { ownFolder } from "../support/folder.js";
import { ObjectFile } from "./object.js";

/** Inline functions of which one copy stays, variables of all kinds, loops that leave ranges and lists of places; no text and no constants, which we keep once and lld -O0 does not. */
const SHARED = `
template <class T> struct Box { T value; T twice() const { return value + value; } };
inline int shared = 3;
inline __attribute__((noinline)) int both(int x) { int sum = 0; for (int i = 0; i < x; ++i) sum += i * shared; return sum; }
template <class T> __attribute__((noinline)) T most(T a, T b) { return a < b ? b : a; }
`;
const FILES = {
  "one.cpp": `${SHARED}
thread_local int own = 4;
extern int common;
extern "C" int two(int);
static __attribute__((noinline)) int helper(int x) { Box<int> box{x}; return box.twice() + own; }
extern "C" int one(int x) { int y = helper(x); if (y > 7) y = two(y); return most(both(y), common); }
`,
  "two.cpp": `${SHARED}
int common = 9;
namespace far { thread_local long another; int table[4] = {1, 2, 3, 4}; }
extern "C" int two(int x) { Box<long> box{x}; far::another += x; return both(x) + (int)box.twice() + far::table[x & 3] + (int)most<long>(x, far::another); }
extern "C" int three(int x) { return x ? two(x - 1) * 3 : 0; }
`,
} as const;

/** How debuggers are told: each asks for other relocations. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  "DWARF 5": ["-gdwarf-5", "-O2"],
  "DWARF 5, not optimised, compressed, with an index": ["-gdwarf-5", "-O0", "-gz=zlib", "-gpubnames"],
  "DWARF 4, types in groups": ["-gdwarf-4", "-O1", "-fdebug-types-section", "-ffunction-sections", "-gz=none"],
  "DWARF 2": ["-gdwarf-2", "-O1", "-ffunction-sections"],
};
const BASE = 0x1000_0000n;

const folder = ownFolder();
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);

type Machine = (typeof machines)[number];

/** Compiles the files; the second is a member of an archive. */
function objectsOf({ name, module: { target, flags } }: Machine, more: readonly string[], stem: string): { readonly first: string; readonly member: string; readonly archive: string } {
  const [first, member] = Object.keys(FILES).map((file) => {
    const path = join(folder, `${stem}-${name}-${basename(file, ".cpp")}.o`);
    execFileSync("clang-19", [`--target=${target}`, ...flags, "-std=c++17", "-ffreestanding", "-fno-exceptions", "-fno-rtti", "-fPIC", "-ftls-model=initial-exec", ...more, "-c", file, "-o", path], { cwd: folder });
    return path;
  }) as [string, string];
  const archive = join(folder, `${stem}-${name}.a`);
  execFileSync("llvm-ar-19", ["rcs", archive, member]);
  return { first, member, archive };
}

async function load(first: string, archive: string): Promise<Module> {
  const linkwright = await Linkwright.create({ base: BASE });
  return linkwright.context().load(first, { with: [archive], run: false, allowMissing: true, debug: true });
}

/** What lld makes of them, where each section lies as it does in the module. */
function linked({ module: { emulation } }: Machine, { first, member }: { first: string; member: string }, module: Module, stem: string): ObjectFile {
  const places = module.sections.filter(({ bytes, name }) => bytes && !name.startsWith(".eh_frame") && !name.startsWith(".ARM")).map((one) => {
    const file = one.member === undefined ? first : member;
    return [one.address, `"${one.name}.${one.index}.${basename(file)}" 0x${one.address.toString(16)} : { *${basename(file)}(${one.name}) }`] as const;
  }).sort(([a], [b]) => (a < b ? -1 : 1));
  const script = join(folder, `${stem}.ld`), output = join(folder, `${stem}.out`);
  writeFileSync(script, `SECTIONS {\n${places.map(([, text]) => `  ${text}\n`).join("")}}\n`);
  execFileSync("ld.lld-19", ["-m", emulation, "-O0", "--no-relax", "--no-check-sections", "--unresolved-symbols=ignore-all", "-T", script, first, member, "-o", output], { cwd: folder });
  return new ObjectFile(readFileSync(output));
}

const debugSections = (file: ObjectFile): Map<string, string> =>
  new Map(file.sections.filter(({ name }) => name.startsWith(".debug_")).map((one) => [one.name, Buffer.from(file.contentOf(one)).toString("hex")]));

/** What a reader of such files finds wrong; it has no words for types in groups whose other copies were dropped. */
function verified(path: string): string {
  const { stdout, status } = spawnSync("llvm-dwarfdump-19", ["--verify", path], { encoding: "utf8" });
  return `${status} ${stdout.replaceAll(path, "")}`;
}

for (const machine of machines) {
  describe(`a file for debuggers: ${machine.name}`, () => {
    for (const [i, [way, flags]] of Object.entries(WAYS).entries()) {
      test(way, async () => {
        const stem = `${machine.name}-${i}`, objects = objectsOf(machine, flags, String(i)), module = await load(objects.first, objects.archive);
        const path = join(folder, `${stem}.debug`);
        writeFileSync(path, module.debugFile!);
        const ours = debugSections(new ObjectFile(module.debugFile!)), theirs = debugSections(linked(machine, objects, module, stem));
        assert.ok(ours.size > 5);
        assert.deepEqual([...ours.keys()].sort(), [...theirs.keys()].sort());
        for (const [name, content] of theirs) assert.ok(ours.get(name) === content, name);
        assert.equal(verified(path), verified(join(folder, `${stem}.out`)));
        for (const symbol of ["one", "two", "three"]) {
          const address = module.symbol(symbol)! & (machine.name === "arm" ? ~1n : ~0n);
          const text = execFileSync("llvm-symbolizer-19", ["-e", path, `0x${address.toString(16)}`], { encoding: "utf8" });
          assert.match(text, new RegExp(`^${symbol}\\n.*${symbol === "one" ? "one" : "two"}.cpp:\\d+:`), symbol);
        }
      });
    }
  });
}

describe("a file for debuggers that can't be made", () => {
  const machine = machines.find(({ name }) => name === "x86_64")!;
  const objectOf = (name: string, text: string): string => {
    const path = join(folder, `${name}.o`);
    writeFileSync(join(folder, `${name}.s`), `.text\n.globl start\nstart: ret\n.section .debug_info,"",@progbits\n${text}\n`);
    execFileSync("clang-19", [`--target=${machine.module.target}`, "-c", join(folder, `${name}.s`), "-o", path]);
    return path;
  };
  const refusal = async (path: string): Promise<unknown> => {
    const linkwright = await Linkwright.create({ base: BASE }), context = linkwright.context();
    const error = await context.load(path, { run: false, debug: true }).then(() => undefined, (cause: unknown) => cause);
    assert.equal(context.modules.length, 0);
    // Without it, the module is what it is.
    assert.ok((await context.load(path, { run: false })).symbol("start"));
    return error;
  };

  test("a relocation that counts from its place is none for debuggers", async () => {
    const error = await refusal(objectOf("distance", ".long start - ."));
    assert.ok(error instanceof FaultError);
    assert.deepEqual([error.code, error.fault.value], ["UnknownRelocation", 2n]);
  });

  test("an address that does not fit", async () => {
    const error = await refusal(objectOf("narrow", ".byte start"));
    assert.ok(error instanceof FaultError);
    assert.deepEqual([error.code, error.fault.value], ["OutOfRange", BASE + 0x1000n]);
  });

  /** An object whose .debug_info says that it is compressed. */
  const compressed = (name: string, kind: number, size: number, content: Uint8Array, align = 1n): string => {
    const header = Buffer.alloc(24);
    header.writeUInt32LE(kind, 0);
    header.writeUInt32LE(size, 8);
    header.writeBigUInt64LE(align, 16);
    const path = objectOf(name, [...header, ...content].map((byte) => `.byte ${byte}`).join("\n")), bytes = readFileSync(path);
    const file = new ObjectFile(bytes), section = file.sections.find((one) => one.name === ".debug_info")!, shoff = Number(bytes.readBigUInt64LE(40));
    bytes.writeBigUInt64LE(0x800n, shoff + section.index * 64 + 8);
    writeFileSync(path, bytes);
    return path;
  };

  test("compression that is not what it says", async () => {
    const packed = zlib.deflateSync(Buffer.alloc(100));
    for (const [name, path] of [
      ["short", compressed("short", 1, 100, packed.subarray(0, 5))], ["longer", compressed("longer", 1, 99, packed)], ["fewer", compressed("fewer", 1, 101, packed)],
      ["no such kind", compressed("kind", 9, 100, packed)], ["huge", compressed("huge", 1, 0xffff_ffff, packed)],
      ["aligned to nothing", compressed("odd", 1, 100, packed, 3n)], ["aligned to much", compressed("apart", 1, 100, packed, 1n << 40n)],
    ] as const) {
      const error = await refusal(path);
      assert.ok(error instanceof LinkwrightError, name);
      assert.equal(error.code, "BadCompression", name);
    }
  });

  test("a section for debuggers that is aligned to much", async () => {
    const path = objectOf("wide", ".long 0"), bytes = readFileSync(path);
    const section = new ObjectFile(bytes).sections.find((one) => one.name === ".debug_info")!;
    bytes.writeBigUInt64LE(1n << 31n, Number(bytes.readBigUInt64LE(40)) + section.index * 64 + 48);
    writeFileSync(path, bytes);
    const error = await refusal(path);
    assert.ok(error instanceof LinkwrightError);
    assert.equal(error.code, "BadAlignment");
  });

  test("zstd, where Node has none", { skip: "zstdDecompressSync" in zlib }, async () => {
    const error = await refusal(compressed("zstd", 2, 100, Buffer.alloc(20)));
    assert.ok(error instanceof LinkwrightError);
    assert.equal(error.code, "NoZstd");
    assert.match(error.message, /\.debug_info is compressed with zstd, .* -gz=zlib/);
  });
});
