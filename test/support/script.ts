// Cases in the words of docs/image.md, for hosts that are driven by a script.

import type { Case, Step } from "../cases.js";

/** A case whose last step ends the machine, or the process. */
export const isLast = (one: Case): boolean => one.steps.some((step) => step.do === "trap" || step.do === "late");

/** What the script calls a loaded module. */
export const nameOf = (step: Extract<Step, { do: "load" }>): string => step.as ?? step.file;

/** The words of a load. What is asked later what it was bound to has to remember it. */
export function wordsOf(step: Extract<Step, { do: "load" | "refuse" }>, remembers = false): string {
  return [...(step.words ?? []), ...(remembers && !step.words?.includes("patchable") ? ["patchable"] : []), ...(step.do === "load" && step.missing ? ["missing"] : []), ...(step.do === "load" && step.as ? [`as ${step.as}`] : [])].map((word) => ` ${word}`).join("");
}

/** The script of a case: everything loaded is unloaded at its end, last first, in the context where it was loaded. */
export function scriptOf(one: Case): string[] {
  const loaded: { file: string; number: number }[] = [];
  let number = 0;
  const remembers = one.steps.some((step) => step.do === "bound");
  const lines = one.steps.flatMap((step): string[] => {
    switch (step.do) {
      case "load":
        loaded.push({ file: nameOf(step), number });
        return [`load ${step.file}${wordsOf(step, remembers)}`];
      case "refuse": return [`load ${step.file}${wordsOf(step)}`];
      case "find":
      case "lack": return [`find ${step.file} ${step.symbol}${step.version ? ` ${step.version}` : ""}`];
      case "next": return [`next ${step.file} ${step.symbol}`];
      case "patch": return [`patch ${step.file} ${step.symbol} ${step.to ? step.to.join(" ") : "restore"}`];
      case "replace": return [`${step.file ? `replace ${step.file}` : "before"} ${step.symbol} ${step.to.join(" ")}`];
      case "define": return [`after ${step.symbol} ${step.to.join(" ")}`];
      case "thread": return [`thread 0x${step.number.toString(16)}`];
      case "context": {
        number = step.number;
        return [`context 0x${number.toString(16)}`];
      }
      case "call": return [`call ${[step.file, step.symbol, ...(step.args ?? []).map((n) => `0x${n.toString(16)}`)].join(" ")}`];
      case "late":
      case "trap": return [`call ${step.file} ${step.symbol}`];
      case "unload":
      case "stays":
        loaded.splice(loaded.findIndex(({ file }) => file === step.file), 1);
        return [`unload ${step.file}`];
      case "bound": return [`bound ${step.file} ${step.symbol}`];
    }
  });
  const ends = loaded.reverse().flatMap(({ file, number: home }) => {
    const line = [...(home === number ? [] : [`context 0x${home.toString(16)}`]), `unload ${file}`];
    number = home;
    return line;
  });
  // What is left stays for good, until its context goes; so do the rules. Another context ends, and we are in the first again.
  return [`note ${one.name}`, ...lines, ...ends, ...(one.steps.some((step) => step.do === "context") ? ["context 0x1", "clear"] : []), "clear"];
}
