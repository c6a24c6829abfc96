// Mutated files: good fixtures with a few bytes changed where loaders look. The core may load one or refuse it, but it
// must not trap, not touch what it was not given, not run for ever, and must give everything back.

import { Answer, Code, Field, Flag, List, PF, Rule } from "../../assembly/words.js";
import { DT, ElfFile, PT } from "../../fixtures/elf.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import type { Bench, BenchOptions } from "../support/bench.js";
import { Random } from "../support/random.js";
import { sameFixture, stage } from "./scenario.js";
import { type Shape, besides, objectNames, objectSeed, shapeOf } from "./fuzzobjects.js";

type Range = Shape[number];

/** A mutated file that did harm. */
export interface Harm {
  readonly machine: Machine;
  readonly fixture: string;
  /** The mutation's own seed: `mutate` makes the file again. */
  readonly seed: number;
  readonly what: string;
}

/** What came of many mutated files. */
export interface Tally {
  loads: number;
  /** Files that were loaded in spite of what was changed. */
  loaded: number;
  /** How often each code was told. */
  readonly codes: Map<string, number>;
  readonly harms: Harm[];
}

const FIXTURES = [
  "relative.so", "relative_relr.so", "absolute.so", "names_both.so", "names_sysv.so", "versions_user.so", "versions.so", "tls_words.so", "choose_own.so", "odd.so",
  "chain_top.so", "copy", "init_root.so", "protection.so",
];

/** Where loaders look: headers, the dynamic section, and the tables that it names. */
function rangesOf(elf: ElfFile): Range[] {
  const ranges: Range[] = [{ start: 0, bytes: elf.is64 ? 64 : 52 }];
  ranges.push({ start: Number(elf.header.get("phoff")), bytes: Number(elf.header.get("phnum")) * (elf.is64 ? 56 : 32) });
  const dynamic = elf.segment(PT.DYNAMIC);
  ranges.push({ start: Number(dynamic.get("offset")), bytes: Number(dynamic.get("filesz")) });
  const sizes: readonly (readonly [number, number])[] = [[DT.RELA, DT.RELASZ], [DT.REL, DT.RELSZ], [DT.JMPREL, DT.PLTRELSZ], [DT.RELR, DT.RELRSZ], [DT.STRTAB, DT.STRSZ], [DT.INIT_ARRAY, DT.INIT_ARRAYSZ]];
  for (const [table, bytes] of sizes) {
    if (elf.has(table) && elf.has(bytes)) ranges.push({ start: elf.offsetOf(elf.entry(table).get("value")), bytes: Number(elf.entry(bytes).get("value")) });
  }
  for (const table of [DT.SYMTAB, DT.HASH, DT.GNU_HASH, DT.VERSYM, DT.VERNEED, DT.VERDEF]) {
    if (elf.has(table)) ranges.push({ start: elf.offsetOf(elf.entry(table).get("value")), bytes: 96 });
  }
  return ranges.map(({ start, bytes }) => ({ start, bytes: Math.min(bytes, elf.bytes.length - start) })).filter(({ bytes }) => bytes > 0);
}

/** Numbers that break arithmetic. */
const EDGES = [0n, 1n, 2n, 7n, 8n, 0x7fn, 0x80n, 0xffn, 0xfffn, 0x1000n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_fff8n, 0xffff_ffffn, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_fff8n, 0xffff_ffff_ffff_ffffn];

/** A fixture, an object or an archive with one to six changes. */
export function mutate(machine: Machine, fixture: string, seed: number): Uint8Array {
  const random = new Random(seed), object = objectSeed(machine, fixture), elf = new ElfFile(object ?? sameFixture(machine, fixture));
  const ranges = object ? shapeOf(object) : rangesOf(elf);
  for (let changes = 1 + random.below(6); changes; --changes) {
    const { start, bytes } = random.of(ranges), at = start + random.below(bytes);
    const word = Math.min(elf.bytes.length - elf.wordBytes, start + Math.floor((at - start) / 4) * 4);
    switch (random.below(6)) {
      case 0: elf.bytes[at] = random.below(256); break;
      case 1: elf.bytes[at] = elf.bytes[at]! ^ (1 << random.below(8)); break;
      case 2: elf.write(word, 4, BigInt(random.next())); break;
      case 3: elf.write(word, elf.wordBytes, random.of(EDGES)); break;
      case 4: elf.write(word, 4, random.of(EDGES)); break;
      default: elf.write(word, elf.wordBytes, BigInt.asUintN(8 * elf.wordBytes, elf.read(word, elf.wordBytes) + BigInt(random.below(33) - 16)));
    }
  }
  return random.below(16) ? elf.bytes : elf.bytes.subarray(0, random.below(elf.bytes.length));
}

/** The questions that one load may ask before it counts as running for ever. */
const MOST_QUESTIONS = 5000;

/** What becomes of a file when so many questions were asked: it may change while it is loaded. */
interface Later {
  readonly file: number;
  readonly bytes: Uint8Array;
  readonly question: number;
}

/** Where a file lies that is used in place. */
const LIES = 0x0a00_0000n;

/** One core that loads one mutated file after the other. */
class Victim {
  readonly bench: Bench;
  readonly #context: number;
  readonly #used: number;
  readonly #flags: number;
  #questions = 0;
  #change: ((question: number) => void) | undefined;

