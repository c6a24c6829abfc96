// The main job on one machine: its image loads libz.so.1 and a module that needs it, uses both, and gives everything back.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { Code } from "../assembly/words.js";
import { LinkwrightError } from "../hosts/node/error.js";
import { codeName } from "../hosts/node/fault.js";
import { boot } from "../hosts/node/qemu/boot.js";
import type { ImageEvent, LoadedEvent } from "../hosts/node/qemu/events.js";
import { machines as imagesOf } from "../hosts/node/qemu/machine.js";
import { endingError } from "../hosts/node/qemu/report.js";
import type { Zlib } from "./zlib.js";

/** What is asked of each machine. */
export type Check = "load" | "roundTrip" | "functions" | "missing" | "unload";

/** How a machine did. Numbers are missing where it did not get that far. */
export interface Outcome {
  readonly zlib: Zlib;
  /** What went wrong, by what was asked; all is well if there is none. */
  readonly problems: ReadonlyMap<Check, string>;
  /** Bytes that 64 KiB were packed into. */
  readonly packed?: number;
  /** The most bytes of its own memory that the core used, and the bytes of the two modules. */
  readonly core?: number;
  readonly memory?: number;
  /** Instructions: to load both modules, to relocate them, to look up one symbol. */
  readonly load?: number;
  readonly relocate?: number;
  readonly lookup?: number;
}

/** What examples/zlib/missing.c needs and nobody defines. */
export const UNDEFINED = ["no_such_function", "nor_this_one", "no_such_object"] as const;

const SECONDS = 120;
const BYTES = 64 * 1024;
const LIBRARY = "libz.so.1", USER = "roundtrip.so", HOPELESS = "missing.so";

// node's zlib is another build of it, and knows nothing of the images: the checksums are in what it writes.
const crc32 = (data: Uint8Array): number => gzipSync(data).subarray(-8).readUInt32LE();
const adler32 = (data: Uint8Array): number => deflateSync(data).subarray(-4).readUInt32BE();

/** What roundtrip.c fills its 64 KiB with. */
function plain(): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  let state = 1;
  for (let i = 0; i < BYTES;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const run = 1 + (state >>> 28);
    bytes.fill(97 + ((state >>> 20) & 15), i, i += run);
  }
  return bytes;
}

interface Call {
  readonly symbol: string;
  readonly args: readonly number[];
  readonly expected: number;
}

/** Calls into libz.so.1 whose results are known. */
function callsOf(): Call[] {
  const first = Buffer.from("what is made in two parts "), second = Buffer.from("has the checksum of the whole");
  const whole = Buffer.concat([first, second]);
  const bound = (n: number): number => n + (n >>> 12) + (n >>> 14) + (n >>> 25) + 13;
  return [
    { symbol: "crc32_combine", args: [crc32(first), crc32(second), second.length], expected: crc32(whole) },
    { symbol: "adler32_combine", args: [adler32(first), adler32(second), second.length], expected: adler32(whole) },
    { symbol: "compressBound", args: [BYTES], expected: bound(BYTES) },
  ];
}

const words = (numbers: readonly number[]): string => numbers.map((n) => `0x${n.toString(16)}`).join(" ");

function scriptOf(calls: readonly Call[]): string[] {
  return [
    `load ${LIBRARY}`,
    `load ${USER}`,
    `find ${LIBRARY} ${calls[0]!.symbol}`,
    ...["roundtrip", "back_crc32", "packed_bytes"].map((symbol) => `call ${USER} ${symbol}`),
    ...calls.map(({ symbol, args }) => `call ${LIBRARY} ${symbol} ${words(args)}`),
    `load ${HOPELESS}`,
    `unload ${USER}`,
    `unload ${LIBRARY}`,
    // What the first round left behind, the second would add to.
    `load ${LIBRARY}`,
    `load ${USER}`,
    `unload ${USER}`,
    `unload ${LIBRARY}`,
  ];
}

/** The events of one kind that an image reported, in order. */
class Report {
  readonly #events: readonly ImageEvent[];

  constructor(events: readonly ImageEvent[]) {
    this.#events = events;
  }

  all<K extends ImageEvent["event"]>(kind: K): Extract<ImageEvent, { event: K }>[] {
    return this.#events.filter((event): event is Extract<ImageEvent, { event: K }> => event.event === kind);
  }

