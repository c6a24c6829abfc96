// npm run bench: figures, and nothing that passes or fails. A table on stdout (or JSON), progress on stderr.

import { parseArgs } from "node:util";
import { note, paint, say, sayJson, table } from "../../hosts/node/terminal.js";
import { dlopenRows } from "./dlopen.js";
import { makeKinds } from "./kinds.js";
import { nativeRows } from "./native.js";
import { nodeRows } from "./node.js";
import { linesOfPeers } from "./peers/lines.js";
import { measurePeers } from "./peers/peers.js";
import { writeReport } from "./peers/report.js";
import { type Effort, type Row, type Source, rateOf } from "./row.js";
import { wasmtimeRows } from "./wasmtime.js";

const USAGE = "usage: npm run bench -- [--quick] [--json] [--only TEXT]";

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

/** With `only`, just what is measured beside the peers and has that in its name. */
async function bench(effort: Effort, isJson: boolean, only: string | undefined): Promise<void> {
  const rows: Row[] = [];
  for (const source of only === undefined ? SOURCES : []) rows.push(...await source(effort));
  const peers = await measurePeers(effort, only ?? "");
  const said = { rows: rows.map((row) => ({ ...row, rate: rateOf(row) })), peers };
  effort.say(`the report is ${await writeReport(said)}`);
  if (isJson) return sayJson(said);
  for (const topic of new Set(rows.map(({ topic }) => topic))) {
    for (const line of linesOf(topic, rows.filter((row) => row.topic === topic))) say(line);
    say();
  }
  for (const line of linesOfPeers(peers)) say(line);
}

const { values: { quick = false, json = false, only }, isWrong } = parsed();

function parsed(): { readonly values: { readonly quick?: boolean; readonly json?: boolean; readonly only?: string }; readonly isWrong: boolean } {
  try {
    return { ...parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" }, only: { type: "string" } } }), isWrong: false };
  } catch {
    return { values: {}, isWrong: true };
  }
}

if (isWrong) {
  note(USAGE);
  process.exitCode = 2;
} else {
  const effort = { ...(quick ? { warm: 1, tries: 3 } : { warm: 10, tries: 31 }), isQuick: quick, say: (what: string) => note(`bench: ${what}`) };
  await bench(effort, json, only).catch((error: unknown) => {
    note(`bench: failed: ${(error as Error).message}`);
    process.exitCode = 1;
  });
}
