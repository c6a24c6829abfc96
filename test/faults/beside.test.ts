// Objects and archives that are wrong and linked beside a good object: archives are looked into for what that wants. And what is large is no fault.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Machine } from "../../fixtures/list.js";
import { FaultError, Linkwright } from "../node/package.js";
import { ObjectFile, archive, assembled, colliding, symbolTable } from "./objectfile.js";
import type { Expected } from "./wrong.js";

const MACHINE: Machine = "riscv64";
/** Where the member behind a table of symbols begins. */
const behind = (table: Uint8Array): number => 68 + table.length + table.length % 2;

const defining = (...names: readonly string[]): Uint8Array => assembled(MACHINE, `  .data\n${names.map((name) => `  .globl ${name}\n${name}: .dc.a 1\n`).join("")}`);
const wanting = (...names: readonly string[]): Uint8Array => assembled(MACHINE, `  .data\n  .globl root\nroot:\n${names.map((name) => `  .dc.a ${name}\n`).join("")}`);

/** An archive with a table of symbols, in which a name may lead anywhere. */
function listed(names: readonly string[], where: (name: string, member: number) => number, members: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const room = symbolTable(names.map((name) => [name, 0] as const)), first = behind(room);
  return archive([["/", symbolTable(names.map((name) => [name, where(name, first)] as const))], ...members]);
}

async function load(...files: readonly Uint8Array[]): Promise<string[]> {
  await using linkwright = await Linkwright.create();
  const [first, ...others] = files, context = linkwright.context({ search: [] });
  const module = await context.load(first!, { name: "root.o", with: others.map((bytes) => bytes), run: false });
  return module.symbols.map(({ name }) => name);
}

/** e_shnum. */
const shnum = (object: Uint8Array): bigint => BigInt(Buffer.from(object.buffer, object.byteOffset, object.length).readUInt16LE(60));

interface Beside {
  readonly name: string;
  readonly code: Expected["code"];
  readonly make: () => { readonly files: readonly Uint8Array[]; readonly expected: Omit<Expected, "code"> };
}

const CASES: readonly Beside[] = [
  {
    name: "names that were made to have one hash", code: "BadSymbolTable", make: () => {
      const names = colliding(300), hash = [...names[0]!].reduce((sum, c) => Math.imul(sum, 33) + c.charCodeAt(0) >>> 0, 5381);
      return { files: [wanting("one"), archive([["a.o/", defining(...names)]])], expected: { what: "Sym", at: new ObjectFile(defining(...names)).symtab.get("info") + 257n, value: BigInt(hash), member: "a.o" } };
    },
  },
  {
    name: "a member that nobody wants, and that is wrong", code: "Truncated", make: () => ({
      files: [wanting("one"), archive([["a.o/", defining("one")], ["b.o/", defining("two").subarray(0, 80)]])], expected: { what: "Shdr", at: new DataView(defining("two").buffer, defining("two").byteOffset).getBigUint64(40, true), value: shnum(defining("two")), member: "b.o" },
    }),
  },
  { name: "an empty file", code: "Truncated", make: () => ({ files: [wanting(), new Uint8Array(0)], expected: { what: "Ehdr", at: 0n, value: 0n } }) },
  { name: "a file that is nothing", code: "BadMagic", make: () => ({ files: [wanting(), new Uint8Array(64).fill(0x20)], expected: { what: "Ehdr", at: 0n, value: 0x2020_2020n } }) },
];

describe("wrong files beside a good object", () => {
  for (const { name, code, make } of CASES) {
    test(`${code}: ${name}`, async () => {
      const { files, expected } = make();
      const error = await load(...files).then(() => undefined, (why: unknown) => why);
      assert.ok(error instanceof FaultError, `it is refused: ${String(error)}`);
      const { what, at, value, member } = error.fault;
      assert.deepEqual({ code: error.fault.code, what, at, value, member }, { code, member: undefined, ...expected });
    });
  }

  test("what a table of symbols says is not asked: members say themselves what they define", async () => {
    for (const where of [0, 4, 8, 0x7fff_ffff]) assert.deepEqual((await load(wanting("one"), listed(["two"], () => where, [["a.o/", defining("one")]]))).filter((name) => name === "one"), ["one"]);
  });
});

describe("much of everything", () => {
  test("70,000 sections", async () => {
    const count = 70_000;
    const object = assembled(MACHINE, Array.from({ length: count }, (_, i) => `  .section .data.s${i},"aw",%progbits\n  .globl s${i}\ns${i}: .dc.a s${count - 1 - i}\n`).join(""));
    await using linkwright = await Linkwright.create();
    const module = await linkwright.context({ search: [] }).load(object, { name: "many.o", run: false });
    for (const i of [0, 1, 34_999, 65_279, 65_280, 65_536, count - 1]) {
      const word = Buffer.from(linkwright.read(module.symbol(`s${i}`)!, 8)).readBigUInt64LE();
      assert.equal(word, module.symbol(`s${count - 1 - i}`), `s${i}`);
    }
  });

  test("2,000 members of which each wants the one in front of it", async () => {
    const count = 2000, template = Buffer.from(defining("m_____")), other = Buffer.from(assembled(MACHINE, "  .data\n  .globl m_____\nm_____: .dc.a n_____\n"));
    const name = (i: number): string => `m${String(i).padStart(5, "0")}`;
    const renamed = (bytes: Buffer, from: string, to: string): Buffer => {
      const copy = Buffer.from(bytes);
      copy.write(to, copy.indexOf(`${from}\0`), "latin1");
      return copy;
    };
    const members = Array.from({ length: count }, (_, i) => [`${i}.o/`, i ? renamed(renamed(other, "m_____", name(i)), "n_____", name(i - 1)) : renamed(template, "m_____", name(0))] as const);
    const each = members[1]![1].length, length = (i: number): number => (i ? each : members[0]![1].length);
    const bytes = listed(members.map((_, i) => name(i)), (one, first) => {
      const index = Number(one.slice(1));
      return first + (index ? 60 + length(0) + length(0) % 2 + (index - 1) * (60 + each + each % 2) : 0);
    }, members);
    const names = await load(wanting(name(count - 1)), bytes);
    assert.equal(names.filter((one) => /^m\d/.test(one)).length, count);
  });
});
