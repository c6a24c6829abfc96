// test: one TAP document over all machines; a test that fails, traps or hangs fails alone.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { fixturePath } from "../support/files.js";
import { compile, library, objectOf } from "../support/compile.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus, json } from "./linkwright.js";
import { type Point, pointsOf } from "./tap.js";

const folder = ownFolder();

const SOURCE = `
void lw_print(const char *);
static int counter;
int test_a_passes(void) { lw_print("all is well\\n"); return 0; }
int test_b_fails(void) { lw_print("no newline"); return -3; }
int test_c_traps(void) { return *(volatile int *)12; }
int test_d_hangs(void) { for (volatile int i = 0;; ++i) {} }
int test_e_counts(void) { return ++counter == 1 ? 0 : counter; }
int test_f_counts(void) { return ++counter == 1 ? 0 : counter; }
int test_g_prints(void) { lw_print("ok 1 - no point\\nnot ok # nor this\\n1..9\\n"); return 0; }
int test_data = 1;
int untested(void) { return 1; }
`;

const NAMES = ["test_a_passes", "test_b_fails", "test_c_traps", "test_d_hangs", "test_e_counts", "test_f_counts", "test_g_prints"];
const PASSING = ["test_a_passes", "test_e_counts", "test_f_counts", "test_g_prints"];

describe("cli: test on all machines", () => {
  let running: Promise<Point[]> | undefined;
  const points = (): Promise<Point[]> => {
    const files = MACHINES.map((machine) => compile(folder, machine, "suite", SOURCE));
    running ??= expectStatus(1, ["test", ...files, "--timeout", "4"]).then(({ stdout }) => pointsOf(stdout));
    return running;
  };

  for (const machine of MACHINES) {
    test(machine, async () => {
      const own = (await points()).filter(({ description }) => description.startsWith(`${machine} `));
      assert.deepEqual(own.map(({ description }) => description), NAMES.map((name) => `${machine} suite-${machine}.so ${name}`));
      const of = (name: string): Point => own.find(({ description }) => description.endsWith(` ${name}`))!;
      assert.deepEqual(own.filter(({ ok }) => ok).map(({ description }) => description.split(" ").at(-1)), PASSING);
      assert.deepEqual(of("test_a_passes").comments, ["all is well"]);
      assert.deepEqual(of("test_b_fails").details, { message: "returned -3" });
      assert.deepEqual(of("test_b_fails").comments, ["no newline"]);
      assert.equal(of("test_c_traps").details.code, "Trap");
      assert.match(of("test_c_traps").details.place ?? "", new RegExp(`^suite-${machine}\\.so\\+0x[0-9a-f]+ \\(test_c_traps\\b`));
      assert.equal(of("test_d_hangs").details.code, "Timeout");
      assert.match(of("test_d_hangs").details.place ?? "", new RegExp(`^suite-${machine}\\.so\\+0x[0-9a-f]+ \\(test_d_hangs\\b`));
      assert.deepEqual(of("test_g_prints").comments, ["ok 1 - no point", "not ok # nor this", "1..9"]);
    });
  }

  test("there is one plan over all of them", async () => assert.equal((await points()).length, MACHINES.length * NAMES.length));
});

