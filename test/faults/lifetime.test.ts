// How long modules live: sessions that overlap, fail, are given up or run code that calls the core again.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Answer, Code, Field, Flag, Kind, List, Stage } from "../../assembly/words.js";
import type { Machine } from "../../fixtures/list.js";
import { type Bench, NONE, type Question, type Verdict } from "../support/bench.js";
import { checkEmpty, sameFixture, stage } from "./scenario.js";

/** What a test may change while sessions are under way. */
interface Play {
  readonly bench: Bench;
  readonly context: number;
  /** Bytes of the core's own memory before anything was loaded. */
  readonly used: number;
  judge: (question: Question) => Verdict;
  /** A function of the target is called; `owner` is the module that it is in. */
  call: (owner: number) => void;
}

function open(coreLimit = 0): Play {
  const bench = stage("x86_64", {
    coreLimit,
    judge: (question) => play.judge(question),
    call: (addr) => play.call(bench.core.lw_at(context, addr) >>> 0),
  });
  assert.equal(bench.opened, Code.Ok);
  const context = bench.core.lw_context(0n, 0n, 0n) >>> 0;
  const play: Play = { bench, context, used: bench.used, judge: () => "answer", call: () => undefined };
  return play;
}

function begin({ bench, context }: Play, file: string, machine: Machine = "x86_64"): number {
  const session = bench.core.lw_load(context, bench.add(sameFixture(machine, file)), Flag.Global) >>> 0;
  assert.notEqual(session, 0);
  return session;
}

/** Advances a session to Done and closes it; answers with its result. */
function finish({ bench }: Play, session: number): number {
  assert.equal(bench.settle(session), Answer.Done, bench.fault(session).code);
  const module = bench.core.lw_result(session) >>> 0;
  assert.equal(bench.core.lw_close(session), Code.Ok);
  return module;
}

/** Advances a session to Refused and closes it; answers with its code. */
function fail({ bench }: Play, session: number): string {
  assert.equal(bench.settle(session), Answer.Refused);
  assert.equal(bench.core.lw_result(session), 0);
  const { code } = bench.fault(session);
  assert.equal(bench.core.lw_close(session), Code.Ok);
  return code;
}

const load = (play: Play, file: string, machine?: Machine): number => finish(play, begin(play, file, machine));
const unload = (play: Play, handle: number): number => finish(play, play.bench.core.lw_unload(handle) >>> 0);
const isThere = ({ bench }: Play, module: number): boolean => bench.isKind(module, Kind.Module);

/** Nothing is left, and the context can be closed. */
function end(play: Play): void {
  assert.deepEqual(play.bench.modules(play.context), []);
  checkEmpty(play.bench, play.used);
  assert.equal(play.bench.core.lw_close(play.context), Code.Ok);
}

/** A question of one session is answered with this; the others are answered. */
const only = (session: number, name: Question["name"], verdict: Verdict) => (question: Question): Verdict =>
  question.name === name && question.args[0] === session ? verdict : "answer";

/** The library loaded and held, and a load that needs it and waits for the host. */
function half(play: Play): { library: number; session: number } {
  const library = load(play, "chain_bottom.so");
  const session = begin(play, "chain_middle.so");
  play.judge = only(session, "memory.place", "pend");
  assert.equal(play.bench.core.lw_advance(session), Answer.Pending);
  assert.equal(play.bench.core.lw_value(session, Field.Stage), BigInt(Stage.Map));
  return { library, session };
}

/** Has no memory left for anything; answers with what it took. */
function exhaust({ bench }: Play): number[] {
  const taken: number[] = [];
  for (let one = bench.core.lw_context(0n, 0n, 0n) >>> 0; one; one = bench.core.lw_context(0n, 0n, 0n) >>> 0) taken.push(one);
  assert.ok(taken.length > 0);
  return taken;
}

describe("bindings", () => {
  test("they end with the session, whatever is loaded later", () => {
    const play = open(), { bench } = play;
    const session = begin(play, "chain_top.so");
    assert.equal(bench.settle(session), Answer.Done);
    const modules = bench.modules(play.context);
    assert.equal(modules.length, 3);
    for (const module of modules) assert.ok(bench.core.lw_count(module, List.Binding) > 0);
    const top = bench.core.lw_result(session) >>> 0;
    bench.core.lw_close(session);
    const check = (): void => {
      for (const module of modules) {
        assert.equal(bench.core.lw_count(module, List.Binding), 0);
        assert.equal(BigInt.asUintN(64, bench.core.lw_entry(module, List.Binding, 0, Field.Owner)), NONE);
      }
    };
    check();
    for (let i = 0; i < 10; ++i) {
      const others = ["init_root.so", "diamond_top.so", "copy", "absolute.so"].map((file) => {
        const other = load(play, file);
        check();
        return other;
      });
      for (const other of others) unload(play, other);
    }
    check();
    unload(play, top);
    end(play);
  });
});

