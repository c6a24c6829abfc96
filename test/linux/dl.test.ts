// dlopen and its family: each case is a program that passes under glibc's own loader, and then under ours, which has to have loaded.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ownFolder } from "../support/folder.js";
import { CASES, build, copyOf } from "./dl.js";
import { type Outcome, runPlain, runPreloaded } from "./preload.js";

const words = ({ end, stderr }: Outcome): string => `ended with ${end}\n${stderr.slice(-2000)}`;

describe("linux: dlopen and its family", { concurrency: 2 }, () => {
  const folder = ownFolder();
  for (const one of CASES) {
    test(`${one.name}: ${one.title}`, async () => {
      const { name, env, loads } = one, built = join(folder, name);
      await build(one, built);
      const call = { command: ["./main"], env };
      const plain = await runPlain({ ...call, folder: copyOf(built, "plain") });
      assert.equal(plain.end, 0, `by glibc it ${words(plain)}`);
      const { outcome, loaded } = await runPreloaded({ ...call, folder: copyOf(built, "preloaded") }, join(folder, `${name}.loaded`));
      assert.equal(outcome.end, 0, words(outcome));
      assert.ok(loaded.length >= loads, `it loaded ${loaded.length} objects`);
    });
  }
});
