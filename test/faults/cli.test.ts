// What the command line says of files that are wrong: exit status 1, the whole fault, and never a stack trace.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { fixtureFolder } from "../../fixtures/build.js";
import { expectStatus } from "../cli/linkwright.js";
import { WRONG } from "./wrong.js";

const MACHINE = "loongarch64";
const folder = mkdtempSync(join(tmpdir(), "linkwright-faults-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** One wrong file for each code. */
const ONE_EACH = new Map(WRONG.filter((one) => !one.machines || one.machines(MACHINE))
  .filter(({ library, call, defines, pageBytes, memoryLimit, base }) => !library && !call && !defines && !pageBytes && !memoryLimit && !base)
  .map((one) => [one.make(MACHINE).expected.code, one] as const));

describe("faults on the command line", { concurrency: 2 }, () => {
  test("most codes of files are there", () => {
    assert.ok(ONE_EACH.size > 30, [...ONE_EACH.keys()].join(" "));
  });

  for (const [code, one] of ONE_EACH) {
    test(one.name, async () => {
      const { bytes, expected } = one.make(MACHINE);
      const path = join(folder, `${code}.so`);
      writeFileSync(path, bytes);
      const args = ["link", path, "--search", fixtureFolder(MACHINE), "--out", join(folder, "none")];
      const { stdout, stderr } = await expectStatus(1, [...args, "--json"]);
      const { fault } = JSON.parse(stdout) as { fault: Record<string, unknown> };
      assert.deepEqual(
        { code: fault.code, number: fault.number, what: fault.what, at: fault.at, value: fault.value, file: fault.file },
        { code, number: Code[code], what: expected.what, at: `0x${expected.at.toString(16)}`, value: `0x${expected.value.toString(16)}`, file: `${code}.so` },
      );
      // People read the same: code, stage, place, found, expected, remedy.
      assert.match(stderr, new RegExp(`^linkwright: .*\n +code +${code} \\(0x0[0-9a-f]{3}\\)\n +stage +\\S+.*\n +place +${code}\\.so.*\n +found +\\S`));
      for (const word of ["expected", "remedy"]) assert.match(stderr, new RegExp(`^ +${word} +\\S`, "m"));
    });
  }
});
