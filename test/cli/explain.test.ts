// explain and doctor.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { MACHINES } from "../../fixtures/list.js";
import { stageOf } from "../../hosts/node/fault.js";
import { FAULTS } from "../../hosts/node/faults.js";
import { expectStatus, json } from "./linkwright.js";

interface Explained { readonly code: string; readonly number: string; readonly stage: string; readonly means: string; readonly expected: string; readonly remedy: string }
interface Examined { readonly ok: boolean; readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly found: string }[] }

describe("cli: explain", () => {
  const told: Explained = {
    code: "BadMagic", number: "0x0102", stage: "inspect", means: "the file is no ELF file",
    expected: "the bytes 7f 45 4c 46 at its start (found is read as a little-endian word)",
    remedy: "pass the linked module itself; a linker script or a compressed file is none",
  };
  for (const typed of ["BadMagic", "badmagic", "0x0102", "0x102", "0X102", "258"]) {
    test(typed, async () => assert.deepEqual(await json<Explained>(["explain", typed]), told));
  }

  test("every code has words, and a stage", () => {
    const codes = Object.entries(Code).filter((entry): entry is [string, Code] => typeof entry[1] === "number" && entry[1] !== Code.Ok);
    assert.ok(codes.length > 40);
    for (const [name, code] of codes) {
      const { means, expected, remedy } = FAULTS[code];
      for (const text of [means, expected, remedy]) assert.match(text, /^\S.{9,}$/, name);
      assert.notEqual(stageOf(code), "unknown", name);
    }
  });

  test("in words", async () => {
    const { stdout } = await expectStatus(0, ["explain", "MissingSymbol"]);
    for (const name of ["code", "stage", "means", "expected", "remedy"]) assert.match(stdout, new RegExp(`^${name} +\\S`, "m"));
  });
});

describe("cli: doctor", () => {
  test("all is there after the build", async () => {
    const { ok, checks } = await json<Examined>(["doctor"]);
    assert.equal(ok, true);
    for (const machine of MACHINES) assert.ok(checks.find(({ name }) => name === `qemu-system-${machine}`)?.found.startsWith("QEMU"), machine);
    assert.match(checks.find(({ name }) => name === "node")?.found ?? "", /^\d+\.\d+/);
    assert.deepEqual((checks.find(({ name }) => name === "images")?.found ?? "").split(", ").sort(), [...MACHINES].sort());
  });

  test("in words", async () => assert.match((await expectStatus(0, ["doctor"])).stdout, /^ok +node +\d/m));
});
