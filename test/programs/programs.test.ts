// Real programs under our dlopen, and a sample of the libraries of this system. `npm run test:programs` has all of both.

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { ownFolder } from "../support/folder.js";
import { Random } from "../support/random.js";
import { PROGRAMS } from "./list.js";
import { resultOf } from "./run.js";
import { installed, sweep, wordsOf } from "./sweep.js";
import { treesOf } from "./trees.js";

const programs = PROGRAMS.filter(({ isLarge }) => !isLarge);

describe("programs: as by glibc, and their modules through us", () => {
  const folder = ownFolder();
  let trees: string[] = [];
  before(() => void (trees = treesOf(programs.map(({ needs = {} }) => needs), () => undefined)));

  programs.forEach((program, i) => {
    test(program.name, async (t) => {
      const { modules, objects, problem } = await resultOf(program, trees[i]!, join(folder, String(i)));
      t.diagnostic(`${modules} modules, ${objects} objects`);
      assert.equal(problem, undefined);
    });
  });
});

const SAMPLE = 120;
/** Of a sample that many load: others are plugins that want their program. */
const LOADS = 60;

const seed = Number(process.env.LINKWRIGHT_SEED ?? 5);

describe(`programs: a sample of the system's libraries, seed ${seed}`, () => {
  const folder = ownFolder();
  test(`${SAMPLE} of them, as glibc loads them`, async () => {
    const random = new Random(seed), left = installed();
    const some = Array.from({ length: SAMPLE }, () => left.splice(random.below(left.length), 1)[0]!);
    const problems: string[] = [], verdicts = await sweep(some, folder, (line) => problems.push(line));
    assert.deepEqual(problems, []);
    assert.ok(verdicts.filter(({ without }) => without === undefined).length >= LOADS, wordsOf(verdicts));
  });
});
