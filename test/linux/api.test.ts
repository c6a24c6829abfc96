// The C API: each case is a program that links the library, the shared one and the static one.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { fixtureFolder } from "../../fixtures/build.js";
import type { Machine } from "../../fixtures/list.js";
import { WRONG } from "../faults/wrong.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { build, casesIn, copyOf } from "./dl.js";
import { LIBRARIES, MACHINE } from "./own.js";
import { runPlain } from "./preload.js";

/** How a program gets the library. */
const LINKED: Readonly<Record<string, readonly string[]>> = {
  shared: [`-L${LIBRARIES}`, "-llinkwright", `-Wl,-rpath,${LIBRARIES}`],
  static: [join(LIBRARIES, "liblinkwright.a")],
};

const HEADER = [`-I${join(ROOT, "build/linux/include")}`, "-pthread"];

describe("linux: the C API", { concurrency: 2 }, () => {
  const folder = ownFolder();
  for (const one of casesIn("test/linux/api")) {
    for (const [kind, flags] of Object.entries(LINKED)) {
      test(`${one.name}, ${kind}: ${one.title}`, async (it) => {
        const built = join(folder, `${one.name}-${kind}`);
        await build(one, built, HEADER, flags);
        const { end, stderr } = await runPlain({ command: ["./main"], env: one.env, folder: copyOf(built, "run") });
        assert.equal(end, 0, `ended with ${end}\n${stderr.slice(-4000)}`);
        for (const [, what] of stderr.matchAll(/^skipped: (.*)$/gm)) it.diagnostic(`left out: ${what}`);
      });
    }
  }
});

describe("linux: LW_LOG", () => {
  const folder = ownFolder();
  const lines = async (level?: string): Promise<string[]> => {
    const { end, stderr } = await runPlain({ command: ["./main"], folder: join(folder, "log"), env: level === undefined ? {} : { LW_LOG: level } });
    assert.equal(end, 0, stderr);
    return stderr.split("\n").filter(Boolean);
  };
  const at = (all: readonly string[], what: RegExp): number => {
    const index = all.findIndex((line) => what.test(line));
    assert.notEqual(index, -1, `${what} is not among\n${all.join("\n")}`);
    return index;
  };
  const inOrder = (all: readonly string[], ...what: readonly RegExp[]): void => {
    const places = what.map((each) => at(all, each));
    assert.deepEqual(places, [...places].sort((a, b) => a - b), all.join("\n"));
  };

  test("each level shows what the one before does, and more, in order, and time does not go back", async () => {
    await build(casesIn("test/linux/log")[0]!, join(folder, "log"), HEADER, LINKED.shared);
    assert.deepEqual(await lines(), []);
    assert.deepEqual(await lines("none"), []);
    const error = await lines("error");
    assert.equal(error.length, 1);
    assert.match(error[0]!, /^linkwright +0\.000 error \.\/missing\.so: cannot open shared object file: No such file or directory$/);
    assert.deepEqual((await lines("warn")).length, 1);
    const info = await lines("info"), debug = await lines("debug"), trace = await lines("trace");
    inOrder(info, /info +\.\/over\.so is at 0x[0-9a-f]+$/, /info +\S*\/under\.so is at 0x/, /error \.\/missing\.so/);
    const own = debug.slice(0, at(debug, /error/)).reverse();
    inOrder(own, /: settled$/, /: init$/, /\/under\.so is at/, /: publish$/, /: protect$/, /: relocate$/, /: link$/, /: map$/, /debug session \w+: plan$/);
    inOrder(debug, /error \.\/missing\.so/, /: fini$/, /\/over\.so is gone from/);
    inOrder(trace, /trace \S*\/under\.so is looked at$/, /trace \.\/over\.so: bytes 0 to \d+ are at 0x[0-9a-f]+, r--$/, /trace \.\/over\.so: .* r-x$/, /trace 0x[0-9a-f]+ is called$/, /trace \.\/missing\.so is no file: No such/);
    assert.ok(error.length < info.length && info.length < debug.length && debug.length < trace.length);
    for (const all of [info, debug, trace]) {
      const times = all.map((line) => Number(/^linkwright +(\d+\.\d{3}) \w+ /.exec(line)?.[1]));
      assert.deepEqual(times, [...times].sort((a, b) => a - b));
    }
    assert.match((await lines("loud"))[0]!, /warn +LW_LOG=loud is not one of error, warn, info, debug, trace: warn is taken$/);
  });
});

describe("linux: files that are wrong, by path and in memory", () => {
  const machine = MACHINE.name as Machine, folder = ownFolder();
  // What other libraries, other memory and another page size make wrong is the core's to say, and tested there; what runs would run here.
  const wrong = WRONG.filter(({ machines, library, call, defines, pageBytes, memoryLimit, base, isUniversal }) =>
    (!machines || machines(machine)) && !library && !call && !defines && !pageBytes && !memoryLimit && !base && !isUniversal);

  test("each is refused with the code that Node has, and leaves the process as it was", async () => {
    const own = join(folder, "files");
    mkdirSync(own);
    const expected = new Map(wrong.map(({ make }, i) => {
      const { bytes, expected: { code } } = make(machine);
      writeFileSync(join(own, `wrong-${i}.so`), bytes);
      return [`./wrong-${i}.so`, code] as const;
    }));
    assert.ok(expected.size > 100);
    const [one] = casesIn("test/linux/hostile");
    await build(one!, join(folder, "program"), HEADER, LINKED.shared);
    const { end, stdout, stderr } = await runPlain({ command: [join(folder, "program/main"), ...expected.keys()], folder: own, env: { LD_LIBRARY_PATH: fixtureFolder(machine) } });
    const told = new Map(stdout.trim().split("\n").map((line) => line.split(" ")).map(([path = "", ...codes]) => [path, codes.map((code) => Code[Number(code)])]));
    const differs = [...expected].map(([path, code], i) => `${wrong[i]!.name} (${path}): ${[...new Set(told.get(path) ?? [])].filter((each) => each !== code).join(" ")}`);
    assert.deepEqual(differs.filter((each) => !each.endsWith(": ")), []);
    assert.equal(told.size, expected.size);
    assert.equal(end, 0, stderr.slice(-4000));
  });
});
