// One boot of an image in QEMU, from its payload to its end.

import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import { LinkwrightError, systemText } from "../error.js";
import { EventReader, type ImageEvent, type TrapEvent } from "./events.js";
import { type Machine, imagePath } from "./machine.js";
import { Monitor } from "./monitor.js";
import { type PayloadFile, payloadOf } from "./payload.js";

/** How a boot ended. */
export type Ending =
  | { readonly kind: "done" }
  | { readonly kind: "trap"; readonly trap: TrapEvent }
  /** Nothing happened for the time allowed; `pc` is where the machine was. */
  | { readonly kind: "timeout"; readonly pc: bigint | undefined }
  /** The emulator ended before the script did. */
  | { readonly kind: "ended"; readonly said: string };

/** What a boot is to do, and who hears of it. */
export interface BootOptions {
  readonly machine: Machine;
  readonly files: readonly PayloadFile[];
  /** The commands of docs/image.md, one a line. */
  readonly script: readonly string[];
  /** More arguments for the emulator. */
  readonly args?: readonly string[];
  /** Seconds that it may take; `restart` begins them anew. */
  readonly timeout: number;
  readonly onEvent: (event: ImageEvent, restart: () => void) => void;
  /** What modules print. */
  readonly onText: (bytes: Uint8Array) => void;
}

// What QEMU calls the program counter, by e_machine.
const COUNTERS: Readonly<Record<number, string>> = { 3: "EIP", 40: "R15", 62: "RIP", 183: "PC", 243: "pc", 258: "PC" };
const TAIL = 4000;
const running = new Set<{ child: ChildProcess; folder: string }>();

// However this process ends, no emulator and no file stays behind.
function clear(): void {
  for (const { child, folder } of running) {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
  running.clear();
}

let watching = false;
function watch(): void {
  if (watching) return;
  watching = true;
  process.on("exit", clear);
  for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    process.on(signal, () => process.exit(status));
  }
}

async function temporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), "linkwright-"));
  } catch (cause) {
    throw new LinkwrightError("NotWritten", `there can be no temporary files in ${tmpdir()}: ${systemText(cause)}; TMPDIR may name another folder`, { cause });
  }
}

/** Boots a machine's image with a payload and waits for its end. */
export async function boot(options: BootOptions): Promise<Ending> {
  const { machine, files, script } = options;
  const image = imagePath(machine);
  const folder = await temporaryFolder();
  try {
    const payload = join(folder, "payload.cpio");
    const text = Buffer.from(script.map((line) => `${line}\n`).join(""));
    await writeFile(payload, payloadOf([...files, { name: "script", bytes: text }]));
    return await new Emulator(options, image, payload, folder).ending;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Emulator {
  readonly ending: Promise<Ending>;
  readonly #options: BootOptions;
  readonly #child: ChildProcess;
  readonly #entry: { child: ChildProcess; folder: string };
  #timer: NodeJS.Timeout | undefined;
  #verdict: Ending | undefined;
  #said = "";
  #settle!: (ending: Ending) => void;
  #fail!: (error: Error) => void;

  constructor(options: BootOptions, image: string, payload: string, folder: string) {
    this.#options = options;
    const { machine } = options;
    this.ending = new Promise((settle, fail) => {
      this.#settle = settle;
      this.#fail = fail;
    });
    watch();
    const child = this.#child = spawn(machine.qemu.program, [
      ...machine.qemu.args,
      "-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot", "-icount", "shift=0,sleep=off",
      "-chardev", "socket,id=qmp,fd=3", "-mon", "chardev=qmp,mode=control",
      "-kernel", image,
      "-device", `loader,file=${payload.replaceAll(",", ",,")},addr=${machine.payload},force-raw=on`,
      ...(options.args ?? []),
    ], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
    this.#entry = { child, folder };
    running.add(this.#entry);
    const reader = new EventReader((event) => this.#hear(event), options.onText);
    (child.stdout as Readable).on("data", (bytes: Buffer) => reader.push(bytes));
    (child.stderr as Readable).on("data", (bytes: Buffer) => {
      this.#said = (this.#said + bytes.toString("utf8")).slice(-TAIL);
    });
    const monitor = new Monitor(child.stdio[3] as Duplex);
    child.on("error", (error: NodeJS.ErrnoException) => this.#couldNotStart(error));
    child.on("close", (code, signal) => this.#closed(code, signal));
    const begin = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#timeOut(monitor), options.timeout * 1000);
    };
    this.#restart = begin;
    begin();
  }

  #restart: () => void;

  #hear(event: ImageEvent): void {
    if (this.#verdict) return;
    if (event.event === "done") this.#verdict = { kind: "done" };
    if (event.event === "trap") this.#verdict = { kind: "trap", trap: event };
    this.#options.onEvent(event, this.#restart);
    if (this.#verdict) this.#linger();
  }

  // After its last word the machine powers off; one that does not is ended.
  #linger(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), 2000);
  }

  async #timeOut(monitor: Monitor): Promise<void> {
    const pc = await monitor.programCounter(COUNTERS[this.#options.machine.machine] ?? "pc");
    if (this.#verdict) return;
    this.#verdict = { kind: "timeout", pc };
    this.#end();
  }

  #end(): void {
    this.#child.kill("SIGTERM");
    this.#timer = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
  }

  #closed(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#timer);
    running.delete(this.#entry);
    const how = signal ? `by ${signal}` : `with status ${code}`;
    this.#settle(this.#verdict ?? { kind: "ended", said: `${this.#said.trim()} (it ended ${how})`.trim() });
  }

  #couldNotStart(error: NodeJS.ErrnoException): void {
    clearTimeout(this.#timer);
    running.delete(this.#entry);
    const { program, package: name } = this.#options.machine.qemu;
    this.#fail(error.code === "ENOENT"
      ? new LinkwrightError("NoEmulator", `${program} is not installed: \`apt-get install ${name}\` brings it`)
      : new LinkwrightError("NoEmulator", `${program} can't be started: ${error.message}`));
  }
}
