// Runs a program with glibc's dlopen and with ours, and compares what came of it.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, runPlain, runPreloaded } from "../linux/preload.js";
import { ROOT } from "../support/files.js";
import type { Program } from "./list.js";

/** What came of a program. */
export interface Result {
  /** Its modules that went through us. */
  readonly modules: number;
  /** All objects that did. */
  readonly objects: number;
  readonly problem?: string;
}

const wordsOf = ({ end, stdout, stderr }: Outcome): string => `it ended with ${end}\n${stdout.slice(-600)}\n${stderr.slice(-1500)}`;

/** The first line in which two texts differ. */
function difference(glibc: string, ours: string): string {
  const [wanted, had] = [glibc, ours].map((text) => text.split("\n")), at = wanted!.findIndex((line, i) => line !== had![i]);
  return `line ${at + 1} is ${JSON.stringify(had![at]?.slice(0, 300))}, and by glibc ${JSON.stringify(wanted![at]?.slice(0, 300))}`;
}

/**
 * Runs it.
 *
 * @param tree  the folder of what it needs
 * @param folder  one of its own, for what is made
 */
export async function resultOf(program: Program, tree: string, folder: string): Promise<Result> {
  const { library, command, env, input, says, of, least } = program;
  const call = (name: string) => {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    if (library !== undefined) {
      const source = join(ROOT, "test/programs/scripts", `${library}.c`);
      execFileSync("clang-19", ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fuse-ld=lld", `-I${join(tree, "usr/include")}`, source, "-o", join(own, `${library}.so`)]);
    }
    // Nothing of a user's own has a say.
    return { command: command(tree), folder: own, env: { HOME: own, XDG_RUNTIME_DIR: own, ...env?.(tree) }, ...(input === undefined ? {} : { input }) };
  };
  const glibc = await runPlain(call("glibc"));
  if (glibc.end !== 0 || !says.test(glibc.stdout)) return { modules: 0, objects: 0, problem: `by glibc ${wordsOf(glibc)}` };
  const { outcome, loaded } = await runPreloaded(call("ours"), join(folder, "loaded"));
  const modules = new Set(loaded.filter((path) => of.test(path))).size, counts = { modules, objects: loaded.length };
  if (outcome.end !== 0) return { ...counts, problem: wordsOf(outcome) };
  if (outcome.stdout !== glibc.stdout) return { ...counts, problem: difference(glibc.stdout, outcome.stdout) };
  return modules < least ? { ...counts, problem: `${modules} modules went through us, and ${least} should` } : counts;
}
