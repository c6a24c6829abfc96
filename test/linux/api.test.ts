// The C API: each case is a program that links the library, the shared one and the static one.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { build, casesIn, copyOf } from "./dl.js";
import { runPlain } from "./preload.js";

const LIBRARIES = join(ROOT, "build/linux/x86_64");

/** How a program gets the library. */
const LINKED: Readonly<Record<string, readonly string[]>> = {
  shared: [`-L${LIBRARIES}`, "-llinkwright", `-Wl,-rpath,${LIBRARIES}`],
  static: [join(LIBRARIES, "liblinkwright.a")],
};

describe("linux: the C API", { concurrency: 2 }, () => {
  const folder = ownFolder();
  for (const one of casesIn("test/linux/api")) {
    for (const [kind, flags] of Object.entries(LINKED)) {
      test(`${one.name}, ${kind}: ${one.title}`, async (it) => {
        const built = join(folder, `${one.name}-${kind}`);
        await build(one, built, [`-I${join(ROOT, "build/linux/include")}`, "-pthread"], flags);
        const { end, stderr } = await runPlain({ command: ["./main"], env: one.env, folder: copyOf(built, "run") });
        assert.equal(end, 0, `ended with ${end}\n${stderr.slice(-4000)}`);
        for (const [, what] of stderr.matchAll(/^skipped: (.*)$/gm)) it.diagnostic(`left out: ${what}`);
      });
    }
  }
});
