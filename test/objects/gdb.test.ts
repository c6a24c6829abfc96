// gdb, told where the sections of objects lie, knows functions, lines and variables at the addresses where they are.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { linkwright } from "../cli/linkwright.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import { debuggerCommands } from "../../hosts/node/section.js";
import { treesOf } from "../programs/trees.js";
import { ownFolder } from "../support/folder.js";

const folder = ownFolder();

/** What gdb answers. */
function gdb(questions: readonly string[]): string {
  const [tree = ""] = treesOf([{ debian: ["gdb"] }], () => undefined);
  const libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((path) => join(tree, path)).join(":");
  const words = ["-nx", "-nh", "-batch", `-iex=set data-directory ${join(tree, "usr/share/gdb")}`, ...questions.flatMap((one) => ["-ex", one])];
  return execFileSync(join(tree, "usr/bin/gdb"), words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { HOME: folder, PYTHONNOUSERSITE: "1", LD_LIBRARY_PATH: libraries } });
}

const FILES = {
  "one.c": "extern int two(int);\nint counter = 5;\nstatic int helper(int x) {\n  return x + counter;\n}\nint one(int x) {\n  return two(helper(x));\n}\n",
  "two.c": "int table[4] = {1, 2, 3, 4};\nint two(int x) {\n  return table[x & 3];\n}\n",
} as const;

test("add-symbol-file with what link says", async () => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  execFileSync("clang-19", ["--target=x86_64-linux-gnu", "-g", "-O1", "-fno-inline", "-ffunction-sections", "-c", ...Object.keys(FILES)], { cwd: folder });
  const loader = await Linkwright.create({ base: 0x7000_0000n });
  const module = await loader.context().load(join(folder, "one.o"), { with: [join(folder, "two.o")], run: false });
  const commands = debuggerCommands(module.sections);
  assert.equal(commands.length, 2);
  const questions = ["info line one", "info line two", "info line helper", "print &counter", "print &table", "print sizeof(table)"];
  const text = gdb([...commands, ...questions]);
  const hex = (symbol: string): string => `0x${module.symbol(symbol)!.toString(16)}`;
  assert.match(text, new RegExp(`Line \\d of "one.c" starts at address ${hex("one")}`));
  assert.match(text, new RegExp(`Line \\d of "two.c" starts at address ${hex("two")}`));
  assert.match(text, /Line \d of "one.c" starts at address 0x7000[0-9a-f]+ <helper>/);
  assert.match(text, new RegExp(`\\(int \\*\\) ${hex("counter")} <counter>`));
  assert.match(text, new RegExp(`\\(int \\(\\*\\)\\[4\\]\\) ${hex("table")} <table>`));
  assert.match(text, /= 16/);
});

test("add-symbol-file with the file for debuggers, that knows members of archives", async () => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  execFileSync("clang-19", ["--target=x86_64-linux-gnu", "-g", "-O1", "-fno-inline", "-ffunction-sections", "-c", ...Object.keys(FILES)], { cwd: folder });
  execFileSync("llvm-ar-19", ["rcs", "two.a", "two.o"], { cwd: folder });
  const [one, archive, image, debug] = ["one.o", "two.a", "image", "one.debug"].map((name) => join(folder, name)) as [string, string, string, string];
  const { status, stdout } = await linkwright(["link", one, archive, "--base", "0x70000000", "--out", image, "--debug", debug, "--gdb"]);
  assert.equal(status, 0);
  const commands = stdout.split("\n").filter((line) => line.startsWith("add-symbol-file"));
  assert.deepEqual(commands, [`add-symbol-file ${debug}`]);
  const text = gdb([...commands, "info line two", "info line helper", "info symbol table", "print sizeof(table)", "list two"]);
  assert.match(text, /Line \d of "two.c" starts at address 0x7000[0-9a-f]+ <two>/);
  assert.match(text, /Line \d of "one.c" starts at address 0x7000[0-9a-f]+ <helper>/);
  assert.match(text, /table in section \.data/);
  assert.match(text, /= 16/);
  assert.match(text, /return table\[x & 3\];/);
  // As a file of its own it has the code, too.
  assert.match(gdb([`file ${debug}`, "x/3i two"]), /<two\+\d+>:\s+\w+/);
});

test("a file for debuggers is one module's of objects", async () => {
  execFileSync("clang-19", ["--target=x86_64-linux-gnu", "-g", "-fPIC", "-c", "two.c"], { cwd: folder });
  execFileSync("ld.lld-19", ["-shared", "two.o", "-o", "two.so"], { cwd: folder });
  const library = join(folder, "two.so"), debug = join(folder, "none.debug");
  const { status, stderr } = await linkwright(["link", library, "--out", join(folder, "image"), "--debug", debug]);
  assert.equal(status, 1);
  assert.match(stderr, /--debug is about one module of objects, and there is none/);
  assert.ok(!existsSync(debug));
});
