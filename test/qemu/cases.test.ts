// The cases on the seven machines: one boot runs all that come back, and each that traps has a boot of its own. The memory of
// every module, before anything of it runs, is what the core makes of the same file at the same address in Node.

import assert from "node:assert/strict";
import { posix } from "node:path";
import { describe, test } from "node:test";
import { Code, Field, Flag, Kind } from "../../assembly/words.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import type { ImageEvent, TrapEvent } from "../../hosts/node/qemu/events.js";
import type { PayloadFile } from "../../hosts/node/qemu/payload.js";
import { type Case, type Step, casesFor } from "../cases.js";
import { fixture } from "../support/files.js";
import { fixturesOf } from "../../fixtures/build.js";
import { Bench } from "../support/bench.js";
import { fnv1a } from "../support/hash.js";
import { isLast, nameOf, scriptOf, wordsOf } from "../support/script.js";
import { type Boot, type EventOf, run, section } from "./machines.js";

/** A case that needs a boot of its own. */
const isApart = (one: Case): boolean => isLast(one) || one.isLasting === true;

/** A case whose files are linked in Node, too: whatever the host has no say in. */
const hasImages = ({ isRun, steps }: Case): boolean => !isRun && steps.some((step) => step.do === "load") && !steps.some((step) => step.do === "define");

/** The name that a fixture is needed under. */
function sonameOf(machine: Machine, name: string): string {
  return fixturesOf(machine).find((one) => one.name === name)?.soname ?? name;
}

/** The files that a step loads or that its file needs. */
function filesOf(machine: Machine, cases: readonly Case[]): string[] {
  const named = new Set(cases.flatMap((one) => [...(one.also ?? []), ...one.steps.flatMap((step) => ("file" in step && step.file !== undefined ? [step.file] : []))]));
  const all = fixturesOf(machine).filter(({ name }) => !name.startsWith("stub/"));
  for (let grew = true; grew; ) {
    const needs = all.filter(({ name }) => named.has(name)).flatMap(({ needs }) => needs ?? []).map((name) => sonameOf(machine, name));
    const added = needs.filter((name) => !named.has(name) && all.some((one) => one.name === name));
    added.forEach((name) => named.add(name));
    grew = added.length > 0;
  }
  return all.map(({ name }) => name).filter((name) => named.has(name));
}

/** Files of the payload. */
function payload(machine: Machine, cases: readonly Case[]): PayloadFile[] {
  return filesOf(machine, cases).map((name) => ({ name, bytes: fixture(machine, name) }));
}

/** The script that shows a case's images: everything is loaded without being run, hashed and unloaded. */
function imageScriptOf(machine: Machine, one: Case): string[] {
  // Under the name of a copy there is the same image.
  const loads = one.steps.filter((step) => step.do === "load");
  const files = filesOf(machine, [one]);
  return [
    `note images of ${one.name}`,
    ...loads.map((step) => `load ${step.file} norun${wordsOf(step)}`),
    ...files.map((file) => `hash ${file}`),
    ...loads.map((step) => `unload ${step.file}`).reverse(),
    "clear",
  ];
}

/** The events behind a note, one after the other. */
class Script {
  readonly #events: ImageEvent[];
  constructor(events: readonly ImageEvent[]) {
    this.#events = events.filter(({ event }) => event !== "host");
  }

