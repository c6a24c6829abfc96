// Runs every test there is, or those of the files whose path holds PATTERN, shows what it is doing, and closes with one
// line: how many passed, how many failed. A suite that runs fewer tests than it is known to have has failed.
import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { buildFixtures } from "../fixtures/build.js";
import { machines } from "./machines.js";
import { buildMusl } from "./musl.js";
import { root } from "./root.js";
import { runFile } from "./runner.js";
import { Tally, say, sayFailure } from "./tally.js";

/** The suites, which are the folders of test/, slowest first, and how many tests each has at least. */
const SUITES: ReadonlyMap<string, number> = new Map([
  ["cli", 341],
  ["oracle", 1400],
  ["wasmtime", 1255],
  ["start", 28],
  ["qemu", 2667],
  ["faults", 1670],
  ["core", 368],
  ["examples", 11],
  ["node", 1000],
  ["api", 49],
  ["fixtures", 268],
  ["embed", 8],
  ["corpus", 8],
  ["bench", 66],
  ["threads", 6],
  ["programs", 17],
  ["linux", 1450],
  ["objects", 606],
]);

/** Files that want the libraries of all machines with musl. */
const OF_MUSL: readonly string[] = ["linux/cases.test", "linux/tls.test", "objects/programs.test", "objects/real.test"];

/** Files that run side by side. */
const AT_ONCE = 2;

const BUILT = "build/js/test";

const suiteOf = (file: string): string => file.split("/").slice(0, -1).join("/");

function rank(file: string): number {
  const index = [...SUITES.keys()].indexOf(suiteOf(file));
  return index < 0 ? SUITES.size : index;
}

/** Test files, from test/ on and without their endings; not what was compiled from a source that is gone. */
function testFiles(pattern: string): string[] {
  return readdirSync(join(root, BUILT), { recursive: true, encoding: "utf8" })
    .map((name) => name.split(sep).join("/").replace(/\.js$/, ""))
    .filter((name) => name.endsWith(".test") && name.includes(pattern) && existsSync(join(root, "test", `${name}.ts`)))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Runs files side by side, and then sees to it that no suite did less than it should. */
async function runAll(files: readonly string[], least: ReadonlyMap<string, number>): Promise<boolean> {
  const total = new Tally();
  const failures: string[] = [];
  const ran = new Map<string, number>();
  const fail = (name: string, why: string): void => {
    ++total.failed;
    failures.push(name);
    sayFailure(name, why);
  };
  const waiting = [...files];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const tally = await runFile(join(root, BUILT, `${file}.js`), file.replace(/\.test$/, ""), failures);
      tally.tell(file.replace(/\.test$/, ""));
      total.add(tally);
      if (!tally.ran) fail(file, "it ran no test");
      ran.set(suiteOf(file), (ran.get(suiteOf(file)) ?? 0) + tally.ran);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const [suite, count] of least) {
    const done = ran.get(suite) ?? 0;
    if (done < count) fail(`test/${suite}`, `it ran ${done} tests, and has ${count} at least`);
  }
  if (failures.length) say(["what failed:", ...failures].join("\n  "));
  total.tell("all");
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0;
}

const [pattern = ""] = process.argv.slice(2);
try {
  const made = await buildFixtures();
  if (made) say(`fixtures: ${made} files made`);
  const files = testFiles(pattern);
  if (!files.length) throw new Error(`no test file has ${pattern} in its path`);
  // Once, for all files that want them: they run side by side.
  if (files.some((file) => OF_MUSL.includes(file))) await buildMusl(machines.map(({ name }) => name), (line) => say(`musl: ${line}`));
  if (!(await runAll(files, pattern ? new Map() : SUITES))) process.exitCode = 1;
} catch (error) {
  say(`test: ${(error as Error).message}`);
  process.exitCode = 1;
}
