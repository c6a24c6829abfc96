// The cases in Node: everything is linked for every machine, and nothing is called.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Context, FaultError, Linkwright, type Module, PF, permissionText } from "./package.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { type Step, casesFor } from "../cases.js";
import { fixturePath, libraryPath } from "../support/files.js";

/** Addresses for the symbols that the images' hosts define. */
const HOST = new Map(["strlen", "memcpy", "memset", "memcmp", "lw_print", "malloc", "free", "__stack_chk_fail", "__stack_chk_guard",
  "__aeabi_memcpy", "__aeabi_memset", "__aeabi_memclr", "__aeabi_unwind_cpp_pr0", "__aeabi_unwind_cpp_pr1"]
  .map((name, i) => [name, 0x7000_0000n + BigInt(i * 64)]));

/** One case in a context of its own. */
class Loop {
  readonly #linkwright: Linkwright;
  readonly #context: Context;
  readonly #machine: Machine;
  readonly #loaded = new Map<string, Module>();

  constructor(linkwright: Linkwright, machine: Machine) {
    this.#linkwright = linkwright;
    this.#machine = machine;
    this.#context = linkwright.context({ search: (name) => libraryPath(machine, name), defines: HOST });
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case "load": return this.#load(step.file, step.missing ?? []);
      case "refuse": return this.#refuse(step);
      case "find": {
        assert.equal(this.#of(step.file).owner(step.symbol)?.name, step.owner, `${step.symbol} is found in ${step.owner}`);
        return;
      }
      case "lack": {
        assert.equal(this.#of(step.file).symbol(step.symbol), undefined);
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

  async #load(file: string, missing: readonly string[]): Promise<void> {
    const module = await this.#context.load(fixturePath(this.#machine, file), { bindings: true, allowMissing: missing.length > 0 });
    this.#loaded.set(file, module);
    assert.deepEqual(module.missing.map(({ name }) => name).sort(), [...missing].sort());
    for (const one of module.loaded) this.#checkMemory(one);
  }

  async #refuse(step: Extract<Step, { do: "refuse" }>): Promise<void> {
    const before = this.#linkwright.usage;
    const error = await this.#context.load(fixturePath(this.#machine, step.file)).then(() => undefined, (why: unknown) => why);
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
    for (const module of [...this.#loaded.values()].reverse()) await module.unload();
    await this.#context.dispose();
  }
}

for (const machine of MACHINES) {
  describe(`node: ${machine}`, () => {
    for (const one of casesFor(machine)) {
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

