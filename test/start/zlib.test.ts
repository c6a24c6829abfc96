// The main job, on each machine; and that it is noticed when it goes wrong.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { drive } from "../../scripts/drive.js";
import { machines } from "../../scripts/machines.js";
import { loaderSizeOf } from "../../scripts/size.js";
import { type Zlib, makeZlib } from "../../scripts/zlib.js";

const zlibs = await makeZlib(() => {});

/** Bytes of text: what loads, and what makes modules of objects first, which takes most on machines of 32 bits; it is not in a core with LW_NO_OBJECTS. */
const MOST_TEXT = 165_000 + 140_000;

describe("start: zlib", () => {
  test("there is one for every machine", () => {
    assert.deepEqual(zlibs.map(({ machine }) => machine.name), machines.map(({ name }) => name));
    assert.deepEqual(zlibs.filter(({ origin }) => origin.startsWith("Debian")).map(({ machine }) => machine.name).sort(), ["aarch64", "arm", "i386", "x86_64"]);
  });

  for (const zlib of zlibs) {
    test(`${zlib.machine.name}: loads, works, and is given back`, async () => {
      const { problems, packed, core, memory, load, relocate, lookup } = await drive(zlib);
      assert.deepEqual([...problems], []);
      assert.ok(packed! > 1000 && packed! < 32 * 1024, `${packed} bytes hold 64 KiB of text`);
      assert.ok(core! > 0 && core! < 16 * 1024, `the core used ${core} bytes`);
      assert.ok(memory! > 100_000 && relocate! > 0 && relocate! < load! && lookup! > 0);
    });

    test(`${zlib.machine.name}: the loader is in the image's map`, () => {
      const { text, rodata } = loaderSizeOf(zlib.machine.name);
      assert.ok(text > 20_000 && text < MOST_TEXT && rodata > 0 && rodata < text, `text ${text}, rodata ${rodata}`);
    });
  }
});

/** A machine's files with one in place of another. */
async function withFile<T>(zlib: Zlib, file: string, instead: string, use: (zlib: Zlib) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "linkwright-zlib-"));
  try {
    for (const name of ["libz.so.1", "roundtrip.so", "missing.so"]) cpSync(join(zlib.folder, name), join(folder, name));
    cpSync(join(zlib.folder, instead), join(folder, file));
    return await use({ ...zlib, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("start: what goes wrong is noticed", () => {
  const zlib = zlibs.find(({ machine }) => machine.name === "riscv64")!;

  test("a module that can't be loaded", () => withFile(zlib, "roundtrip.so", "missing.so", async (broken) => {
    const { problems } = await drive(broken);
    assert.match(problems.get("load") ?? "", /^roundtrip\.so: MissingSymbol .*no_such_function/);
    assert.equal(problems.get("roundTrip"), "roundtrip did not return");
    assert.equal(problems.has("missing"), false);
  }));

  test("a module that should be refused and is not", () => withFile(zlib, "missing.so", "roundtrip.so", async (broken) => {
    const { problems } = await drive(broken);
    assert.deepEqual([...problems.keys()].filter((what) => what !== "load" && what !== "unload"), ["missing"]);
    assert.equal(problems.get("missing"), "missing.so was not refused");
  }));
});
