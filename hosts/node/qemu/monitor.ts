// QEMU's machine protocol (QMP), as far as it is needed to ask a hanging machine where it is.

import type { Duplex } from "node:stream";

/** A QMP connection over a pair of sockets that QEMU has the other end of. */
export class Monitor {
  readonly #stream: Duplex;
  #buffer = "";
  #waiting: ((answer: unknown) => void) | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("data", (bytes: Buffer) => this.#read(bytes));
    stream.on("error", () => this.#waiting?.(undefined)); // QEMU is gone
    stream.on("close", () => this.#waiting?.(undefined));
  }

  /** Stops the machine and reads its program counter, which has this name there; undefined if QEMU does not tell. */
  async programCounter(name: string): Promise<bigint | undefined> {
    await this.#ask("qmp_capabilities");
    await this.#ask("stop");
    const registers = await this.#ask("human-monitor-command", { "command-line": "info registers" });
    if (typeof registers !== "string") return undefined;
    const found = new RegExp(`\\b${name}\\s*[=:]?\\s*(?:0x)?([0-9a-f]{8,16})\\b`).exec(registers);
    return found ? BigInt(`0x${found[1]}`) : undefined;
  }

  #ask(execute: string, args?: Readonly<Record<string, string>>): Promise<unknown> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => resolve(undefined), 2000);
      this.#waiting = (answer) => {
        clearTimeout(patience);
        this.#waiting = undefined;
        resolve(answer);
      };
      this.#stream.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  #read(bytes: Buffer): void {
    this.#buffer += bytes.toString("utf8");
    const lines = this.#buffer.split("\n");
    this.#buffer = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as { return?: unknown; error?: unknown };
      if ("return" in message) this.#waiting?.(message.return);
      else if ("error" in message) this.#waiting?.(undefined);
    }
  }
}