describe("initialisers", () => {
  for (const refused of [1, 2, 3, 4, 5]) {
    test(`without any memory left, the ${refused}. that is refused ends the load`, () => {
      const play = open(1 << 18), { bench } = play;
      for (const one of exhaust(play)) bench.core.lw_close(one); // the handles it takes stay
      const used = bench.used;
      let taken: number[] = [], calls = 0;
      const session = begin(play, "init_root.so");
      play.judge = ({ name }) => {
        if (name !== "machine.call") return "answer";
        if (++calls === 1) taken = exhaust(play);
        assert.equal(bench.core.lw_context(0n, 0n, 0n), 0);
        return calls === refused ? "refuse" : "answer";
      };
      assert.equal(bench.settle(session), Answer.Refused);
      assert.equal(bench.fault(session).code, "CallRefused");
      assert.deepEqual(bench.modules(play.context), []);
      assert.equal(bench.core.lw_close(session), Code.Ok);
      for (const one of taken) assert.equal(bench.core.lw_close(one), Code.Ok);
      end({ ...play, used });
    });
  }

  test("a module has no reference to give back before they have ended", () => {
    const play = open(), { bench } = play;
    let calls = 0;
    const session = begin(play, "init_leaf.so");
    play.call = (owner) => {
      ++calls;
      assert.equal(bench.core.lw_result(session), 0);
      const unloading = bench.core.lw_unload(owner) >>> 0;
      assert.equal(bench.settle(unloading), Answer.Refused);
      const { code, what, at } = bench.fault(unloading);
      assert.deepEqual({ code, what, at }, { code: "NotHeld", what: "Handle", at: BigInt(owner) });
      assert.equal(bench.core.lw_close(unloading), Code.Ok);
    };
    const module = finish(play, session);
    assert.equal(calls, 3);
    assert.ok(isThere(play, module));
    play.call = () => undefined;
    unload(play, module);
    end(play);
  });

  test("there is no result while they wait", () => {
    const play = open(), { bench } = play;
    const session = begin(play, "init_leaf.so");
    play.judge = only(session, "machine.call", "pend");
    assert.equal(bench.core.lw_advance(session), Answer.Pending);
    assert.equal(bench.core.lw_value(session, Field.Stage), BigInt(Stage.Init));
    assert.equal(bench.core.lw_result(session), 0);
    play.judge = () => "answer";
    unload(play, finish(play, session));
    end(play);
  });

  for (const refused of [1, 2, 3, 4]) {
    test(`nothing is left when the ${refused}. is refused, whatever the ones before tried to unload`, () => {
      const play = open(), { bench } = play;
      let calls = 0;
      const session = begin(play, "init_root.so");
      play.judge = ({ name }) => (name === "machine.call" && ++calls === refused ? "refuse" : "answer");
      play.call = (owner) => {
        if (calls < refused) assert.equal(fail(play, bench.core.lw_unload(owner) >>> 0), "NotHeld");
      };
      assert.equal(fail(play, session), "CallRefused");
      end(play);
    });
  }
});

describe("a library that is unloaded while a load needs it", () => {
  test("stays until that load has failed", () => {
    const play = open();
    const { library, session } = half(play);
    unload(play, library);
    assert.ok(isThere(play, library));
    play.judge = only(session, "memory.place", "refuse");
    assert.equal(play.bench.settle(session), Answer.Refused);
    assert.ok(!isThere(play, library));
    assert.equal(play.bench.core.lw_close(session), Code.Ok);
    end(play);
  });

  test("stays with what was loaded", () => {
    const play = open();
    const { library, session } = half(play);
    unload(play, library);
    play.judge = () => "answer";
    const module = finish(play, session);
    assert.ok(isThere(play, library));
    unload(play, module);
    end(play);
  });

  test("is collected through its context when that load was given up", () => {
    const play = open(), { core } = play.bench;
    const { library, session } = half(play);
    unload(play, library);
    assert.equal(core.lw_close(session), Code.Ok);
    assert.ok(isThere(play, library));
    assert.equal(core.lw_close(play.context), Code.ContextInUse);
    unload(play, play.context);
    assert.ok(!isThere(play, library));
    end(play);
  });

  test("is collected by the next load that ends", () => {
    const play = open();
    const { library, session } = half(play);
    unload(play, library);
    assert.equal(play.bench.core.lw_close(session), Code.Ok);
    play.judge = () => "answer";
    const other = load(play, "call.so");
    assert.ok(!isThere(play, library));
    unload(play, other);
    end(play);
  });
});

