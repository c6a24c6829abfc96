// Reads TAP 14, and takes it for none where it is not as its specification says.

import assert from "node:assert/strict";

/** A test point. */
export interface Point {
  readonly ok: boolean;
  readonly number: number;
  readonly description: string;
  /** Its diagnostic block, whose values are JSON strings. */
  readonly details: Readonly<Record<string, string>>;
  /** Comments before it. */
  readonly comments: readonly string[];
}

/** The points of a document: one version line, one plan, and points that are numbered as it says. */
export function pointsOf(text: string): Point[] {
  assert.ok(text.endsWith("\n"), "the last line is ended");
  const lines = text.split("\n").slice(0, -1);
  assert.equal(lines.shift(), "TAP version 14");
  const plan = /^1\.\.(\d+)( # .*)?$/.exec(lines.shift() ?? "");
  assert.ok(plan, "the plan is the second line");
  const points: Point[] = [];
  let comments: string[] = [];
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line.startsWith("#")) {
      comments.push(line.slice(1).trimStart());
      continue;
    }
    const match = /^(not )?ok (\d+) - (.*)$/.exec(line);
    assert.ok(match, `"${line}" is no test point`);
    assert.doesNotMatch(match[3]!, /(^|[^\\])#/, "no # that would begin a directive");
    points.push({ ok: !match[1], number: Number(match[2]), description: match[3]!, details: detailsOf(lines), comments });
    comments = [];
  }
  assert.deepEqual(points.map(({ number }) => number), Array.from({ length: Number(plan[1]) }, (_, i) => i + 1), "numbers follow the plan");
  return points;
}

function detailsOf(lines: string[]): Record<string, string> {
  if (lines[0] !== "  ---") return {};
  lines.shift();
  const details: Record<string, string> = {};
  for (let line = lines.shift(); line !== "  ..."; line = lines.shift()) {
    const match = /^ {2}(\w+): (".*")$/.exec(line ?? "");
    assert.ok(match, `"${line}" is no entry of a diagnostic block`);
    details[match[1]!] = JSON.parse(match[2]!) as string;
  }
  return details;
}