  returned(symbol: string): number | undefined {
    const event = this.all("returned").find((one) => one.symbol === symbol);
    return event && Number(BigInt.asUintN(32, BigInt(event.value)));
  }
}

const wrong = (what: string, found: number | undefined, expected: number): string =>
  found === undefined ? `${what} did not return` : `${what} returned ${found}, and ${expected} is right`;

function loadProblem(report: Report): string | undefined {
  const fault = report.all("fault").find((one) => one.file !== HOPELESS);
  if (fault) {
    const missing = report.all("missing").filter((one) => one.file === fault.file).map((one) => one.symbol);
    return `${fault.file}: ${codeName(Number(fault.code))} ${missing.join(", ")}`.trim();
  }
  const loads = report.all("loaded").map((one) => one.file);
  return loads.join() === [LIBRARY, USER, LIBRARY, USER].join() ? undefined : `loaded was ${loads.join(", ") || "nothing"}`;
}

function roundTripProblem(report: Report): string | undefined {
  const result = report.returned("roundtrip"), sum = report.returned("back_crc32"), expected = crc32(plain());
  if (result !== 0) return wrong("roundtrip", result, 0);
  return sum === expected ? undefined : wrong("crc32 of what came back", sum, expected);
}

function functionsProblem(report: Report, calls: readonly Call[]): string | undefined {
  const call = calls.find(({ symbol, expected }) => report.returned(symbol) !== expected);
  return call && wrong(call.symbol, report.returned(call.symbol), call.expected);
}

function missingProblem(report: Report): string | undefined {
  const fault = report.all("fault").find((one) => one.file === HOPELESS);
  if (!fault) return `${HOPELESS} was not refused`;
  if (Number(fault.code) !== Code.MissingSymbol) return `${HOPELESS} was refused as ${codeName(Number(fault.code))}`;
  const names = report.all("missing").filter((one) => one.file === HOPELESS && one.by === HOPELESS).map((one) => one.symbol);
  return names.toSorted().join() === UNDEFINED.toSorted().join() ? undefined : `named as missing: ${names.join(", ") || "nothing"}`;
}

function unloadProblem(report: Report): string | undefined {
  const all = report.all("unloaded");
  const [, first, , second] = all;
  if (!first || !second) return `${all.length} of 4 unloads were done`;
  if (first.memory !== 0 || second.memory !== 0) return `${Math.max(first.memory, second.memory)} bytes of target memory are still taken`;
  return first.core === second.core ? undefined : `the core's memory grew from ${first.core} to ${second.core} bytes in the second round`;
}

/** Boots a machine's image and has it do the job. */
export async function drive(zlib: Zlib): Promise<Outcome> {
  const { name } = zlib.machine;
  const machine = imagesOf().find((one) => one.name === name);
  if (!machine) throw new LinkwrightError("NotBuilt", `there is no image for ${name}; \`npm run build\` makes it`);
  const calls = callsOf();
  const events: ImageEvent[] = [];
  let said = "";
  const ending = await boot({
    machine,
    files: [LIBRARY, USER, HOPELESS].map((file) => ({ name: file, bytes: readFileSync(join(zlib.folder, file)) })),
    script: scriptOf(calls),
    timeout: SECONDS,
    onEvent: (event) => events.push(event),
    onText: (bytes) => (said += Buffer.from(bytes).toString("latin1")),
  });
  const report = new Report(events);
  const loads: readonly LoadedEvent[] = report.all("loaded");
  const failed = endingError(ending, loads, [], SECONDS);
  const found: [Check, string | undefined][] = [
    ["load", loadProblem(report)],
    ["roundTrip", roundTripProblem(report)],
    ["functions", functionsProblem(report, calls)],
    ["missing", missingProblem(report)],
    ["unload", unloadProblem(report)],
  ];
  const problems = new Map(found.filter((one): one is [Check, string] => one[1] !== undefined));
  // A machine that stopped did so in the first of what is not there.
  if (failed) problems.set([...problems.keys()][0] ?? "unload", `${failed.message} ${said}`.trim());
  const [library, user] = loads;
  const sum = (step: string): number | undefined => library && user && (library.steps[step] ?? 0) + (user.steps[step] ?? 0);
  return {
    zlib,
    problems,
    packed: report.returned("packed_bytes"),
    core: user?.peak,
    memory: user?.memory,
    load: sum("total"),
    relocate: sum("relocate"),
    lookup: report.all("found")[0]?.steps,
  };
}
