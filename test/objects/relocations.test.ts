// Every static relocation type of every machine, at the limits of its range and one beyond: what the instructions then say, by equations that
// the fixtures have, and what lld makes of the same object at the same addresses. fixture.ts has the words of the fixtures.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { FaultError } from "../../hosts/node/error.js";
import type { Fault } from "../../hosts/node/fault.js";
import { relocationName } from "../../hosts/node/elf.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import { howtos } from "../../scripts/howtos.js";
import { ownFolder } from "../support/folder.js";
import { HOST_SYMBOLS } from "../support/host.js";
import { assemble, emulationOf, sourceOf } from "./assemble.js";
import { wordsFor } from "./decode.js";
import { type Fixture, type Setting, fixtureOf, valueOf } from "./fixture.js";
import { type LinkedSection, type Outcome, linkWithLld } from "./lld.js";
import { ObjectFile } from "./object.js";

const BASES = { 32: 0x4000_0000n, 64: 0x80_0000_0000n } as const;
/** Each turn knows the addresses of the one before; stubs and slots have moved nothing by then. */
const TURNS = 4;

const folder = ownFolder();
const NAME = process.env["LW_FIXTURE"];

/** Numbers by name. */
type Names = ReadonlyMap<string, bigint>;

/** An object in memory. */
interface Linked {
  readonly labels: Names;
  read(address: bigint, bytes: number): Uint8Array;
}

function numberIn(bytes: Uint8Array): bigint {
  return [...bytes].reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n);
}

async function link(object: ObjectFile, base: bigint, defines: Names): Promise<Linked> {
  const linkwright = await Linkwright.create({ base });
  const module = await linkwright.context({ defines: new Map([...HOST_SYMBOLS, ...defines]) }).load(object.bytes, { name: "x.o", run: false });
  const labels = [...object.labels.keys()].flatMap((name) => {
    const address = module.symbol(name);
    return address === undefined ? [] : [[name, address] as const];
  });
  return { labels: new Map(labels), read: (address, bytes) => linkwright.read(address, bytes) };
}

/** One fixture on its machine. */
class Trial {
  readonly #machine: Machine;
  readonly #emulation: string;
  readonly #fixture: Fixture;
  readonly #bytes: Uint8Array;
  readonly #bits: 32 | 64;
  readonly #base: bigint;
  #slot: bigint | undefined;
  #table: bigint | undefined;
  #labels: Names = new Map();

  constructor(machine: Machine, emulation: string, fixture: Fixture, bytes: Uint8Array) {
    this.#machine = machine;
    this.#emulation = emulation;
    this.#fixture = fixture;
    this.#bytes = bytes;
    this.#bits = bytes[4] === 2 ? 64 : 32;
    this.#base = fixture.base ?? BASES[this.#bits];
  }

