// The cases in Node: everything is linked for every machine, and nothing is called.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Context, FaultError, Linkwright, type LoadOptions, type Module, PF, permissionText } from "./package.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { type LoadWord, type Step, casesFor } from "../cases.js";
import { fixturePath, libraryPath } from "../support/files.js";
import { HOST_SYMBOLS } from "../support/host.js";

/** How the words of a load are said here. */
const WORDS: Readonly<Record<LoadWord, LoadOptions>> = {
  local: { global: false }, lazy: { lazy: true }, text: { allowText: true }, deep: { deepBind: true }, copy: { copy: true },
  nodelete: { noDelete: true }, patchable: { patchable: true },
};

function optionsOf(words: readonly LoadWord[] | undefined): LoadOptions {
  return Object.assign({}, ...(words ?? []).map((word) => WORDS[word])) as LoadOptions;
}

/** One case in contexts of its own. */
class Loop {
  readonly #linkwright: Linkwright;
  readonly #machine: Machine;
  readonly #contexts = new Map<number, Context>();
  readonly #loaded = new Map<string, Module>();
  /** What was given back, but stays. */
  readonly #given = new Set<Module>();
  /** What the host leads elsewhere: by file (any if it is empty, "?" if nobody has it) and symbol. */
  readonly #rules = new Map<string, bigint>();
  #context: Context;

  constructor(linkwright: Linkwright, machine: Machine) {
    this.#linkwright = linkwright;
    this.#machine = machine;
    this.#context = this.#contextOf(0);
  }

