// Linkwright in Node: relocations by kind, lookups through the API and of the core alone.

import { Event, Field, List, Stage } from "../../assembly/words.js";
import { Context } from "../../hosts/node/context.js";
import type { Module } from "../../hosts/node/module.js";
import { Runtime } from "../../hosts/node/runtime.js";
import { NONE } from "../../hosts/node/wasm.js";
import type { Kinds } from "./kinds.js";
import { ABSENT, LOOKUPS, RELOCATIONS, THERE, type Effort, type Row, secondsOf, triesOf } from "./row.js";

const HOST = "node";

/** Of the last load: from its entering the stage that binds to its leaving the one that relocates. */
class Watch {
  #start = 0;
  seconds = 0;

  hear(event: number, stage: bigint): void {
    if (event !== Event.Stage) return;
    if (stage === BigInt(Stage.Link)) this.#start = performance.now();
    if (stage === BigInt(Stage.Sync)) this.seconds = (performance.now() - this.#start) / 1000;
  }
}

/** A name in the target's memory. */
interface Name {
  readonly at: bigint;
  readonly bytes: number;
}

/** Rows of the host in Node. */
export async function nodeRows(kinds: Kinds, effort: Effort): Promise<Row[]> {
  const watch = new Watch();
  const runtime = await Runtime.create({
    pageBytes: 4096, base: 0x1000_0000n, end: 1n << 32n, memoryLimit: 1n << 30n, coreLimit: 0, call: undefined, hwcap: 0n,
    log: (_level, event, _a, b) => watch.hear(event, b),
  });
  const context = new Context(runtime, {});
  const library = await context.load(kinds.library);
  const rows: Row[] = [];
  for (const { title, path, count } of kinds.files) {
    effort.say(`${HOST}: ${title}`);
    const times: number[] = [];
    for (const isCounted of triesOf(effort)) {
      const module = await context.load(path, { global: false });
      if (isCounted) times.push(watch.seconds);
      else if (module.relocations.length !== count) throw new Error(`${path} has ${module.relocations.length} relocations, not ${count}`);
      await module.unload();
    }
    rows.push({ topic: RELOCATIONS, what: title, host: HOST, count, seconds: secondsOf(times) });
  }
  const users = await context.load(kinds.users, { global: false });
  const strangers = await context.load(kinds.strangers, { global: false, allowMissing: true });
  rows.push(...lookups(runtime, library, users, strangers, effort));
  await context[Symbol.asyncDispose]();
  return rows;
}

/** Symbols are looked up by names that others ask for: not the bytes that the library has itself. */
function lookups({ core, handles }: Runtime, library: Module, users: Module, strangers: Module, effort: Effort): Row[] {
  const namesIn = (module: Module): Name[] => handles
    .list(module.handle, List.Symbol, (entry) => ({ at: entry.raw(Field.Name), bytes: entry.number(Field.NameBytes) }))
    .filter(({ bytes }) => bytes > 0);
  const find = ({ at, bytes }: Name): boolean => core.lw_find(library.handle, at, bytes, NONE, 0) !== 0n;
  const measure = <T>(what: string, names: readonly T[], isThere: boolean, look: (name: T) => boolean): Row => {
    effort.say(`${HOST}: ${what}`);
    const times: number[] = [];
    for (const isCounted of triesOf(effort)) {
      const start = performance.now();
      let found = 0;
      for (const name of names) if (look(name)) ++found;
      if (isCounted) times.push((performance.now() - start) / 1000);
      if (found !== (isThere ? names.length : 0)) throw new Error(`${what}: found ${found} of ${names.length}`);
    }
    return { topic: LOOKUPS, what, host: HOST, count: names.length, seconds: secondsOf(times) };
  };
  const words = users.symbols.map(({ name }) => name).filter((name) => name);
  return [
    measure(THERE, namesIn(users), true, find),
    measure(ABSENT, namesIn(strangers), false, find),
    measure("module.symbol(name)", words, true, (name) => library.symbol(name) !== undefined),
  ];
}
