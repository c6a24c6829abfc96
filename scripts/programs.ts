// Real programs under our dlopen, and every library that glibc loads: `npm run test:programs -- [PATTERN]`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAMS } from "../test/programs/list.js";
import { resultOf } from "../test/programs/run.js";
import { installed, sweep, unpackedIn, wordsOf } from "../test/programs/sweep.js";
import { treesOf } from "../test/programs/trees.js";
import { FetchFailed } from "./packages.js";

/** Libraries that have to load alike: a shortfall fails. */
const LEAST = 450;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Runs programs, and answers with how many fell short. */
async function runAll(programs: typeof PROGRAMS, trees: readonly string[], folder: string): Promise<number> {
  let failed = 0, modules = 0, objects = 0;
  for (const [i, program] of programs.entries()) {
    const result = await resultOf(program, trees[i]!, join(folder, `program-${i}`));
    say(`${result.problem === undefined ? "ok" : "not ok"} ${program.name}: ${result.modules} modules, ${result.objects} objects`);
    if (result.problem !== undefined) say(result.problem.replaceAll(/^/gm, "  "));
    failed += result.problem === undefined ? 0 : 1;
    modules += result.modules;
    objects += result.objects;
  }
  say(`${programs.length} programs, ${programs.length - failed} as by glibc; ${modules} modules and ${objects} objects through us`);
  return failed;
}

/** Sweeps over what is installed and what was unpacked, and answers with how many libraries fell short. */
async function sweepAll(trees: readonly string[], folder: string): Promise<number> {
  const verdicts = await sweep([...installed(), ...[...new Set(trees.filter(Boolean))].flatMap(unpackedIn)], folder, (line) => say(`  ${line}`));
  say(wordsOf(verdicts));
  const alike = verdicts.filter(({ without, problem }) => without === undefined && problem === undefined).length;
  if (alike < LEAST) say(`that is too few: ${LEAST} at least`);
  return verdicts.filter(({ problem }) => problem !== undefined).length + (alike < LEAST ? 1 : 0);
}

const [pattern = ""] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "linkwright-programs-"));
try {
  const programs = PROGRAMS.filter(({ name }) => name.includes(pattern));
  const trees = treesOf(programs.map(({ needs = {} }) => needs), say);
  const failed = (await runAll(programs, trees, folder)) + (pattern === "" || pattern === "sweep" ? await sweepAll(trees, folder) : 0);
  if (failed) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof FetchFailed)) throw error;
  say(`${error.message}\nwhat helps: ${error.helps}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
