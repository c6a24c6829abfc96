// What is bound to what while modules come and go, wait and are led elsewhere: the core in the test's hands.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Answer, Code, Field, Flag, Kept, Kind, List, Policy, Stage } from "../../assembly/words.js";
import type { Machine } from "../../fixtures/list.js";
import { Bench, type BenchOptions, NONE, PENDING } from "../support/bench.js";
import { checkEmpty, sameFixture, stage } from "../faults/scenario.js";

/** What of a sandbox the core alone calls. */
interface Memory {
  reserve(bytes: bigint, alignLog2: number, source: number, exact: bigint, highest: bigint): bigint;
  release(addr: bigint, bytes: bigint): void;
}

/** A bench with a context. */
class Play {
  readonly bench: Bench;
  readonly context: number;
  readonly used: number;

  constructor(readonly machine: Machine, options: BenchOptions = {}) {
    this.bench = stage(machine, options);
    this.context = this.bench.core.lw_context(0n, 0n, 0n) >>> 0;
    this.used = this.bench.used;
  }

  begin(file: string, flags: number): number {
    return this.bench.core.lw_load(this.context, this.bench.add(sameFixture(this.machine, file)), flags) >>> 0;
  }

  /** Advances a session to Done and closes it; answers with its result. */
  finish(session: number): number {
    const answer = this.bench.settle(session);
    assert.equal(answer, Answer.Done, this.bench.fault(session).code);
    const result = this.bench.core.lw_result(session) >>> 0;
    assert.equal(this.bench.core.lw_close(session), Code.Ok);
    return result;
  }

  load(file: string, flags: number): number {
    return this.finish(this.begin(file, flags));
  }

  unload(module: number): void {
    this.finish(this.bench.core.lw_unload(module) >>> 0);
  }

  field(module: number, list: List, index: number, field: Field): bigint {
    return BigInt.asUintN(64, this.bench.core.lw_entry(module, list, index, field));
  }

  value(handle: number, field: Field): bigint {
    return BigInt.asUintN(64, this.bench.core.lw_value(handle, field));
  }

  isThere(module: number): boolean {
    return this.bench.isKind(module, Kind.Module);
  }

  /** The address of a symbol that a module itself defines. */
  addressOf(module: number, name: string): bigint {
    for (let i = 1; i < this.bench.core.lw_count(module, List.Symbol); ++i) {
      const bytes = Number(this.field(module, List.Symbol, i, Field.NameBytes));
      if (this.bench.target.text(this.field(module, List.Symbol, i, Field.Name), bytes) === name) return this.field(module, List.Symbol, i, Field.Address);
    }
    throw new Error(`there is no ${name}`);
  }

  /** A word of the target, of the machine's width. */
  word(addr: bigint): bigint {
    const bytes = this.bench.target.read(addr, this.machine === "arm" ? 4 : 8);
    return bytes.reduceRight((value, byte) => value << 8n | BigInt(byte), 0n);
  }

  /** What the places hold that relocations of this symbol name. */
  wordsOf(module: number, name: string): bigint[] {
    const words: bigint[] = [];
    for (let i = 0; i < this.bench.core.lw_count(module, List.Relocation); ++i) {
      const symbol = Number(this.field(module, List.Relocation, i, Field.Symbol));
      const bytes = Number(this.field(module, List.Symbol, symbol, Field.NameBytes));
      if (!symbol || this.bench.target.text(this.field(module, List.Symbol, symbol, Field.Name), bytes) !== name) continue;
      words.push(this.word(this.value(module, Field.Bias) + this.field(module, List.Relocation, i, Field.Vaddr)));
    }
    return words;
  }

  /** Leads a module's references to a symbol elsewhere: how many places. */
  patch(module: number, name: string, to: bigint): { answer: Answer; code: string; places: number } {
    const { bench } = this;
    const text = new TextEncoder().encode(`${name}\0`);
    const memory = bench.sandbox as unknown as Memory;
    const scratch = BigInt.asUintN(64, memory.reserve(4096n, 12, 0, NONE, NONE));
    bench.sandbox.place(0, scratch, 0, 0n, 0n, 4096n, 6);
    assert.ok(bench.target.write(scratch, text));
    const session = bench.core.lw_patch(module, scratch, text.length - 1, to) >>> 0;
    const answer = session ? bench.settle(session) : Answer.Refused;
    const outcome = { answer, code: session ? bench.fault(session).code : "OutOfMemory", places: session ? bench.core.lw_result(session) >>> 0 : 0 };
    if (session) assert.equal(bench.core.lw_close(session), Code.Ok);
    memory.release(scratch, 4096n);
    return outcome;
  }

  /** Nothing is left, and the context can be closed. */
  end(): void {
    assert.deepEqual(this.bench.modules(this.context), []);
    checkEmpty(this.bench, this.used);
    assert.equal(this.bench.core.lw_close(this.context), Code.Ok);
  }
}

