// What our dlopen does beyond the system's: cases that only pass under it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { build, casesIn } from "./dl.js";
import { runPreloaded } from "./preload.js";

describe("linux: dlopen beyond the system's", { concurrency: 2 }, () => {
  const folder = ownFolder();
  for (const one of casesIn("test/linux/family")) {
    test(`${one.name}: ${one.title}`, async () => {
      const built = join(folder, one.name);
      await build(one, built, [`-I${join(ROOT, "build/linux/include")}`]);
      const { outcome, loaded } = await runPreloaded({ command: ["./main"], env: one.env, folder: built }, join(folder, `${one.name}.loaded`));
      assert.equal(outcome.end, 0, `ended with ${outcome.end}\n${outcome.stderr.slice(-2000)}`);
      assert.ok(loaded.length >= one.loads, `it loaded ${loaded.length} objects`);
    });
  }
});
