// Random programs of several objects do what they do when lld has linked them, always the same ones: `npm run test:objects` runs thousands, and
// LINKWRIGHT_SEED=N chooses others.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { ownFolder } from "../support/folder.js";
import { campaign, shrink, wordsOf } from "./campaign.js";

const PROGRAMS = 12;

const seed = Number(process.env.LINKWRIGHT_SEED ?? 4);
const folder = ownFolder();

describe(`random programs of several objects, from seed ${seed} on`, () => {
  for (const machine of MACHINES) {
    test(`${machine}: ${PROGRAMS} come to the same numbers as lld's`, async () => {
      const own = join(folder, machine);
      mkdirSync(own);
      const [first] = await campaign(machine, Array.from({ length: PROGRAMS }, (_, i) => seed * 1000 + i), { throws: false }, own, () => {});
      if (first) assert.fail(wordsOf(await shrink(first, own)));
    });

    test(`${machine}: so does one that throws`, async () => {
      const own = join(folder, `${machine}-throws`);
      mkdirSync(own);
      const [first] = await campaign(machine, [seed * 1000 + PROGRAMS], { throws: true }, own, () => {});
      if (first) assert.fail(wordsOf(await shrink(first, own)));
    });
  }
});
