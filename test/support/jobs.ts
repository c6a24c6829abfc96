// Calls of `linkwright link` that the cases ask for, and a way to make many of them in one process.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fixtureFolder } from "../../fixtures/build.js";
import type { Machine } from "../../fixtures/list.js";
import { type Step, casesFor } from "../cases.js";
import { fixturePath } from "./files.js";
import { HOST_DEFINES } from "./host.js";

/** A call of link. */
export interface Job {
  readonly name: string;
  /** What is typed, but for --out. */
  readonly typed: readonly string[];
}

/** What link says with --json; or the fault. */
export interface Linked {
  readonly fault?: { readonly code: string };
}

/** A call for each set of files that the cases load. */
export function jobsOf(machine: Machine): Job[] {
  const jobs = new Map<string, Job>();
  for (const { name, steps, isRun } of casesFor(machine)) {
    const loads = steps.filter((step) => step.do === "load");
    const typed = typedFor(machine, loads), key = typed.join(" ");
    if (loads.length && !isRun) jobs.set(key, jobs.get(key) ?? { name, typed });
  }
  return [...jobs.values()];
}

/** A load that is refused. */
export interface Refusal extends Job {
  readonly code: string;
}

/** A call for each load that the cases refuse, but for those that follow something that a call can't say. */
export function refusalsOf(machine: Machine): Refusal[] {
  const refusals = new Map<string, Refusal>();
  for (const { steps, isRun } of casesFor(machine)) {
    const at = steps.findIndex((step) => step.do === "refuse"), refused = steps[at], before = steps.slice(0, at);
    if (isRun || refused?.do !== "refuse" || !before.every((step) => step.do === "load" && !step.words)) continue;
    const typed = typedFor(machine, [...before.filter((step) => step.do === "load"), refused]);
    refusals.set(typed.join(" "), { name: `${refused.file} is refused: ${refused.code}`, typed, code: refused.code });
  }
  return [...refusals.values()];
}

type Load = Extract<Step, { readonly do: "load" | "refuse" }>;

/** What is typed for these loads. Of the words of a load only those count here that change what is linked for elsewhere. */
function typedFor(machine: Machine, loads: readonly Load[]): string[] {
  const isMissing = loads.some((step) => step.do === "load" && step.missing), isText = loads.some(({ words }) => words?.includes("text"));
  return [
    ...loads.map(({ file }) => fixturePath(machine, file)), "--search", fixtureFolder(machine), ...HOST_DEFINES,
    ...(isMissing ? ["--allow-missing"] : []), ...(isText ? ["--allow-text"] : []),
  ];
}

/** What the command line says to each of these calls of link with --json, all of them made in one process. */
export function linkAll(calls: readonly (readonly string[])[]): Linked[] {
  const input = calls.map((one) => `${JSON.stringify(one)}\n`).join("");
  const script = fileURLToPath(new URL("link.js", import.meta.url));
  const text = execFileSync(process.execPath, [script], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as Linked);
}
