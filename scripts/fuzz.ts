// Loads mutated files for as long as you like: `npm run fuzz -- [LOADS] [SEED]`. What does harm is told with its own seed.
import { buildFixtures } from "../fixtures/build.js";
import { fuzz } from "../test/faults/fuzz.js";
import { Progress } from "./progress.js";

/** Loads of a run that nobody gave a number. */
const LOADS = 200_000;
/** Loads between two words of progress, as test/faults/fuzz.ts gives them. */
const STEP = 500;

const [loads = LOADS, seed = Date.now() % 0x1_0000_0000] = process.argv.slice(2).map(Number);
if (![loads, seed].every((one) => Number.isSafeInteger(one) && one >= 0) || !loads) {
  process.stderr.write("usage: npm run fuzz -- [LOADS] [SEED], both numbers\n");
  process.exitCode = 2;
} else {
  await buildFixtures();
  process.stdout.write(`${loads} loads, seed ${seed}\n`);
  const progress = new Progress(Math.ceil(loads / STEP));
  const { loaded, codes, harms } = fuzz(loads, seed, (done) => progress.step(`${done} loads`));
  progress.end();
  for (const [code, count] of [...codes].sort(([, a], [, b]) => b - a)) process.stdout.write(`${String(count).padStart(8)} ${code}\n`);
  for (const { machine, fixture, seed: own, what } of harms) process.stdout.write(`harm: ${machine} ${fixture}, seed ${own}: ${what}\n`);
  process.stdout.write(`${loaded} loaded, ${loads - loaded - harms.length} refused, ${harms.length} did harm\n`);
  if (harms.length) process.exitCode = 1;
}