describe("unloading", () => {
  test("a finaliser gives back the last reference of what its module needs", () => {
    const play = open();
    const library = load(play, "journal.so"), module = load(play, "init_leaf.so");
    let calls = 0;
    play.call = (owner) => {
      assert.equal(owner, module);
      if (calls++) return;
      unload(play, library);
      assert.ok(isThere(play, library), "it is needed until the finalisers have run");
    };
    unload(play, module);
    assert.equal(calls, 3);
    assert.ok(!isThere(play, library) && !isThere(play, module));
    end(play);
  });

  test("a module whose load session is still open", () => {
    const play = open(), { bench } = play;
    const session = begin(play, "init_root.so");
    assert.equal(bench.settle(session), Answer.Done);
    const module = bench.core.lw_result(session) >>> 0;
    unload(play, module);
    assert.ok(!isThere(play, module));
    assert.deepEqual(bench.modules(play.context), []);
    assert.equal(bench.core.lw_close(session), Code.Ok);
    end(play);
  });
});

describe("a load that needs a module whose initialisers wait", () => {
  function waiting(play: Play): { first: number; second: number } {
    const { core, questions } = play.bench;
    const first = begin(play, "init_leaf.so");
    play.judge = only(first, "machine.call", "pend");
    assert.equal(core.lw_advance(first), Answer.Pending);
    const second = begin(play, "init_root.so");
    assert.equal(core.lw_advance(second), Answer.Pending);
    const asked = questions.length;
    for (let i = 0; i < 3; ++i) assert.equal(core.lw_advance(second), Answer.Pending);
    assert.equal(questions.length, asked, "it asks the host nothing");
    assert.equal(core.lw_value(second, Field.Stage), BigInt(Stage.Gather));
    return { first, second };
  }

  test("goes on when they have ended", () => {
    const play = open();
    const { first, second } = waiting(play);
    play.judge = () => "answer";
    const library = finish(play, first), module = finish(play, second);
    assert.equal(play.bench.modules(play.context).length, 3, "the library is there once");
    unload(play, library);
    assert.ok(isThere(play, library));
    unload(play, module);
    end(play);
  });

  test("loads it itself when they were refused", () => {
    const play = open();
    const { first, second } = waiting(play);
    play.judge = only(first, "machine.call", "refuse");
    assert.equal(fail(play, first), "CallRefused");
    const module = finish(play, second);
    assert.equal(play.bench.modules(play.context).length, 3);
    unload(play, module);
    end(play);
  });

  test("can be given up", () => {
    const play = open();
    const { first, second } = waiting(play);
    assert.equal(play.bench.core.lw_close(second), Code.Ok);
    play.judge = () => "answer";
    unload(play, finish(play, first));
    end(play);
  });

  test("does not wait when it comes from one of them", () => {
    const play = open();
    let module = 0;
    const session = begin(play, "init_leaf.so");
    play.call = () => {
      if (module) return;
      module = -1; // what it calls comes here, too
      module = load(play, "init_root.so");
    };
    const library = finish(play, session);
    assert.ok(isThere(play, module));
    assert.equal(play.bench.modules(play.context).length, 3);
    unload(play, library);
    unload(play, module);
    end(play);
  });
});

describe("a library of another machine that is there already", () => {
  for (const [other, value] of [["aarch64", 183n], ["arm", 40n], ["i386", 3n]] as const) {
    test(`MachineMismatch: ${other}`, () => {
      const play = open();
      const library = load(play, "chain_bottom.so", other);
      const session = begin(play, "chain_middle.so");
      assert.equal(play.bench.settle(session), Answer.Refused);
      const { code, what, at, value: told } = play.bench.fault(session);
      assert.deepEqual({ code, what, at, value: told }, { code: "MachineMismatch", what: "Ehdr", at: 18n, value });
      assert.equal(play.bench.core.lw_close(session), Code.Ok);
      assert.deepEqual(play.bench.modules(play.context), [library]);
      unload(play, library);
      end(play);
    });
  }
});

describe("re-entry", () => {
  test("an initialiser loads a module and looks up a symbol of it", () => {
    const play = open(), { bench } = play;
    const name = new TextEncoder().encode("middle_function\0"), staged = 1 << 20;
    const at = BigInt.asUintN(64, bench.sandbox.stage(staged, BigInt(name.length)));
    assert.ok(bench.target.write(at, name));
    const loaded: number[] = [];
    play.call = () => {
      const module = load(play, "chain_top.so");
      loaded.push(module);
      const found = BigInt.asUintN(64, bench.core.lw_find(module, at, name.length - 1, -1n, 0));
      const owner = Number(found >> 32n);
      assert.ok(bench.modules(play.context).includes(owner) && owner !== module);
      const addr = BigInt.asUintN(64, bench.core.lw_entry(owner, List.Symbol, Number(found & 0xffff_ffffn), Field.Address));
      assert.equal(bench.core.lw_at(play.context, addr) >>> 0, owner);
    };
    const root = load(play, "init_root.so");
    assert.equal(loaded.length, 5, "each call of a beginning");
    play.call = () => undefined;
    assert.equal(new Set(loaded).size, 1, "a file that is loaded is not loaded again");
    assert.equal(bench.modules(play.context).length, 3 + 2 + 1);
    unload(play, root);
    for (const module of loaded) unload(play, module);
    bench.sandbox.unstage(staged);
    end(play);
  });
});
