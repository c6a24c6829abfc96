// The memory image of `link` is, byte for byte, what a second linker makes of the same files: link.py, which was written from the
// specifications.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { FIXTURES, MACHINES, type Machine } from "../../fixtures/list.js";
import { fixtureFolder } from "../../fixtures/build.js";
import { casesFor } from "../cases.js";
import { ROOT, fixturePath } from "../support/files.js";
import { type Answers, type Question, ask, check, differenceOf } from "./compare.js";
import { LIBRARIES } from "./libraries.js";

/** The answers to all of them. */
async function answersTo(questions: readonly Question[]): Promise<Answers[]> {
  const answers: Answers[] = [];
  await ask(questions, (one) => answers.push(one));
  return answers;
}

const fixed = new Set(FIXTURES.filter(({ kind }) => kind === "exec").map(({ name }) => name));

/** Files with addresses of 32 bits in words of 32 bits. */
const NARROW = new Set(["odd.so"]);

/** Every set of files that the cases load, in their order. The reference knows libraries by their names alone: it does not search. */
function questionsOf(machine: Machine, base: string): Question[] {
  const sets = new Map<string, readonly string[]>();
  for (const { steps } of casesFor(machine)) {
    const files = steps.flatMap((step) => (step.do === "load" ? [step.file] : []));
    if (files.length && !files.some((name) => name.includes("/"))) sets.set(files.join(" "), files);
  }
  return [...sets.values()].map((files) => ({
    files: files.map((name) => fixturePath(machine, name)),
    search: [fixtureFolder(machine)],
    base: files.some((name) => fixed.has(name)) ? undefined : files.some((name) => NARROW.has(name)) ? "0x40000000" : base,
  }));
}

const nameOf = ({ files, base }: Question): string => `${files.map((file) => basename(file)).join(" ")}${base === undefined ? "" : ` at ${base}`}`;

/** What the reference must have met: a set of files without it proves nothing of it. */
function compareAll(questions: readonly Question[], operations: readonly string[]): void {
  let answers: Answers[] | undefined;
  for (const [i, question] of questions.entries()) {
    test(nameOf(question), async () => {
      answers ??= await answersTo(questions);
      check(answers[i]!);
    });
  }
  test(`${operations.join(", ")} were among it`, () => {
    const met = new Set(answers!.flatMap(({ answer }) => ("unsupported" in answer ? [] : Object.keys(answer.counts))));
    assert.deepEqual(operations.filter((one) => !met.has(one)), []);
  });
}

const is32 = (machine: Machine): boolean => ["i386", "arm", "riscv32"].includes(machine);
/** Kernels are linked to the top of the address space, where sums wrap. */
const baseFor = (machine: Machine): string => (is32(machine) ? "0xc0000000" : "0xffffffff80000000");

const EVERYWHERE = ["RELR", "B_A", "RESOLVER", "TLS_THREAD", "VERSIONED"];
const OPERATIONS: Readonly<Record<Machine, readonly string[]>> = {
  x86_64: [...EVERYWHERE, "S_A", "S", "COPY", "TLS_MODULE", "TLS_OFFSET", "TLS_DESCRIPTOR", "Z_A"],
  i386: [...EVERYWHERE, "S_A", "S", "COPY", "TLS_MODULE", "TLS_OFFSET", "TLS_DESCRIPTOR"],
  aarch64: [...EVERYWHERE, "S_A", "SLOT", "COPY", "TLS_DESCRIPTOR"],
  arm: [...EVERYWHERE, "S_A_T", "SLOT_T", "COPY", "TLS_MODULE", "TLS_OFFSET"],
  riscv64: [...EVERYWHERE, "S_A", "S", "COPY", "TLS_MODULE", "TLS_OFFSET", "TLS_DESCRIPTOR"],
  riscv32: [...EVERYWHERE, "S_A", "S", "COPY", "TLS_MODULE", "TLS_OFFSET", "TLS_DESCRIPTOR"],
  loongarch64: [...EVERYWHERE, "S_A", "S", "TLS_MODULE", "TLS_OFFSET", "TLS_DESCRIPTOR"],
};

for (const machine of MACHINES) {
  describe(`oracle: link on ${machine}`, () => {
    const zlib = join(ROOT, "build/zlib", machine);
    const real = ["libz.so.1", "roundtrip.so"].map((name) => join(zlib, name)).filter((path) => existsSync(path));
    compareAll([
      ...questionsOf(machine, baseFor(machine)),
      ...real.map((file) => ({ files: [file], search: [zlib], base: "0x40000000" })),
    ], OPERATIONS[machine]);
  });
}

/** Libraries without TLS and resolvers: alone, and together with what they need. */
const SETS: readonly (readonly string[])[] = [
  ["libz.so.1"], ["liblzma.so.5"], ["libbz2.so.1.0"], ["libexpat.so.1"], ["libffi.so.8"], ["libpng16.so.16", "libz.so.1"],
  ["libxml2.so.2", "libz.so.1", "liblzma.so.5"], ["libpcre2-8.so.0", "libglib-2.0.so.0"], ["libedit.so.2", "libtinfo.so.6", "libbsd.so.0", "libmd.so.0"],
  ["libsqlite3.so.0", "libz.so.1"], ["libnettle.so.8", "libgmp.so.10"], ["libcrypto.so.3"], ["libfdt.so.1"],
];

describe("oracle: link on real libraries", () => {
  const there = SETS.filter((names) => names.every((name) => LIBRARIES.has(name)));
  test("there are some", () => assert.ok(there.length >= 8, there.join("; ")));
  compareAll(there.map((names) => ({ files: names.map((name) => LIBRARIES.get(name)!), search: [], base: "0x7f1234500000" })), ["B_A", "S_A", "S"]);
});

test("oracle: a difference is noticed", async () => {
  const file = fixturePath("riscv32", "relative.so");
  const [both] = await answersTo([{ files: [file], search: [], base: undefined }]);
  const image = both!.ours, other = Buffer.from(image);
  assert.equal(differenceOf(image, other, both!.linked), undefined);
  other[0x12] = other[0x12]! ^ 1;
  assert.match(differenceOf(image, other, both!.linked) ?? "", /^at relative\.so, vaddr 0x12: /);
});
