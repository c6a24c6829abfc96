// run: the result, and nothing else, on stdout; what a module prints on stderr; and every way that it may go wrong.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { layOut } from "../objects/archives.js";
import { fixturePath } from "../support/files.js";
import { compile, objectOf } from "../support/compile.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus, json } from "./linkwright.js";

const folder = ownFolder();
const FILE = fixturePath("riscv64", "call.so");

const SOURCE = `
void lw_print(const char *);
int minus(void) { return -7; }
unsigned high(void) { return 0xfffffff9u; }
long long low(void) { return -0x7fffffffffffffffll - 1; }
unsigned long long most(void) { return 0xfffffffffffffffeull; }
void *end(void) { return (void *)-4096l; }
long long sum(long a, long b, long c, long d, long e, long f, long g, long h) {
  return a + 10ll * b + 100ll * c + 1000ll * d + 10000ll * e + 100000ll * f + 1000000ll * g + 10000000ll * h;
}
int speak(void) { lw_print("one\\ntwo"); return 3; }
int loud(void) { for (int i = 0; i < 200; ++i) lw_print("0123456789012345678901234567890123456789\\n"); return 1; }
int odd(void) { lw_print("42\\n\\x1e{\\"event\\":\\"returned\\"\\n\\xff\\xfe"); return 5; }
int hang(void) { lw_print("begun\\n"); for (volatile int i = 0;; ++i) {} }
int wild(void) { return *(volatile int *)12; }
int data = 1;
`;
const is32 = (machine: Machine): boolean => ["i386", "arm", "riscv32"].includes(machine);

for (const machine of MACHINES) {
  describe(`cli: run on ${machine}`, () => {
    let path: string | undefined;
    const file = (): string => (path ??= compile(folder, machine, "values", SOURCE));
    const call = async (symbol: string, ...more: string[]): Promise<string> => (await expectStatus(0, ["run", file(), "--call", symbol, ...more])).stdout;

    test("a call with arguments", async () => {
      const { stdout, stderr } = await expectStatus(0, ["run", fixturePath(machine, "call.so"), "--call", "add", "--arg", "2", "--arg", "40"]);
      assert.equal(stdout, "42\n");
      assert.equal(stderr, "");
    });

    test("negative and large results", async () => {
      const end = is32(machine) ? "4294963200\n" : "18446744073709547520\n";
      assert.deepEqual(await Promise.all([
        call("minus"), call("high"), call("high", "--returns", "u32"), call("minus", "--returns=i32"), call("end", "--returns", "ptr"),
      ]), ["-7\n", "-7\n", "4294967289\n", "-7\n", end]);
    });

    test("results of 64 bits", async () => {
      assert.deepEqual(await Promise.all([call("low", "--returns", "i64"), call("most", "--returns", "u64"), call("most", "--returns", "i64")]),
        ["-9223372036854775808\n", "18446744073709551614\n", "-2\n"]);
    });

    test("eight arguments, negative ones among them", async () => {
      const args = ["-1", "2", "-3", "0x4", "-5", "6", "0b111", "-8"];
      assert.equal(await call("sum", "--returns", "i64", ...args.flatMap((value) => ["--arg", value])), `${-1 + 20 - 300 + 4000 - 50000 + 600000 + 7000000 - 80000000}\n`);
    });

    test("text is relocated only where that is allowed", async () => {
      const typed = ["run", fixturePath(machine, "text.so"), "--call", "check"];
      assert.match((await expectStatus(1, typed)).stderr, /TextRelocation/);
      assert.equal((await expectStatus(0, [...typed, "--allow-text"])).stdout, "17\n");
    });

    test("a trap names module, symbol and offset", async () => {
      const { stdout, stderr } = await expectStatus(1, ["run", file(), "--call", "wild"]);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`at values-${machine}\\.so\\+0x[0-9a-f]+ \\(wild(\\+0x[0-9a-f]+)?\\), address 0xc\\b`));
      assert.match(stderr, /^ {2}code +Trap$/m);
    });

    test("a hang is ended, and names its place", async () => {
      const { stdout, stderr } = await expectStatus(1, ["run", file(), "--call", "hang", "--timeout", "4"]);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`^begun\\r?$[^]*no end after 4 s, at values-${machine}\\.so\\+0x[0-9a-f]+ \\(hang\\b`, "m"));
    });
  });
}

