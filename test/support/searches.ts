// Where libraries are found, the same on every host that has a `link`: docs/abi.md has the order, ld.so(8) the tokens.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { ROOT } from "./files.js";

const MACHINE = "riscv32";
const folder = mkdtempSync(join(tmpdir(), "linkwright-search-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What `link --json` says. */
export interface Searched {
  readonly fault?: { readonly code: string };
  readonly modules: readonly { readonly path: string }[];
}

/** Calls a host's `link` in a folder. */
export type Link = (args: readonly string[], cwd: string) => Promise<Searched>;

const { module } = JSON.parse(readFileSync(join(ROOT, "boot", MACHINE, "machine.json"), "utf8")) as { module: { emulation: string; target: string; flags: string[] } };
const object = join(folder, "empty.o");
writeFileSync(join(folder, "empty.c"), "");
execFileSync("clang-19", [`--target=${module.target}`, ...module.flags, "-c", join(folder, "empty.c"), "-o", object]);

/** Makes a library that needs others of these paths, and has a search path: DT_RPATH, or with `isRunpath` DT_RUNPATH. */
function library(path: string, needs: readonly string[] = [], search = "", isRunpath = false): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  const soname = path.includes("named") ? [] : [`-soname=${path.split("/").at(-1)!}`];
  execFileSync("ld.lld-19", ["-m", module.emulation, "-shared", ...soname, object, ...needs, "-o", path,
    isRunpath ? "--enable-new-dtags" : "--disable-new-dtags", ...(search ? [`-rpath=${search}`] : [])], { cwd: folder });
}

library("near/leaf.so");
library("far/leaf.so");
library("lib/leaf.so");
library("riscv32/leaf.so");
library("named/leaf.so");

/** The path of what is loaded with a file that needs leaf.so and has this search path; the code of the fault where it is refused. */
async function found(link: Link, search: string, isRunpath: boolean, ...more: string[]): Promise<string> {
  library("bin/top.so", ["near/leaf.so"], search, isRunpath);
  const told = await link(["bin/top.so", ...more, "--out", "image", "--json"], folder);
  return told.fault?.code ?? told.modules[1]!.path;
}

/** Describes where a host finds libraries. */
export function describeSearch(host: string, link: Link): void {
  describe(`${host}: where libraries are found`, () => cases(link));
}

function cases(link: Link): void {
  for (const [search, path] of [
    ["near", "near/leaf.so"],
    ["nowhere:near:far", "near/leaf.so"],
    ["$ORIGIN/../near", "near/leaf.so"],
    ["${ORIGIN}/../far", "far/leaf.so"],
    ["$ORIGIN/../$LIB", "lib/leaf.so"],
    ["${LIB}", "lib/leaf.so"],
    ["$PLATFORM", "riscv32/leaf.so"],
    [":$UNKNOWN/x:$ORIGINAL:${ORIGIN:${}:$::$ORIGIN/../${PLATFORM}:", "riscv32/leaf.so"],
    ["$LIBRARY:${LIB:$LIB}", "MissingLibrary"],
  ] as const) {
    test(`by ${search}`, async () => {
      assert.equal(await found(link, search, false), path);
      assert.equal(await found(link, search, true), path);
    });
  }

  test("what is before .. may be a link", async () => {
    library("elsewhere/near/leaf.so");
    mkdirSync(join(folder, "elsewhere/inner"), { recursive: true });
    symlinkSync("elsewhere/inner", join(folder, "link"));
    assert.equal(await found(link, "link/../near", false), "link/../near/leaf.so");
    assert.equal(await found(link, "elsewhere/inner/../near:link/../near", false), "elsewhere/near/leaf.so");
    assert.equal(await found(link, "link/../bin:link/../../far", false), "link/../../far/leaf.so");
  });

  test("an empty part is not the current folder", async () => {
    library("leaf.so");
    assert.equal(await found(link, "::", false), "MissingLibrary");
    rmSync(join(folder, "leaf.so"));
  });

  test("--search comes behind DT_RPATH, and before DT_RUNPATH", async () => {
    assert.equal(await found(link, "near", false, "--search", "far"), "near/leaf.so");
    assert.equal(await found(link, "near", true, "--search", "far"), "far/leaf.so");
  });

  test("a file that is named to be loaded comes first", async () => {
    assert.equal(await found(link, "near", false, "far/leaf.so"), "far/leaf.so");
  });

  test("DT_RPATH is for what a library needs in turn, DT_RUNPATH is not", async () => {
    library("middle/middle.so", ["near/leaf.so"]);
    for (const isRunpath of [false, true]) {
      library("bin/upper.so", ["middle/middle.so"], "$ORIGIN/../middle:$ORIGIN/../near", isRunpath);
      const told = await link(["bin/upper.so", "--out", "image", "--json"], folder);
      if (isRunpath) assert.equal(told.fault?.code, "MissingLibrary");
      else assert.deepEqual(told.modules.map((one) => one.path), ["bin/upper.so", "middle/middle.so", "near/leaf.so"]);
    }
  });

  test("a name with a slash is a path, and is not looked for", async () => {
    library("bin/pathful.so", ["named/leaf.so"], "near");
    const told = await link(["bin/pathful.so", "--search", "far", "--out", "image", "--json"], folder);
    assert.deepEqual(told.modules.map((one) => one.path), ["bin/pathful.so", "named/leaf.so"]);
    rmSync(join(folder, "named"), { recursive: true });
    assert.equal((await link(["bin/pathful.so", "--search", "far", "--out", "image", "--json"], folder)).fault?.code, "MissingLibrary");
  });
}
