// npm run bench says all that it should. What the figures are is nobody's business here.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../support/files.js";
import type { Row } from "./row.js";

const run = promisify(execFile);
const BENCH = join(ROOT, "build/js/test/bench/bench.js");

const KINDS = ["RELATIVE", "RELR", "symbolic word, a name each", "symbolic word, a name 100 times", "GLOB_DAT", "JUMP_SLOT", "TPOFF"];
const LOOKUPS = ["a symbol that is there", "a symbol that is not there"];

describe("bench: npm run bench -- --quick", () => {
  let rows: readonly (Row & { readonly rate: number })[] = [];

  before(async () => {
    const { stdout } = await run(process.execPath, [BENCH, "--quick", "--json"], { maxBuffer: 1 << 24 });
    ({ rows } = JSON.parse(stdout) as { rows: typeof rows });
  });

  for (const host of ["node", "wasmtime", "native"]) {
    for (const what of KINDS) test(`relocations: ${what}: ${host}`, () => holds("relocations", what, host));
    for (const what of LOOKUPS) test(`lookups: ${what}: ${host}`, () => holds("lookups", what, host));
  }

  test("lookups: module.symbol(name): node", () => holds("lookups", "module.symbol(name)", "node"));

  for (const what of LOOKUPS) test(`lookups: ${what}: dlsym`, () => holds("lookups", what, "dlsym"));

  for (const count of [10, 100]) {
    for (const what of [`${count} libraries, one load`, `${count} libraries, a load each`]) {
      for (const host of ["native", "dlopen"]) test(`${what}: ${host}`, () => holds("libraries", what, host));
    }
  }

  test("what is compared with the system's linker has a ratio", () => {
    assert.equal(rows.filter(({ ratio }) => ratio !== undefined && ratio > 0).length, LOOKUPS.length + 4);
  });

  test("every row has times that can be", () => {
    for (const { what, host, count, rate, seconds: { median, least, most } } of rows) {
      assert.ok(count > 0 && rate > 0 && least > 0 && least <= median && median <= most, `${what}: ${host}`);
    }
  });

  function holds(topic: string, what: string, host: string): void {
    assert.equal(rows.filter((row) => row.topic === topic && row.what === what && row.host === host).length, 1);
  }
});

describe("bench: options", () => {
  test("a word that is none of them is a wrong call", async () => {
    const error = await run(process.execPath, [BENCH, "--fast"]).then(() => undefined, (thrown: { code: number; stderr: string }) => thrown);
    assert.equal(error?.code, 2);
    assert.match(error?.stderr ?? "", /^usage: /);
  });
});
