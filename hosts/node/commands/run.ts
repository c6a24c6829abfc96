// run FILE...: boots the machine that the files are for, loads them, calls a function, prints its result.

import { Code } from "../../../assembly/words.js";
import { type Arguments, type Command, UsageError, numberOf, secondsOf } from "../command.js";
import { FaultError, LinkwrightError } from "../error.js";
import { codeName } from "../fault.js";
import { ALLOW_TEXT, SEARCH } from "../files.js";
import { IN_PLACE_OPTION, REGION_OPTION, regionOf } from "../loading.js";
import { nearest } from "../nearest.js";
import { type BootOptions, type Ending, boot } from "../qemu/boot.js";
import { type Freight, cargoOf, inPlace, loadLines, machineOf, moduleName } from "../qemu/cargo.js";
import type { FaultEvent, LoadedEvent, MissingEvent } from "../qemu/events.js";
import type { Machine } from "../qemu/machine.js";
import { TargetError, endingError, imageFault } from "../qemu/report.js";
import { regionLine, toldWhere } from "../region.js";
import { say, sayJson } from "../terminal.js";

const RETURNS = ["i32", "u32", "i64", "u64", "ptr"] as const;
type Returns = (typeof RETURNS)[number];
const ARGUMENTS = 8;
const SECONDS = 60;

function returnsOf(typed: string | undefined): Returns {
  const found = RETURNS.find((one) => one === (typed ?? "i32"));
  if (!found) throw new UsageError(`--returns is one of ${RETURNS.join(", ")}, not "${typed}"`, "run");
  return found;
}

/** A value as the result registers had it, as the type that it has. */
function resultOf(value: bigint, returns: Returns, bits: number): bigint {
  switch (returns) {
    case "i32": return BigInt.asIntN(32, value);
    case "u32": return BigInt.asUintN(32, value);
    case "i64": return BigInt.asIntN(64, value);
    case "u64": return BigInt.asUintN(64, value);
    case "ptr": return BigInt.asUintN(bits, value);
  }
}

function wordOf(value: bigint, machine: Machine): string {
  const bits = machine.class;
  if (value < -(1n << BigInt(bits - 1)) || value >= 1n << BigInt(bits)) {
    throw new UsageError(`--arg ${value} does not fit a word of ${machine.name}, which has ${bits} bits`, "run");
  }
  return `0x${BigInt.asUintN(bits, value).toString(16)}`;
}

/** The file in which, or in whose libraries, the symbol is defined. */
function definerOf(cargo: readonly Freight[], symbol: string): Freight {
  const files = cargo.filter((file) => file.named);
  const defines = (file: Freight): boolean => file.facts.exports.some((one) => one.name === symbol);
  const byLibrary = (file: Freight): boolean => file.libraries.some((name) => cargo.some((one) => one.name === name && defines(one)));
  const found = files.find(defines) ?? files.find(byLibrary);
  if (found) return found;
  if (cargo.some((file) => file.facts.fault)) return files.at(-1)!; // the image will say why it can't be loaded
  const meant = nearest(symbol, cargo.flatMap((file) => file.facts.exports.map((one) => one.name)));
  const file = files.map((one) => one.name).join(", ");
  throw new TargetError(codeName(Code.MissingSymbol), `${file} does not export ${symbol}${meant ? `; did you mean ${meant}?` : ""}`, { pc: undefined, module: file }, {
    found: symbol,
    expected: "the name of an exported function",
    remedy: `${meant ? `call ${meant}, or ` : ""}see with \`linkwright inspect\` what a file exports: a static or hidden function is not among it`,
  });
}

/** Writes what modules print to stderr, and ends its last line. */
class Stream {
  #open = false;

  write(bytes: Uint8Array): void {
    process.stderr.write(bytes);
    this.#open = bytes[bytes.length - 1] !== 0x0a;
  }

