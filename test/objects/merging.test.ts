// What several objects are together: which definition of a name counts, what is kept once, what is called in which order, which members
// of archives are taken. Sources are words and no instructions, so that one text serves all machines.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { FaultError } from "../../hosts/node/error.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import type { Module } from "../../hosts/node/module.js";
import { ownFolder } from "../support/folder.js";
import { assembleTexts } from "./assemble.js";

const folder = ownFolder();

/** Texts by the names of their objects; WORD is the machine's word, PROGBITS is said as its assembler wants it. */
const SOURCES = {
  strong: `.data; .globl chosen, both; chosen: WORD 1; both: WORD 1; .globl reader; reader: WORD chosen`,
  weak: `.data; .weak chosen; chosen: WORD 2; .globl other; other: WORD chosen`,
  second: `.data; .globl both; both: WORD 2`,
  wish: `.data; .weak nobody; .globl wish; wish: WORD nobody; WORD 7`,
  small: `.comm shared, 4, 4; .data; .globl one; one: WORD shared`,
  large: `.comm shared, 64, 32; .data; .globl two; two: WORD shared`,
  given: `.data; .globl shared; shared: WORD 9`,
  group1: `.section .data.g,"awG",PROGBITS,signature,comdat; .globl grouped; grouped: WORD 11; .data; .globl from1; from1: WORD grouped`,
  group2: `.section .data.g,"awG",PROGBITS,signature,comdat; .globl grouped; grouped: WORD 22; .data; .globl from2; from2: WORD grouped`,
  hidden: `.data; .globl inside; .hidden inside; inside: WORD 5; .globl shown; shown: WORD inside`,
  hides: `.data; .hidden shown; .globl asks; asks: WORD shown`,
  arrays1: `.section .init_array.00200,"aw",INIT_ARRAY; WORD 0x200; .section .init_array,"aw",INIT_ARRAY; WORD 0xffff1; .section .ctors.65435,"aw",PROGBITS; WORD 0x101; WORD 0x100; .data; .globl bounds; bounds: WORD __init_array_start; WORD __init_array_end`,
  arrays2: `.section .init_array.00100,"aw",INIT_ARRAY; WORD 0x102; .section .init_array,"aw",INIT_ARRAY; WORD 0xffff2; .section .ctors,"aw",PROGBITS; WORD 0xffff4; WORD 0xffff3; .section .init_array.00050,"aw",INIT_ARRAY; WORD 0x50`,
  family1: `.section members,"aw",PROGBITS; WORD 1; .section apart,"aw",PROGBITS; WORD 77; .data; .globl limits; limits: WORD __start_members; WORD __stop_members`,
  family2: `.section members,"aw",PROGBITS; WORD 2; WORD 3`,
  text1: `.section .rodata.str1.1,"aMS",PROGBITS,1; .Lone: .asciz "one"; .Lshared: .asciz "shared"; .data; .globl texts1; texts1: WORD .Lone; WORD .Lshared; WORD .rodata.str1.1+5`,
  text2: `.section .rodata.str1.1,"aMS",PROGBITS,1; .Lshared: .asciz "shared"; .Ltwo: .asciz "two"; .data; .globl texts2; texts2: WORD .Lshared; WORD .Ltwo; WORD .rodata.str1.1+1`,
  eights: `.section .rodata.cst8,"aM",PROGBITS,8; .p2align 3; .Lfirst: .8byte 1; .Lsecond: .8byte 2; .Lthird: .8byte 1; .data; .globl constants; constants: WORD .Lfirst; WORD .Lsecond; WORD .Lthird`,
  wide: `.section .rodata.str4.4,"aMS",PROGBITS,4; .p2align 2; .La: .4byte 65, 66, 0; .Lb: .4byte 66, 0; .Lc: .4byte 65, 66, 0; .data; .globl wides; wides: WORD .La; WORD .Lb; WORD .Lc`,
  main: `.data; .globl start; start: WORD ping; WORD direct`,
  ping: `.data; .globl ping; ping: WORD pong`,
  pong: `.data; .globl pong; pong: WORD deep`,
  deep: `.data; .globl deep; deep: WORD 31`,
  direct: `.data; .globl direct; direct: WORD 32`,
  unused: `.data; .globl unused; unused: WORD missing_if_taken`,
  handle: `.data; .globl handles; handles: WORD __dso_handle; WORD __ehdr_start; WORD _DYNAMIC; WORD _GLOBAL_OFFSET_TABLE_`,
} as const;
type Name = keyof typeof SOURCES;

