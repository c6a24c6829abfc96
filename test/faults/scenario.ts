// What is loaded while failures are injected: modules that ask every kind of question, from the first to the last release.

import { Answer, Flag, Policy } from "../../assembly/words.js";
import { NOTHING, Bench, type BenchFault, type BenchOptions } from "../support/bench.js";
import { fixture, libraryPath } from "../support/files.js";
import { type Machine, WITH_DESCRIPTORS } from "../../fixtures/list.js";
import { besides, memberSeed, objectSeed } from "./fuzzobjects.js";

/** What came of it. */
export interface Outcome {
  /** The fault of the first session that failed; undefined if none did. */
  readonly fault: BenchFault | undefined;
  /** An export answered that there is no memory for a session or a context. */
  readonly isExhausted: boolean;
  /** The memory of every module, when all were loaded. */
  readonly images: readonly Uint8Array[];
}

const contents = new Map<string, Uint8Array>();

/** A fixture's bytes, the same object each time. */
export function sameFixture(machine: Machine, name: string): Uint8Array {
  const key = `${machine}/${name}`;
  let bytes = contents.get(key);
  if (!bytes) contents.set(key, bytes = fixture(machine, name));
  return bytes;
}

/** Symbols of a host that has all of them. */
function everything(name: string): bigint {
  let hash = 0;
  for (const c of name) hash = Math.imul(hash, 31) + c.charCodeAt(0) | 0;
  return 0x7000_0000n + BigInt((hash >>> 0) % 0x10000 * 16);
}

/** A bench on which the scenario can be played. */
export function stage(machine: Machine, options: BenchOptions = {}): Bench {
  return new Bench({
    needed: (name) => (libraryPath(machine, name) ? sameFixture(machine, name) : undefined),
    member: (name) => memberSeed(machine, name),
    resolve: everything,
    ...options,
  });
}

/**
 * Files of the scenario: initialisers, finalisers, a chain of libraries, relocations of all kinds, host symbols, resolvers, thread-local
 * variables, and descriptors of them where there are any.
 */
function filesOf(machine: Machine): readonly string[] {
  const described = (WITH_DESCRIPTORS as readonly Machine[]).includes(machine) ? ["tls_user_described.so"] : [];
  return ["init_root.so", "chain_top.so", "copy", "relative_relr.so", "host.so", "choose_user.so", "tls_user.so", ...described, OBJECT];
}

/** An object, a thin archive of which it wants a member, and an object with initialisers: one module. */
export const OBJECT = "an object";

function othersOf(machine: Machine, file: string): readonly Uint8Array[] {
  if (file !== OBJECT) return [];
  return [objectSeed(machine, "ar/thin")!, objectSeed(machine, "objects/init_leaf.c.o")!];
}
const wanting = new Map<Machine, Uint8Array>();

/** A file of the scenario by its name. */
function fileOf(machine: Machine, file: string): Uint8Array {
  if (file !== OBJECT) return sameFixture(machine, file);
  const known = wanting.get(machine) ?? besides(machine, "ar/listed", 0)[0]!;
  wanting.set(machine, known);
  return known;
}

/** Begins to load a file, and what is linked with it; 0 if there is no memory for that. */
export function begin(bench: Bench, context: number, machine: Machine, file: string): number {
  const session = bench.core.lw_load(context, bench.add(fileOf(machine, file)), Flag.Global) >>> 0;
  if (!session || othersOf(machine, file).every((other) => bench.core.lw_add(session, bench.add(other)) === 0)) return session;
  if (bench.core.lw_close(session) !== 0) throw new Error("a session that was not advanced can't be closed");
  return 0;
}

/**
 * Loads all files one after the other, unloads them and closes everything, however far it came.
 *
 * @throws if the core keeps anything of its host
 */
export function play(bench: Bench, machine: Machine): Outcome {
  const { core } = bench;
  let fault: BenchFault | undefined, isExhausted = false;
  let images: Uint8Array[] = [];
  const context = core.lw_context(1n, 0x100n, 0x200n) >>> 0;
  const loaded: number[] = [];
  if (!context) isExhausted = true;
  if (context) core.lw_policy(context, Policy.Before);
  for (const file of context ? filesOf(machine) : []) {
    const session = begin(bench, context, machine, file);
    if (!session) isExhausted = true;
    else {
      if (bench.settle(session) === Answer.Done) loaded.push(core.lw_result(session) >>> 0);
      else fault ??= bench.fault(session);
      if (core.lw_close(session) !== 0) throw new Error("a session that settled can't be closed");
    }
    if (fault || isExhausted) break;
  }
  if (!fault && !isExhausted) images = bench.modules(context).map((module) => bench.memoryOf(module));
  for (const module of loaded.reverse()) {
    const session = core.lw_unload(module) >>> 0;
    if (!session) {
      isExhausted = true;
      continue;
    }
    if (bench.settle(session) !== Answer.Done) fault ??= bench.fault(session);
    core.lw_close(session);
  }
  if (context && !isExhausted && core.lw_close(context) !== 0) throw new Error(`the context still has ${bench.modules(context).length} modules`);
  return { fault, isExhausted, images };
}

/** Throws unless the core gave back everything, its own memory included. */
export function checkEmpty(bench: Bench, used: number): void {
  const held = JSON.stringify(bench.held, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  const nothing = JSON.stringify(NOTHING, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  if (held !== nothing) throw new Error(`the core keeps ${held}`);
  if (bench.used !== used) throw new Error(`the core uses ${bench.used} bytes where it used ${used}`);
}
