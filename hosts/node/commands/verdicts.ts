// The end of what inspect says: which hosts would load the file.

import { hanging, paint, printable, say } from "../terminal.js";
import type { Verdict } from "../verdict.js";

/** A line above a table, with room in front of it. */
export function heading(text: string): void {
  say();
  say(paint(process.stdout, "bold", text));
}

/** A line for each host. */
export function showVerdicts(verdicts: readonly Verdict[]): void {
  heading("would load it");
  for (const { host, loads, why } of verdicts) {
    const mark = loads ? paint(process.stdout, "green", "yes") : paint(process.stdout, "red", "no");
    hanging(`${host}: ${mark}${why ? `, ${printable(why)}` : ""}`).forEach((line) => say(line));
  }
}
