// npm run bench: figures, and nothing that passes or fails. A table on stdout (or JSON), progress on stderr.

import { note, paint, say, sayJson, table } from "../../hosts/node/terminal.js";
import { dlopenRows } from "./dlopen.js";
import { makeKinds } from "./kinds.js";
import { nativeRows } from "./native.js";
import { nodeRows } from "./node.js";
import { type Effort, type Row, type Source, rateOf } from "./row.js";
import { wasmtimeRows } from "./wasmtime.js";

const USAGE = "usage: npm run bench -- [--quick] [--json]";

/** Everything that is measured, one after the other. */
const SOURCES: readonly Source[] = [
  async (effort) => {
    effort.say("files of one kind of relocation each");
    const kinds = await makeKinds();
    return [...await nodeRows(kinds, effort), ...await wasmtimeRows(kinds, effort), ...await nativeRows(kinds, effort)];
  },
  dlopenRows,
];

const COLUMNS = ["what", "host", "count", "a second", "milliseconds", "least", "most", "ratio"].map((title, i) => ({ title, right: i > 1 }));

const grouped = (number: number): string => String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(3);

/** What hosts made of the same work stands together. */
function linesOf(topic: string, rows: readonly Row[]): string[] {
  const order = [...new Set(rows.map(({ what }) => what))];
  const sorted = order.flatMap((what) => rows.filter((row) => row.what === what));
  return [paint(process.stdout, "bold", topic), ...table(COLUMNS, sorted.map((row) => {
    const { what, host, count, seconds: { median, least, most }, ratio } = row;
    return [what, host, grouped(count), grouped(rateOf(row)), ...[median, least, most].map(milliseconds), ratio?.toFixed(2) ?? ""];
  }))];
}

async function bench(effort: Effort, isJson: boolean): Promise<void> {
  const rows: Row[] = [];
  for (const source of SOURCES) rows.push(...await source(effort));
  if (isJson) return sayJson({ rows: rows.map((row) => ({ ...row, rate: rateOf(row) })) });
  for (const [i, topic] of [...new Set(rows.map(({ topic }) => topic))].entries()) {
    if (i) say();
    for (const line of linesOf(topic, rows.filter((row) => row.topic === topic))) say(line);
  }
}

const typed = new Set(process.argv.slice(2));
const isQuick = typed.delete("--quick"), isJson = typed.delete("--json");
if (typed.size) {
  note(USAGE);
  process.exitCode = 2;
} else {
  const effort = { ...(isQuick ? { warm: 1, tries: 3 } : { warm: 10, tries: 31 }), isQuick, say: (what: string) => note(`bench: ${what}`) };
  await bench(effort, isJson).catch((error: unknown) => {
    note(`bench: failed: ${(error as Error).message}`);
    process.exitCode = 1;
  });
}
