// A few modules of Debian's kernels, always the same ones: `npm run test:corpus -- kernels` takes all, and LINKWRIGHT_SEED=N chooses others.

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { ownFolder } from "../support/folder.js";
import { Random } from "../support/random.js";
import { KERNELS, kernelFiles, modulesIn } from "./kernels.js";
import { proveModules, wordsOf } from "./modules.js";

const MODULES = 25;

const seed = Number(process.env.LINKWRIGHT_SEED ?? 4);
const random = new Random(seed), folder = ownFolder();

describe(`kernels' modules: a sample, seed ${seed}`, () => {
  let files: readonly string[] = [];
  before(() => {
    files = kernelFiles(KERNELS, true, () => {});
  });

  for (const [i, kernel] of KERNELS.entries()) {
    test(`${kernel.machine}: ${MODULES} are, byte for byte, what the reference makes of them`, async (t) => {
      const all = modulesIn(join(folder, kernel.architecture), files[i]!);
      const proof = await proveModules(kernel, random.some(all, MODULES), () => {});
      t.diagnostic(wordsOf(proof));
      assert.deepEqual([...proof.problems], []);
      assert.ok(proof.equal === MODULES, wordsOf(proof));
      assert.deepEqual(kernel.meets.filter((name) => !proof.relocations.has(name)), []);
    });
  }
});
