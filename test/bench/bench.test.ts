// npm run bench says all that it should. What the figures are is nobody's business here.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../support/files.js";
import type { Measured } from "./peers/peers.js";
import type { Row } from "./row.js";

const run = promisify(execFile);
const BENCH = join(ROOT, "build/js/test/bench/bench.js");

const KINDS = ["RELATIVE", "RELR", "symbolic word, a name each", "symbolic word, a name 100 times", "GLOB_DAT", "JUMP_SLOT", "TPOFF"];
const LOOKUPS = ["a symbol that is there", "a symbol that is not there"];

/** What is measured beside the system's linker. */
const FIGURES = [
  ...["a small library", "a chain of three", "libz", "libsqlite3", "libcrypto", "libcapstone", "libLLVM"].map((what) => `load: ${what}`),
  "from memory: a small library", "from memory: libcrypto",
  ...["SQLite, one of them", "zlib, a section for each function", "one of 10,000 relocations"].map((what) => `objects: ${what}`),
  "symbol hit, one name again", "symbol hit, names in turn", ...[2, 4, 8].map((count) => `symbol hit, names in turn, ${count} threads at once`),
  "symbol miss, own library", "symbol miss, through its dependencies",
  ...["1 thread", "8 threads"].flatMap((threads) => [`thread-local variable, ${threads}`, `thread-local variable by descriptor, ${threads}`]),
  "memory beside its mapping: libcrypto", "10 libraries of 100 imports, a load each", "memory beside its mapping: one of 10 libraries",
];

describe("bench: npm run bench -- --quick", () => {
  let rows: readonly (Row & { readonly rate: number })[] = [];
  let peers: readonly Measured[] = [];

  before(async () => {
    const { stdout } = await run(process.execPath, [BENCH, "--quick", "--json"], { maxBuffer: 1 << 24 });
    ({ rows, peers } = JSON.parse(stdout) as { rows: typeof rows; peers: typeof peers });
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

  for (const what of FIGURES) {
    test(`beside the peers: ${what}`, () => {
      const [figure, ...more] = peers.filter((each) => each.what === what);
      assert.ok(figure && !more.length);
      for (const linker of ["glibc", "Linkwright"]) {
        const why = figure.refused.find((each) => each.linker === linker)?.why;
        assert.ok(figure.cells.some((cell) => cell.linker === linker), `${linker}: ${why}`);
      }
    });
  }

  test("beside the peers: nothing else", () => assert.deepEqual(peers.map(({ what }) => what).filter((what) => !FIGURES.includes(what)), []));

  test("the page shows every figure", async () => {
    const page = await readFile(join(ROOT, "build/bench/report.html"), "utf8");
    assert.equal(page.match(/<svg /g)?.length, FIGURES.length);
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
