// Mistakes of the caller, and refusals that no file provokes: each with its whole fault, or its code.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Answer, Code, Field, Flag, Kind, Stage } from "../../assembly/words.js";
import { ElfFile, PT } from "../../fixtures/elf.js";
import { Bench, type BenchFault, NONE, type Question } from "../support/bench.js";
import { MACHINES } from "../../fixtures/list.js";
import { checkEmpty, sameFixture, stage } from "./scenario.js";
import { WRONG } from "./wrong.js";

/** The codes that tests have seen, by their names. */
const asserted = new Set<string>();

function isCode(actual: number, expected: Code): void {
  assert.equal(Code[actual], Code[expected]);
  asserted.add(Code[expected]!);
}

/** A bench with a context, and what it uses then. */
function open(judge?: (question: Question) => "answer" | "refuse" | "pend"): { bench: Bench; context: number; used: number } {
  const bench = stage("x86_64", judge ? { judge } : {});
  const context = bench.core.lw_context(0n, 0n, 0n) >>> 0;
  return { bench, context, used: bench.used };
}

function begin(bench: Bench, context: number, file = "call.so", flags: number = Flag.Global): number {
  return bench.core.lw_load(context, bench.add(sameFixture("x86_64", file)), flags) >>> 0;
}

/** Loads a file and answers with its module. */
function load(bench: Bench, context: number, file = "call.so", flags?: number): number {
  const session = begin(bench, context, file, flags);
  assert.equal(bench.settle(session), Answer.Done, JSON.stringify(bench.fault(session).code));
  const module = bench.core.lw_result(session) >>> 0;
  isCode(bench.core.lw_close(session), Code.Ok);
  return module;
}

function unload(bench: Bench, module: number): void {
  const session = bench.core.lw_unload(module) >>> 0;
  assert.equal(bench.settle(session), Answer.Done);
  isCode(bench.core.lw_close(session), Code.Ok);
}

/** Advances a session that is refused, closes it, and checks its whole fault. */
function refuse(bench: Bench, session: number, expected: Omit<BenchFault, "name">): void {
  assert.notEqual(session, 0);
  assert.equal(bench.settle(session), Answer.Refused);
  assert.deepEqual(bench.fault(session), { name: undefined, ...expected });
  asserted.add(expected.code);
  assert.equal(bench.core.lw_result(session), 0);
  isCode(bench.core.lw_close(session), Code.Ok);
}

const handle = (code: string, at: number): Omit<BenchFault, "name"> => ({ code, what: "Handle", at: BigInt(at), value: 0n, source: 0 });

