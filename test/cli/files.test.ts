// Files that are none: exit status 1, a fault on stderr, and the same as JSON where that is asked for.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fixturePath } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus } from "./linkwright.js";

const folder = ownFolder();
const OUT = join(folder, "image");
const at = (name: string): string => join(folder, name);

mkdirSync(at("directory"));
writeFileSync(at("empty"), "");
writeFileSync(at("text"), "This is a text, and no module.\n");
writeFileSync(at("script.so"), "INPUT(libz.so.1)\n");
symlinkSync("loop", at("loop"));
const WHOLE = readFileSync(fixturePath("riscv64", "call.so"));
writeFileSync(at("short.so"), WHOLE.subarray(0, 200));
writeFileSync(at("tail.so"), WHOLE.subarray(0, WHOLE.length - 2500));
execFileSync("mkfifo", [at("pipe")]);

/** How each command is called with a file. */
const CALLS: readonly ((file: string) => string[])[] = [
  (file) => ["inspect", file],
  (file) => ["tree", file],
  (file) => ["plan", file],
  (file) => ["link", file, "--out", OUT],
  (file) => ["run", file, "--call", "f"],
  (file) => ["test", file],
];

/** What every command meets. */
const EVERYWHERE = ["absent", "directory", "empty", "text"];

const WRONG: readonly (readonly [string, RegExp, string])[] = [
  ["absent", /there is no file \S*absent$/m, "SourceUnreadable"],
  ["directory", /directory is a folder/, "SourceUnreadable"],
  ["loop", /loop can't be read: too many symbolic links/, "SourceUnreadable"],
  ["text/inside", /text\/inside can't be read: not a directory/, "SourceUnreadable"],
  ["empty", /Truncated/, "Truncated"],
  ["text", /BadMagic/, "BadMagic"],
  ["script.so", /BadMagic[^]*linker script/, "BadMagic"],
  ["short.so", /Truncated/, "Truncated"],
  ["tail.so", /Truncated/, "Truncated"],
];

describe("cli: files that are none", () => {
  for (const [name, said, code] of WRONG) {
    for (const call of EVERYWHERE.includes(name) ? CALLS : CALLS.slice(0, 1)) {
      const typed = call(at(name));
      test(`${typed[0]} ${name}`, async () => {
        const { stderr } = await expectStatus(1, typed);
        assert.match(stderr, said);
        assert.match(stderr, /^linkwright: /);
        assert.equal(existsSync(OUT), false, "no image is written");
      });
    }
    test(`inspect ${name} --json`, async () => {
      const told = JSON.parse((await expectStatus(1, ["inspect", at(name), "--json"])).stdout) as { fault?: { code: string }; error?: { code: string } };
      assert.equal(told.fault?.code ?? told.error?.code, code);
    });
  }

  test("a fault says code, stage, place, found, expected and remedy", async () => {
    const { stderr, stdout } = await expectStatus(1, ["inspect", at("text"), "--json"]);
    for (const name of ["code", "stage", "place", "found", "expected", "remedy"]) assert.match(stderr, new RegExp(`^  ${name} +\\S`, "m"));
    const { fault } = JSON.parse(stdout) as { fault: Record<string, unknown> };
    assert.equal(fault.code, "BadMagic");
    assert.equal(fault.number, 0x0102);
    for (const name of ["stage", "place", "found", "expected", "remedy"]) assert.ok(fault[name], name);
  });

  test("no name at all", async () => assert.match((await expectStatus(1, ["inspect", ""])).stderr, /there is no file ""/));

  test("a device that never ends", async () => assert.match((await expectStatus(1, ["inspect", "/dev/zero"])).stderr, /\/dev\/zero is a device/));

  test("a pipe is read to its end", async () => {
    const { stdout } = await expectStatus(0, ["inspect", at("pipe"), "--json"], {
      during: () => createReadStream(fixturePath("arm", "call.so")).pipe(createWriteStream(at("pipe"))),
    });
    assert.equal((JSON.parse(stdout) as { machine: string }).machine, "arm");
  });

  test("a file that may not be read", async () => {
    copyFileSync(fixturePath("riscv64", "call.so"), at("closed.so"));
    chmodSync(at("closed.so"), 0);
    // Root may read everything, unless it gives that up.
    const through = process.getuid?.() === 0 ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : [];
    const { stderr } = await expectStatus(1, ["inspect", at("closed.so")], { through });
    assert.match(stderr, /closed\.so may not be read/);
  });

  test("a name with control characters does not reach the terminal", async () => {
    const { stderr } = await expectStatus(1, ["inspect", at("a\u001b[31mb")]);
    assert.doesNotMatch(stderr, /\u001b/);
    assert.match(stderr, /a\\x1b\[31mb/);
  });
});

describe("cli: output that can't be written", () => {
  const file = fixturePath("riscv64", "call.so");
  for (const [out, said] of [["directory", /directory can't be written: /], ["nowhere/image", /can't be written: no such file or directory/], ["text/image", /can't be written: not a directory/]] as const) {
    test(`--out ${out}`, async () => {
      const { stdout, stderr } = await expectStatus(1, ["link", file, "--out", at(out)]);
      assert.equal(stdout, "");
      assert.match(stderr, said);
    });
  }

  test("a full disk", async () => {
    const { stderr } = await expectStatus(1, ["link", file, "--out", "/dev/full"]);
    assert.match(stderr, /\/dev\/full can't be written: no space left on device/);
  });
});
