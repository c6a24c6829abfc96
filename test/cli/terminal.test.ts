// Where the output goes: into pipes that end early, full disks, narrow terminals, and terminals without colours.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fixturePath } from "../support/files.js";
import { CLI, expectStatus } from "./linkwright.js";

const FILE = fixturePath("riscv64", "names_both.so");
/** One whose verdicts are long. */
const CONDITIONS = fixturePath("aarch64", "tls_described.so");
const ESCAPE = /\u001b/;

/** Runs a line of the shell, in which $LW is the program. */
function shell(line: string, env: Readonly<Record<string, string | undefined>> = {}): { status: number | null; stdout: string; stderr: string } {
  const run = spawnSync("bash", ["-c", line], { encoding: "utf8", env: { ...process.env, LW: `${process.execPath} ${CLI}`, FILE, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env } });
  assert.doesNotMatch(`\n${run.stdout}\n${run.stderr}`, /\n\s+at /);
  return run;
}

/** What is seen in a terminal of this width. */
function terminal(columns: number, words: string, env: Readonly<Record<string, string | undefined>> = {}): string {
  const { stdout } = shell(`script -qec "stty cols ${columns}; $LW ${words}" /dev/null`, { TERM: "xterm", ...env });
  return stdout.replaceAll("\r", "");
}

const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, "");

describe("cli: output", () => {
  test("whoever reads it may stop reading", () => {
    for (const words of ["inspect $FILE", "inspect $FILE --json", "plan $FILE", "--help"]) {
      const { stdout, stderr } = shell(`set -o pipefail; $LW ${words} | head -n 1; echo "$? \${PIPESTATUS[0]}"`);
      assert.equal(stderr, "");
      assert.match(stdout, /\n0 /, words);
    }
  });

  test("nobody reads it at all", () => assert.equal(shell("$LW inspect $FILE | true; exit ${PIPESTATUS[0]}").stderr, ""));

  test("the disk is full", () => {
    const { status, stderr } = shell("$LW inspect $FILE > /dev/full");
    assert.equal(status, 1);
    assert.match(stderr, /the output can't be written: /);
  });

  test("stdout and stderr are closed", () => {
    for (const closed of [">&-", "2>&-", ">&- 2>&-"]) assert.notEqual(shell(`$LW explain BadMagic ${closed}`).status, null);
  });

  test("a pipe gets no colours, and lines as long as they are", async () => {
    const { stdout } = await expectStatus(0, ["inspect", FILE], { env: { COLUMNS: "20", NO_COLOR: undefined } });
    assert.doesNotMatch(stdout, ESCAPE);
    assert.equal(stdout, (await expectStatus(0, ["inspect", FILE])).stdout);
  });
});

describe("cli: terminals", () => {
  test("one with colours", () => assert.match(terminal(100, `inspect ${FILE}`), ESCAPE));
  test("NO_COLOR", () => assert.doesNotMatch(terminal(100, `inspect ${FILE}`, { NO_COLOR: "1" }), ESCAPE));
  test("TERM=dumb", () => assert.doesNotMatch(terminal(100, `inspect ${FILE}`, { TERM: "dumb" }), ESCAPE));
  test("FORCE_COLOR into a pipe", () => assert.match(shell("$LW inspect $FILE", { FORCE_COLOR: "1" }).stdout, ESCAPE));
  test("errors have colours of their own", () => {
    assert.match(terminal(100, "inspect /absent"), /\u001b\[31mlinkwright:\u001b\[39m/);
    assert.doesNotMatch(terminal(100, "inspect /absent", { NO_COLOR: "1" }), ESCAPE);
  });

  for (const columns of [30, 40, 60]) {
    for (const words of [`inspect ${FILE}`, `inspect ${CONDITIONS}`, `plan ${FILE}`, "explain BadMagic", "doctor", "--help", "link --help"]) {
      test(`${words.replace(/\S*\//, "")} in ${columns} columns`, () => {
        const text = plain(terminal(columns, words));
        assert.ok(text.length > 100);
        const isUnbreakable = (line: string): boolean => line.trim().split(/\s+/).some((word) => word.length > columns - 14);
        const long = text.split("\n").filter((line) => line.length > columns && !isUnbreakable(line));
        assert.deepEqual(long, []);
      });
    }
  }

  test("no words are lost in a narrow one", () => {
    const words = (text: string): string => plain(text).replace(/\s+/g, "");
    assert.equal(words(terminal(30, "explain BadMagic")), words(terminal(300, "explain BadMagic")));
  });
});
