// A few real files of each machine, always the same ones: `npm run test:corpus` takes all, and LINKWRIGHT_SEED=N chooses others.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../support/random.js";
import { fetchAll, namesOf } from "./gather.js";
import { CORPORA, type Corpus } from "./list.js";
import { prove, wordsOf } from "./prove.js";

const PACKAGES = 4;
const FILES = 8;

const seed = Number(process.env.LINKWRIGHT_SEED ?? 4);
const random = new Random(seed);

/** Some of them, in any order. */
function some<T>(items: readonly T[], count: number): T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(random.below(left.length), 1)[0]!);
}

/** Some packages; of each registry, where there are two. */
function choose(corpus: Corpus): ReadonlySet<string> {
  const npm = corpus.npm?.map(({ name }) => name) ?? [];
  return new Set([...some(namesOf(corpus).filter((name) => !npm.includes(name)), PACKAGES), ...some(npm, 1)]);
}

const chosen = new Map(CORPORA.map((corpus) => [corpus, choose(corpus)]));

describe(`corpus: a sample of real files, seed ${seed}`, () => {
  test("the packages can be had", () => fetchAll(CORPORA, (corpus) => chosen.get(corpus)!, () => {}));

  for (const [corpus, names] of chosen) {
    test(`${corpus.machine}: ${[...names].join(", ")}`, async (t) => {
      const proof = await prove(corpus, names, (files) => some(files, FILES), () => {});
      t.diagnostic(wordsOf(proof));
      assert.deepEqual([...proof.problems], []);
      assert.ok(proof.equal === proof.fetched && proof.fetched >= names.size, wordsOf(proof));
    });
  }
});