  #contextOf(number: number): Context {
    const context = this.#contexts.get(number) ?? this.#linkwright.context({
      search: (name) => libraryPath(this.#machine, name),
      runPaths: true,
      defines: HOST_SYMBOLS,
      before: ({ name }) => this.#rules.get(`/${name}`),
      resolve: ({ name }) => this.#rules.get(`?/${name}`),
      intercept: ({ from, name }) => this.#rules.get(`${from}/${name}`),
    });
    this.#contexts.set(number, context);
    return context;
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case "load": return this.#load(step.file, step.missing ?? [], optionsOf(step.words));
      case "refuse": return this.#refuse(step);
      case "find": {
        assert.equal(this.#of(step.file).owner(step.symbol, { version: step.version })?.name, step.owner, `${step.symbol} is found in ${step.owner}`);
        return;
      }
      case "next": {
        assert.equal(this.#of(step.file).next(step.symbol), this.#of(step.owner).symbol(step.symbol), `${step.symbol} of ${step.owner} comes next`);
        return;
      }
      case "lack": {
        assert.equal(this.#of(step.file).symbol(step.symbol, { version: step.version }), undefined);
        return;
      }
      case "late": {
        assert.notEqual(this.#of(step.file).symbol(step.symbol), undefined, `${step.symbol} can be called`);
        return;
      }
      case "patch": {
        const { file, symbol, to, places } = step;
        const module = this.#of(file);
        assert.equal(to ? module.patch(symbol, this.#of(to[0]).symbol(to[1])!) : module.restore(symbol), places, `places of ${symbol} in ${file}`);
        return;
      }
      case "replace": {
        this.#rules.set(`${step.file ?? ""}/${step.symbol}`, this.#of(step.to[0]).symbol(step.to[1])!);
        return;
      }
      case "define": {
        this.#rules.set(`?/${step.symbol}`, this.#of(step.to[0]).symbol(step.to[1])!);
        return;
      }
      case "thread": return;
      case "context": {
        this.#context = this.#contextOf(step.number);
        return;
      }
      case "stays": {
        const module = this.#of(step.file);
        assert.equal(module.kept, "Reference");
        await module.unload();
        assert.equal(module.kept, step.kept);
        this.#given.add(module);
        return;
      }
      case "bound": return this.#bound(step.file, step.symbol, step.owner);
      case "call":
      case "trap": {
        assert.notEqual(this.#of(step.file).symbol(step.symbol), undefined, `${step.symbol} can be called`);
        return;
      }
      case "unload": {
        await this.#of(step.file).unload();
        this.#loaded.delete(step.file);
      }
    }
  }

  async #load(file: string, missing: readonly string[], options: LoadOptions): Promise<void> {
    const module = await this.#context.load(fixturePath(this.#machine, file), { bindings: true, allowMissing: missing.length > 0, ...options });
    this.#loaded.set(file, module);
    assert.deepEqual(module.missing.map(({ name }) => name).sort(), [...missing].sort());
    for (const one of module.loaded) this.#checkMemory(one);
  }

  async #refuse(step: Extract<Step, { do: "refuse" }>): Promise<void> {
    const before = this.#linkwright.usage;
    const error = await this.#context.load(fixturePath(this.#machine, step.file), optionsOf(step.words)).then(() => undefined, (why: unknown) => why);
    assert.ok(error instanceof FaultError, `${step.file} is refused`);
    assert.equal(error.code, step.code);
    if (step.missing) assert.deepEqual(error.missing.map(({ name }) => name).sort(), [...step.missing].sort());
    const { modules, core, sources } = this.#linkwright.usage;
    assert.deepEqual({ modules, core, sources }, { modules: before.modules, core: before.core, sources: before.sources }, "nothing of it stays");
  }

  /** Every page has the permissions of its segment; sealed pages are read-only; none is writable and executable. */
  #checkMemory(module: Module): void {
    const relro = module.headers.find((one) => one.type === 0x6474e552);
    for (const segment of module.segments) {
      for (let at = segment.address & ~0xfffn; at < segment.address + segment.bytes; at += 0x1000n) {
        const vaddr = at - segment.address + segment.vaddr;
        const isSealed = relro && (relro.vaddr & ~0xfffn) <= vaddr && vaddr + 0x1000n <= relro.vaddr + relro.bytes;
        const flags = isSealed ? PF.R : segment.flags & PF.X ? segment.flags | PF.R : segment.flags;
        const page = this.#linkwright.permissions(at);
        assert.equal(permissionText(page ?? 0), permissionText(flags), `page 0x${at.toString(16)} of ${module.name}`);
        assert.notEqual((page ?? 0) & (PF.W | PF.X), PF.W | PF.X);
      }
    }
  }

  #bound(file: string, symbol: string, owner: string): void {
    const all = [...this.#loaded.values()].flatMap((one) => one.loaded);
    const module = all.find((one) => one.name === file);
    assert.ok(module, `${file} is loaded`);
    const index = module.symbols.findIndex((one) => one.name === symbol);
    const binding = module.bindings.find((one) => one.symbol === index);
    assert.equal(all.find((one) => one.handle === binding?.owner)?.name, owner, `${symbol} of ${file} is bound to ${owner}`);
    assert.equal(binding?.address, all.find((one) => one.name === owner)?.symbol(symbol));
  }

  #of(file: string): Module {
    const module = this.#loaded.get(file) ?? [...this.#loaded.values()].flatMap((one) => one.loaded).find((one) => one.name === file);
    assert.ok(module, `${file} is loaded`);
    return module;
  }

  async end(): Promise<void> {
    for (const module of [...this.#loaded.values()].reverse()) if (!this.#given.has(module)) await module.unload();
    for (const context of this.#contexts.values()) await context.dispose();
  }
}

for (const machine of MACHINES) {
  describe(`node: ${machine}`, () => {
    for (const one of casesFor(machine).filter(({ isRun }) => !isRun)) {
      test(one.name, async () => {
        await using linkwright = await Linkwright.create();
        const loop = new Loop(linkwright, machine);
        for (const step of one.steps) await loop.step(step);
        await loop.end();
        const { modules, staged, sources } = linkwright.usage;
        assert.deepEqual({ modules, sources }, { modules: 0n, sources: 0 }, "everything is given back");
        assert.ok(staged <= 4096n, "no file stays staged");
      });
    }
  });
}

