// Random programs of several objects, linked by lld and by this loader, on all machines: `npm run test:objects -- [--seed N] [--count N] [MACHINE...]`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MACHINES, type Machine } from "../fixtures/list.js";
import { campaign, shrink, wordsOf } from "../test/objects/campaign.js";

/** Machines at once. */
const AT_ONCE = 2;
/** Differences that are made small. */
const SHRUNK = 5;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: "string", default: "1" }, count: { type: "string", default: "2000" } } });
const seed = Number(values.seed), count = Number(values.count);
const chosen = positionals.length ? MACHINES.filter((name) => positionals.includes(name)) : MACHINES;
if (!Number.isSafeInteger(seed) || !(count > 0) || positionals.some((name) => !(MACHINES as readonly string[]).includes(name))) {
  process.stderr.write("test:objects: [--seed N] [--count N] [MACHINE...]\n");
  process.exit(2);
}

// A seed is a program, which is the same on all machines but for its flags: they are dealt to the machines in turn.
const seedsOf = (machine: Machine): number[] => Array.from({ length: count }, (_, i) => seed + i).filter((one) => one % chosen.length === chosen.indexOf(machine));

async function run(machine: Machine): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), `linkwright-objects-${machine}-`));
  const seeds = seedsOf(machine);
  try {
    let done = 0, differing = 0;
    const differences = await campaign(machine, seeds, { throws: false }, folder, (more, found) => {
      done += more;
      differing += found;
      say(`  ${machine}: ${done} of ${seeds.length} programs, ${differing} differ`);
    });
    for (const [i, difference] of differences.entries()) say(i < SHRUNK ? wordsOf(await shrink(difference, folder)) : `${machine}, seed ${difference.program.seed} differs`);
    return differences.length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const waiting = [...chosen];
let failed = 0;
const work = async (): Promise<void> => {
  for (let machine = waiting.shift(); machine; machine = waiting.shift()) failed += await run(machine);
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
say(`${count} programs on ${chosen.length} machines, ${failed} differ`);
if (failed) process.exitCode = 1;
