// What inspect says of versions, thread-local storage, resolvers and flags, which hosts would load a file, and what link makes of it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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

interface ObjectFile {
  readonly member?: string;
  readonly sections: readonly { readonly index: number; readonly name: string; readonly type: string; readonly flags: string; readonly bytes: number; readonly align: number }[];
  readonly groups: readonly { readonly signature: string; readonly comdat: boolean; readonly sections: readonly string[] }[];
  readonly symbols: readonly { readonly name: string; readonly type: string; readonly bind: string; readonly visibility: string; readonly section: string; readonly bytes: number }[];
  readonly relocations: readonly { readonly section: string; readonly type: string; readonly count: number }[];
}

describe("cli: inspect, of objects and archives", () => {
  const SOURCE = `extern int there(int); __attribute__((visibility("hidden"))) int mine = 3; int common[5];
    __attribute__((weak)) int weak(int x) { return there(x) + mine + common[1]; } int (*const table[])(int) = {weak, there};`;
  const GROUP = '.section .text.g,"axG",%progbits,sig,comdat\n.globl sig\nsig: .long 1\n';

  /** As llvm-readelf has it. */
  const counts = (path: string): string[] => {
    const out = execFileSync("llvm-readelf-19", ["-rW", path], { encoding: "utf8" });
    const types = [...out.matchAll(/^[0-9a-f]{8,16} +[0-9a-f]{8,16} +(R_\w+)/gm)].map(([, type]) => type!);
    return [...new Set(types)].map((type) => `${type} ${types.filter((one) => one === type).length}`).sort();
  };

  for (const machine of ["x86_64", "arm", "riscv32", "loongarch64"]) {
    test(`${machine}: sections, symbols and relocations as llvm-readelf has them`, async () => {
      const path = objectOf(folder, machine, "shown", `${SOURCE}\n__asm__(${JSON.stringify(GROUP)});`);
      const told = await json<{ type: string; objects: ObjectFile[]; exports: string[]; imports: string[]; verdicts: Facts["verdicts"] }>(["inspect", path]), [object] = told.objects;
      assert.equal(told.type, "REL");
      assert.deepEqual([...told.exports].sort(), ["common", "sig", "table", "weak"]);
      assert.ok(told.imports.includes("there"));
      const sections = [...execFileSync("llvm-readelf-19", ["-SW", path], { encoding: "utf8" }).matchAll(/^ *\[ *(\d+)\] (\S+) +(\S+) +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+)/gm)]
        .map(([, index, name, type, bytes]) => `${index} ${name} ${type} ${parseInt(bytes!, 16)}`);
      assert.deepEqual(object!.sections.map(({ index, name, type, bytes }) => `${index} ${name} ${type} ${bytes}`), sections);
      const sums = new Map<string, number>();
      for (const { type, count } of object!.relocations) sums.set(type, (sums.get(type) ?? 0) + count);
      assert.deepEqual([...sums].map(([type, count]) => `${type} ${count}`).sort(), counts(path));
      assert.deepEqual(object!.groups, [{ signature: "sig", comdat: true, sections: [".text.g"] }]);
      const of = (name: string): string => {
        const { type, bind, visibility, section } = object!.symbols.find((one) => one.name === name)!;
        return `${type} ${bind} ${visibility} ${section.replace(/\.weak|\.mine|\.common$/, "")}`;
      };
      assert.equal(of("weak"), "FUNC WEAK DEFAULT .text");
      assert.equal(of("mine"), "OBJECT GLOBAL HIDDEN .data");
      assert.match(of("there"), /^NOTYPE GLOBAL DEFAULT UNDEF/);
      const { stdout } = await expectStatus(0, ["inspect", path]);
      assert.match(stdout, /^sig \(COMDAT\): \.text\.g$/m);
      assert.match(stdout, /^node: yes, if somebody defines there$/m);
      assert.match(stdout, /^linux: yes, by liblinkwright$/m);
    });
  }

  test("members of an archive, long names, too", async () => {
    const own = join(folder, "archive"), long = join(own, "a_member_with_a_long_name.o"), path = join(own, "some.a");
    mkdirSync(own);
    copyFileSync(objectOf(folder, "x86_64", "first", "int one(void) { return 1; }"), join(own, "one.o"));
    copyFileSync(objectOf(folder, "x86_64", "second", "int one(void); int two(void) { return 1 + one(); }"), long);
    execFileSync("llvm-ar-19", ["rcs", path, join(own, "one.o"), long]);
    const told = await json<{ type: string; objects: ObjectFile[]; exports: string[]; imports: string[] }>(["inspect", path]);
    assert.deepEqual([told.type, told.objects.map(({ member }) => member), [...told.exports].sort(), told.imports], ["archive", ["one.o", "a_member_with_a_long_name.o"], ["one", "two"], []]);
    assert.match((await expectStatus(0, ["inspect", path])).stdout, /^symbols of a_member_with_a_long_name\.o$/m);
    const thin = join(own, "thin.a");
    execFileSync("llvm-ar-19", ["rcsT", thin, join(own, "one.o")]);
    assert.deepEqual((await json<{ objects: ObjectFile[] }>(["inspect", thin])).objects.map(({ member }) => basename(member!)), ["one.o"]);
  });

  test("one that is wrong is refused with its fault", async () => {
    const bytes = readFileSync(objectOf(folder, "x86_64", "cut", "int one(void) { return 1; }")), path = join(folder, "cut.o");
    writeFileSync(path, bytes.subarray(0, bytes.length - 64));
    assert.match((await expectStatus(1, ["inspect", path])).stderr, /Truncated/);
  });
});