  next<Name extends ImageEvent["event"]>(name: Name): EventOf<Name> {
    // Every unload says what stays: most steps don't ask.
    while (name !== "stays" && this.#events[0]?.event === "stays") this.#events.shift();
    const event = this.#events.shift();
    assert.equal(event?.event, name, JSON.stringify(event));
    return event as EventOf<Name>;
  }

  /** The names of all that is told as missing next. */
  missing(): string[] {
    const names: string[] = [];
    while (this.#events[0]?.event === "missing") names.push(this.next("missing").symbol);
    return names.sort();
  }

  get rest(): readonly ImageEvent[] {
    return this.#events.filter(({ event }) => event !== "stays");
  }
}

function checkStep(script: Script, step: Step): void {
  switch (step.do) {
    case "load": {
      assert.deepEqual(script.missing(), [...(step.missing ?? [])].sort());
      assert.equal(script.next("loaded").file, nameOf(step));
      return;
    }
    case "refuse": {
      const missing = script.missing();
      if (step.missing) assert.deepEqual(missing, [...step.missing].sort());
      assert.equal(Code[Number(script.next("fault").code)], step.code);
      return;
    }
    case "next": {
      const { symbol, owner } = script.next("found");
      assert.deepEqual({ symbol, owner }, { symbol: step.symbol, owner: step.owner });
      return;
    }
    case "bound": {
      const { symbol, owner } = script.next("bound");
      assert.deepEqual({ symbol, owner }, { symbol: step.symbol, owner: step.owner });
      return;
    }
    case "patch": {
      const { symbol, places } = script.next("patched");
      assert.deepEqual({ symbol, places }, { symbol: step.symbol, places: step.places });
      return;
    }
    case "stays": {
      const { file, kept } = script.next("stays");
      assert.deepEqual({ file, kept }, { file: step.file, kept: step.kept.toLowerCase() });
      assert.equal(script.next("unloaded").file, step.file);
      return;
    }
    case "late": {
      const fault = script.next("fault");
      assert.deepEqual({ file: fault.file, code: Code[Number(fault.code)], name: fault.name }, { file: step.file, code: "MissingSymbol", name: step.missing });
      return;
    }
    case "find": {
      const { symbol, owner } = script.next("found");
      assert.deepEqual({ symbol, owner }, { symbol: step.symbol, owner: step.owner });
      return;
    }
    case "lack": {
      if (step.symbol === "") assert.equal(script.next("skipped").file, step.file);
      else assert.equal(script.next("missing").symbol, step.symbol);
      return;
    }
    case "call": {
      const value = BigInt.asIntN(32, BigInt(script.next("returned").value));
      assert.equal(`${step.symbol} ${value}`, `${step.symbol} ${step.returns}`);
      return;
    }
    case "unload": {
      assert.equal(script.next("unloaded").file, step.file);
    }
  }
}

/** The host's symbols as a machine reported them. */
function hostOf(events: readonly ImageEvent[]): Map<string, bigint> {
  return new Map(events.flatMap((event) => (event.event === "host" ? [[event.name, BigInt(event.address)] as const] : [])));
}

/** Loads in Node what a machine loaded, at the same addresses, and compares segment by segment. */
function checkImages(machine: Machine, one: Case, events: readonly ImageEvent[], host: ReadonlyMap<string, bigint>, pageBytes: number): number {
  const bases = events.flatMap((event) => (event.event === "loaded" ? event.modules : []));
  const hashes = new Map(events.flatMap((event) => (event.event === "hash" ? [[event.file, event] as const] : [])));
  const files = new Map<number, string>();
  // Where a library is found is the image's answer; what is made of it is compared.
  const take = (name: string): Uint8Array | undefined => {
    const found = bases.find((each) => posix.basename(each.name) === name);
    return found && bytesOf(machine, found.name);
  };
  const waiting = [...bases];
  const bench = new Bench({
    pageBytes,
    base: BigInt(pageBytes),
    end: 1n << 40n,
    memoryLimit: 1n << 32n,
    needed: take,
    resolve: (name) => host.get(name),
    where: () => BigInt(waiting.shift()!.base),
  });
  const context = bench.core.lw_context(0n, 0n, 0n);
  for (const step of one.steps) {
    if (step.do !== "load") continue;
    const source = bench.add(bytesOf(machine, step.file));
    const session = bench.core.lw_load(context, source, Flag.NoRun | flagsOf(step));
    assert.equal(bench.settle(session), 0, JSON.stringify(bench.fault(session), (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
    bench.core.lw_close(session);
  }
  const modules = bench.modules(context);
  modules.forEach((handle, i) => files.set(handle, bases[i]!.name));
  assert.equal(modules.length, bases.length);
  let count = 0;
  for (const handle of modules) {
    assert.ok(bench.isKind(handle, Kind.Module));
    const name = files.get(handle)!, bias = BigInt.asUintN(64, bench.core.lw_value(handle, Field.Bias));
    const told = hashes.get(name);
    assert.ok(told, `${name} was hashed`);
    const mask = bench.core.lw_value(handle, Field.Class) === 32n ? 0xffff_ffffn : (1n << 64n) - 1n;
    for (const segment of told.segments) {
      const at = BigInt(segment.vaddr) + bias & mask;
      assert.equal(fnv1a(bench.target.read(at, Number(segment.bytes))), segment.hash, `${name}, segment at vaddr ${segment.vaddr}`);
      ++count;
    }
  }
  return count;
}

const FLAGS = {
  lazy: Flag.Lazy, text: Flag.AllowText, deep: Flag.DeepBind, copy: Flag.Copy, nodelete: Flag.NoDelete, patchable: Flag.Patchable,
} as const;

function flagsOf(step: Extract<Step, { do: "load" }>): number {
  const words = step.words ?? [];
  return words.reduce((flags, word) => (word === "local" ? flags & ~Flag.Global : flags | FLAGS[word]), Flag.Global | (step.missing ? Flag.AllowMissing : 0));
}

const contents = new Map<string, Uint8Array>();
function bytesOf(machine: Machine, name: string): Uint8Array {
  const key = `${machine}/${name}`;
  if (!contents.has(key)) contents.set(key, fixture(machine, name));
  return contents.get(key)!;
}

for (const machine of MACHINES) {
  const cases = casesFor(machine);
  const calm = cases.filter((one) => !isApart(one)).map((one): Case => ({ ...one, steps: one.steps.filter((step) => !(step.do === "lack" && step.symbol === "")) }));

  describe(`qemu: ${machine}`, () => {
    let boot: Promise<Boot> | undefined;
    const booted = (): Promise<Boot> => {
      boot ??= run(machine, payload(machine, calm), calm.flatMap((one) => [...(hasImages(one) ? imageScriptOf(machine, one) : []), ...scriptOf(one)]));
      return boot;
    };

    test("the machine comes to the end of its script", async () => {
      const all = await booted();
      assert.equal(all.events[0]?.event, "ready");
      assert.deepEqual(all.ending, { kind: "done" });
    });

    for (const one of calm) {
      test(one.name, async () => {
        const all = await booted();
        const script = new Script(section(all.events, one.name));
        for (const step of one.steps) checkStep(script, step);
        const last = script.rest.at(-1) as EventOf<"cleared">;
        assert.ok(script.rest.slice(0, -1).every(({ event }) => ["unloaded", "stays", "cleared"].includes(event)), JSON.stringify(script.rest));
        assert.deepEqual({ event: last.event, memory: last.memory }, { event: "cleared", memory: 0 }, "everything is given back");
      });
    }

    for (const one of calm.filter(hasImages)) {
      test(`images of ${one.name}`, async () => {
        const all = await booted();
        const events = section(all.events, `images of ${one.name}`);
        assert.ok(checkImages(machine, one, events, hostOf(all.events), (all.events[0] as EventOf<"ready">).page) > 0);
      });
    }

    test("the core's own memory does not grow from case to case", async () => {
      const all = await booted();
      const ends = calm.map((one) => section(all.events, one.name).at(-1) as EventOf<"cleared">);
      assert.deepEqual([...new Set(ends.map(({ core }) => core))], [ends[0]!.core]);
    });

    for (const one of cases.filter(isApart)) {
      test(one.name, async () => {
        const { events, ending } = await run(machine, payload(machine, [one]), scriptOf(one));
        const script = new Script(section(events, one.name));
        for (const step of one.steps.filter((step) => step.do !== "trap")) checkStep(script, step);
        assert.equal(ending.kind, isLast(one) ? "trap" : "done", JSON.stringify(ending));
        if (one.steps.some((step) => step.do === "trap")) checkTrap((ending as { trap: TrapEvent }).trap, one);
      });
    }
  });
}

/** A trap names the function it happened in, and the module that what it touched lies in. */
function checkTrap(trap: TrapEvent, one: Case): void {
  const step = one.steps.find((each) => each.do === "trap")!;
  if (step.symbol === "call_data") {
    assert.equal(trap.addressModule ?? trap.module, step.file);
    return;
  }
  assert.equal(trap.module, step.file);
  assert.equal(trap.symbol, step.symbol);
  if (step.symbol !== "read_nothing") assert.equal(trap.addressModule, step.file);
  else assert.ok(BigInt(trap.address) < 4096n, `the address ${trap.address} is the one that was read`);
}
