// Calls of `linkwright link` that the cases ask for, and a way to make many of them in one process.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fixtureFolder } from "../../fixtures/build.js";
import type { Machine } from "../../fixtures/list.js";
import { type Case, type Step, casesFor } from "../cases.js";
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

/** Steps that a call has no words for, and why. */
const UNSAID: Readonly<Partial<Record<Step["do"], string>>> = {
  patch: "nothing is led elsewhere behind a link", replace: "the program has no say in a link but --define", define: "what it defines has a fixed address",
  context: "a call has one context", unload: "nothing is given back",
};

/** Why a case can't be said in a call; undefined if it can. What is given back at the end alone changes nothing. */
function unsaid({ steps }: Case): string | undefined {
  const last = steps.findLastIndex((step) => step.do === "load");
  return steps.map((step, i) => (step.do === "unload" && i > last ? undefined : UNSAID[step.do])).find((why) => why !== undefined);
}

/** The cases that calls of link leave out, by name, and why. */
export function leftOut(machine: Machine): Readonly<Record<string, string>> {
  return Object.fromEntries(casesFor(machine).flatMap((one) => {
    const why = one.isRun ? undefined : unsaid(one);
    return why ? [[one.name, why]] : [];
  }));
}

/** A call for each set of files that the cases load. */
export function jobsOf(machine: Machine): Job[] {
  const jobs = new Map<string, Job>();
  for (const one of casesFor(machine)) {
    const loads = one.steps.filter((step) => step.do === "load");
    if (!loads.length || one.isRun || unsaid(one)) continue;
    const typed = typedFor(machine, loads), key = typed.join(" ");
    jobs.set(key, jobs.get(key) ?? { name: one.name, typed });
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
  for (const one of casesFor(machine)) {
    const { steps, isRun } = one;
    const at = steps.findIndex((step) => step.do === "refuse"), refused = steps[at], before = steps.slice(0, at);
    if (isRun || refused?.do !== "refuse" || unsaid({ ...one, steps: before }) || !before.every((step) => step.do === "load")) continue;
    const typed = typedFor(machine, [...before.filter((step) => step.do === "load"), refused]);
    refusals.set(typed.join(" "), { name: `${refused.file} is refused: ${refused.code}`, typed, code: refused.code });
  }
  return [...refusals.values()];
}

type Load = Extract<Step, { readonly do: "load" | "refuse" }>;

/** What is typed for these loads. Words that change nothing of what is linked for elsewhere are not. */
function typedFor(machine: Machine, loads: readonly Load[]): string[] {
  const isMissing = loads.some((step) => step.do === "load" && step.missing), isText = loads.some(({ words }) => words?.includes("text"));
  return [
    ...loads.map(({ file }) => fixturePath(machine, file)),
    ...(["local", "deep"] as const).flatMap((word) => loads.filter(({ words }) => words?.includes(word)).flatMap(({ file }) => [`--${word}`, fixturePath(machine, file)])),
    "--search", fixtureFolder(machine), ...HOST_DEFINES,
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
