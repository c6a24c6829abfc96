// The figures as a page to look at: a chart of bars for each, beside the marks. The same figures lie beside it as JSON.

import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../support/files.js";
import { markText, valueText, verdictOf } from "./lines.js";
import type { Cell, Measured } from "./peers.js";

const FOLDER = "build/bench";

const LEFT = 110, WIDTH = 460, RIGHT = 170, BAR = 16, GAP = 5;
/** Bars end here, in times glibc's. */
const LONGEST = 2;

const COLOURS: Readonly<Record<string, string>> = { glibc: "#888", Linkwright: "#1668b8", C: "#7aa6c9", "bare calls": "#ccc", "bare stores": "#bbb" };
const VERDICTS = { goal: "#1a7f37", required: "#9a6700", missed: "#b42318" } as const;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const bar = (unit: Measured["unit"], longest: number) => ({ linker, value, ratio }: Cell, i: number): string => {
  const at = i * (BAR + GAP), x = (times: number): number => LEFT + WIDTH * Math.min(times, longest) / longest;
  const text = `${valueText(unit, value.median)} ${unit}${linker === "glibc" ? "" : `, ${ratio.median.toFixed(2)}`}${ratio.median > longest ? " →" : ""}`;
  return [
    `<text x="${LEFT - 8}" y="${at + BAR - 4}" text-anchor="end">${escaped(linker)}</text>`,
    `<rect x="${LEFT}" y="${at}" width="${x(ratio.median) - LEFT}" height="${BAR}" fill="${COLOURS[linker] ?? "#d8a657"}"/>`,
    `<line x1="${x(ratio.least)}" x2="${x(ratio.most)}" y1="${at + BAR / 2}" y2="${at + BAR / 2}" stroke="#222"/>`,
    `<text x="${x(Math.max(ratio.median, ratio.most)) + 6}" y="${at + BAR - 4}">${escaped(text)}</text>`,
  ].join("");
};

function chart({ unit, cells, marks }: Measured): string {
  const shown = cells.filter(({ ratio }) => Number.isFinite(ratio.median));
  const longest = Math.min(LONGEST, Math.max(1.05, ...shown.map(({ ratio }) => ratio.median * 1.05)));
  const height = shown.length * (BAR + GAP);
  const limit = marks.filter(({ by }) => by === "glibc").flatMap(({ required, goal }) => [[required, "6 3"], [goal, "2 3"]] as const)
    .flatMap(([at, dash]) => (at === undefined || at > longest ? [] : [`<line x1="${LEFT + WIDTH * at / longest}" x2="${LEFT + WIDTH * at / longest}" y1="0" y2="${height}" stroke="#b42318" stroke-dasharray="${dash}"/>`]));
  return `<svg viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${height}" width="${LEFT + WIDTH + RIGHT}" height="${height}">${shown.map(bar(unit, longest)).join("")}${limit.join("")}</svg>`;
}

function section(figure: Measured): string {
  const marks = figure.marks.map((mark) => `<li style="color:${VERDICTS[verdictOf(mark)]}">${escaped(markText(mark))}</li>`).join("");
  const refused = figure.refused.map(({ linker, why }) => `<li>${escaped(`${linker}: ${why}`)}</li>`).join("");
  return `<section><h2>${escaped(figure.what)}</h2>${chart(figure)}<ul>${marks}${refused}</ul></section>`;
}

const page = (peers: readonly Measured[], when: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Linkwright beside the peers</title>
<style>body{font:14px system-ui,sans-serif;margin:2em;max-width:60em}svg{font:12px system-ui,sans-serif;overflow:visible}h2{font-size:1em;margin:1.6em 0 .4em}ul{margin:.4em 0;padding-left:1.2em}</style>
<h1>Linkwright beside the peers</h1>
<p>${escaped(when)}; ${escaped(`${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}`)}. Bars are medians by glibc's of the same run, thin lines the least and the most of all processes.
Red: what is required (dashes), and the goal (dots).</p>
${peers.map(section).join("\n")}
</html>
`;

/** Writes both files; answers where the page is. */
export async function writeReport(said: { readonly peers: readonly Measured[] }): Promise<string> {
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  await writeFile(join(ROOT, FOLDER, "report.json"), `${JSON.stringify(said, null, 2)}\n`);
  await writeFile(join(ROOT, FOLDER, "report.html"), page(said.peers, new Date().toISOString().slice(0, 16).replace("T", " ")));
  return `${FOLDER}/report.html`;
}
