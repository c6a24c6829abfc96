// What is installed below a prefix is found there: by pkg-config, by compilers, by man.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";

describe("linux: installed below a prefix", () => {
  const folder = ownFolder(), prefix = join(folder, "usr");
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { cwd: folder, encoding: "utf8", env: { ...process.env, PKG_CONFIG_PATH: join(prefix, "lib/pkgconfig") } });
  const flags = (...which: string[]): string[] => run("pkg-config", ...which, "linkwright").trim().split(" ");
  const example = (name: string): string => join(ROOT, "examples/linux", name);
  before(() => run("sh", join(ROOT, "hosts/linux/package/install"), prefix));

  test("pkg-config names the header and the library", () => {
    const [header = "", ...library] = flags("--cflags", "--libs");
    assert.match(readFileSync(join(header.replace("-I", ""), "linkwright.h"), "utf8"), /LW_CODE_MISSING_SYMBOL = 0x/);
    assert.deepEqual(library.slice(1), ["-llinkwright"]);
    const version = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
    assert.equal(run("pkg-config", "--modversion", "linkwright"), `${version}\n`);
  });

  test("the C example, with the static library", () => {
    run("clang-19", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", example("plugin.c"), "-o", "plugin.so");
    run("clang-19", "-Wall", "-Wextra", "-Werror", "-std=c11", example("host.c"), ...flags("--cflags"), join(prefix, "lib/liblinkwright.a"), "-pthread", "-o", "host");
    assert.match(run("./host", "./plugin.so"), /^plugin: up\nthe host greets you\ngreet wrote 19 letters, and took \d+ bytes\nplugin: down\n$/);
    const { status, stderr } = spawnSync("./host", ["./none.so"], { cwd: folder, encoding: "utf8" });
    assert.deepEqual([status, stderr], [1, "host: ./none.so: cannot open shared object file: No such file or directory\n"]);
  });

  test("the manual page is one, and has every function of the header", () => {
    const page = join(prefix, "share/man/man3/linkwright.3");
    const { status, stderr } = spawnSync("groff", ["-man", "-ww", "-Tutf8", "-z", page], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
    const text = readFileSync(page, "utf8"), header = readFileSync(join(prefix, "include/linkwright.h"), "utf8");
    const names = [...header.matchAll(/^(?:const )?\w+ \*?(lw_\w+)\(/gm)].map(([, name]) => name!);
    assert.ok(names.length > 15);
    assert.deepEqual(names.filter((name) => !text.includes(`${name}(`)), []);
    const flagNames = [...header.matchAll(/^ {2}(LW_(?!CODE|OK)\w+) = /gm)].map(([, name]) => name!);
    assert.deepEqual(flagNames.filter((name) => !text.includes(`.B ${name}\n`)), []);
  });
});
