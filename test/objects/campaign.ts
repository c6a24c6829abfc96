// Programs by their seeds: compiled, linked by lld and by this loader, run, compared; what differs is made small.

import { join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { runInImages } from "./images.js";
import { type Compiled, type Outcome, compile, link, runLinked } from "./linked.js";
import { type Program, smallerOf, sourceOf } from "./model.js";
import { runInProcesses } from "./process.js";
import { type Wishes, programOf } from "./programs.js";

/** A program whose two images differ in what they do, or that one of the linkers refuses. */
export interface Difference {
  readonly program: Program;
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

/** Programs of a boot. */
const AT_ONCE = 25;
/** Programs that are tried to make one smaller. */
const TRIES = 120;

const text = ({ numbers, problem }: Outcome): string => problem ?? numbers.join(" ");
const isEqual = (a: Outcome, b: Outcome): boolean => a.problem === undefined && text(a) === text(b);

/** Compiles, and has lld's link run. */
async function linkedBy(program: Program, folder: string, common: string): Promise<{ compiled: Compiled; theirs: Outcome }> {
  const compiled = await compile(program, folder);
  return { compiled, theirs: await runLinked(program.machine as Machine, await link(compiled, common)) };
}

/** Runs programs of one machine; answers with those that differ. */
async function compare(machine: Machine, programs: readonly Program[], folder: string): Promise<Difference[]> {
  const done: { compiled: Compiled; theirs: Outcome }[] = [];
  for (const [i, program] of programs.entries()) done.push(await linkedBy(program, join(folder, String(i)), folder));
  const compiled = done.map((one) => one.compiled);
  // An image has no C++ runtime: what throws runs in a process.
  const outcomes = await (programs.some(({ throws }) => throws) ? runInProcesses(machine, compiled, folder) : runInImages(machine, compiled));
  return done.flatMap(({ compiled: { program }, theirs }, i) => (isEqual(theirs, outcomes[i]!) ? [] : [{ program, theirs, ours: outcomes[i]! }]));
}

/** What kind of difference it is: a smaller program has to have the same. */
const kindOf = ({ theirs, ours }: Difference): string => (theirs.problem === undefined ? (ours.problem?.replaceAll(/0x[0-9a-f]+|\d+/g, "") ?? "numbers") : "theirs");

/** The smallest program that differs in the same way. */
export async function shrink(difference: Difference, folder: string): Promise<Difference> {
  let least = difference;
  for (let left = TRIES, isSmaller = true; isSmaller && left > 0;) {
    isSmaller = false;
    for (const program of smallerOf(least.program)) {
      if (--left < 0) break;
      const found = await compare(program.machine as Machine, [program], folder).catch(() => []);
      if (!found[0] || kindOf(found[0]) !== kindOf(difference)) continue;
      least = found[0];
      isSmaller = true;
      break;
    }
  }
  return least;
}

/** A difference in words, with the sources. */
export function wordsOf({ program, theirs, ours }: Difference): string {
  const files = program.files.map((_, i) => i).filter((i) => program.pieces.some(({ file }) => file === i));
  const sources = files.map((i) => `--- ${i}.${program.files[i]!.language}${program.files[i]!.isMember ? " (in an archive)" : ""}: ${program.files[i]!.flags.join(" ")}\n${sourceOf(program, i)}`);
  return [`${program.machine}, seed ${program.seed}`, `lld:        ${text(theirs)}`, `linkwright: ${text(ours)}`, ...sources].join("\n");
}

/**
 * Runs the programs of some seeds on a machine.
 *
 * @param folder  for what is compiled
 * @param tell  told of each group, and how many of it differ
 */
export async function campaign(machine: Machine, seeds: readonly number[], wishes: Wishes, folder: string, tell: (count: number, differences: number) => void): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let first = 0; first < seeds.length; first += AT_ONCE) {
    const some = seeds.slice(first, first + AT_ONCE);
    const found = await compare(machine, some.map((seed) => programOf(machine, seed, wishes)), folder);
    differences.push(...found);
    tell(some.length, found.length);
  }
  return differences;
}