for (const machine of ["x86_64", "arm"] as const) {
  describe(`core: linking: ${machine}`, () => {
    test("a finaliser that loads binds nothing to what goes with it", () => {
      let during: (() => void) | undefined, calls = 0;
      const play = new Play(machine, {
        resolve: () => undefined,
        call: () => {
          ++calls;
          during?.();
        },
      });
      const definer = play.load("choice_other.so", Flag.Global | Flag.NoDelete);
      const root = play.load("init_root.so", Flag.Global | Flag.NoDelete);
      play.unload(definer);
      play.unload(root);
      assert.ok(play.isThere(definer) && play.isThere(root), "they were never to be unloaded");
      const user = play.load("order_user.so", 0);
      assert.deepEqual(play.wordsOf(user, "who"), [play.addressOf(definer, "who")], "it is bound while the definition stays");
      play.unload(user);
      let refused = "";
      during = () => {
        during = undefined;
        const session = play.begin("order_user.so", 0);
        assert.equal(play.bench.settle(session), Answer.Refused);
        refused = play.bench.fault(session).code;
        assert.equal(play.bench.core.lw_close(session), Code.Ok);
      };
      calls = 0;
      play.unload(play.context);
      assert.ok(calls > 0, "finalisers were called");
      assert.equal(refused, "MissingSymbol");
      play.end();
    });

    test("a patch leads all references elsewhere, and back", () => {
      const play = new Play(machine);
      const user = play.load("mock_user.so", Flag.Patchable);
      const before = play.wordsOf(user, "layered");
      assert.equal(before.length, 3);
      assert.equal(new Set(before).size, 1);
      for (const to of [0x4560n, 0x7890n]) {
        assert.deepEqual(play.patch(user, "layered", to), { answer: Answer.Done, code: "Ok", places: 3 });
        assert.deepEqual(play.wordsOf(user, "layered"), [to, to, to]);
      }
      assert.equal(play.patch(user, "layered", NONE).places, 3);
      assert.deepEqual(play.wordsOf(user, "layered"), before);
      assert.equal(play.patch(user, "layered", NONE).places, 3);
      assert.deepEqual(play.wordsOf(user, "layered"), before, "twice is as once");
      play.unload(user);
      play.end();
    });

    test("a patch that is taken back leads to where the host's intercept led", () => {
      const play = new Play(machine, { intercept: (name, value) => (name === "layered" ? value ^ 0x40n : undefined) });
      assert.equal(play.bench.core.lw_policy(play.context, Policy.Intercept), Code.Ok);
      const user = play.load("mock_user.so", Flag.Patchable);
      const before = play.wordsOf(user, "layered");
      const library = play.bench.modules(play.context).find((module) => module !== user)!;
      const mocked = play.addressOf(library, "layered") ^ 0x40n;
      assert.deepEqual(before, [mocked, mocked, mocked]);
      assert.equal(play.patch(user, "layered", 0x4560n).places, 3);
      assert.deepEqual(play.wordsOf(user, "layered"), [0x4560n, 0x4560n, 0x4560n]);
      assert.equal(play.patch(user, "layered", NONE).places, 3);
      assert.deepEqual(play.wordsOf(user, "layered"), before);
      play.unload(user);
      play.end();
    });

    test("a function that is bound when it is called keeps its module, but only under the lock", () => {
      const play = new Play(machine);
      const definer = play.load("choice_other.so", Flag.Global);
      const user = play.load("order_user.so", Flag.Lazy);
      const slot = play.value(user, Field.Bias) + play.field(user, List.Slot, 0, Field.Vaddr), unbound = play.word(slot);
      const who = play.addressOf(definer, "who");
      const bind = (isLocked: number): bigint => BigInt.asUintN(64, play.bench.core.lw_bind(user, 0, isLocked));
      const used = play.bench.used;
      assert.equal(bind(0), PENDING);
      assert.equal(play.word(slot), unbound);
      assert.equal(play.bench.used, used);
      assert.equal(bind(1), who);
      assert.equal(play.word(slot), who);
      assert.equal(bind(0), who, "from then on without");
      assert.equal(BigInt.asUintN(64, play.bench.core.lw_bind(user, 1000, 1)), NONE, "no such slot");
      play.unload(definer);
      assert.equal(play.value(definer, Field.Kept), BigInt(Kept.Needed));
      play.unload(user);
      assert.ok(!play.isThere(definer));
      play.end();
    });

    test("a module that is not published yet keeps nobody by what it calls", () => {
      let waits = false;
      const play: Play = new Play(machine, { resolve: (name) => (name === "lw_lazy_entry" ? 0x7000_0000n : undefined), judge: ({ name }) => (waits && name === "memory.sync_code" ? "pend" : "answer") });
      const definer = play.load("choice_other.so", Flag.Global);
      waits = true;
      const session = play.begin("order_user.so", Flag.Lazy);
      assert.equal(play.bench.core.lw_advance(session), Answer.Pending);
      assert.equal(play.value(session, Field.Stage), BigInt(Stage.Sync));
      const who = play.addressOf(definer, "who");
      const early = Array.from({ length: 64 * 4 }, (_, i) => (i >> 2 | (i & 3) + 1 << 16) >>> 0)
        .find((handle) => handle !== definer && BigInt.asUintN(64, play.bench.core.lw_bind(handle, 0, 1)) === who);
      assert.ok(early, "it is bound before it can be seen");
      play.unload(definer);
      assert.ok(!play.isThere(definer), "nobody keeps it");
      waits = false;
      const user = play.finish(session);
      assert.equal(user, early);
      assert.notEqual(play.word(play.value(user, Field.Bias) + play.field(user, List.Slot, 0, Field.Vaddr)), who, "its slot does not lead to what is gone");
      assert.equal(BigInt.asUintN(64, play.bench.core.lw_bind(user, 0, 1)), NONE, "it asks again");
      play.unload(user);
      play.end();
    });
  });
}
