// What the command line writes: data on stdout, everything else on stderr, as wide and as colourful as whoever reads it likes.

import stringWidth from "string-width";

type Stream = NodeJS.WriteStream;

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const;

/** A way to stress text. */
export type Style = keyof typeof CODES;

/** Whether a stream takes colours: NO_COLOR and FORCE_COLOR decide, then whether it is a terminal. */
export function hasColor(stream: Stream): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== "0";
  return Boolean(stream.isTTY) && process.env.TERM !== "dumb";
}

/** Text in a style, where the stream takes colours. */
export function paint(stream: Stream, style: Style, text: string): string {
  const [on, off] = CODES[style];
  return hasColor(stream) ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** Columns of a terminal; undefined for a pipe or a file, which has no end of line to respect. */
export function columnsOf(stream: Stream): number | undefined {
  return stream.isTTY ? Math.max(20, stream.columns || 80) : undefined;
}

/** Writes a line of data. */
export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line for the person who waits. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Text that names came with, fit for a terminal: no control characters. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

// A last column that has less room than this is no column any more.
const NARROWEST = 12;

/** One column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand on the right. */
  readonly right?: boolean;
}

/** Lines of a table; the last column wraps where the terminal ends, and where not even that helps, cells stand below each other. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], stream: Stream = process.stdout): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map((column, i) => Math.max(stringWidth(column.title), ...cells.map((row) => stringWidth(row[i] ?? ""))));
  const last = columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const room = columnsOf(stream);
  if (room !== undefined && before + Math.min(widths[last]!, NARROWEST) > room) return stacked(columns, cells, stream);
  const lastWidth = room === undefined ? Infinity : Math.max(1, room - before);
  const line = (row: readonly string[]): string[] => wrap(row[last] ?? "", lastWidth).map((piece, k) =>
    columns.map((column, i) => {
      if (i === last) return column.right ? pad(piece, Math.min(widths[i]!, lastWidth), true) : piece;
      return pad(k ? "" : row[i] ?? "", widths[i]!, column.right);
    }).join("  ").trimEnd());
  const head = line(columns.map((column) => column.title)).map((text) => paint(stream, "dim", text));
  return [...head, ...cells.flatMap(line)];
}

function stacked(columns: readonly Column[], rows: readonly (readonly string[])[], stream: Stream): string[] {
  return rows.flatMap((row, i) => [
    ...(i ? [""] : []),
    ...pairs(columns.map((column, k) => [column.title, row[k] ?? ""] as const), stream),
  ]);
}

/** Pairs of a name and what is said of it, one under the other. */
export function pairs(rows: readonly (readonly [string, string])[], stream: Stream = process.stdout): string[] {
  const width = Math.max(...rows.map(([name]) => stringWidth(name)));
  const room = columnsOf(stream);
  const rest = room === undefined ? Infinity : Math.max(NARROWEST, room - width - 2);
  return rows.flatMap(([name, value]) => wrap(printable(value), rest).map((piece, k) =>
    `${k ? " ".repeat(width) : paint(stream, "dim", pad(name, width))}  ${piece}`.trimEnd()));
}

/** Words and what each of them means, side by side; one above the other where the terminal has no room for that. */
export function glossary(rows: readonly (readonly [string, string])[], stream: Stream = process.stdout): string[] {
  const width = Math.max(...rows.map(([word]) => stringWidth(word))) + 2;
  const room = columnsOf(stream) ?? Infinity;
  if (room < width + 2 * NARROWEST) return rows.flatMap(([word, meaning]) => [...wrap(word, room - 2).map((line) => `  ${line}`), ...wrap(meaning, room - 6).map((line) => `      ${line}`)]);
  return rows.flatMap(([word, meaning]) => wrap(meaning, room - width - 2).map((line, i) => `  ${pad(i ? "" : word, width)}${line}`));
}

/** Text that wraps where the terminal ends, its further lines set in. */
export function hanging(text: string, stream: Stream = process.stdout): string[] {
  const room = columnsOf(stream);
  return room === undefined ? [text] : wrap(text, room - 2).map((line, i) => (i ? `  ${line}` : line));
}

/** Lines that go on from each other: as they are, or as a terminal has room for them. */
export function paragraph(lines: readonly string[], stream: Stream = process.stdout): readonly string[] {
  const room = columnsOf(stream);
  return room === undefined ? lines : wrap(lines.join(" "), room);
}

/** Text in lines of at most this width, broken at spaces where there are any. */
export function wrap(text: string, width: number): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (stringWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = word;
    while (stringWidth(line) > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}

function pad(text: string, width: number, right = false): string {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}

/** A number of bytes as people read it. */
export function size(bytes: number | bigint): string {
  let count = Number(bytes), unit = "B";
  for (const next of ["KiB", "MiB", "GiB", "TiB"]) {
    if (count < 10240) break;
    [count, unit] = [count / 1024, next];
  }
  return `${unit === "B" ? count : count.toFixed(1)} ${unit}`;
}

/** A hexadecimal number. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** JSON on stdout; addresses and other bigints as strings of hexadecimal. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? hex(inner) : inner), 2));
}
