// The main job, on each machine; and that it is noticed when it goes wrong.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { compile } from "../../scripts/bare.js";
import { drive } from "../../scripts/drive.js";
import { type Machine, machines } from "../../scripts/machines.js";
import { loaderSizeOf } from "../../scripts/size.js";
import { takeAll } from "../../scripts/steps.js";
import { translation } from "../../scripts/translation.js";
import { type Zlib, makeZlib } from "../../scripts/zlib.js";
import { ROOT } from "../support/files.js";

const zlibs = await makeZlib(() => {});

/** Bytes of text: what loads, and what makes modules of objects first. */
const MOST_TEXT: Readonly<Record<string, number>> = { riscv32: 180_000, arm: 170_000 };
/** Those of the others. */
const MOST_TEXT_ELSEWHERE = 230_000;
/** The same of a core that takes no objects, and what is inlined into it. */
const MOST_SLIM_TEXT = 105_000;

/** Bytes of a slim core with LW_NO_OBJECTS, as it would be in the image. */
async function slimText(machine: Machine): Promise<number> {
  const { name } = machine, folder = `build/slim/${name}`, wasm = `${folder}/core.wasm`, object = `${folder}/core.o`;
  await takeAll([
    {
      name: `wasm ${folder}`, reads: ["asconfig.json", "assembly"], makes: [wasm],
      commands: [["node", "node_modules/assemblyscript/bin/asc.js", "assembly/index.ts", "--config", "asconfig.json", "--target", name, "--use", "LW_NO_OBJECTS=1", "--outFile", wasm]],
    },
    translation(`c ${folder}`, "core", wasm, folder),
    {
      name: folder, reads: [`${folder}/core.c`, `${folder}/core.h`, "hosts/baremetal", "hosts/embed", "hosts/wasm2c", "boot/common", `boot/${name}`, "build/include/linkwright.h"], makes: [object],
      commands: [compile(machine, "hosts/baremetal/core.c", object, folder)],
    },
  ], () => {});
  const sections = execFileSync("llvm-size-19", ["-A", join(ROOT, object)], { encoding: "utf8" });
  return [...sections.matchAll(/^\.text\S* +(\d+)/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

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
      assert.ok(text > 20_000 && text < (MOST_TEXT[zlib.machine.name] ?? MOST_TEXT_ELSEWHERE) && rodata > 0 && rodata < text, `text ${text}, rodata ${rodata}`);
    });
  }

  test("riscv32: who takes no objects pays for none", async () => {
    const text = await slimText(machines.find(({ name }) => name === "riscv32")!);
    assert.ok(text > 20_000 && text < MOST_SLIM_TEXT, `text ${text}`);
  });
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
