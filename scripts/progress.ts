// What is under way, on stderr: a bar that is redrawn on a terminal, a line for each step elsewhere.
import { columnsOf, paint } from "../hosts/node/terminal.js";

const BAR = 20;

/** Counts steps that end in any order. */
export class Progress {
  readonly #stream = process.stderr;
  readonly #total: number;
  #done = 0;
  #last = "";

  constructor(total: number) {
    this.#total = total;
    this.#draw();
  }

  /** One more step is done. */
  step(line: string): void {
    this.#done++;
    this.#last = line;
    if (this.#stream.isTTY) this.#draw();
    else this.#stream.write(`[${this.#done}/${this.#total}] ${line}\n`);
  }

  /** A line that stays. */
  say(line: string): void {
    this.#wipe();
    this.#stream.write(`${line}\n`);
    this.#draw();
  }

  /** Nothing of the bar is left. */
  end(): void {
    this.#wipe();
  }

  #wipe(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\u001b[K");
  }

  #draw(): void {
    if (!this.#stream.isTTY) return;
    const full = Math.round((this.#done / this.#total) * BAR);
    const counts = ` ${this.#done}/${this.#total} `;
    const room = (columnsOf(this.#stream) ?? 80) - BAR - counts.length - 1;
    const bar = paint(this.#stream, "cyan", "█".repeat(full)) + paint(this.#stream, "dim", "░".repeat(BAR - full));
    this.#stream.write(`\r\u001b[K${bar}${counts}${room > 0 ? this.#last.slice(0, room) : ""}`);
  }
}