describe("cli: test of objects", () => {
  const TESTS = "int helped(int); int test_helped(void) { return helped(1) - 2; } int test_loops(void) { for (volatile int i = 0;; ++i) {} }";
  const HELPER = "int helped(int x) { return x + 1; } int test_not_asked_for(void) { return 1; }";
  const named = (machine: string, name: string, source: string): string => objectOf(folder, machine, name, source);

  test("each by itself, linked with what --with names for its machine", async () => {
    const files = ["x86_64", "riscv32"].flatMap((machine) => [named(machine, "asks", TESTS), named(machine, "asks_too", TESTS)]);
    const helpers = ["x86_64", "riscv32"].map((machine) => `--with=${named(machine, "helper", HELPER)}`);
    const points = pointsOf((await expectStatus(1, ["test", ...files, ...helpers, "--timeout", "4"])).stdout);
    const expected = ["x86_64", "riscv32"].flatMap((machine) => ["asks", "asks_too"].flatMap((name) => ["helped", "loops"].map((one) => `${machine} ${name}-${machine}.o test_${one}`)));
    assert.deepEqual(points.map(({ description }) => description), expected);
    assert.deepEqual(points.map(({ ok }) => ok), expected.map((name) => name.endsWith("helped")));
    for (const { details, description } of points.filter(({ ok }) => !ok)) assert.match(details.place ?? "", /^asks(_too)?-\w+\.o\+0x[0-9a-f]+ \(test_loops\b/, description);
  });

  test("what --with can't be is said", async () => {
    const file = named("riscv32", "asks", TESTS), linked = compile(folder, "riscv32", "linked", "int test_x(void) { return 0; }");
    const cases: [string[], RegExp][] = [
      [[file], /needs helped/],
      [[file, `--with=${linked}`], /linked-riscv32\.so is no object/],
      [[linked, `--with=${named("riscv32", "helper", HELPER)}`], /linked-riscv32\.so is linked already/],
      [[file, `--with=${named("arm", "helper", HELPER)}`], /helper-arm\.o is for arm, and none of the files is/],
      [[file, "--with=/nowhere.o"], /nowhere\.o/],
      [[file, `--with=${named("riscv32", "twice", TESTS)}`], /DuplicateSymbol/],
    ];
    for (const [typed, words] of cases) {
      const { stdout, stderr } = await expectStatus(1, ["test", ...typed, "--filter", "*_helped"]);
      assert.match(stdout + stderr, words);
    }
  });
});

describe("cli: test", () => {
  const file = (): string => compile(folder, "riscv64", "filtered", SOURCE);

  test("--filter takes those whose names match", async () => {
    const { stdout } = await expectStatus(0, ["test", file(), "--filter", "test_?_counts"]);
    assert.deepEqual(pointsOf(stdout).map(({ description }) => description.split(" ").at(-1)), ["test_e_counts", "test_f_counts"]);
    assert.equal(pointsOf((await expectStatus(0, ["test", file(), "--filter", "*passes"])).stdout).length, 1);
  });

  test("a filter that nothing matches, and a file without tests, fail", async () => {
    for (const typed of [["test", file(), "--filter", "nothing"], ["test", fixturePath("riscv64", "call.so")]]) {
      const { stdout, stderr } = await expectStatus(1, typed);
      assert.deepEqual(pointsOf(stdout), []);
      assert.match(stderr, /no file exports a function test_\*/);
    }
  });

  test("JSON", async () => {
    const told = await json<{ passed: number; failed: number; tests: { number: number; machine: string; file: string; test: string; ok: boolean; message?: string; details?: { code: string }; output: string }[] }>(
      ["test", file(), "--filter", "test_[abc]_*"], 1);
    assert.equal(told.passed, 1);
    assert.equal(told.failed, 2);
    assert.deepEqual(told.tests.map(({ number, machine, ok }) => ({ number, machine, ok })), [
      { number: 1, machine: "riscv64", ok: true }, { number: 2, machine: "riscv64", ok: false }, { number: 3, machine: "riscv64", ok: false },
    ]);
    assert.equal(told.tests[0]!.output, "all is well\n");
    assert.equal(told.tests[2]!.details?.code, "Trap");
  });

  test("a module that can't be loaded fails its tests, with what is missing", async () => {
    const lacking = compile(folder, "riscv64", "lacking", "int nobody(void); int test_x(void) { return nobody(); } int test_y(void) { return 0; }");
    const points = pointsOf((await expectStatus(1, ["test", lacking])).stdout);
    assert.deepEqual(points.map(({ ok }) => ok), [false, false]);
    for (const { details } of points) assert.match(details.message ?? "", /MissingSymbol: \S*lacking-riscv64\.so needs nobody/);
  });

  test("text is relocated only where that is allowed", async () => {
    const source = `int there = 5; extern int *const where; int test_there(void) { return *where == 5 ? 0 : 1; }
      __asm__(".text\\n.globl where\\n.hidden where\\n.balign 8\\nwhere: .quad there\\n");`;
    const object = objectOf(folder, "x86_64", "text", source);
    const path = library(folder, "x86_64", join(folder, "text.so"), object, [], ["-z", "notext"]);
    assert.match(pointsOf((await expectStatus(1, ["test", path])).stdout)[0]!.details.message ?? "", /TextRelocation/);
    assert.deepEqual(pointsOf((await expectStatus(0, ["test", path, "--allow-text"])).stdout).map(({ ok }) => ok), [true]);
  });

  test("files that are refused are refused before anything runs", async () => {
    for (const name of ["nothing.so", "filtered-riscv64.c"]) {
      const { stdout } = await expectStatus(1, ["test", file(), join(folder, name)]);
      assert.equal(stdout, "");
    }
  });

  test("two files for one machine, in the order they were named", async () => {
    const [one, two] = [compile(folder, "arm", "one", "int test_z(void) { return 0; }"), compile(folder, "arm", "two", "int test_a(void) { return 0; }")];
    const { stdout } = await expectStatus(0, ["test", one, two]);
    assert.deepEqual(pointsOf(stdout).map(({ description }) => description), ["arm one-arm.so test_z", "arm two-arm.so test_a"]);
  });
});
