// test FILE...: every test_* of every file, on the machine it is for, as one TAP document.

import { type Command, UsageError, secondsOf } from "../command.js";
import { LinkwrightError } from "../error.js";
import { ALLOW_TEXT, SEARCH } from "../files.js";
import { examine } from "../examine.js";
import { matches } from "../glob.js";
import { IN_PLACE_OPTION, REGION_OPTION, regionOf } from "../loading.js";
import { type Freight, cargoOf, inPlace, machineOf } from "../qemu/cargo.js";
import type { Machine } from "../qemu/machine.js";
import { type Limits, type Test, type TestResult, runSuite } from "../qemu/suite.js";
import { regionLine } from "../region.js";
import { tapHead, tapPoint } from "../tap.js";
import { note, say, sayJson } from "../terminal.js";

const SECONDS = 60;
const AT_A_TIME = 2;
const FUNCTIONS = new Set([0, 2]); // STT_NOTYPE: assembly may leave it out; STT_FUNC

/** Objects that are linked to each file, on the machine they are for. */
async function helpersOf(paths: readonly string[], folders: readonly string[]): Promise<Map<string, string[]>> {
  const byMachine = new Map<string, string[]>();
  for (const path of paths) {
    const [file] = await cargoOf([path], folders);
    if (!file!.facts.isObject) throw new LinkwrightError("NoObject", `${path} is no object and no archive of them: --with is for those; what a library needs is found by --search`);
    const { name } = machineOf([file!], undefined);
    byMachine.set(name, [...byMachine.get(name) ?? [], path]);
  }
  return byMachine;
}

/** A machine, and what is sent to it. */
interface Group {
  readonly machine: Machine;
  readonly cargo: readonly Freight[];
  readonly tests: readonly Test[];
}

async function groupsOf(paths: readonly string[], helpers: readonly string[], folders: readonly string[], places: readonly string[], filter: string): Promise<Group[]> {
  const helpersFor = await helpersOf(helpers, folders);
  const byMachine = new Map<string, { machine: Machine; paths: string[] }>();
  for (const path of paths) {
    const machine = machineOf((await cargoOf([path], folders)).filter((file) => file.named), undefined);
    const group = byMachine.get(machine.name);
    if (group) group.paths.push(path);
    else byMachine.set(machine.name, { machine, paths: [path] });
  }
  const groups: Group[] = [];
  let number = 0;
  for (const { machine, paths: own } of byMachine.values()) {
    const sent = [...own, ...helpersFor.get(machine.name) ?? []];
    const cargo = inPlace(await cargoOf(sent, folders), places.filter((path) => sent.includes(path)), "test");
    const named = cargo.filter((file) => file.named), files = named.slice(0, own.length), beside = named.slice(own.length);
    const alone = beside.length ? files.find((file) => !file.facts.isObject) : undefined;
    if (alone) throw new LinkwrightError("NoObject", `${alone.path} is linked already: --with ${beside[0]!.path} can't be linked to it`);
    const tests = files.flatMap((file) => testsOf(file, filter).map((symbol) => ({ number: ++number, machine, file, beside, symbol })));
    // Where something hangs is told by the module that both became.
    const whole = await Promise.all(cargo.map(async (file) => !beside.length || !files.includes(file) ? file
      : { ...file, facts: await examine(file.path, file.bytes, beside.map(({ bytes }) => bytes)) }));
    groups.push({ machine, cargo: whole, tests });
  }
  const idle = [...helpersFor].find(([name]) => !byMachine.has(name));
  if (idle) throw new LinkwrightError("MachineMismatch", `${idle[1][0]!} is for ${idle[0]}, and none of the files is`);
  return groups;
}

function testsOf({ facts }: Freight, filter: string): string[] {
  if (facts.fault) throw facts.fault;
  const names = facts.exports.filter((one) => one.name.startsWith("test_") && FUNCTIONS.has(one.type)).map((one) => one.name);
  return [...new Set(names)].filter((name) => matches(filter, name)).sort();
}

/** Says results in the order of their numbers, each as soon as those before it are said. */
class InOrder {
  readonly results: TestResult[] = [];
  readonly #say: (result: TestResult) => void;
  readonly #early = new Map<number, TestResult>();

  constructor(sayResult: (result: TestResult) => void) {
    this.#say = sayResult;
  }

  add(result: TestResult): void {
    this.#early.set(result.test.number, result);
    for (;;) {
      const next = this.#early.get(this.results.length + 1);
      if (!next) return;
      this.results.push(next);
      this.#say(next);
    }
  }
}

async function runGroups(groups: readonly Group[], limits: Limits, report: (result: TestResult) => void): Promise<void> {
  const queue = [...groups];
  const lane = async (): Promise<void> => {
    for (let group = queue.shift(); group; group = queue.shift()) {
      await runSuite(group.machine, group.tests, group.cargo, limits, report);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
}

function nameOf({ machine, file, symbol }: Test): string {
  return `${machine.name} ${file.name} ${symbol}`;
}

function sayPoint({ test, ok, message, details, output }: TestResult): void {
  const lines = message === undefined ? {} : { message, ...details };
  tapPoint({ number: test.number, ok, description: nameOf(test), details: lines, output }).forEach((line) => say(line));
}

function jsonOf({ test, ok, message, details, place, output }: TestResult): Record<string, unknown> {
  return { number: test.number, machine: test.machine.name, file: test.file.name, test: test.symbol, ok, message, details, place, output };
}

export const test: Command = {
  name: "test",
  usage: "FILE... [--filter GLOB]",
  summary: "calls every exported test_* of the files on the machines they are for, and prints TAP 14",
  details: [
    "A test has no arguments, and 0 is a pass. Each is called in a fresh load of its file; one that traps or",
    "hangs fails with module, symbol and offset, and the others go on. Machines run two at a time.",
    "Objects (.o) and archives of them (.a) are linked as they are loaded, each by itself.",
  ],
  options: {
    filter: { type: "string", value: "GLOB", help: "only tests whose names match" },
    with: { type: "string", multiple: true, value: "FILE", help: "an object or archive that is linked to each of the files that are for its machine" },
    region: REGION_OPTION,
    "in-place": IN_PLACE_OPTION,
    search: SEARCH,
    "allow-text": ALLOW_TEXT,
    timeout: { type: "string", value: "S", help: `seconds that one test may take; ${SECONDS} unless told` },
  },
  files: { least: 1, most: Infinity, what: "FILE" },
  async run(args) {
    const regions = args.all("region").map((text, i) => regionLine(regionOf(text, "test"), i + 1)), places = args.all("in-place");
    const stray = places.find((path) => !args.files.includes(path) && !args.all("with").includes(path));
    if (stray !== undefined) throw new UsageError(`--in-place names one of the files, not "${stray}"`, "test");
    const limits: Limits = { seconds: secondsOf(args.one("timeout"), SECONDS, "test"), allowsText: args.has("allow-text"), regions };
    const groups = await groupsOf(args.files, args.all("with"), args.all("search"), places, args.one("filter") ?? "*");
    const count = groups.reduce((sum, group) => sum + group.tests.length, 0);
    const json = args.has("json");
    if (!json) tapHead(count).forEach((line) => say(line));
    const order = new InOrder(json ? () => undefined : sayPoint);
    await runGroups(groups.filter((group) => group.tests.length), limits, (result) => order.add(result));
    const failed = order.results.filter((result) => !result.ok).length;
    if (json) sayJson({ passed: count - failed, failed, tests: order.results.map(jsonOf) });
    if (!count) note("linkwright: no file exports a function test_* that was asked for");
    return failed || !count ? 1 : 0;
  },
};
