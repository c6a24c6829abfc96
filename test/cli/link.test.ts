// link, plan and tree: what they say as JSON, where libraries are found, and what is missing.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fixtureFolder } from "../../fixtures/build.js";
import { fixturePath } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus, json, linkwright } from "./linkwright.js";

const folder = ownFolder();
const fixtures = fixtureFolder("riscv64");
const at = (name: string): string => fixturePath("riscv64", name);
const own = (name: string): string => join(folder, name);

/** Every fixture alone in a folder of its own, so that none has neighbours. */
const ALONE = own("alone");
mkdirSync(ALONE);
for (const name of ["chain_top.so", "chain_middle.so", "diamond_top.so"]) copyFileSync(at(name), join(ALONE, name));

interface Linked {
  readonly image: { readonly start: string; readonly bytes: number };
  readonly modules: readonly { readonly name: string; readonly bias: string; readonly bytes: number }[];
  readonly missing: readonly string[];
}
interface Failed { readonly fault: { readonly code: string; readonly missing: readonly { readonly name: string; readonly kind: string; readonly file?: string }[] } }
interface Planned {
  readonly modules: readonly { readonly name: string; readonly base: string; readonly bytes: number; readonly needs: readonly string[]; readonly segments: readonly { readonly address: string; readonly flags: string }[] }[];
  readonly bindings: readonly { readonly symbol: string; readonly module: string; readonly owner?: string; readonly address: string }[];
  readonly memory: Readonly<Record<string, number>>;
  readonly waste: number;
  readonly missing: readonly { readonly name: string; readonly kind: string; readonly file: string }[];
}
interface Node { readonly name: string; readonly path?: string; readonly fault?: string; readonly repeated?: boolean; readonly needs: readonly Node[] }
interface Tree { readonly tree: Node; readonly missing: readonly string[] }

const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

describe("cli: link", () => {
  test("JSON has the image, the modules and what is missing", async () => {
    const told = await json<Linked>(["link", at("chain_top.so"), "--out", own("chain"), "--base", "0x40000000", "--search", fixtures]);
    assert.equal(told.image.start, "0x40000000");
    assert.equal(told.image.bytes, readFileSync(own("chain")).length);
    assert.deepEqual(names(told.modules), ["chain_top.so", "chain_middle.so", "chain_bottom.so"]);
    assert.equal(told.modules[0]!.bias, "0x40000000");
    assert.deepEqual(told.missing, []);
    for (const { bias, bytes } of told.modules) {
      assert.match(bias, /^0x[0-9a-f]+$/);
      assert.ok(Number.isInteger(bytes) && bytes > 0);
    }
  });

  test("vaddr v of a module lies at v + bias - start", async () => {
    const told = await json<Linked>(["link", at("based.so"), at("data.so"), "--out", own("image"), "--base", "0x40000000"]);
    const image = readFileSync(own("image"));
    for (const [i, file] of ["based.so", "data.so"].entries()) {
      const bytes = readFileSync(at(file)), lowest = file === "based.so" ? 0x40000n : 0n;
      const offset = Number(lowest + BigInt(told.modules[i]!.bias) - BigInt(told.image.start));
      assert.deepEqual(image.subarray(offset, offset + 64), bytes.subarray(0, 64), `${file} begins with its ELF header`);
    }
  });

  test("numbers may be decimal, or have another base, and underscores", async () => {
    for (const base of ["1073741824", "0x4000_0000", "0X40000000", "0o10000000000", "0b1000000000000000000000000000000"]) {
      assert.equal((await json<Linked>(["link", at("call.so"), "--out", own("based"), "--base", base])).image.start, "0x40000000");
    }
  });

  test("the same call writes the same bytes", async () => {
    for (const name of ["once", "again"]) await expectStatus(0, ["link", at("chain_top.so"), "--search", fixtures, "--out", own(name)]);
    assert.deepEqual(readFileSync(own("once")), readFileSync(own("again")));
  });

  test("what is missing is refused, all of it at once, and no image is written", async () => {
    const { fault } = await json<Failed>(["link", at("missing.so"), "--out", own("refused")], 1);
    assert.equal(fault.code, "MissingSymbol");
    assert.deepEqual(names(fault.missing).sort(), ["nobody_has_this", "nor_that"]);
    assert.equal(existsSync(own("refused")), false);
  });

  test("what is missing may be allowed", async () => {
    const told = await json<Linked>(["link", at("missing.so"), "--out", own("allowed"), "--allow-missing"]);
    assert.deepEqual([...told.missing].sort(), ["nobody_has_this", "nor_that"]);
    const { stderr } = await expectStatus(0, ["link", at("missing.so"), "--out", own("allowed"), "--allow-missing"]);
    assert.match(stderr, /missing symbol: nobody_has_this \(missing\.so needs it\)/);
  });

  test("what is missing may be defined", async () => {
    const defines = ["--define", "nobody_has_this=0x1234", "--define", "nor_that=22136"];
    const told = await json<Linked>(["link", at("missing.so"), "--out", own("defined"), ...defines]);
    assert.deepEqual(told.missing, []);
    const image = readFileSync(own("defined"));
    for (const value of [0x1234n, 22136n]) {
      const word = Buffer.alloc(8);
      word.writeBigUInt64LE(value);
      assert.ok(image.includes(word), `0x${value.toString(16)} is in the image`);
    }
  });

  test("a missing library", async () => {
    const { fault } = await json<Failed>(["link", at("lonely.so"), "--out", own("lonely")], 1);
    assert.equal(fault.code, "MissingLibrary");
    assert.deepEqual(names(fault.missing), ["absent.so"]);
  });

  test("a base where nothing fits", async () => {
    const { fault } = await json<Failed>(["link", fixturePath("riscv32", "call.so"), "--out", own("high"), "--base", "0x100000000"], 1);
    assert.equal(fault.code, "NoSpace");
  });

  test("files of two machines", async () => {
    const { error } = await json<{ error: { code: string } }>(["link", at("choice_other.so"), fixturePath("arm", "order_user.so"), "--out", own("two")], 1);
    assert.equal(error.code, "MachineMismatch");
    assert.equal(existsSync(own("two")), false);
  });

  test("a file that is named twice is loaded once", async () => {
    symlinkSync(at("call.so"), own("same.so"));
    assert.deepEqual(names((await json<Linked>(["link", at("call.so"), at("call.so"), own("same.so"), "--out", own("twice")])).modules), ["call.so"]);
  });
});