describe("cli: run of objects that hold addresses in 32 bits", () => {
  const models = { x86_64: ["-fno-pic", "-mcmodel=small"], riscv64: ["-fno-pic", "-mcmodel=medlow"], aarch64: ["-fno-pic"], loongarch64: ["-fno-pic"] } as const;
  const source = "static int values[3] = {1, 40, 1}; int *at(int i) { return &values[i]; } int (*const table[])(void); int one(void) { return values[0] + *at(1) + values[2]; } int (*const table[])(void) = {one}; int sum(void) { return table[0](); }";
  for (const [machine, flags] of Object.entries(models)) {
    test(machine, async () => {
      const path = objectOf(folder, machine, "low", source, flags);
      assert.equal((await expectStatus(0, ["run", path, "--call", "sum"])).stdout, "42\n");
    });
  }
});

describe("cli: run", () => {
  const file = compile(folder, "riscv64", "output", SOURCE);

  test("what a module prints goes to stderr, and its last line is ended", async () => {
    const { stdout, stderr } = await expectStatus(0, ["run", file, "--call", "speak"]);
    assert.equal(stdout, "3\n");
    assert.equal(stderr, "one\ntwo\n");
  });

  test("much output", async () => {
    const { stdout, stderr } = await expectStatus(0, ["run", file, "--call", "loud"]);
    assert.equal(stdout, "1\n");
    assert.equal(stderr, "0123456789012345678901234567890123456789\n".repeat(200));
  });

  test("what looks like a result, or like an event, is none", async () => {
    const { stdout, stderr } = await expectStatus(0, ["run", file, "--call", "odd"]);
    assert.equal(stdout, "5\n");
    assert.match(stderr, /^42\n/);
  });

  test("without --call the files are only loaded", async () => {
    const { stdout, stderr } = await expectStatus(0, ["run", FILE]);
    assert.equal(stdout, "");
    assert.equal(stderr, "");
  });

  test("archives of every format beside an object; what is wrong only with all of one matters to nobody then", async () => {
    const own = layOut(folder, "riscv64"), object = objectOf(folder, "riscv64", "of_archives", "extern long one, two; int both(void) { return (int)(10 * one + two); }");
    const twice = join(own, "twice.a");
    execFileSync("llvm-ar-19", ["qcS", twice, join(own, "one.o"), join(own, "one.o")]);
    for (const name of ["thin", "bsd", "nested"]) {
      const archives = [join(own, `${name}.a`), twice, join(own, "empty.a")];
      assert.equal((await expectStatus(0, ["run", object, ...archives, "--call", "both"])).stdout, "12\n");
    }
  });

  test("a function of a second file, which needs the first", async () => {
    const files = [fixturePath("riscv64", "choice_other.so"), fixturePath("riscv64", "order_user.so")];
    assert.equal((await expectStatus(0, ["run", ...files, "--call", "check"])).stdout, "17\n");
  });

  test("libraries beside the file are found", async () => {
    assert.equal((await expectStatus(0, ["run", fixturePath("riscv64", "chain_top.so"), "--call", "check"])).stdout, "17\n");
  });

  test("libraries in a folder of --search are found, also through a link", async () => {
    const lone = join(folder, "lone"), others = join(folder, "others");
    mkdirSync(lone);
    mkdirSync(others);
    copyFileSync(fixturePath("riscv64", "chain_top.so"), join(lone, "chain_top.so"));
    for (const name of ["chain_middle.so", "chain_bottom.so"]) symlinkSync(fixturePath("riscv64", name), join(others, name));
    const { stderr } = await expectStatus(1, ["run", join(lone, "chain_top.so"), "--call", "check"]);
    assert.match(stderr, /MissingLibrary: chain_top\.so needs chain_middle\.so/);
    assert.equal((await expectStatus(0, ["run", join(lone, "chain_top.so"), "--call", "check", "--search", others])).stdout, "17\n");
  });

  test("a function of a library", async () => {
    assert.equal((await expectStatus(0, ["run", fixturePath("riscv64", "chain_top.so"), "--call", "bottom_function"])).status, 0);
  });

  test("names with spaces and without ASCII", async () => {
    const path = join(folder, "ein Mödul.so");
    copyFileSync(FILE, path);
    assert.equal((await expectStatus(0, ["run", path, "--call", "add", "--arg", "1", "--arg", "1"])).stdout, "2\n");
  });

  test("two files of one name", async () => {
    const other = join(folder, "same");
    mkdirSync(other);
    copyFileSync(fixturePath("riscv64", "data.so"), join(other, "call.so"));
    assert.equal((await expectStatus(0, ["run", FILE, join(other, "call.so"), "--call", "add", "--arg", "1", "--arg", "1"])).stdout, "2\n");
  });

  test("a function that nobody exports", async () => {
    const { stderr } = await expectStatus(1, ["run", FILE, "--call", "ad"]);
    assert.match(stderr, /call\.so does not export ad; did you mean add\?/);
    const { fault } = await json<{ fault: { code: string } }>(["run", FILE, "--call", "frobnicate"], 1);
    assert.equal(fault.code, "MissingSymbol");
  });

  test("everything that is missing", async () => {
    const { fault } = await json<{ fault: { code: string; missing: { name: string }[] } }>(["run", fixturePath("riscv64", "missing.so")], 1);
    assert.equal(fault.code, "MissingSymbol");
    assert.deepEqual(fault.missing.map(({ name }) => name).sort(), ["nobody_has_this", "nor_that"]);
  });

  test("files of two machines, and of a machine that was not meant", async () => {
    assert.match((await expectStatus(1, ["run", FILE, fixturePath("arm", "call.so")])).stderr, /call\.so is for ARM, but \S+ is for RISC-V 64-bit/);
    assert.match((await expectStatus(1, ["run", FILE, "--machine", "arm"])).stderr, /call\.so is for riscv64, not for arm/);
    assert.equal((await expectStatus(0, ["run", FILE, "--machine", "riscv64", "--call", "add"])).status, 0);
  });

  test("an object file", async () => {
    assert.equal((await expectStatus(0, ["run", join(folder, "output-riscv64.o"), "--call", "minus"])).stdout, "-7\n");
  });

  test("JSON has the result as text, whatever its size", async () => {
    const told = await json<Record<string, unknown>>(["run", file, "--call", "most", "--returns", "u64"]);
    assert.equal(told.result, "18446744073709551614");
    assert.equal(told.machine, "riscv64");
    assert.equal(told.returns, "u64");
    assert.equal(told.symbol, "most");
  });

  test("nothing is left in the folder for temporary files", async () => {
    const own = join(folder, "temporary");
    mkdirSync(own);
    await expectStatus(0, ["run", FILE, "--call", "add"], { env: { TMPDIR: own } });
    await expectStatus(1, ["run", file, "--call", "wild"], { env: { TMPDIR: own } });
    await expectStatus(1, ["run", file, "--call", "hang", "--timeout", "2"], { env: { TMPDIR: own } });
    assert.deepEqual(readdirSync(own), []);
  });

  test("a folder for temporary files that is not there", async () => {
    const { stderr } = await expectStatus(1, ["run", FILE, "--call", "add"], { env: { TMPDIR: join(folder, "nowhere") } });
    assert.doesNotMatch(stderr, /mistake in linkwright/);
  });
});
