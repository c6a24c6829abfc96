// The memory image of `link` is, byte for byte, what a second linker makes of the same files: link.py, which was written from the
// specifications.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { FIXTURES, MACHINES, type Machine } from "../../fixtures/list.js";
import { fixtureFolder } from "../../fixtures/build.js";
import { casesFor } from "../cases.js";
import { ROOT, fixturePath } from "../support/files.js";
import { LIBRARIES } from "./libraries.js";
import { lines } from "./lines.js";
import { type Answer, type Job, reference } from "./python.js";

/** What is linked, and where. */
interface Question {
  readonly files: readonly string[];
  readonly search: readonly string[];
  readonly base: string | undefined;
}

interface Linked {
  /** Why there is no image. */
  readonly refused?: string;
  readonly image: { readonly start: string; readonly bytes: number };
  readonly modules: readonly { readonly name: string; readonly bias: string; readonly base: string; readonly bytes: number }[];
  readonly missing: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), "linkwright-oracle-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const DEFINES: Readonly<Record<string, string>> = { strlen: "0x70000040", memcpy: "0x70000080", malloc: "0x700000c0", __stack_chk_fail: "0x70000101" };
let images = 0;

function typed({ files, search, base }: Question, out: string): string[] {
  return [
    ...files, "--out", out, "--allow-missing", ...search.flatMap((one) => ["--search", one]), ...(base === undefined ? [] : ["--base", base]),
    ...Object.entries(DEFINES).flatMap(([name, address]) => ["--define", `${name}=${address}`]),
  ];
}

/** Both answers to a question, and where their images are. */
interface Answers {
  readonly question: Question;
  readonly linked: Linked;
  readonly ours: string;
  readonly answer: Answer;
  readonly theirs: string;
}

/** Asks both; the reference is told nothing but where the modules are. */
function ask(questions: readonly Question[]): Answers[] {
  const names = questions.map(() => join(folder, String(++images)));
  const links = lines<Linked>(process.execPath, [fileURLToPath(new URL("links.js", import.meta.url))], questions.map((one, i) => typed(one, `${names[i]}.ours`)));
  const jobs = questions.map((question, i): Job => {
    const { image, modules } = links[i]!;
    return {
      files: question.files, search: question.search, defines: DEFINES, start: image?.start ?? "0x0", bytes: image?.bytes ?? 0,
      biases: modules?.map(({ bias }) => bias) ?? [], out: `${names[i]}.theirs`,
    };
  });
  const answers = reference(jobs);
  return questions.map((question, i) => ({ question, linked: links[i]!, ours: `${names[i]}.ours`, answer: answers[i]!, theirs: `${names[i]}.theirs` }));
}

/** Where two images differ first, in words; undefined if they don't. */
function differenceOf(ours: Buffer, theirs: Buffer, { image, modules }: Linked): string | undefined {
  if (ours.equals(theirs)) return undefined;
  const offset = ours.findIndex((byte, i) => byte !== theirs[i]);
  const word = (bytes: Buffer): string => bytes.subarray(offset & ~7, (offset & ~7) + 8).toString("hex");
  const address = BigInt(image.start) + BigInt(offset);
  const module = modules.find(({ base, bytes }) => address >= BigInt(base) && address < BigInt(base) + BigInt(bytes));
  const vaddr = module && BigInt.asUintN(64, address - BigInt(module.bias));
  return `at ${module?.name}, vaddr 0x${vaddr?.toString(16)}: ${word(ours)} in ours, ${word(theirs)} in theirs`;
}

function check({ question, linked, ours, answer, theirs }: Answers): void {
  assert.equal(linked.refused, undefined);
  assert.ok(!("unsupported" in answer), `the reference can't do it: ${JSON.stringify(answer)}`);
  assert.deepEqual(linked.modules.map(({ name }) => name), answer.modules, "the modules, in load order");
  assert.deepEqual([...linked.missing].sort(), [...answer.missing].sort(), "what is missing");
  const image = readFileSync(ours);
  assert.equal(image.length, linked.image.bytes);
  assert.equal(differenceOf(image, readFileSync(theirs), linked), undefined);
  const lowest = linked.modules.map(({ base }) => BigInt(base)).reduce((a, b) => (a < b ? a : b));
  assert.equal(BigInt(linked.image.start), lowest, "the image begins with its lowest module");
  if (question.base !== undefined) assert.equal(linked.modules[0]!.base, question.base, "the first module is where it was told to be");
}

const fixed = new Set(FIXTURES.filter(({ kind }) => kind === "exec").map(({ name }) => name));

/** Every set of files that the cases load, in their order. */
function questionsOf(machine: Machine, base: string): Question[] {
  const sets = new Map<string, readonly string[]>();
  for (const { steps } of casesFor(machine)) {
    const files = steps.flatMap((step) => (step.do === "load" ? [step.file] : []));
    if (files.length) sets.set(files.join(" "), files);
  }
  return [...sets.values()].map((files) => ({
    files: files.map((name) => fixturePath(machine, name)),
    search: [fixtureFolder(machine)],
    base: files.some((name) => fixed.has(name)) ? undefined : base,
  }));
}

const nameOf = ({ files, base }: Question): string => `${files.map((file) => basename(file)).join(" ")}${base === undefined ? "" : ` at ${base}`}`;

/** What the reference must have met: a set of files without it proves nothing of it. */
function compareAll(questions: readonly Question[], operations: readonly string[]): void {
  let answers: Answers[] | undefined;
  for (const [i, question] of questions.entries()) {
    test(nameOf(question), () => {
      answers ??= ask(questions);
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

const OPERATIONS: Readonly<Record<Machine, readonly string[]>> = {
  x86_64: ["RELR", "B_A", "S_A", "S", "COPY"],
  i386: ["RELR", "B_A", "S_A", "S", "COPY"],
  aarch64: ["RELR", "B_A", "S_A", "SLOT", "COPY"],
  arm: ["RELR", "B_A", "S_A_T", "SLOT_T", "COPY"],
  riscv64: ["RELR", "B_A", "S_A", "S", "COPY"],
  riscv32: ["RELR", "B_A", "S_A", "S", "COPY"],
  loongarch64: ["RELR", "B_A", "S_A", "S"],
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

test("oracle: a difference is noticed", () => {
  const file = fixturePath("riscv32", "relative.so");
  const [both] = ask([{ files: [file], search: [], base: undefined }]);
  const image = readFileSync(both!.ours), other = Buffer.from(image);
  assert.equal(differenceOf(image, other, both!.linked), undefined);
  other[0x12] = other[0x12]! ^ 1;
  assert.match(differenceOf(image, other, both!.linked) ?? "", /^at relative\.so, vaddr 0x12: /);
});