/** How the commands that load look for libraries: each answers with what it could not find. */
const SEARCHES: readonly (readonly [string, (files: readonly string[], search: readonly string[]) => Promise<readonly string[]>])[] = [
  ["link", async (files, search) => {
    const typed = ["link", ...files, "--out", own("search"), ...search.flatMap((one) => ["--search", one])];
    const { status, stdout } = await linkwright([...typed, "--json"]);
    return status === 0 ? [] : names((JSON.parse(stdout) as Failed).fault.missing);
  }],
  ["plan", async (files, search) => {
    const { stdout } = await linkwright(["plan", ...files, ...search.flatMap((one) => ["--search", one]), "--json"]);
    return names((JSON.parse(stdout) as Planned).missing.filter(({ kind }) => kind === "library"));
  }],
];

describe("cli: where libraries are found", () => {
  for (const [command, missing] of SEARCHES) {
    test(`${command}: not beside the file`, async () => assert.deepEqual(await missing([join(ALONE, "chain_top.so")], []), ["chain_middle.so"]));
    test(`${command}: not in the working folder, nor where the system has them`, async () => {
      assert.deepEqual(await missing([at("chain_top.so")], []), ["chain_middle.so"]);
    });
    test(`${command}: among the files`, async () => {
      assert.deepEqual(await missing([at("chain_top.so"), at("chain_bottom.so"), at("chain_middle.so")], []), []);
    });
    test(`${command}: in folders, one after the other`, async () => {
      assert.deepEqual(await missing([join(ALONE, "chain_top.so")], [ALONE]), ["chain_bottom.so"]);
      assert.deepEqual(await missing([join(ALONE, "chain_top.so")], [ALONE, fixtures]), []);
      assert.deepEqual(await missing([join(ALONE, "chain_top.so")], [own("nowhere"), fixtures]), []);
    });
  }

  test("the first folder that has it", async () => {
    const { modules } = await json<{ modules: { name: string; path: string }[] }>(["link", at("chain_top.so"), "--out", own("first"), "--search", ALONE, "--search", fixtures]);
    assert.equal(modules.find(({ name }) => name === "chain_middle.so")?.path, join(ALONE, "chain_middle.so"));
  });
});