  /** @param isSpread  its modules are spread over kinds of memory, and used where their files lie if they may be */
  constructor(machine: Machine, planted: BenchOptions, isSpread = false) {
    this.bench = stage(machine, {
      ...planted,
      wasm: "debug",
      memoryLimit: 1n << 24n,
      coreLimit: 1 << 20,
      judge: () => {
        if (++this.#questions > MOST_QUESTIONS) throw new Error("it asks for ever");
        this.#change?.(this.#questions);
        return "answer";
      },
    });
    this.#context = this.bench.core.lw_context(0n, 0n, 0n) >>> 0;
    this.#flags = isSpread ? Flag.InPlace : 0;
    if (isSpread) this.#spread();
    this.#used = this.bench.used;
  }

  /** Loads, looks things up and unloads; answers with the code. Objects become one module with others. */
  take(file: Uint8Array, others: readonly Uint8Array[] = [], later?: Later): string {
    const { core, sandbox } = this.bench;
    this.#questions = 0;
    const before = sandbox.violations(), added = [file, ...others].map((one, i) => this.bench.add(one, this.#flags && !i ? LIES : undefined));
    this.#change = later && ((question) => {
      if (question === later.question) this.bench.change(added[later.file]!, later.bytes);
    });
    const session = core.lw_load(this.#context, added[0]!, Flag.Global | Flag.AllowText | (others.length ? 0 : this.#flags)) >>> 0;
    for (const other of added.slice(1)) core.lw_add(session, other);
    let code = "Ok";
    if (this.bench.settle(session) === Answer.Done) {
      const module = core.lw_result(session) >>> 0;
      core.lw_close(session);
      this.#look(module);
      this.#unload(module);
      // What says that it is never to be unloaded goes with its context.
      this.#unload(this.#context);
    } else {
      code = this.bench.fault(session).code;
      core.lw_close(session);
    }
    for (const one of added) this.bench.drop(one);
    if (sandbox.violations() !== before) throw new Error(`it touched 0x${BigInt.asUintN(64, sandbox.violation_addr()).toString(16)}`);
    const { reserved, views, sources } = this.bench.held;
    if (reserved || views || sources) throw new Error(`it keeps ${reserved} bytes, ${views} views, ${sources} sources`);
    if (this.bench.used !== this.#used) throw new Error(`the core uses ${this.bench.used} bytes where it used ${this.#used}`);
    if (Code[code as keyof typeof Code] === undefined) throw new Error(`there is no code ${code}`);
    return code;
  }

  #spread(): void {
    const { core, sandbox, target } = this.bench;
    const [text, data] = [sandbox.region(0x0800_0000n, 0x1_0000n), sandbox.region(0x0900_0000n, 0x10_0000n)];
    target.withName(".text", (name, bytes) => core.lw_region(this.#context, text, PF.R | PF.X, Rule.Named, name, bytes));
    core.lw_region(this.#context, data, PF.R | PF.W | PF.X, Rule.PowerOfTwo, 0n, 0);
  }

  #unload(handle: number): void {
    const session = this.bench.core.lw_unload(handle) >>> 0;
    this.bench.settle(session);
    this.bench.core.lw_close(session);
  }

  #look(module: number): void {
    const { core, target } = this.bench;
    for (const name of ["check", "name_11", "nothing", ""]) target.withName(name, (addr, bytes) => [core.lw_find(module, addr, bytes, -1n, 0), core.lw_find(module, addr, bytes, addr, bytes), core.lw_next(module, addr, bytes, -1n, 0)]);
    for (const list of [List.Phdr, List.Needed, List.Symbol, List.Relocation, List.Definition, List.Requirement, List.Dynamic, List.Module, List.Slot]) {
      const count = Math.min(64, core.lw_count(module, list) >>> 0);
      for (let index = 0; index < count; ++index) for (let field = 1; field <= Field.Kept; ++field) core.lw_entry(module, list, index, field);
    }
  }
}

/**
 * Loads this many mutated files; a machine's core serves until it does harm.
 *
 * @param planted  a host that breaks its promises, to see that harm is noticed
 */
export function fuzz(loads: number, seed: number, progress: (done: number) => void = () => {}, planted: BenchOptions = {}): Tally {
  const random = new Random(seed), victims = new Map<string, Victim>();
  const tally: Tally = { loads: 0, loaded: 0, codes: new Map(), harms: [] };
  for (; tally.loads < loads; ++tally.loads) {
    const machine = random.of(MACHINES), fixture = random.below(2) ? random.of(FIXTURES) : random.of(objectNames(machine)), own = random.next();
    const isSpread = objectSeed(machine, fixture) !== undefined && own % 5 === 0, key = `${machine} ${isSpread}`;
    let victim = victims.get(key);
    if (!victim) victims.set(key, victim = new Victim(machine, planted, isSpread));
    try {
      const code = victim.take(...filesOf(machine, fixture, own));
      if (code === "Ok") ++tally.loaded;
      tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
    } catch (error) {
      tally.harms.push({ machine, fixture, seed: own, what: (error as Error).message });
      victims.delete(key);
    }
    if (tally.loads % 500 === 0) progress(tally.loads);
  }
  return tally;
}

/** A mutated file; of objects, now and then with others, before or behind it, and now and then a good one that is mutated while it is loaded. */
function filesOf(machine: Machine, fixture: string, seed: number): [Uint8Array, Uint8Array[], Later?] {
  const mutated = mutate(machine, fixture, seed), others = besides(machine, fixture, seed), isLast = seed & 1 && others.length > 0;
  const arranged = (bytes: Uint8Array): [Uint8Array, Uint8Array[]] => (isLast ? [others[0]!, [bytes, ...others.slice(1)]] : [bytes, others]);
  const good = objectSeed(machine, fixture);
  if (!good || seed & 0x30 || mutated.length !== good.length) return arranged(mutated);
  return [...arranged(good.slice()), { file: isLast ? 1 : 0, bytes: mutated, question: 2 + (seed >>> 6) % 8 }];
}
