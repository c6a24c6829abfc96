// Failures injected at every question that the core asks, and at every allocation it makes. Each test counts what it injected.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Answer } from "../../assembly/words.js";
import type { Machine } from "../../fixtures/list.js";
import { type Bench, NOTHING, PENDABLE, type Question, type REFUSABLE, type Verdict } from "../support/bench.js";
import { OBJECT, begin as beginLoad, checkEmpty, play, stage } from "./scenario.js";

/** One machine with wide words and RELA entries, one with narrow words and REL entries. */
const CHOSEN: readonly Machine[] = ["x86_64", "arm"];

/** What a refused question is told as. */
const CODES: Readonly<Record<(typeof REFUSABLE)[number], readonly string[]>> = {
  "memory.reserve": ["NoSpace"],
  "memory.place": ["PlaceRefused"],
  "memory.protect": ["ProtectRefused"],
  "memory.sync_code": ["SyncRefused"],
  "source.view": ["ViewRefused"],
  "link.needed": ["MissingLibrary"],
  "link.member": ["MissingMember"],
  "link.resolve": ["MissingSymbol"],
  "machine.call": ["CallRefused"],
  "machine.choose": ["ChooseRefused"],
  "machine.tls_reserve": ["TlsRefused"],
  "machine.tls_descriptor": ["TlsRefused"],
  "machine.tls_start": ["TlsRefused"],
};

function isRefusable(question: Question): question is Question & { name: keyof typeof CODES } {
  return question.name in CODES;
}

/** Imports that are asked on a machine: not each has descriptors. */
function askedOn(machine: Machine): string[] {
  return Object.keys(CODES).filter((name) => name !== "machine.tls_descriptor" || machine !== "arm");
}

function isPendable(question: Question): boolean {
  return (PENDABLE as readonly string[]).includes(question.name);
}

/** A bench whose handles were used once, so that what it keeps for good is there. */
function warm(machine: Machine, judge?: (question: Question, count: number) => Verdict): { bench: Bench; used: number; begin: () => void; asked: () => number } {
  let counting = false, count = 0;
  const bench = stage(machine, { judge: (question) => (counting && judge ? judge(question, count++) : "answer") });
  const first = play(bench, machine);
  assert.equal(first.fault, undefined);
  const used = bench.used;
  return { bench, used, begin: () => { counting = true; count = 0; }, asked: () => count };
}

