// Many libraries that use each other, loaded, bound and unloaded: by the core in this process, and by the system's linker.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/files.js";
import { ownMachine } from "./kinds.js";
import { type Libraries, makeLibraries } from "./libraries.js";
import { makeBench } from "./native/build.js";
import { type Effort, type Row, compared, secondsOf } from "./row.js";

const run = promisify(execFile);

const LINKERS = ["ours", "system"] as const;
/** A row's host, by linker. */
const HOSTS = { ours: "native", system: "dlopen" } as const;

const SHAPES = [
  { shape: "one", title: (count: number) => `${count} libraries, one load` },
  { shape: "each", title: (count: number) => `${count} libraries, a load each` },
] as const;

/** What the program says of one round. */
interface Round {
  readonly load: number;
  readonly unload: number;
  readonly sum: number;
  readonly systemModules: number;
  readonly left: number;
}

/** How many processes each linker gets; they take turns. */
const tries = (count: number, isQuick: boolean): number => (isQuick ? 3 : count < 1000 ? 21 : 5);

/** One process, one round in it: programs load their libraries once. */
async function roundOf(program: string, linker: (typeof LINKERS)[number], libraries: Libraries, shape: "one" | "each", count: number): Promise<Round> {
  const args = ["load", linker, libraries.folder, shape, String(count), "1"];
  const { stdout } = await run(join(ROOT, program), args, { env: { ...process.env, LD_LIBRARY_PATH: libraries.folder } });
  const round = (JSON.parse(stdout) as Round[])[0]!;
  // All are bound as they should be; those, and only those, are the system's that it was to load; nothing stays behind.
  const loaded = linker === "system" ? count + (shape === "one" ? 1 : 0) : 0;
  if (round.sum !== libraries.sum(count) || round.systemModules !== loaded || round.left !== 0) {
    throw new Error(`${program} ${args.join(" ")} says ${stdout.trim()}; the sum is to be ${libraries.sum(count)}, and ${loaded} modules the system's`);
  }
  return round;
}

/** Rows of loads: processor time from before the first load to its end, bound at once, and of the unloading. */
export async function dlopenRows({ isQuick, say }: Effort): Promise<Row[]> {
  const machine = ownMachine();
  const counts = isQuick ? [10, 100] : [10, 100, 1000];
  const program = await makeBench(machine, say);
  const libraries = await makeLibraries(machine, counts, say);
  const rows: Row[] = [];
  for (const count of counts) {
    for (const { shape, title } of SHAPES) {
      say(title(count));
      const times: Record<(typeof LINKERS)[number], number[]> = { ours: [], system: [] };
      for (let i = 0; i < tries(count, isQuick); ++i) {
        for (const linker of LINKERS) {
          const { load, unload } = await roundOf(program, linker, libraries, shape, count);
          times[linker].push(load + unload);
        }
      }
      const [ours, system] = LINKERS.map((linker): Row => ({ topic: "libraries", what: title(count), host: HOSTS[linker], count, seconds: secondsOf(times[linker]) }));
      rows.push(...compared(ours!, system!));
    }
  }
  return rows;
}