  end(): void {
    if (this.#open) process.stderr.write("\n");
    this.#open = false;
  }
}

/** What was used in place, if that was asked for. */
function placeFacts(loaded: readonly LoadedEvent[]): { readonly inPlace?: number; readonly copied?: LoadedEvent["copied"] } {
  const asked = loaded.filter((one) => one.inPlace !== undefined);
  return asked.length ? { inPlace: asked.reduce((sum, one) => sum + one.inPlace!, 0), copied: asked.flatMap((one) => one.copied ?? []) } : {};
}

/** What is to be called, as it was typed; without a symbol, nothing. */
interface Call {
  readonly symbol: string | undefined;
  readonly numbers: readonly bigint[];
  readonly returns: Returns;
}

function callOf(args: Arguments): Call {
  const returns = returnsOf(args.one("returns"));
  const numbers = args.all("arg").map((text) => numberOf(text, "--arg", "run"));
  const symbol = args.one("call");
  if (symbol === undefined && (numbers.length || args.has("returns"))) throw new UsageError("--arg and --returns need --call SYMBOL", "run");
  if (symbol !== undefined && (symbol === "" || /\s/.test(symbol))) throw new UsageError("--call needs the name of a symbol", "run");
  if (numbers.length > ARGUMENTS) throw new UsageError(`a call has at most ${ARGUMENTS} arguments`, "run");
  return { symbol, numbers, returns };
}

/** What an image told, and how it ended. */
interface Told {
  readonly ending: Ending;
  readonly loaded: readonly LoadedEvent[];
  /** What was missing before the fault. */
  readonly missing: readonly MissingEvent[];
  readonly fault: FaultEvent | undefined;
  readonly value: bigint | undefined;
}

async function toldBy(image: Pick<BootOptions, "machine" | "files" | "script" | "timeout">): Promise<Told> {
  const stream = new Stream();
  const loaded: LoadedEvent[] = [];
  const missing: MissingEvent[] = [];
  let fault: FaultEvent | undefined;
  let value: bigint | undefined;
  const ending = await boot({
    ...image,
    onText: (bytes) => stream.write(bytes),
    onEvent: (event) => {
      if (event.event === "loaded") loaded.push(event);
      if (event.event === "missing" && !fault) missing.push(event);
      if (event.event === "fault") fault ??= event;
      if (event.event === "returned") value = BigInt(event.value);
    },
  });
  stream.end();
  return { ending, loaded, missing, fault, value };
}

async function runFiles(args: Arguments): Promise<number> {
  const { symbol, numbers, returns } = callOf(args);
  const timeout = secondsOf(args.one("timeout"), SECONDS, "run");
  const cargo = inPlace(await cargoOf(args.files, args.all("search")), args.all("in-place"), "run");
  const files = cargo.filter((file) => file.named);
  const machine = machineOf(files, args.one("machine"));
  const words = numbers.map((value) => wordOf(value, machine));
  const regions = args.all("region").map((text) => regionOf(text, "run"));
  const script = [...regions.map((one, i) => regionLine(one, i + 1)), ...loadLines(files, args.has("allow-text"))];
  if (symbol !== undefined) script.push(["call", moduleName(files, definerOf(cargo, symbol)), symbol, ...words].join(" "));

  const { ending, loaded, missing, fault, value } = await toldBy({ machine, files: cargo, script, timeout });
  if (fault) throw toldWhere(imageFault(fault, missing) satisfies FaultError, regions, new Map(regions.map((one, i) => [i + 1, one.name])));
  const failed = endingError(ending, loaded, cargo, timeout);
  if (failed) throw failed;
  if (symbol !== undefined && value === undefined) throw new LinkwrightError("NotCalled", `${machine.name} did not call ${symbol}`);
  const result = value === undefined ? undefined : resultOf(value, returns, machine.class);
  if (args.has("json")) {
    sayJson({ machine: machine.name, symbol, returns: symbol === undefined ? undefined : returns, result: result?.toString(), modules: loaded.flatMap((one) => one.modules), ...placeFacts(loaded) });
  } else if (result !== undefined) say(result.toString());
  return 0;
}

export const run: Command = {
  name: "run",
  usage: "FILE... [--call SYMBOL] [--arg N]...",
  summary: "boots the machine that the files are for, loads them and calls a function",
  details: [
    "The files are loaded in order, and what they need is taken from --search and from their own folders.",
    "The result is the only line on stdout; what the modules print goes to stderr.",
  ],
  options: {
    call: { type: "string", value: "SYMBOL", help: "the function to call; without it the files are only loaded" },
    arg: { type: "string", multiple: true, value: "N", help: "an integer argument, one machine word" },
    returns: { type: "string", value: RETURNS.join("|"), help: "the type of the result; i32 unless told" },
    machine: { type: "string", value: "ARCH", help: "the machine that the files have to be for" },
    region: REGION_OPTION,
    "in-place": IN_PLACE_OPTION,
    search: SEARCH,
    "allow-text": ALLOW_TEXT,
    timeout: { type: "string", value: "S", help: `seconds that it may take; ${SECONDS} unless told` },
  },
  files: { least: 1, most: Infinity, what: "FILE" },
  run: runFiles,
};