for (const machine of CHOSEN) {
  describe(`injected failures: ${machine}`, () => {
    const calm = warm(machine, () => "answer");
    calm.begin();
    const wanted = play(calm.bench, machine);
    const total = calm.asked();

    test("nothing fails when nothing is injected", () => {
      assert.equal(wanted.fault, undefined);
      assert.ok(total > 60, `${total} questions are asked`);
      const names = new Set(calm.bench.questions.map(({ name }) => name));
      assert.deepEqual([...names].sort(), [...askedOn(machine), "link.before"].sort(), "every kind of question is asked");
      checkEmpty(calm.bench, calm.used);
    });

    test("every question refused in turn", () => {
      let fired = 0;
      const seen = new Set<string>();
      for (let nth = 0; nth < total; ++nth) {
        let refused: Question | undefined;
        const { bench, used, begin } = warm(machine, (question, count) => {
          if (count !== nth) return "answer";
          refused = question;
          return "refuse";
        });
        begin();
        const { fault } = play(bench, machine);
        assert.ok(refused, `question ${nth} was asked`);
        ++fired;
        const isFinaliser = refused.name === "machine.call" && fault === undefined;
        if (!isRefusable(refused)) assert.equal(fault, undefined, "what is not known before a lookup is looked up");
        else if (!isFinaliser) {
          assert.ok(CODES[refused.name].includes(fault!.code), `${refused.name} refused is ${fault!.code}`);
          seen.add(fault!.code);
        }
        checkEmpty(bench, used);
      }
      assert.equal(fired, total);
      assert.deepEqual([...seen].sort(), [...new Set(Object.values(CODES).flat())].sort(), "every kind of refusal is told");
    });

    for (const [name, times] of [["once", 1], ["three times", 3]] as const) {
      test(`every question pending ${name} in turn`, () => {
        let fired = 0, pendable = 0;
        for (let nth = 0; nth < total; ++nth) {
          let left = times, first: Question | undefined, seen = -1;
          const { bench, used, begin } = warm(machine, (question, count) => {
            if (seen < 0 && count === nth) {
              seen = count;
              if (!isPendable(question)) return "answer";
              first = question;
            }
            if (!first || !left) return "answer";
            // The very same question is asked again.
            assert.deepEqual([question.name, ...question.args], [first.name, ...first.args]);
            --left;
            ++fired;
            return "pend";
          });
          begin();
          const { fault, images } = play(bench, machine);
          assert.equal(fault, undefined);
          assert.deepEqual(images, wanted.images, "the images are the same");
          if (first) ++pendable;
          checkEmpty(bench, used);
        }
        assert.ok(pendable > 50);
        assert.equal(fired, pendable * times);
      });
    }

    test("every question pending", () => {
      const met = new Set<string>();
      let fired = 0;
      const { bench, used, begin } = warm(machine, (question) => {
        const key = JSON.stringify([question.name, ...question.args], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
        if (!isPendable(question) || met.delete(key)) return "answer";
        met.add(key);
        ++fired;
        return "pend";
      });
      begin();
      const { fault, images } = play(bench, machine);
      assert.equal(fault, undefined);
      assert.deepEqual(images, wanted.images);
      assert.ok(fired > 50);
      assert.equal(met.size, 0);
      checkEmpty(bench, used);
    });

    test("a question refused after it was pending", () => {
      let fired = 0;
      for (let nth = 0; nth < total; ++nth) {
        let state: "before" | "waiting" | "after" = "before";
        const { bench, used, begin } = warm(machine, (question, count) => {
          if (state === "before" && count === nth && isPendable(question)) {
            state = "waiting";
            return "pend";
          }
          if (state !== "waiting") return "answer";
          state = "after";
          ++fired;
          return "refuse";
        });
        begin();
        play(bench, machine);
        checkEmpty(bench, used);
      }
      assert.ok(fired > 50);
    });

    test("every amount of memory is enough, or too little and no harm done", () => {
      const least = firstLimit(machine);
      let limit = least, exhausted = 0;
      for (; ; limit += 8) {
        const bench = stage(machine, { coreLimit: limit });
        const { fault, isExhausted, images } = play(bench, machine);
        if (!fault && !isExhausted) {
          assert.deepEqual(images, wanted.images);
          break;
        }
        ++exhausted;
        if (fault) assert.equal(fault.code, "OutOfMemory");
        assert.equal(bench.held.violations, 0);
        assert.ok(bench.peak <= limit, "the core keeps to its limit");
        if (!isExhausted) assert.deepEqual({ ...bench.held }, NOTHING);
      }
      assert.ok(exhausted > 100, `${exhausted} limits were too low`);
    });

    for (const file of ["init_root.so", OBJECT]) test(`a load of ${file} that runs out of memory gives back all that it took`, () => {
      let exhausted = 0;
      for (let limit = firstLimit(machine); ; limit += 8) {
        const bench = stage(machine, { coreLimit: limit });
        const context = bench.core.lw_context(0n, 0n, 0n) >>> 0;
        if (!context) continue;
        const used = bench.used, session = beginLoad(bench, context, machine, file);
        if (!session) {
          checkEmpty(bench, used);
          continue;
        }
        if (bench.settle(session) === Answer.Done) break;
        ++exhausted;
        assert.equal(bench.fault(session).code, "OutOfMemory");
        assert.equal(bench.core.lw_close(session), 0);
        checkEmpty(bench, used);
        assert.equal(bench.core.lw_close(context), 0);
      }
      assert.ok(exhausted > 100, `${exhausted} limits were too low`);
    });
  });
}

test("what is kept is noticed", () => {
  const { bench, used } = warm("x86_64");
  checkEmpty(bench, used);
  assert.throws(() => checkEmpty(bench, used - 8), /uses/);
  ++bench.views;
  assert.throws(() => checkEmpty(bench, used), /keeps/);
});

/** The lowest limit that the core accepts. */
function firstLimit(machine: Machine): number {
  let limit = 8;
  while (stage(machine, { coreLimit: limit }).opened !== 0) limit += 8;
  return limit;
}
