// npm start: zlib as its distributor built it, on every machine, and a table of how that went.
import { availableParallelism } from "node:os";
import { LinkwrightError } from "../hosts/node/error.js";
import { columnsOf, note, pairs, paint, say, table } from "../hosts/node/terminal.js";
import { drive, UNDEFINED } from "./drive.js";
import type { Check, Outcome } from "./drive.js";
import { FetchFailed } from "./packages.js";
import { Progress } from "./progress.js";
import { loaderSizeOf } from "./size.js";
import { StepFailed } from "./steps.js";
import { makeZlib } from "./zlib.js";
import type { Zlib } from "./zlib.js";

const ORDER = ["x86_64", "i386", "aarch64", "arm", "riscv64", "riscv32", "loongarch64"];

const grouped = (n: number | undefined): string => (n === undefined ? "-" : String(n).replace(/\B(?=(\d{3})+$)/g, ","));

/** A column of the table: its title, what it says of a machine, and whether that is a number. */
interface Column {
  readonly title: string;
  readonly right?: boolean;
  cell(outcome: Outcome): string;
}

const check = (title: string, what: Check): Column => ({ title, cell: ({ problems }) => (problems.has(what) ? "NO" : "ok") });
const figure = (title: string, value: (outcome: Outcome) => number | undefined): Column =>
  ({ title, right: true, cell: (outcome) => grouped(value(outcome)) });

const MACHINE: Column = { title: "machine", cell: ({ zlib }) => zlib.machine.name };
const VERDICTS: readonly Column[] = [
  { title: "libz.so.1", cell: ({ zlib }) => zlib.origin },
  check("loaded", "load"),
  check("round trip", "roundTrip"),
  check("calls", "functions"),
  check("refusal", "missing"),
  check("unloaded", "unload"),
];
const FIGURES: readonly Column[] = [
  figure("loader", ({ zlib }) => loaderBytes(zlib.machine.name)),
  figure("core RAM", ({ core }) => core),
  figure("modules", ({ memory }) => memory),
  figure("load", ({ load }) => load),
  figure("relocate", ({ relocate }) => relocate),
  figure("lookup", ({ lookup }) => lookup),
];

function loaderBytes(machine: string): number {
  const { text, rodata } = loaderSizeOf(machine);
  return text + rodata;
}

function legend(outcomes: readonly Outcome[]): [string, string][] {
  const versions = [...new Set(outcomes.map(({ zlib }) => zlib.version))].join(", ");
  const coarse = outcomes.filter(({ zlib }) => zlib.machine.counter !== "instructions").map(({ zlib }) => `; ${zlib.machine.name} counts ${zlib.machine.counter}`);
  return [
    ["libz.so.1", `out of Debian's package zlib1g, or built from its source package zlib: ${versions}`],
    ["round trip", "64 KiB were compressed and decompressed by a module that needs libz.so.1, and the same bytes came back"],
    ["calls", "crc32_combine, adler32_combine and compressBound agree with values that were computed elsewhere"],
    ["refusal", `a module that needs ${UNDEFINED.join(", ")} was refused, and all of them were named`],
    ["unloaded", "both modules, twice, and every byte was given back"],
    ["loader", "bytes of text and rodata of the loader in the image: the slim core with its host's functions"],
    ["core RAM", "the most bytes that the core itself used; modules: bytes of memory of the two modules"],
    ["load", `instructions to load both modules; relocate: those of them that relocate; lookup: to look up one symbol${coarse.join("")}`],
  ];
}

function rowsOf(columns: readonly Column[], outcomes: readonly Outcome[]): string[][] {
  return outcomes.map((outcome) => columns.map((column) => column.cell(outcome)));
}

function widthOf(columns: readonly Column[], outcomes: readonly Outcome[]): number {
  const rows = rowsOf(columns, outcomes);
  return columns.reduce((sum, { title }, i) => sum + Math.max(title.length, ...rows.map((row) => row[i]!.length)) + 2, -2);
}

/** One table, or two, or a block for each machine: what the terminal has room for. */
function lines(outcomes: readonly Outcome[]): string[] {
  const room = columnsOf(process.stdout) ?? Infinity;
  const whole = [MACHINE, ...VERDICTS, ...FIGURES], halves = [[MACHINE, ...VERDICTS], [MACHINE, ...FIGURES]];
  if (widthOf(whole, outcomes) <= room) return table(whole, rowsOf(whole, outcomes));
  if (halves.every((half) => widthOf(half, outcomes) <= room)) {
    return halves.flatMap((half, i) => [...(i ? [""] : []), ...table(half, rowsOf(half, outcomes))]);
  }
  return rowsOf(whole, outcomes).flatMap((row, i) => [...(i ? [""] : []), ...pairs(whole.map(({ title }, k) => [title, row[k]!]))]);
}

/** All at once, as many as there are cores, in order. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(items.length, availableParallelism()) }, worker));
  return results;
}

async function driveAll(machines: readonly Zlib[]): Promise<Outcome[]> {
  const progress = new Progress(machines.length);
  try {
    return await each(machines, async (zlib) => {
      const outcome = await drive(zlib);
      progress.step(`${zlib.machine.name}: ${outcome.problems.size ? "failed" : "ok"}`);
      return outcome;
    });
  } finally {
    progress.end();
  }
}

async function start(): Promise<number> {
  const machines = await makeZlib((line) => note(`zlib: ${line}`));
  const place = ({ machine }: Zlib): number => (ORDER.includes(machine.name) ? ORDER.indexOf(machine.name) : ORDER.length);
  const outcomes = await driveAll(machines.toSorted((a, b) => place(a) - place(b)));
  for (const line of lines(outcomes)) say(line);
  say();
  for (const line of pairs(legend(outcomes))) say(line);
  const problems = outcomes.flatMap(({ zlib, problems }) => [...problems].map(([what, problem]) => `${zlib.machine.name}: ${what}: ${problem}`));
  for (const problem of problems) note(paint(process.stderr, "red", problem));
  return problems.length ? 1 : 0;
}

// Whoever reads the table may stop early, as head does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
try {
  process.exitCode = await start();
} catch (error) {
  if (!(error instanceof FetchFailed || error instanceof StepFailed || error instanceof LinkwrightError)) throw error;
  note(`npm start: failed: ${error.message}`);
  if (error instanceof FetchFailed) note(`npm start: what helps: ${error.helps}`);
  process.exitCode = 1;
}
