// The table of figures beside the peers, for a terminal.

import { paint, table } from "../../../hosts/node/terminal.js";
import { type Cell, type Measured, type Reached, linkersOf } from "./peers.js";

const SCALE = { "µs": 1e6, ns: 1e9, KiB: 1 / 1024, k: 1e-3 } as const;

/** A value in the figure's unit. */
export const scaled = (unit: Measured["unit"], value: number): number => value * SCALE[unit];

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

export const valueText = (unit: Measured["unit"], value: number): string => digits(scaled(unit, value));

/** What has become of a mark. */
export function verdictOf({ ratio, required, goal }: Reached): "goal" | "required" | "missed" {
  if (goal !== undefined && ratio <= goal) return "goal";
  if (required !== undefined) return ratio <= required ? (goal === undefined ? "goal" : "required") : "missed";
  return "missed";
}

const SIGNS = { goal: "✓✓", required: "✓", missed: "✗" } as const;
const STYLES = { goal: "green", required: "yellow", missed: "red" } as const;

/** A mark in words: what was reached, of what is required, and of the goal. */
export function markText(mark: Reached): string {
  const { by, ratio, required, goal } = mark;
  const wanted = [...(required === undefined ? [] : [`${required}`]), ...(goal === undefined ? [] : [`goal ${goal}`])].join(", ");
  return `${SIGNS[verdictOf(mark)]} ${ratio.toFixed(2)} of ${by} (${wanted})`;
}

const cellText = (unit: Measured["unit"], linker: string, cell: Cell | undefined): string => {
  if (!cell) return "";
  const ratio = linker === "glibc" || !Number.isFinite(cell.ratio.median) ? "" : ` (${cell.ratio.median.toFixed(2)})`;
  return `${valueText(unit, cell.value.median)}${ratio}`;
};

/** What is done of each in a second. */
function ratesOf(all: readonly Measured[]): string[] {
  const counted = all.filter(({ counts }) => counts);
  if (!counted.length) return [];
  const linkers = linkersOf(counted);
  const columns = [{ title: "thousands a second" }, { title: "of" }, ...linkers.map((title) => ({ title, right: true }))];
  const rows = counted.flatMap(({ what, counts, cells }) => Object.entries(counts!).map(([kind, count]) => [
    what, `${count.toLocaleString("en")} ${kind}`,
    ...linkers.map((linker) => {
      const cell = cells.find((each) => each.linker === linker);
      return cell ? digits(count / cell.value.median / 1000) : "";
    }),
  ]));
  return ["", ...table(columns, rows)];
}

/** A line for each figure: each linker's median, in brackets by glibc's; then the marks. */
export function linesOfPeers(all: readonly Measured[]): string[] {
  if (!all.length) return [];
  const linkers = linkersOf(all);
  const columns = [{ title: "beside the peers" }, { title: "unit" }, ...linkers.map((title) => ({ title, right: true }))];
  const rows = all.map(({ what, unit, cells }) => [what, unit, ...linkers.map((linker) => cellText(unit, linker, cells.find((cell) => cell.linker === linker)))]);
  const marks = all.flatMap(({ what, marks: each }) => each.map((mark) => ({ what, mark })));
  return [
    ...table(columns, rows), ...ratesOf(all), "",
    ...table([{ title: "" }, { title: "reached" }], marks.map(({ what, mark }) => [what, markText(mark)]))
      .map((line, i) => (i ? paint(process.stdout, STYLES[verdictOf(marks[i - 1]!.mark)], line) : line)),
  ];
}
