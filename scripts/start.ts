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

const COLUMNS: readonly Column[] = [
  { title: "machine", cell: ({ zlib }) => zlib.machine.name },
  { title: "libz.so.1", cell: ({ zlib }) => zlib.origin },
  check("loaded", "load"),
  check("round trip", "roundTrip"),
  check("calls", "functions"),
  check("refusal", "missing"),
  check("unloaded", "unload"),
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

const LEGEND = [
  "round trip  64 KiB compressed and decompressed by a module that needs libz.so.1; the same bytes came back",
  "calls       crc32_combine, adler32_combine and compressBound agree with values computed elsewhere",
  `refusal     a module that needs ${UNDEFINED.join(", ")} is refused, and all are named`,
  "unloaded    both modules, twice, and every byte was given back",
  "loader      bytes of text and rodata of the loader in the image: the slim core with its host's functions",
  "core RAM    the most bytes that the core itself used; modules: bytes of the two modules in memory",
  "load        instructions to load both modules; relocate: those of them that relocate; lookup: to look up one symbol",
];

function lines(outcomes: readonly Outcome[]): string[] {
  const rows = outcomes.map((outcome) => COLUMNS.map((column) => column.cell(outcome)));
  const widths = COLUMNS.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const room = columnsOf(process.stdout) ?? Infinity;
  if (widths.reduce((sum, width) => sum + width + 2, -2) <= room) return table(COLUMNS, rows);
  // Too narrow for a table: one block a machine.
  return rows.flatMap((row) => [...pairs(COLUMNS.map(({ title }, i) => [title, row[i]!])), ""]);
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
  for (const line of LEGEND) say(paint(process.stdout, "dim", line));
  for (const { zlib } of outcomes) {
    if (zlib.machine.counter !== "instructions") say(paint(process.stdout, "dim", `${zlib.machine.name} counts ${zlib.machine.counter}`));
  }
  const problems = outcomes.flatMap(({ zlib, problems }) => [...problems].map(([what, problem]) => `${zlib.machine.name}: ${what}: ${problem}`));
  for (const problem of problems) note(paint(process.stderr, "red", problem));
  return problems.length ? 1 : 0;
}

try {
  process.exitCode = await start();
} catch (error) {
  if (!(error instanceof FetchFailed || error instanceof StepFailed || error instanceof LinkwrightError)) throw error;
  note(`npm start: failed: ${error.message}`);
  if (error instanceof FetchFailed) note(`npm start: what helps: ${error.helps}`);
  process.exitCode = 1;
}
