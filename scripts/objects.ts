// Objects in large numbers: random programs, linked by lld and by this loader, and real libraries, compiled in many ways, on all machines.
// `npm run test:objects -- [--seed N] [--count N] [MACHINE...]`, `npm run test:objects -- real [LIBRARY...] [MACHINE...]`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MACHINES, type Machine } from "../fixtures/list.js";
import { campaign, shrink, wordsOf } from "../test/objects/campaign.js";
import { clangFor, gccFor } from "../test/objects/compilers.js";
import { LIBRARIES, PLACES, prove, waysOf } from "../test/objects/real.js";
import { buildMusl } from "./musl.js";
import { FetchFailed } from "./packages.js";
import { StepFailed } from "./steps.js";

/** Machines at once. */
const AT_ONCE = 2;
/** Differences that are made small. */
const SHRUNK = 3;
/** One program of so many throws: it runs in a process, not in an image. */
const THROWS = 5;
const REAL = "real";

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: "string", default: "1" }, count: { type: "string", default: "2000" } } });
const seed = Number(values.seed), count = Number(values.count), isReal = positionals.includes(REAL);
const libraries = LIBRARIES.filter(({ name }) => isReal && positionals.includes(name)), named = positionals.filter((name) => name !== REAL && !libraries.some((one) => one.name === name));
const chosen = named.length ? MACHINES.filter((name) => named.includes(name)) : MACHINES;
if (!Number.isSafeInteger(seed) || !(count > 0) || named.some((name) => !(MACHINES as readonly string[]).includes(name))) {
  process.stderr.write("test:objects: [--seed N] [--count N] [MACHINE...], or real [LIBRARY...] [MACHINE...]\n");
  process.exit(2);
}

// A seed is a program, which is the same on all machines but for its flags: they are dealt to the machines in turn.
const seedsOf = (machine: Machine, throws: boolean): number[] => Array.from({ length: count }, (_, i) => i)
  .filter((i) => i % chosen.length === chosen.indexOf(machine) && (Math.floor(i / chosen.length) % THROWS === 0) === throws).map((i) => seed + i);

/** Runs a machine's programs; answers with how many differ. */
async function runPrograms(machine: Machine, folder: string): Promise<number> {
  let differing = 0;
  for (const throws of [false, true]) {
    const seeds = seedsOf(machine, throws), what = throws ? "programs that throw" : "programs";
    let done = 0;
    const differences = await campaign(machine, seeds, { throws }, folder, (more, found) => {
      done += more;
      differing += found;
      if (found || done % 100 === 0) say(`  ${machine}: ${done} of ${seeds.length} ${what}, ${differing} differ`);
    });
    for (const [i, difference] of differences.entries()) say(i < SHRUNK ? wordsOf(await shrink(difference, folder)) : `${machine}, seed ${difference.program.seed} differs`);
    say(`${machine}: ${seeds.length} ${what}, ${differences.length} differ`);
  }
  return differing;
}

let gcc: ReturnType<typeof gccFor>;

/** Proves libraries in all ways; a large one in one, which is another one on each machine. */
async function proveLibraries(machine: Machine, folder: string): Promise<number> {
  let failed = 0;
  const compilers = [clangFor(machine), gcc.get(machine)].filter((one) => one !== undefined);
  for (const compiler of compilers) {
    const ways = waysOf(machine, compiler.name);
    for (const library of libraries.length ? libraries : LIBRARIES) {
      for (const flags of library.isLarge ? [ways[(chosen.indexOf(machine) + compilers.indexOf(compiler)) % ways.length]!] : ways) {
        const problems = await prove(machine, library, compiler, flags, PLACES, join(folder, library.name), (line) => say(`  ${line}`));
        for (const place of PLACES) {
          const problem = problems.get(place);
          say(`${problem === undefined ? "ok" : "not ok"} ${machine}: ${library.name} in ${place === "image" ? "the image" : "a process"}, ${compiler.name} ${flags.join(" ")}${problem === undefined ? "" : `: ${problem}`}`);
        }
        failed += problems.size;
      }
    }
  }
  return failed;
}

async function run(machine: Machine): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), `linkwright-objects-${machine}-`));
  try {
    return await (isReal ? proveLibraries : runPrograms)(machine, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await buildMusl(chosen, (line) => say(`  musl: ${line}`));
  gcc = gccFor(isReal ? chosen : [], (line) => say(`  ${line}`));
  const waiting = [...chosen];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let machine = waiting.shift(); machine; machine = waiting.shift()) {
      const more = await run(machine); // before `failed` is read, which others add to meanwhile
      failed += more;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  say(`${failed} ${isReal ? "failed" : "differ"}, on ${chosen.length} machines`);
  if (failed) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof FetchFailed || error instanceof StepFailed)) throw error;
  say(error.message);
  process.exitCode = 1;
}
