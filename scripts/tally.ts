// What the test runner shows: lines that stay, and on a terminal one that says what is running now.
import { columnsOf, paint } from "../hosts/node/terminal.js";

const stream = process.stdout;

/** Files that are running, each with the tests it has ended so far. */
const running = new Map<string, number>();

function wipe(): void {
  if (stream.isTTY) stream.write("\r\u001b[K");
}

function draw(): void {
  if (!stream.isTTY || !running.size) return;
  const text = `running: ${[...running].map(([file, ended]) => `${file} ${ended}`).join(", ")}`;
  stream.write(`\r\u001b[K${paint(stream, "dim", text.slice(0, (columnsOf(stream) ?? 80) - 1))}`);
}

/** A line that stays. */
export function say(line: string): void {
  wipe();
  stream.write(`${line}\n`);
  draw();
}

/** A file runs, and has ended this many tests; undefined when it is through. */
export function progress(file: string, ended: number | undefined): void {
  if (ended === undefined) running.delete(file);
  else running.set(file, ended);
  if (running.size) draw();
  else wipe();
}

/** Counts of tests, from now on. */
export class Tally {
  readonly #start = performance.now();
  passed = 0;
  failed = 0;
  /** Tests that said they would not run; they count as neither. */
  skipped = 0;

  get ran(): number {
    return this.passed + this.failed;
  }

  add({ passed, failed, skipped }: Tally): void {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }

  /** Says what came of it. */
  tell(name: string): void {
    const verdict = this.failed ? paint(stream, "red", "not ok") : paint(stream, "green", "ok");
    const counts = [`${this.passed} passed`, ...(this.failed ? [`${this.failed} failed`] : []), ...(this.skipped ? [`${this.skipped} skipped`] : [])];
    say(`${verdict} ${name}: ${counts.join(", ")}, ${((performance.now() - this.#start) / 1000).toFixed(1)} s`);
  }
}

/** Says that a test failed, and why. */
export function sayFailure(name: string, why: string): void {
  say([paint(stream, "red", `failed: ${name}`), ...why.trimEnd().split("\n").map((line) => `    ${line}`)].join("\n"));
}
