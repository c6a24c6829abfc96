// A debugger on QEMU's stub, as far as it takes to stop where modules come and go, and to look at memory: GDB's remote serial
// protocol (GDB manual, appendix E). It sets its breakpoint before the machine's first instruction.

import { type Server, type Socket, createServer } from "node:net";

/** What waits for an answer: its text, or undefined when the machine has gone. */
type Waiting = (answer: string | undefined) => void;

const checksum = (text: string): string => ([...text].reduce((sum, one) => sum + one.charCodeAt(0), 0) & 255).toString(16).padStart(2, "0");

/** The debugger's end of the line. */
class Line {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #heard = "";

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#hear(text));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#waiting.splice(0).forEach((settle) => settle(undefined)));
  }

  /** Sends a packet and waits for what comes back. */
  ask(packet: string): Promise<string | undefined> {
    return new Promise((settle) => {
      if (this.#socket.destroyed) return settle(undefined);
      this.#waiting.push(settle);
      this.#socket.write(`$${packet}#${checksum(packet)}`);
    });
  }

  #hear(text: string): void {
    this.#heard += text;
    for (let found; (found = /\$([^#]*)#../.exec(this.#heard)); this.#heard = this.#heard.slice(found.index + found[0].length)) {
      this.#socket.write("+");
      this.#waiting.shift()?.(found[1]!);
    }
  }
}

/** What a debugger sees when it has stopped. */
export class View {
  readonly #line: Line;
  readonly #wordBytes: number;

  constructor(line: Line, wordBytes: number) {
    this.#line = line;
    this.#wordBytes = wordBytes;
  }

  async bytes(at: bigint, count: number): Promise<Buffer> {
    const answer = await this.#line.ask(`m${at.toString(16)},${count.toString(16)}`);
    if (answer === undefined || answer.length !== 2 * count) throw new Error(`there is no memory at 0x${at.toString(16)}: ${answer}`);
    return Buffer.from(answer, "hex");
  }

  /** The machine word at an address, or at so many words behind it. */
  async word(at: bigint, index = 0): Promise<bigint> {
    const bytes = await this.bytes(at + BigInt(index * this.#wordBytes), this.#wordBytes);
    return this.#wordBytes === 8 ? bytes.readBigUInt64LE() : BigInt(bytes.readUInt32LE());
  }

  /** The text at an address. */
  async text(at: bigint): Promise<string> {
    let text = "";
    for (let one; (one = (await this.bytes(at++, 1))[0]!); ) text += String.fromCharCode(one);
    return text;
  }
}

/** Waits at a socket for QEMU, and looks whenever the machine is at an address, until it has gone. */
export class Debugger {
  /** The emulator's arguments that lead it here. */
  readonly args: readonly string[];
  /** Ends with the machine; what a look throws ends it, too. */
  readonly done: Promise<void>;
  readonly #server: Server;
  #fail!: (why: Error) => void;

  constructor(path: string, wordBytes: number, at: bigint, look: (view: View) => Promise<void>) {
    this.args = ["-S", "-gdb", `unix:${path}`];
    this.#server = createServer();
    this.done = new Promise((settle, fail) => {
      this.#fail = fail;
      this.#server.once("connection", (socket) => {
        this.#server.close();
        this.#fail = () => undefined;
        const line = new Line(socket);
        watch(line, wordBytes, at, look).then(settle, fail).finally(() => void line.ask("k"));
      });
    });
    this.#server.listen(path);
  }

  /** The emulator is gone: if it never came, that is a failure. */
  end(): void {
    this.#server.close();
    this.#fail(new Error("QEMU did not come to the debugger"));
  }
}

async function watch(line: Line, wordBytes: number, at: bigint, look: (view: View) => Promise<void>): Promise<void> {
  const place = `0,${at.toString(16)},${wordBytes === 8 ? 4 : 2}`;
  const expect = async (packet: string, wanted: RegExp): Promise<void> => {
    const answer = await line.ask(packet);
    if (answer === undefined || !wanted.test(answer)) throw new Error(`the stub answered ${answer} to ${packet}`);
  };
  await expect(`Z${place}`, /^OK$/);
  // By physical addresses, which here are the same: QEMU's LoongArch knows only those virtual ones that its TLB holds.
  await expect("Qqemu.PhyMemMode:1", /^OK$/);
  const view = new View(line, wordBytes);
  for (let stop; (stop = await line.ask("c")) !== undefined && /^[ST]05/.test(stop); ) {
    await look(view);
    // The instruction is behind us before the breakpoint is there again.
    await expect(`z${place}`, /^OK$/);
    await expect("s", /^[ST]05/);
    await expect(`Z${place}`, /^OK$/);
  }
}