describe("mistakes of the caller", () => {
  test("TlsRefused: a host without thread-local storage", () => {
    const { bench, context, used } = open((question) => (question.name === "machine.tls_reserve" ? "refuse" : "answer"));
    const segment = new ElfFile(sameFixture("x86_64", "tls.so")).segment(PT.TLS);
    refuse(bench, begin(bench, context, "tls.so"), { code: "TlsRefused", what: "Import", at: BigInt(segment.offset), value: segment.get("memsz"), source: 1 });
    checkEmpty(bench, used);
  });

  test("ChooseRefused: a host that calls no resolver", () => {
    const { bench, context, used } = open((question) => (question.name === "machine.choose" ? "refuse" : "answer"));
    const session = begin(bench, context, "choose_own.so");
    assert.equal(bench.settle(session), Answer.Refused);
    const { args } = bench.questions.find(({ name }) => name === "machine.choose")!;
    refuse(bench, session, { code: "ChooseRefused", what: "Import", at: args[1] as bigint, value: 0n, source: 1 });
    checkEmpty(bench, used);
  });

  test("StaleHandle: a context that was closed", () => {
    const { bench, context } = open();
    const used = bench.used;
    isCode(bench.core.lw_close(context), Code.Ok);
    refuse(bench, begin(bench, context), handle("StaleHandle", context));
    isCode(bench.core.lw_close(context), Code.StaleHandle);
    assert.ok(bench.used < used);
  });

  test("StaleHandle: handles that never were", () => {
    const { bench, used } = open();
    for (const forged of [0, 0xffff_ffff, 0x0001_0009, 0x0002_0000, 0xffff, 0x7fff_0000]) {
      refuse(bench, bench.core.lw_load(forged, 1, 0) >>> 0, handle("StaleHandle", forged));
      refuse(bench, bench.core.lw_unload(forged) >>> 0, handle("StaleHandle", forged));
      isCode(bench.core.lw_close(forged), Code.StaleHandle);
      isCode(bench.core.lw_retain(forged), Code.StaleHandle);
      assert.equal(bench.core.lw_advance(forged), Answer.Refused);
      assert.equal(bench.core.lw_result(forged), 0);
      assert.equal(bench.core.lw_find(forged, 0n, 0, -1n, 0), 0n);
      assert.equal(bench.core.lw_at(forged, 0n), 0);
      assert.equal(bench.core.lw_count(forged, 1), 0);
      assert.equal(BigInt.asUintN(64, bench.core.lw_entry(forged, 1, 0, 1)), NONE);
      assert.equal(bench.core.lw_value(forged, Field.Kind), BigInt(Kind.None));
    }
    checkEmpty(bench, used);
  });

  test("StaleHandle: a module that was unloaded, a session that was closed, an image that was closed", () => {
    const { bench, context, used } = open();
    const module = load(bench, context);
    unload(bench, module);
    refuse(bench, bench.core.lw_unload(module) >>> 0, handle("StaleHandle", module));
    isCode(bench.core.lw_retain(module), Code.StaleHandle);
    const session = bench.core.lw_inspect(bench.add(sameFixture("x86_64", "call.so"))) >>> 0;
    assert.equal(bench.settle(session), Answer.Done);
    const image = bench.core.lw_result(session) >>> 0;
    isCode(bench.core.lw_close(session), Code.Ok);
    isCode(bench.core.lw_close(session), Code.StaleHandle);
    isCode(bench.core.lw_close(image), Code.Ok);
    isCode(bench.core.lw_close(image), Code.StaleHandle);
    refuse(bench, bench.core.lw_load_image(context, image, 0) >>> 0, handle("StaleHandle", image));
    checkEmpty(bench, used);
  });

  test("WrongKind: a module for a context, a context for a module, a session for an image", () => {
    const { bench, context, used } = open();
    const module = load(bench, context);
    refuse(bench, begin(bench, module), handle("WrongKind", module));
    const session = bench.core.lw_inspect(bench.add(sameFixture("x86_64", "call.so"))) >>> 0;
    refuse(bench, bench.core.lw_unload(session) >>> 0, handle("WrongKind", session));
    isCode(bench.core.lw_close(session), Code.Ok);
    refuse(bench, bench.core.lw_load_image(context, module, 0) >>> 0, handle("WrongKind", module));
    isCode(bench.core.lw_retain(context), Code.WrongKind);
    isCode(bench.core.lw_close(module), Code.WrongKind);
    unload(bench, module);
    checkEmpty(bench, used);
  });

  test("NotHeld: a library that only another module keeps", () => {
    const { bench, context, used } = open();
    const top = load(bench, context, "chain_top.so");
    const [bottom] = bench.modules(context).filter((module) => module !== top).slice(-1);
    refuse(bench, bench.core.lw_unload(bottom!) >>> 0, handle("NotHeld", bottom!));
    isCode(bench.core.lw_retain(bottom!), Code.Ok);
    unload(bench, bottom!);
    refuse(bench, bench.core.lw_unload(bottom!) >>> 0, handle("NotHeld", bottom!));
    unload(bench, top);
    checkEmpty(bench, used);
  });

  test("NotPatchable: a module that was loaded without being told so", () => {
    const { bench, context, used } = open();
    const module = load(bench, context);
    const session = bench.target.withName("increment", (name, bytes) => bench.core.lw_patch(module, name, bytes, NONE)) >>> 0;
    refuse(bench, session, handle("NotPatchable", module));
    unload(bench, module);
    checkEmpty(bench, used);
  });

  test("ContextInUse: modules, then a session", () => {
    const { bench, context, used } = open();
    const module = load(bench, context);
    isCode(bench.core.lw_close(context), Code.ContextInUse);
    unload(bench, module);
    const session = begin(bench, context);
    isCode(bench.core.lw_close(context), Code.ContextInUse);
    isCode(bench.core.lw_close(session), Code.Ok);
    checkEmpty(bench, used);
    isCode(bench.core.lw_close(context), Code.Ok);
  });

  test("SessionBusy: a session that runs code, and a module that is not there yet", () => {
    let asked = 0;
    const { bench, context, used } = open((question) => (question.name === "machine.call" && !asked++ ? "pend" : "answer"));
    const session = begin(bench, context, "init_root.so");
    assert.equal(bench.core.lw_advance(session), Answer.Pending);
    assert.equal(bench.core.lw_value(session, Field.Stage), BigInt(Stage.Init));
    isCode(bench.core.lw_close(session), Code.SessionBusy);
    assert.equal(bench.settle(session), Answer.Done);
    const module = bench.core.lw_result(session) >>> 0;
    isCode(bench.core.lw_close(session), Code.Ok);
    unload(bench, module);
    checkEmpty(bench, used);
  });

  test("SessionBusy: a session that is advanced from a function that it calls", () => {
    const answers: number[] = [];
    let session = 0;
    const bench: Bench = stage("x86_64", {
      call: () => {
        answers.push(bench.core.lw_advance(session));
        if (answers.length === 1) isCode(bench.core.lw_close(session), Code.SessionBusy);
      },
    });
    const context = bench.core.lw_context(0n, 0n, 0n) >>> 0, used = bench.used;
    session = begin(bench, context, "init_root.so");
    assert.equal(bench.settle(session), Answer.Done);
    assert.ok(answers.length > 3);
    assert.deepEqual(new Set(answers), new Set([Answer.Pending]));
    const module = bench.core.lw_result(session) >>> 0;
    bench.core.lw_close(session);
    unload(bench, module);
    checkEmpty(bench, used);
  });

  test("BadFlags: bits that mean nothing", () => {
    const { bench, context, used } = open();
    for (const flags of [0x1000, 0x8000_0000, 0xffff_ffff]) {
      refuse(bench, begin(bench, context, "call.so", flags), { code: "BadFlags", what: "None", at: 0n, value: BigInt(flags), source: 0 });
    }
    checkEmpty(bench, used);
  });

  test("OutOfMemory: a limit that is below what the core has to have", () => {
    isCode(stage("x86_64", { coreLimit: 8 }).opened, Code.OutOfMemory);
  });

  test("OutOfMemory: the first allocation that does not fit is told with its size", () => {
    const bench = stage("x86_64", { coreLimit: 1 << 20 });
    const free = (1 << 20) - 65536;
    assert.ok(free > 0);
    const context = bench.core.lw_context(0n, 0n, 0n) >>> 0;
    const image = big();
    const session = bench.core.lw_load(context, bench.add(image), Flag.Global) >>> 0;
    assert.equal(bench.settle(session), Answer.Refused);
    const { code, what, source } = bench.fault(session);
    assert.deepEqual({ code, what, source }, { code: "OutOfMemory", what: "None", source: 1 });
    isCode(bench.core.lw_close(session), Code.Ok);
  });

  test("SyncRefused and ProtectRefused: the host names no reason", () => {
    for (const [name, code] of [["memory.sync_code", "SyncRefused"], ["memory.protect", "ProtectRefused"]] as const) {
      let asked: Question | undefined;
      const { bench, context, used } = open((question) => {
        if (question.name !== name) return "answer";
        asked = question;
        return "refuse";
      });
      const session = begin(bench, context, "protection.so");
      bench.settle(session);
      const [, addr, bytes] = asked!.args as [number, bigint, bigint];
      refuse(bench, session, { code, what: "Import", at: addr, value: bytes, source: 1 });
      checkEmpty(bench, used);
    }
  });

  test("PlaceRefused and ViewRefused: the same", () => {
    for (const [name, code] of [["memory.place", "PlaceRefused"], ["source.view", "ViewRefused"]] as const) {
      let asked: Question | undefined;
      const { bench, context, used } = open((question) => {
        if (question.name !== name) return "answer";
        asked = question;
        return "refuse";
      });
      const session = begin(bench, context);
      bench.settle(session);
      const [at, value] = name === "memory.place" ? [asked!.args[1], asked!.args[5]] : [asked!.args[2], asked!.args[3]];
      refuse(bench, session, { code, what: "Import", at: at as bigint, value: value as bigint, source: 1 });
      checkEmpty(bench, used);
    }
  });

  test("every code is one of a wrong file, or one that a test above has seen", () => {
    const wrong = WRONG.map(({ make, machines }) => make(MACHINES.find((machine) => !machines || machines(machine))!).expected.code as string);
    const names = Object.keys(Code).filter((name) => Number.isNaN(Number(name)) && name !== "Ok");
    assert.deepEqual(names.filter((name) => !asserted.has(name) && !wrong.includes(name)), []);
  });
});

/** A file whose program headers alone are more than the core has memory for. */
function big(): Uint8Array {
  const small = sameFixture("x86_64", "call.so");
  const count = 0xfffe, bytes = new Uint8Array(small.length + 56 * count);
  bytes.set(small);
  const view = new DataView(bytes.buffer);
  const phoff = Number(view.getBigUint64(32, true)), phnum = view.getUint16(56, true);
  bytes.set(small.subarray(phoff, phoff + 56 * phnum), small.length);
  view.setBigUint64(32, BigInt(small.length), true);
  view.setUint16(56, count, true);
  return bytes;
}