function textFor(machine: Machine, name: Name): string {
  const word = machine.endsWith("64") ? ".8byte" : ".4byte", mark = machine === "arm" ? "%" : "@";
  return SOURCES[name].replaceAll("; ", "\n").replaceAll("WORD", word).replaceAll("PROGBITS", `${mark}progbits`).replaceAll("INIT_ARRAY", `${mark}init_array`);
}

/** A module of objects, and words of it. */
class Linked {
  readonly #linkwright: Linkwright;
  readonly module: Module;
  readonly #bytes: number;

  constructor(linkwright: Linkwright, module: Module) {
    this.#linkwright = linkwright;
    this.module = module;
    this.#bytes = module.class / 8;
  }

  at(address: bigint): bigint {
    const bytes = Buffer.from(this.#linkwright.read(address, this.#bytes));
    return this.#bytes === 8 ? bytes.readBigUInt64LE() : BigInt(bytes.readUInt32LE());
  }

  address(symbol: string): bigint {
    const address = this.module.symbol(symbol);
    assert.ok(address !== undefined, symbol);
    return address;
  }

  word(symbol: string, index = 0): bigint {
    return this.at(this.address(symbol) + BigInt(index * this.#bytes));
  }

  words(from: bigint, to: bigint): bigint[] {
    return Array.from({ length: Number(to - from) / this.#bytes }, (_, i) => this.at(from + BigInt(i * this.#bytes)));
  }

  text(address: bigint): string {
    return Buffer.from(this.#linkwright.read(address, 16)).toString("latin1").split("\0")[0]!;
  }
}

for (const machine of MACHINES) {
  describe(`objects together: ${machine}`, () => {
    const names = Object.keys(SOURCES) as Name[];
    const objects = assembleTexts(folder, machine, new Map(names.map((name) => [name, textFor(machine, name)])));
    const load = async (first: Uint8Array, ...others: Uint8Array[]): Promise<Linked> => {
      const linkwright = await Linkwright.create({ base: 0x1000_0000n });
      return new Linked(linkwright, await linkwright.context().load(first, { name: "first.o", with: others, run: false }));
    };
    const linked = (...which: Name[]): Promise<Linked> => {
      const [first, ...others] = which.map((name) => objects.get(name)!);
      return load(first!, ...others);
    };
    const archive = (name: string, ...which: Name[]): Uint8Array => {
      const path = join(folder, `${machine}-${name}.a`);
      const members = which.map((one) => {
        const member = join(folder, machine, `${one}-whose-name-is-longer-than-fifteen.o`);
        writeFileSync(member, objects.get(one)!);
        return member;
      });
      execFileSync("llvm-ar-19", ["rcs", path, ...members]);
      return readFileSync(path);
    };

    test("a strong definition counts before a weak one, whichever comes first", async () => {
      for (const all of [await linked("strong", "weak"), await linked("weak", "strong")]) {
        assert.equal(all.word("chosen"), 1n);
        assert.equal(all.word("reader"), all.address("chosen"));
        assert.equal(all.word("other"), all.address("chosen"));
      }
      assert.equal((await linked("weak")).word("chosen"), 2n);
    });

    test("two strong definitions are refused by name", async () => {
      await assert.rejects(linked("strong", "second"), (error) => error instanceof FaultError && error.code === "DuplicateSymbol" && error.fault.name === "both");
    });

    test("a weak reference that nobody defines is 0", async () => {
      const all = await linked("wish");
      assert.equal(all.word("wish"), 0n);
      assert.equal(all.word("wish", 1), 7n);
    });

    test("common symbols are one, as large and as aligned as any, unless somebody defines it", async () => {
      const all = await linked("small", "large");
      assert.equal(all.word("one"), all.address("shared"));
      assert.equal(all.word("two"), all.address("shared"));
      assert.equal(all.address("shared") % 32n, 0n);
      assert.equal(all.module.symbols.find(({ name }) => name === "shared")?.bytes, 64n);
      for (const given of [await linked("small", "given"), await linked("given", "large")]) assert.equal(given.word("shared"), 9n);
    });

    test("of groups with one signature the first is kept", async () => {
      const all = await linked("group1", "group2");
      assert.equal(all.word("grouped"), 11n);
      assert.equal(all.word("from2"), all.word("from1"));
      assert.equal((await linked("group2", "group1")).word("grouped"), 22n);
    });

    test("what is hidden is seen inside alone, also by one reference's wish", async () => {
      const all = await linked("hidden");
      assert.equal(all.module.symbol("inside"), undefined);
      assert.equal(all.at(all.word("shown")), 5n);
      assert.equal((await linked("hidden", "hides")).module.symbol("shown"), undefined);
    });

    test("initialisers are called by priority, .ctors from behind", async () => {
      const all = await linked("arrays1", "arrays2");
      assert.deepEqual(all.words(all.word("bounds"), all.word("bounds", 1)),
        [0x50n, 0x100n, 0x101n, 0x102n, 0x200n, 0xffff1n, 0xffff2n, 0xffff3n, 0xffff4n]);
    });

    test("sections named as C identifiers lie together, between __start_ and __stop_", async () => {
      const all = await linked("family1", "family2");
      assert.deepEqual(all.words(all.word("limits"), all.word("limits", 1)), [1n, 2n, 3n]);
    });

    test("sections that compilers do not make are found by their names as long as the module is there", async () => {
      const all = await linked("family1", "family2"), bytes = BigInt(all.module.class / 8);
      assert.deepEqual(all.module.sectionsNamed("members"), [{ address: all.word("limits"), bytes }, { address: all.word("limits") + bytes, bytes: 2n * bytes }]);
      assert.equal(all.at(all.module.sectionsNamed("apart")[0]!.address), 77n);
      assert.deepEqual(all.module.sectionsNamed(".data"), []);
    });

    test("strings are kept once, also where a section and a distance stand for one", async () => {
      const all = await linked("text1", "text2");
      assert.deepEqual([0, 1, 2].map((i) => all.text(all.word("texts1", i))), ["one", "shared", "hared"]);
      assert.deepEqual([0, 1, 2].map((i) => all.text(all.word("texts2", i))), ["shared", "two", "hared"]);
      assert.equal(all.word("texts2"), all.word("texts1", 1));
      assert.equal(all.word("texts2", 2), all.word("texts1", 2));
    });

    test("so are constants, and strings of wider characters", async () => {
      const all = await linked("eights", "wide");
      assert.equal(all.word("constants", 2), all.word("constants"));
      assert.notEqual(all.word("constants", 1), all.word("constants"));
      assert.equal(all.word("constants") % 8n, 0n);
      assert.equal(all.word("wides", 2), all.word("wides"));
      assert.notEqual(all.word("wides", 1), all.word("wides"));
    });

    test("of archives the members that are needed are taken, in whatever order they come", async () => {
      const forth = archive("forth", "ping", "deep", "unused"), back = archive("back", "pong", "direct");
      for (const all of [await load(objects.get("main")!, forth, back), await load(objects.get("main")!, back, forth)]) {
        assert.equal(all.at(all.at(all.word("ping"))), 31n);
        assert.equal(all.at(all.word("start", 1)), 32n);
        assert.equal(all.module.symbol("unused"), undefined);
        assert.deepEqual([...new Set(all.module.sections.map(({ member }) => member?.split("-")[0]))].sort(), ["deep", "direct", "ping", "pong", undefined]);
      }
    });

    test("an archive that is asked for itself is taken whole", async () => {
      const all = await load(archive("whole", "deep", "direct", "pong"));
      assert.equal(all.at(all.word("pong")), 31n);
      assert.equal(all.word("direct"), 32n);
    });

    test("a thin archive's members are the files beside it", async () => {
      const path = join(folder, `${machine}-thin.a`), members = ["ping", "pong", "deep", "direct", "unused"].map((name) => join(folder, machine, `${name}.o`));
      execFileSync("llvm-ar-19", ["rcs", "--thin", path, ...members]);
      const linkwright = await Linkwright.create({ base: 0x1000_0000n });
      const options = { with: [path], run: false } as const;
      const all = new Linked(linkwright, await linkwright.context().load(join(folder, machine, "main.o"), options));
      assert.equal(all.at(all.at(all.word("ping"))), 31n);
      assert.equal(all.module.symbol("unused"), undefined);
      assert.deepEqual([...new Set(all.module.sections.map(({ file }) => file))].sort(), ["deep.o", "direct.o", "main.o", "ping.o", "pong.o"]);
      renameSync(members[2]!, `${members[2]!}.away`);
      await assert.rejects(linkwright.context().load(join(folder, machine, "main.o"), options), /MissingMember: .*deep\.o/);
      renameSync(`${members[2]!}.away`, members[2]!);
    });

    test("what a linker makes is there when it is asked for", async () => {
      const all = await linked("handle");
      const { base, size } = all.module;
      for (let i = 0; i < 4; ++i) assert.ok(all.word("handles", i) >= base && all.word("handles", i) < base + size, `${i}`);
      assert.equal(all.word("handles", 1), base);
      assert.equal(all.text(base), "\x7fELF" + String.fromCharCode(all.module.class / 32, 1, 1));
    });
  });
}
