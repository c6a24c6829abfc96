// What inspect says of versions, thread-local storage, resolvers and flags, which hosts would load a file, and what link makes of it.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { library, objectOf } from "../support/compile.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus, json } from "./linkwright.js";

const folder = ownFolder();

interface Fact { readonly name: string; readonly type: string; readonly version?: string; readonly hidden?: boolean }
interface Facts {
  readonly dynamicFlags: readonly string[];
  readonly exports: readonly Fact[];
  readonly imports: readonly Fact[];
  readonly versions: { readonly defined: readonly string[]; readonly needed: readonly { readonly file: string; readonly name: string }[] };
  readonly tls: { readonly bytes: number; readonly fileBytes: number; readonly align: number } | null;
  readonly relocations: readonly { readonly type: string; readonly count: number }[];
  readonly resolvers: { readonly symbols: readonly string[]; readonly relocations: number };
  readonly verdicts: readonly { readonly host: string; readonly loads: boolean; readonly why: string }[];
}

function make(machine: string, name: string, source: string, needs: readonly string[] = [], ...flags: string[]): string {
  return join(folder, library(folder, machine, `${name}.so`, objectOf(folder, machine, name, source), needs, [`-soname=${name}.so`, ...flags]));
}

const verdictOf = ({ verdicts }: Facts, host: string): string => {
  const { loads, why } = verdicts.find((one) => one.host.startsWith(host))!;
  return `${loads ? "yes" : "no"} ${why}`;
};

writeFileSync(join(folder, "versions.map"), "ONE { global: answer; local: old; new; }; TWO { global: answer; } ONE;");
const versions = make("riscv64", "versions", `
  int old(void) { return 1; } int new(void) { return 17; }
  __asm__(".symver old, answer@ONE"); __asm__(".symver new, answer@@TWO");`, [], `--version-script=${join(folder, "versions.map")}`);
writeFileSync(join(folder, "one.map"), "ONE { global: answer; };");
const user = make("riscv64", "user", "int answer(void); int check(void) { return answer(); }", [versions]);

