// The tests of one machine: each in a fresh load of its module; a trap or a hang costs a boot, not the rest.

import { LinkwrightError } from "../error.js";
import { faultLines } from "../fault.js";
import { linesOf, messageOf } from "../report.js";
import { boot } from "./boot.js";
import { type Freight, loadLines } from "./cargo.js";
import type { FaultEvent, ImageEvent, LoadedEvent, MissingEvent } from "./events.js";
import type { Machine } from "./machine.js";
import { type Place, TargetError, endingError, imageFault } from "./report.js";

/** One test: a function of a file. */
export interface Test {
  /** Its number in the whole plan. */
  readonly number: number;
  readonly machine: Machine;
  readonly file: Freight;
  /** Objects and archives that are linked to it. */
  readonly beside: readonly Freight[];
  readonly symbol: string;
}

/** What a test may do. */
export interface Limits {
  /** How long it may take. */
  readonly seconds: number;
  /** Its file's text may be relocated. */
  readonly allowsText: boolean;
  /** Kinds of memory that there are: lines of the script. */
  readonly regions: readonly string[];
}

/** What came of a test. */
export interface TestResult {
  readonly test: Test;
  readonly ok: boolean;
  /** Why not, in one line. */
  readonly message?: string;
  /** What is known of it, by name. */
  readonly details?: Readonly<Record<string, string>>;
  readonly place?: Place;
  /** What the module printed. */
  readonly output: string;
}

/** Runs a machine's tests, and says what came of each as soon as it is known. */
export async function runSuite(
  machine: Machine, tests: readonly Test[], cargo: readonly Freight[], limits: Limits, report: (result: TestResult) => void,
): Promise<void> {
  let rest = tests;
  while (rest.length) {
    const part = new Part(machine, rest, cargo, limits, report);
    try {
      await part.run();
    } catch (error) {
      if (!(error instanceof LinkwrightError)) throw error;
      for (const test of part.remaining) report({ test, ok: false, message: messageOf(error), output: "" });
      return;
    }
    if (part.remaining.length === rest.length) {
      for (const test of rest) report({ test, ok: false, message: part.trouble ?? "the image began no test", output: "" });
      return;
    }
    rest = part.remaining;
  }
}

/** One boot. */
class Part {
  /** Tests that were not begun. */
  remaining: readonly Test[];
  /** Why none was begun. */
  trouble: string | undefined;
  readonly #machine: Machine;
  readonly #cargo: readonly Freight[];
  readonly #limits: Limits;
  readonly #report: (result: TestResult) => void;
  #current: Test | undefined;
  #value: bigint | undefined;
  #fault: FaultEvent | undefined;
  #missing: MissingEvent[] = [];
  #loaded: LoadedEvent[] = [];
  #output = "";

  constructor(
    machine: Machine, tests: readonly Test[], cargo: readonly Freight[], limits: Limits, report: (result: TestResult) => void,
  ) {
    this.remaining = tests;
    this.#machine = machine;
    this.#cargo = cargo;
    this.#limits = limits;
    this.#report = report;
  }

  async run(): Promise<void> {
    const ending = await boot({
      machine: this.#machine,
      files: this.#cargo,
      script: [...this.#limits.regions, ...this.remaining.flatMap(({ number, file, beside, symbol }) => [
        `note ${number}`, ...loadLines([file, ...beside], this.#limits.allowsText), `call ${file.name} ${symbol}`, `unload ${file.name}`,
      ])],
      timeout: this.#limits.seconds,
      onText: (bytes) => {
        this.#output += Buffer.from(bytes).toString("utf8");
      },
      onEvent: (event, restart) => this.#hear(event, restart),
    });
    const failed = endingError(ending, this.#loaded, this.#cargo, this.#limits.seconds);
    if (this.#current) this.#finish(failed);
    else this.trouble = failed && messageOf(failed);
  }

  #hear(event: ImageEvent, restart: () => void): void {
    switch (event.event) {
      case "note":
        if (this.#current) this.#finish(undefined);
        this.#begin(event.text);
        return restart();
      case "loaded":
        this.#loaded.push(event);
        return;
      case "missing":
        if (!this.#fault) this.#missing.push(event);
        return;
      case "fault":
        this.#fault ??= event;
        return;
      case "returned":
        this.#value = BigInt.asIntN(32, BigInt(event.value));
        return;
    }
  }

  #begin(number: string): void {
    const index = this.remaining.findIndex((test) => String(test.number) === number);
    this.#current = this.remaining[index];
    this.remaining = this.remaining.slice(index + 1);
    this.#value = undefined;
    this.#fault = undefined;
    this.#missing = [];
    this.#loaded = [];
    this.#output = "";
  }

  #finish(failed: TargetError | undefined): void {
    const test = this.#current!, output = this.#output;
    this.#current = undefined;
    const base = { test, output };
    if (this.#fault) {
      const error = imageFault(this.#fault, this.#missing);
      const details = Object.fromEntries(linesOf(faultLines(error.fault, error.missing)));
      this.#report({ ...base, ok: false, message: error.message, details });
    } else if (failed) {
      this.#report({ ...base, ok: false, message: failed.message, details: Object.fromEntries(linesOf(failed.lines)), place: failed.place });
    } else if (this.#value === undefined) this.#report({ ...base, ok: false, message: "it was not called" });
    else if (this.#value !== 0n) this.#report({ ...base, ok: false, message: `returned ${this.#value}` });
    else this.#report({ ...base, ok: true });
  }
}
