// Objects and archives that are wrong and linked beside a good object: archives are looked into for what that wants. And what is large is no fault.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Machine } from "../../fixtures/list.js";
import { FaultError, Linkwright } from "../node/package.js";
import { archive, assembled, colliding, symbolTable } from "./objectfile.js";
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

const member = (at: number, value: number | bigint): Omit<Expected, "code"> => ({ what: "Member", at: BigInt(at), value: BigInt(value) });

interface Beside {
  readonly name: string;
  readonly code: Expected["code"];
  readonly make: () => { readonly files: readonly Uint8Array[]; readonly expected: Omit<Expected, "code"> };
}

const CASES: readonly Beside[] = [
  ...([["in front of the first", 0], ["amid the first word", 4]] as const).map(([name, offset]): Beside => ({
    name: `a member ${name}`, code: "BadArchive", make: () => {
      const bytes = listed(["one"], () => offset, [["a.o/", defining("one")]]);
      return { files: [wanting("one"), bytes], expected: member(offset, bytes.length) };
    },
  })),
  {
    name: "a member that is not there", code: "BadArchive", make: () => {
      const bytes = listed(["one"], () => 0x7fff_ffff, [["a.o/", defining("one")]]);
      return { files: [wanting("one"), bytes], expected: member(0x7fff_ffff, bytes.length) };
    },
  },
  {
    name: "a member at the end", code: "BadArchive", make: () => {
      const length = listed(["one"], () => 0, [["a.o/", defining("one")]]).length, bytes = listed(["one"], () => length, [["a.o/", defining("one")]]);
      return { files: [wanting("one"), bytes], expected: member(length, length) };
    },
  },
  {
    name: "a member that is the table itself", code: "Truncated", make: () => {
      const bytes = listed(["one"], () => 8, [["a.o/", defining("one")]]);
      return { files: [wanting("one"), bytes], expected: { what: "Ehdr", at: 68n, value: BigInt(symbolTable([["one", 0]]).length) } };
    },
  },
  {
    name: "names that have no end", code: "BadArchive", make: () => {
      const table = Buffer.from(symbolTable([["one", 8], ["two", 8]]));
      table[table.length - 1] = 0x78;
      return { files: [wanting("one"), archive([["/", table], ["a.o/", defining("one")]])], expected: member(8, 1) };
    },
  },
  {
    name: "names that were made to have one hash", code: "BadArchive", make: () => {
      const names = colliding(300);
      return { files: [wanting("one"), listed(names, () => 8, [["a.o/", defining("one")]])], expected: member(8, [...names[0]!].reduce((hash, c) => Math.imul(hash, 33) + c.charCodeAt(0) >>> 0, 5381)) };
    },
  },
  {
    name: "members that are parts of each other", code: "BadArchive", make: () => {
      // Each lies in what the one before has behind its sections.
      const inner = defining("two"), header = archive([["b.o/", inner]]).subarray(8), outer = Buffer.concat([defining("one"), Buffer.alloc(defining("one").length % 2), header]);
      const at = (first: number, name: string): number => (name === "one" ? first : first + 60 + outer.length - header.length);
      const bytes = listed(["one", "two"], (name, first) => at(first, name), [["a.o/", outer]]);
      return { files: [wanting("one", "two"), bytes], expected: member(at(behind(symbolTable([["one", 0], ["two", 0]])), "two"), 60 + outer.length + 60 + inner.length) };
    },
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
      const { what, at, value } = error.fault;
      assert.deepEqual({ code: error.fault.code, what, at, value }, { code, ...expected });
    });
  }

  test("a member that does not define what its archive says is taken once, and no harm done", async () => {
    const names = await load(wanting("one"), listed(["one"], (_, first) => first, [["a.o/", defining("three")]])).catch((error: FaultError) => error.missing.map(({ name }) => name));
    assert.deepEqual(names, ["one"]);
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