describe("cli: inspect, in depth", () => {
  test("versions that a file defines, hidden and default ones", async () => {
    const told = await json<Facts>(["inspect", versions]);
    assert.deepEqual(told.versions.defined.slice(-2), ["ONE", "TWO"]);
    const answers = told.exports.filter(({ name }) => name === "answer").map(({ version, hidden }) => `${version!} ${hidden ?? false}`);
    assert.deepEqual(answers.sort(), ["ONE true", "TWO false"]);
    const { stdout } = await expectStatus(0, ["inspect", versions]);
    assert.match(stdout, / answer@ONE$/m);
    assert.match(stdout, / answer@@TWO$/m);
  });

  test("versions that it needs, by library", async () => {
    const told = await json<Facts>(["inspect", user]);
    assert.deepEqual(told.versions.needed, [{ file: "versions.so", name: "TWO" }]);
    assert.equal(told.imports.find(({ name }) => name === "answer")?.version, "TWO");
    const { stdout } = await expectStatus(0, ["inspect", user]);
    assert.match(stdout, /^of versions\.so +TWO$/m);
    assert.match(stdout, / answer@TWO$/m);
  });

  test("thread-local storage, and descriptors that need a host's functions", async () => {
    const path = make("aarch64", "thread", "__thread long long value = 17; __thread char zeros[100]; void *where(void) { return &value; }");
    const told = await json<Facts>(["inspect", path]);
    assert.equal(told.tls?.fileBytes, 8);
    assert.ok(told.tls.bytes >= 108 && told.tls.align >= 8);
    assert.ok(told.exports.some(({ name, type }) => name === "value" && type === "TLS"));
    assert.deepEqual(told.relocations.map(({ type }) => type), ["R_AARCH64_TLSDESC"]);
    assert.match(verdictOf(told, "node"), /^yes if lw_tls_static, lw_tls_dynamic and lw_tls_absent are defined/);
    assert.equal(verdictOf(told, "qemu"), "yes ");
  });

  test("resolvers", async () => {
    const path = make("x86_64", "chosen", `static int one(void) { return 17; } static int (*volatile best)(void) = one; static int (*choose(void))(void) { return best; }
      int answer(void) __attribute__((ifunc("choose"))); int inner(void) __attribute__((ifunc("choose"), visibility("hidden"))); int check(void) { return inner(); }`);
    const told = await json<Facts>(["inspect", path]);
    assert.deepEqual(told.resolvers, { symbols: ["answer"], relocations: 1 });
    assert.equal(told.exports.find(({ name }) => name === "answer")?.type, "IFUNC");
    assert.match(verdictOf(told, "node"), /^yes leaving its resolvers \(IFUNC\) to a machine that runs them/);
    const { stdout } = await expectStatus(0, ["inspect", path]);
    assert.match(stdout, /^resolvers +of answer; for 1 place \(IRELATIVE\)$/m);

    const out = join(folder, "image");
    const linked = await json<{ image: { start: string }; modules: { bias: string }[]; resolvers: { module: string; address: string; vaddr: string; value: string }[] }>(
      ["link", path, "--out", out, "--base", "0x40000000"]);
    const [one] = linked.resolvers;
    assert.equal(linked.resolvers.length, 1);
    assert.equal(one!.module, "chosen.so");
    assert.equal(BigInt(one!.address), BigInt(one!.vaddr) + BigInt(linked.modules[0]!.bias));
    assert.equal(readFileSync(out).readBigUInt64LE(Number(BigInt(one!.address) - BigInt(linked.image.start))), BigInt(one!.value));
  });

  test("text relocations are for loads that allow them", async () => {
    const path = make("x86_64", "text", `int there = 5; __asm__(".text\\n.globl where\\nwhere: .quad there\\n");`, [], "-z", "notext");
    const told = await json<Facts>(["inspect", path]);
    assert.ok(told.dynamicFlags.includes("TEXTREL"));
    assert.match(verdictOf(told, "node"), /^yes only with --allow-text/);
    assert.match(verdictOf(told, "wasmtime"), /^yes only with --allow-text/);
    assert.match(verdictOf(told, "qemu"), /^yes only with --allow-text/);
    for (const command of [["plan"], ["link", "--out", join(folder, "image")]]) {
      assert.equal((await json<{ fault: { code: string } }>([...command, path], 1)).fault.code, "TextRelocation");
      await expectStatus(0, [...command, path, "--allow-text"]);
    }
  });

  for (const [flag, name] of [["-Bsymbolic", "SYMBOLIC"], ["-znow", "BIND_NOW"], ["-znodelete", "NODELETE"], ["-zinterpose", "INTERPOSE"], ["-zinitfirst", "INITFIRST"]] as const) {
    test(`what ${flag} asks for`, async () => {
      const path = make("riscv64", "flag", "int nothing;", [], ...(flag.startsWith("-z") ? ["-z", flag.slice(2)] : [flag]));
      assert.ok((await json<Facts>(["inspect", path])).dynamicFlags.includes(name));
      assert.match((await expectStatus(0, ["inspect", path])).stdout, new RegExp(`^asks for +.*${name}`, "m"));
    });
  }

  test("a file without any of it", async () => {
    const told = await json<Facts>(["inspect", make("riscv64", "plain", "int nothing;")]);
    assert.deepEqual([told.dynamicFlags, told.tls, told.resolvers], [[], null, { symbols: [], relocations: 0 }]);
  });
});

describe("cli: versions that nobody has", () => {
  const older = make("riscv64", "older", "int answer(void) { return 1; }", [], `--version-script=${join(folder, "one.map")}`, "-soname=versions.so");

  for (const command of [["plan"], ["link", "--out", join(folder, "image"), "--allow-missing"]]) {
    test(`${command[0]!} refuses them`, async () => {
      const { fault } = await json<{ fault: { code: string; name: string; file: string; what: string } }>([...command, older, user], 1);
      assert.deepEqual([fault.code, fault.name, fault.file, fault.what], ["MissingVersion", "TWO", "user.so", "Version"]);
      assert.match((await expectStatus(1, [...command, older, user])).stderr, /^ {2}found +user\.so needs TWO of versions\.so$/m);
    });
  }

  test("inspect says that nobody loads it", async () => {
    const beside = join(folder, "beside");
    mkdirSync(beside, { recursive: true });
    copyFileSync(older, join(beside, "versions.so"));
    const told = await json<Facts>(["inspect", user, "--search", beside]);
    for (const host of ["node", "qemu", "linux"]) assert.match(verdictOf(told, host), /^no MissingVersion/);
  });
});
