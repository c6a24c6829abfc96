// Where the command line finds libraries, and what it says of that.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { machineName } from "../../hosts/node/elf.js";
import { identAt } from "../../hosts/node/ident.js";
import { fixturePath } from "../support/files.js";
import { type Searched, describeSearch } from "../support/searches.js";
import { library, objectOf } from "../support/compile.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus, json, linkwright } from "./linkwright.js";

describeSearch("cli", async (args, cwd) => JSON.parse((await linkwright(["link", ...args], { cwd })).stdout) as Searched);

interface Node { readonly name: string; readonly path?: string; readonly rule?: string; readonly needs: readonly Node[] }

const folder = ownFolder();
const MACHINE = "aarch64";
for (const name of ["one", "two", "three", "four"]) mkdirSync(join(folder, name));
const empty = objectOf(folder, MACHINE, "empty", "int nothing;");

/** Makes a library; answers with its path from the folder on. */
function make(path: string, needs: readonly string[] = [], ...flags: string[]): string {
  return library(folder, MACHINE, path, empty, needs, [`-soname=${path.split("/").at(-1)!}`, ...flags]);
}

describe("cli: by which rule", () => {
  make("one/a.so");
  make("two/b.so");
  make("three/c.so", ["one/a.so"]);
  make("top.so", ["one/a.so", "two/b.so", "three/c.so"], "--disable-new-dtags", "-rpath=$ORIGIN/one");
  make("new.so", ["one/a.so", "two/b.so", "three/c.so"], "--enable-new-dtags", "-rpath=$ORIGIN/one:$ORIGIN/two");

  const rulesOf = async (file: string, ...more: string[]): Promise<string[]> => {
    const { stdout } = await linkwright(["tree", file, "--search", "three", ...more, "--json"], { cwd: folder });
    return (JSON.parse(stdout) as { tree: Node }).tree.needs.map(({ name, path, rule }) => `${name} ${path ?? "missing"} ${rule ?? "none"}`);
  };

  test("DT_RPATH, then --search", async () => {
    assert.deepEqual(await rulesOf("top.so"), ["a.so one/a.so rpath", "b.so missing none", "c.so three/c.so search"]);
  });

  test("DT_RUNPATH is behind --search", async () => {
    make("three/a.so");
    assert.deepEqual(await rulesOf("new.so"), ["a.so three/a.so search", "b.so two/b.so runpath", "c.so three/c.so search"]);
  });

  test("the tree of a library that has no path of its own has that of who brought it", async () => {
    const { tree } = await json<{ tree: Node }>(["tree", "top.so", "--search", "three", "--search", "two"], 0, { cwd: folder });
    assert.deepEqual(tree.needs[2]!.needs.map(({ name, path }) => `${name} ${path!}`), ["a.so one/a.so"]);
  });

  test("people read it behind the path", async () => {
    const { stdout } = await expectStatus(1, ["tree", "top.so", "--search", "three"], { cwd: folder });
    assert.match(stdout, /a\.so => one\/a\.so \(DT_RPATH\)\n.*b\.so => missing\n.*c\.so => three\/c\.so \(--search\)/);
  });

  test("a folder before \"..\" that is a link is followed", async () => {
    mkdirSync(join(folder, "far/away"), { recursive: true });
    make("far/d.so");
    symlinkSync("far/away", join(folder, "link"));
    make("linked.so", ["far/d.so"], "--enable-new-dtags", "-rpath=$ORIGIN/link/..");
    const { tree } = await json<{ tree: Node }>(["tree", "linked.so"], 0, { cwd: folder });
    assert.equal(tree.needs[0]!.path, "./link/../d.so");
  });

  test("inspect says them", async () => {
    const told = await json<{ rpath: string | null; runpath: string | null; soname: string }>(["inspect", join(folder, "top.so")]);
    assert.deepEqual([told.soname, told.rpath, told.runpath], ["top.so", "$ORIGIN/one", null]);
    assert.equal((await json<{ runpath: string }>(["inspect", join(folder, "new.so")])).runpath, "$ORIGIN/one:$ORIGIN/two");
  });
});

describe("cli: --system", () => {
  const program = process.execPath;

  test("finds what the system's own linker finds for this program", async () => {
    const { tree } = await json<{ tree: Node }>(["tree", program, "--system"]);
    const theirs = execFileSync("ldd", [program], { encoding: "utf8" });
    const libc = tree.needs.find(({ name }) => name === "libc.so.6");
    assert.ok(libc?.path && theirs.includes(`libc.so.6 => ${libc.path} `), `${theirs}${JSON.stringify(libc)}`);
    assert.equal(libc.rule, existsSync("/etc/ld.so.cache") ? "cache" : "default");
  });

  test("not unless it is asked for", async () => assert.equal((await linkwright(["tree", program])).status, 1));

  test("$LIB and $PLATFORM mean what they do to the system's own linker", async () => {
    const { machine, bits } = identAt(program)!, name = machineName(machine, bits), system = join(folder, "tokens");
    const own = objectOf(folder, name, "own", "int nothing;");
    const put = (path: string): string => {
      mkdirSync(join(system, path, ".."), { recursive: true });
      return library(system, name, path, own, [], [`-soname=${basename(path)}`]);
    };
    // It takes one of them: which, it says itself.
    const libs = ["lib", "lib64", "lib32", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu"].map((one) => put(`${one}/by_lib.so`));
    const platforms = [name, "haswell", "xeon_phi", "i686", "aarch64", "v8l", "v7l"].map((one) => put(`of/${one}/by_platform.so`));
    const flags = ["--enable-new-dtags", "-rpath=$ORIGIN/$LIB:$ORIGIN/of/${PLATFORM}"];
    const user = join(system, library(system, name, "user.so", own, [libs[0]!, platforms[0]!], flags));
    const theirs = execFileSync("ldd", [user], { encoding: "utf8" });
    const { tree } = await json<{ tree: Node }>(["tree", user, "--system"]);
    assert.equal(tree.needs.length, 2);
    for (const { name: needed, path } of tree.needs) assert.ok(path && theirs.includes(`${needed} => ${path} `), `${theirs}${needed}: ${path ?? "missing"}`);
  });

  test("never a library of another machine", async () => {
    const { machine, bits } = identAt(program)!;
    const other = machine === 183 ? "x86_64" : MACHINE;
    assert.notDeepEqual(identAt(fixturePath(other, "call.so")), { machine, bits });
    const user = objectOf(folder, other, "user", "int nothing;");
    library(folder, other, "libm.so.6", user, [], ["-soname=libm.so.6"]);
    const path = library(folder, other, "math.so", user, ["libm.so.6"], []);
    const { stdout } = await linkwright(["tree", join(folder, path), "--system", "--json"]);
    const [libm] = (JSON.parse(stdout) as { tree: Node }).tree.needs;
    // A system may have libraries of other machines, but not those of its own for them.
    if (libm!.path !== undefined) assert.deepEqual(identAt(libm!.path), identAt(join(folder, path)));
    else assert.equal(libm!.name, "libm.so.6");
  });
});
