// TAP version 14, as far as `test` writes it.

import { printable } from "./terminal.js";

/** One test point. */
export interface Point {
  readonly number: number;
  readonly ok: boolean;
  readonly description: string;
  /** Lines of the diagnostic block, by name. */
  readonly details: Readonly<Record<string, string>>;
  /** What was printed. */
  readonly output: string;
}

/** The lines that open the document. */
export function tapHead(count: number): string[] {
  return ["TAP version 14", count ? `1..${count}` : "1..0 # SKIP there are no tests"];
}

/** The lines of a test point; what was printed comes before it, as comments. */
export function tapPoint({ number, ok, description, details, output }: Point): string[] {
  const printed = output.split(/\r?\n/);
  if (printed.at(-1) === "") printed.pop();
  const entries = Object.entries(details);
  return [
    ...printed.map((line) => `# ${printable(line)}`),
    `${ok ? "ok" : "not ok"} ${number} - ${printable(description).replace(/[\\#]/g, "\\$&")}`,
    ...(entries.length ? ["  ---", ...entries.map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`), "  ..."] : []),
  ];
}