describe("cli: tree", () => {
  test("what a file needs, and what that needs", async () => {
    const { tree, missing } = await json<Tree>(["tree", at("chain_top.so"), "--search", fixtures]);
    assert.equal(tree.needs[0]?.name, "chain_middle.so");
    assert.equal(tree.needs[0]?.path, realpathSync(at("chain_middle.so")));
    assert.equal(tree.needs[0]?.needs[0]?.name, "chain_bottom.so");
    assert.deepEqual(missing, []);
    const { stdout } = await expectStatus(0, ["tree", at("chain_top.so"), "--search", fixtures]);
    assert.match(stdout, /chain_top\.so\n└── chain_middle\.so => \S+ \(--search\)\n {4}└── chain_bottom\.so => \S+ \(--search\)\n$/);
  });

  test("what is needed twice is shown once with what it needs", async () => {
    const { tree } = await json<Tree>(["tree", at("diamond_top.so"), "--search", fixtures]);
    const bottoms = tree.needs.flatMap(({ needs }) => needs);
    assert.deepEqual(names(bottoms), ["diamond_bottom.so", "diamond_bottom.so"]);
    assert.deepEqual(bottoms.map(({ repeated }) => repeated ?? false), [false, true]);
  });

  test("a cycle ends", async () => {
    const { tree } = await json<Tree>(["tree", at("cycle_a.so"), "--search", fixtures]);
    assert.equal(tree.needs[0]?.needs[0]?.repeated, true);
  });

  test("every library that is missing, not only the first", async () => {
    copyFileSync(at("diamond_left.so"), join(ALONE, "diamond_left.so"));
    const { missing } = await json<Tree>(["tree", at("diamond_top.so"), "--search", ALONE], 1);
    assert.deepEqual([...missing].sort(), ["diamond_bottom.so", "diamond_right.so"]);
    const { stdout, stderr } = await expectStatus(1, ["tree", at("diamond_top.so"), "--search", ALONE]);
    assert.match(stdout, /diamond_right\.so => missing/);
    for (const name of missing) assert.ok(stderr.includes(name), name);
  });

  test("not beside the file", async () => assert.deepEqual((await json<Tree>(["tree", at("chain_top.so")], 1)).missing, ["chain_middle.so"]));

  test("a library that is none, or of another machine", async () => {
    const bad = own("bad");
    mkdirSync(bad);
    copyFileSync(fixturePath("arm", "chain_middle.so"), join(bad, "chain_middle.so"));
    const { tree } = await json<Tree>(["tree", at("chain_top.so"), "--search", bad], 1);
    assert.equal(tree.needs[0]?.fault, "MachineMismatch");
  });
});

describe("cli: plan", () => {
  test("modules, bindings, memory and what is missing", async () => {
    const told = await json<Planned>(["plan", at("chain_top.so"), "--search", fixtures, "--base", "0x40000000"]);
    assert.deepEqual(names(told.modules), ["chain_top.so", "chain_middle.so", "chain_bottom.so"]);
    assert.deepEqual(told.modules[0]!.needs, ["chain_middle.so"]);
    assert.equal(told.modules[0]!.base, "0x40000000");
    assert.ok(told.bindings.some((one) => one.symbol === "middle_function" && one.module === "chain_top.so" && one.owner === "chain_middle.so"));
    assert.deepEqual(told.missing, []);
    const total = told.modules.reduce((sum, { bytes }) => sum + bytes, 0);
    assert.equal(Object.values(told.memory).reduce((sum, bytes) => sum + bytes, 0), total, "every page has permissions");
    assert.ok(told.waste > 0 && told.waste < total);
    for (const flags of Object.keys(told.memory)) assert.doesNotMatch(flags, /wx/, "nothing is writable and executable");
  });

  test("everything that is missing", async () => {
    const { missing } = await json<Planned>(["plan", at("missing.so"), at("lonely.so")], 1);
    assert.deepEqual(missing.filter(({ kind }) => kind === "symbol").map(({ name }) => name).filter((name) => name !== "absent").sort(), ["nobody_has_this", "nor_that"]);
    assert.deepEqual(missing.filter(({ kind }) => kind === "library"), [{ name: "absent.so", kind: "library", file: "lonely.so" }]);
    const { stdout, stderr } = await expectStatus(1, ["plan", at("missing.so")]);
    assert.match(stdout, /nobody_has_this/);
    assert.match(stderr, /MissingSymbol: missing\.so needs /);
  });

  test("what a host defines is bound to it", async () => {
    const { bindings } = await json<Planned>(["plan", at("missing.so"), "--define", "nobody_has_this=0x1234", "--define", "nor_that=1"]);
    assert.deepEqual(bindings.find(({ symbol }) => symbol === "nobody_has_this"), { symbol: "nobody_has_this", module: "missing.so", address: "0x1234" });
  });
});