  #valueOf(expression: string, more: Names, linked?: Linked): bigint {
    const words = wordsFor(this.#machine, (address, bytes) => {
      if (!linked) throw new Error(`"${expression}" reads what is not linked`);
      return numberIn(linked.read(BigInt.asUintN(this.#bits, address), bytes));
    });
    const known = [["slot", this.#slot], ["table", this.#table]].filter(([, address]) => address !== undefined);
    return valueOf(expression, { ...words, addend: 0n, base: this.#base, ...Object.fromEntries([...this.#labels, ...known as [string, bigint][], ...more]) });
  }

  /** The object with what a line sets, and what that is. */
  #with(setting: Setting): { readonly object: ObjectFile; readonly set: Names; readonly defines: Names } {
    const object = new ObjectFile(this.#bytes), set = new Map<string, bigint>(), defines = new Map<string, bigint>();
    for (const [name, expression] of setting.symbols) {
      const value = BigInt.asUintN(this.#bits, this.#valueOf(expression, set));
      set.set(name, name === "addend" ? BigInt.asIntN(this.#bits, value) : value);
      if (name === "addend") object.add("target", value);
      else if (setting.kind === "import" || setting.kind === "far") defines.set(name, value);
      else object.define(name, value);
    }
    return { object, set, defines };
  }

  /** Links until nothing moves any more. The first turn goes by what the object has where nothing is relocated. */
  async fits(setting: Setting): Promise<void> {
    for (let turn = 0; turn < TURNS; ++turn) {
      const { object, set, defines } = this.#with(setting), linked = await link(object, this.#base, defines);
      const before = JSON.stringify([...this.#labels, this.#slot, this.#table], hexed);
      this.#labels = linked.labels;
      if (this.#fixture.slot !== undefined) this.#slot = this.#valueOf(this.#fixture.slot, set, linked);
      if (this.#fixture.table !== undefined) this.#table = this.#valueOf(this.#fixture.table, set, linked);
      if (JSON.stringify([...this.#labels, this.#slot, this.#table], hexed) !== before) continue;
      this.#check(setting.kind === "far" ? this.#fixture.led : this.#fixture.checks, set, linked);
      if (setting.kind === "define") this.#compare(object, linked);
      return;
    }
    assert.fail(`the addresses change from one link to the next, ${TURNS} times`);
  }

  #check(checks: readonly string[], set: Names, linked: Linked): void {
    assert.ok(checks.length, "the fixture has no check");
    for (const check of checks) {
      const [left, right] = check.split(" == ");
      if (right === undefined) throw new Error(`"${check}" is no equation`);
      const [is, should] = [left!, right].map((side) => hex(BigInt.asUintN(this.#bits, this.#valueOf(side, set, linked))));
      assert.equal(is, should, check);
    }
  }

  /** Where lld is to put the sections that have a name in them. */
  #places(object: ObjectFile): Map<string, bigint> {
    const places = new Map<string, bigint>();
    for (const [name, { section, value }] of object.labels) {
      const at = this.#labels.get(name), { name: sectionName, isLoaded } = object.sections[section]!;
      if (at === undefined || !isLoaded || sectionName.startsWith(".tdata") || sectionName.startsWith(".tbss")) continue;
      const start = (at & ~this.#tag(name)) - (value & ~this.#tag(name)), known = places.get(sectionName);
      // What stands behind padding that was trimmed is nearer to the start than it was.
      places.set(sectionName, known === undefined || start > known ? start : known);
    }
    return places;
  }

  /** The bit of a function's address that says how its code is encoded. */
  #tag(name: string): bigint {
    return this.#machine === "arm" && name.startsWith("thumb") ? 1n : 0n;
  }

  #lld(object: ObjectFile): Outcome {
    const { lld } = this.#fixture;
    return linkWithLld(folder, this.#emulation, object.bytes, lld === "none" ? [] : lld,
      { sections: this.#places(object), slot: this.#slot, table: this.#table, wordBytes: this.#bits / 8 });
  }

  #compare(object: ObjectFile, linked: Linked): void {
    if (this.#fixture.lld === "none") return;
    const outcome = this.#lld(object);
    if ("refusal" in outcome) assert.fail(`lld refuses it: ${outcome.refusal}`);
    let count = 0;
    for (const [name, address] of this.#places(object)) {
      const theirs: LinkedSection = outcome.sections.get(name)!;
      const ours = linked.read(address, theirs.bytes.length);
      assert.equal(hex(theirs.address), hex(address), `lld puts ${name} elsewhere`);
      assert.equal(Buffer.from(ours).toString("hex"), Buffer.from(theirs.bytes).toString("hex"), `${name} is another than lld's`);
      ++count;
    }
    assert.ok(count, "no section was compared");
  }

  /** What the file is refused with. */
  async #fault(object: ObjectFile, defines: Names): Promise<Fault> {
    try {
      await link(object, this.#base, defines);
    } catch (error) {
      if (error instanceof FaultError) return error.fault;
      throw error;
    }
    assert.fail("it links");
  }

  async refuses(setting: Setting): Promise<void> {
    const { object, set, defines } = this.#with(setting), fault = await this.#fault(object, defines);
    const code = setting.kind === "beyond" ? "OutOfRange" : "Misaligned";
    const value = BigInt.asUintN(64, BigInt.asIntN(this.#bits, this.#valueOf(setting.value ?? "0", set)));
    const entry = object.relocations[setting.entry]!;
    assert.deepEqual(shown(fault), shown({ code, what: "Entry", at: BigInt(entry.entry), value }));
    if (this.#fixture.lld === "none" || this.#fixture.isTaken || setting.isTaken) return;
    const outcome = this.#lld(object);
    assert.ok("refusal" in outcome, "lld takes it");
    assert.match(outcome.refusal, /out of range|improper alignment|is not aligned|exceeds|unencodeable/);
  }

  async isRefused({ code, value }: Fixture["refused"][number]): Promise<void> {
    const fault = await this.#fault(new ObjectFile(this.#bytes), new Map());
    assert.deepEqual({ code: fault.code, value: hex(fault.value) }, { code, value: hex(BigInt(value)) });
  }

  /** Addresses, before anything is relocated. */
  async begin(): Promise<void> {
    const object = new ObjectFile(this.#bytes);
    object.silence();
    this.#labels = (await link(object, this.#base, new Map(this.#fixture.settings.flatMap(({ symbols }) => symbols.map(([name]) => [name, 0n] as const))))).labels;
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function hexed(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? hex(value) : value;
}

function shown({ code, what, at, value }: Pick<Fault, "code" | "what" | "at" | "value">): object {
  return { code, what, at: hex(at), value: hex(value) };
}

/** Runs all that a fixture says. */
async function run(trial: Trial, { settings, refused }: Fixture): Promise<void> {
  if (refused.length) {
    for (const one of refused) await trial.isRefused(one);
    return;
  }
  await trial.begin();
  const of = (...kinds: readonly Setting["kind"][]): Setting[] => settings.filter(({ kind }) => kinds.includes(kind));
  const fitting = of("define", "import");
  assert.ok(fitting.length, "the fixture has no case that links");
  for (const setting of fitting) await told(setting, () => trial.fits(setting));
  for (const setting of of("beyond", "misaligned")) await told(setting, () => trial.refuses(setting));
  // Stubs move what is behind them: these are the last.
  for (const setting of of("far")) await told(setting, () => trial.fits(setting));
}

/** A failure says in which line. */
async function told(setting: Setting, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof Error) error.message = `# ${setting.text}\n${error.message}`;
    throw error;
  }
}

const tables = howtos();

for (const machine of MACHINES) {
  const objects = assemble(folder, machine);
  if (!objects.size) continue;
  describe(machine, () => {
    const proved = new Set<number>();
    for (const [name, assembled] of objects) {
      if (NAME !== undefined && name !== NAME) continue;
      test(name, async () => {
        const fixture = fixtureOf(sourceOf(machine, name)), object = new ObjectFile(assembled);
        if (fixture.type !== undefined) object.retype("target", fixture.type);
        const { bytes } = object;
        await run(new Trial(machine, emulationOf(machine), fixture, bytes), fixture);
        for (const { type } of new ObjectFile(bytes).relocations) proved.add(type);
      });
    }
    test("every type of the table has a fixture", { skip: NAME !== undefined }, () => {
      const rows = tables.get(machine) ?? [], [bytes] = objects.values();
      assert.ok(rows.length);
      assert.deepEqual(rows.filter(({ type }) => !proved.has(type)).map(({ type }) => relocationName(new ObjectFile(bytes!).machine, type)), []);
    });
  });
}
