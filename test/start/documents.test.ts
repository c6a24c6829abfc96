// What the README tells people to type is typed, and the lists in docs/ are those of the code.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { makeZlib } from "../../scripts/zlib.js";
import { ROOT } from "../support/files.js";

/** What each block of commands in the README prints, in order. */
const PRINTS: readonly RegExp[] = [
  /^42\n$/,
  /^(42\n){6}$/,
  /^42\nimage\.bin: [^\n]+\nmodule[^\n]*\ncalls\.o [^\n]*\n$/,
  /^(29518389\n){4}$/, // as zlib on this machine says
  /^TAP version 14\n1\.\.4\n(ok \d [^\n]*\n){4}$/,
  /^plugin: up\nthe host greets you\ngreet wrote 19 letters, and took \d+ bytes\nplugin: down\n42\ncaught: nothing to parse, in call 2\ncaught: stoi\n$/,
  /^4035882641\nstarted by nobody but lw-run\n$/,
  /^add\(2, 40\) = 42\r?\nbytes of modules: 0\r?\nbytes of the core, at most: \d+\r?\n$/,
  /^MissingSymbol 17 \w+\n\d+n 4 \[ 'roundtrip\.so', 'libz\.so\.1' \]\n$/,
];

describe("start: the README's commands", async () => {
  await makeZlib(() => {});
  const folder = mkdtempSync(join(tmpdir(), "linkwright-readme-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["build", "examples", "hosts", "node_modules", "package.json"]) symlinkSync(join(ROOT, name), join(folder, name));
  const blocks = [...readFileSync(join(ROOT, "README.md"), "utf8").matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);

  test("are as many as are expected", () => assert.equal(blocks.length, PRINTS.length));
  for (const [i, block] of blocks.entries()) {
    test(block.split("\n")[0]!, () => {
      const { status, stdout, stderr } = spawnSync("bash", ["-eu", "-c", block], { cwd: folder, encoding: "utf8" });
      assert.equal(status, 0, stderr);
      assert.match(stdout, PRINTS[i]!);
    });
  }
});

describe("start: generated documents", () => {
  test("docs/modules.md lists the images' symbols", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "build/js/scripts/modules.js"), "--check"], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  });
});
