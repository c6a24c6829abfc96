// Makes the native programs: the core in C, and a host for this very process around it.

import { takeAll } from "../../../scripts/steps.js";
import type { Command, Step } from "../../../scripts/steps.js";
import { translation } from "../../../scripts/translation.js";

const FOLDER = "build/bench/native";
const SOURCES = "test/bench/native";
const SHARED = ["hosts/embed/library.c", "hosts/embed/defaults.c", "hosts/wasm2c/runtime.c"];
const CC: Command = ["-O2", "-std=c11", "-Wall", "-Wextra", "-Werror"];

/** How a program is made. */
interface Recipe {
  readonly machine: string;
  /** Its name, and the file that `main` is in. */
  readonly name: string;
  readonly main: string;
  /** What the core, its translation and its compilation are told besides. */
  readonly asc?: readonly string[];
  readonly wasm2c?: readonly string[];
  readonly cc?: readonly string[];
  /** The compiler; this machine's unless told. */
  readonly compiler?: Command;
}

function stepsOf({ machine, name, main, asc = [], wasm2c = [], cc = [], compiler = ["clang-19"] }: Recipe): Step[] {
  const folder = `${FOLDER}/${name}`, wasm = `${folder}/core.wasm`, core = `${folder}/core.c`, program = `${folder}/${name}`;
  const folders = ["build/include", folder, "hosts/wasm2c", "hosts/embed", SOURCES].map((each) => `-I${each}`);
  const sources = [`${SOURCES}/host.c`, "hosts/embed/defaults.c", "hosts/wasm2c/runtime.c", main];
  return [
    {
      name: `wasm ${name}`, reads: ["asconfig.json", "assembly"], makes: [wasm],
      commands: [["node", "node_modules/assemblyscript/bin/asc.js", "assembly/index.ts", "--config", "asconfig.json", "--target", `native-${machine}`, ...asc, "--outFile", wasm]],
    },
    translation(`c ${name}`, "core", wasm, folder, wasm2c),
    {
      name, reads: [SOURCES, "hosts/wasm2c", "build/include/linkwright.h", core, `${folder}/core.h`, main, ...SHARED], makes: [program],
      commands: [[...compiler, ...CC, ...cc, ...folders, ...sources, "-o", program]],
    },
  ];
}

/** Makes a program unless it is there; its path from the root. */
async function make(recipe: Recipe, say: (what: string) => void): Promise<string> {
  await takeAll(stepsOf(recipe), say);
  return `${FOLDER}/${recipe.name}/${recipe.name}`;
}

/** The program that measures. */
export function makeBench(machine: string, say: (what: string) => void): Promise<string> {
  return make({ machine, name: "bench", main: `${SOURCES}/bench.c` }, say);
}

/** Pages of linear memory that the core with threads has from its beginning: where it does not grow nobody sees it grow. */
const THREAD_PAGES = "512";

/** The program with readers that take no lock. Its core's memory is shared: to wasm2c only that makes atomic accesses atomic. */
export function makeThreads(machine: string, say: (what: string) => void, compiler?: Command): Promise<string> {
  return make({
    machine,
    name: compiler ? `threads-${machine}` : "threads",
    ...(compiler && { compiler }),
    main: "test/threads/threads.c",
    asc: ["--use", "LW_THREADS=1", "--enable", "threads", "--sharedMemory", "--initialMemory", THREAD_PAGES, "--maximumMemory", THREAD_PAGES],
    wasm2c: ["--enable-threads"],
    cc: ["-DLW_THREADS", "-pthread"],
  }, say);
}
