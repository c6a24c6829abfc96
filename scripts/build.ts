// Builds everything: wasm modules, their C, and for each machine an image, a library and the example kernel.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { machines } from "./machines.js";
import type { Machine } from "./machines.js";
import { root } from "./root.js";
import { StepFailed, takeAll } from "./steps.js";
import type { Command, Step } from "./steps.js";

const ASC = ["node", "node_modules/assemblyscript/bin/asc.js"];
const WASM2C = ["node", "node_modules/wabt/bin/wasm2c"];

/** A target of asconfig.json. */
function wasm(target: string, entry: string, makes: string): Step {
  return {
    name: `wasm ${target}`,
    reads: ["asconfig.json", "assembly", dirname(entry)],
    makes: [makes],
    commands: [[...ASC, entry, "--config", "asconfig.json", "--target", target]],
  };
}

const core = (target: string, makes: string): Step => wasm(target, "assembly/index.ts", makes);

/** The slim core of a machine, in C. */
function translation({ name }: Machine): Step {
  const wasm = `build/wasm/core.${name}.wasm`;
  const makes = [`build/c/${name}/core.c`, `build/c/${name}/core.h`];
  return { name: `c ${name}`, reads: [wasm], makes, commands: [[...WASM2C, "--module-name", "core", "-o", makes[0]!, wasm]] };
}

function filesOf(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** How C is compiled for the bare machine. Its own memcpy must not be turned into a call of itself. */
function compile({ name, image }: Machine, source: string, object: string, extra: readonly string[] = []): Command {
  const folders = ["build/include", `build/c/${name}`, "hosts/wasm2c", "hosts/wasm2c/include", "hosts/embed", "hosts/baremetal", "boot/common", `boot/${name}`];
  return [
    "clang-19", `--target=${image.target}`, ...image.flags, "-ffreestanding", "-fno-builtin", "-nostdlib", "-Os", "-Wall", "-Wextra", "-Werror",
    "-ffunction-sections", "-fdata-sections", ...(source.endsWith(".c") ? ["-std=c11"] : []), ...folders.map((folder) => `-I${folder}`), ...extra,
    "-c", source, "-o", object,
  ];
}

const CORE_SOURCES = ["hosts/embed", "hosts/wasm2c", "build/include/linkwright.h"];

function image(machine: Machine): Step {
  const { name } = machine;
  const folder = `build/objects/${name}`;
  const sources = [...filesOf("hosts/baremetal", /\.c$/), "hosts/wasm2c/runtime.c", ...filesOf(`boot/${name}`, /\.(c|S)$/)];
  const objects = sources.map((source) => `${folder}/${source.replaceAll("/", "-")}.o`);
  const makes = [`build/images/${name}.elf`, `build/images/${name}.json`, `build/images/${name}.map`];
  return {
    name: `image ${name}`,
    reads: ["hosts/baremetal", "boot/common", `boot/${name}`, ...CORE_SOURCES, `build/c/${name}/core.c`, `build/c/${name}/core.h`],
    makes,
    commands: [
      ["mkdir", "-p", folder],
      ...sources.map((source, i) => compile(machine, source, objects[i]!)),
      ["ld.lld-19", "-m", machine.image.emulation, "--gc-sections", "-z", "max-page-size=4096", "-T", `boot/${name}/image.ld`, `-Map=${makes[2]!}`, ...objects, "-o", makes[0]!],
      ["cp", `boot/${name}/machine.json`, makes[1]!],
    ],
  };
}

/** What someone's own kernel links: the core and wasm2c's few helpers; the imports are the kernel's to define. */
function library(machine: Machine): Step {
  const { name } = machine;
  const folder = `build/objects/${name}`;
  const objects = [`${folder}/library.o`, `${folder}/runtime.o`];
  const makes = `build/lib/${name}/liblinkwright.a`;
  return {
    name: `library ${name}`,
    reads: [...CORE_SOURCES, `build/c/${name}/core.c`, `build/c/${name}/core.h`],
    makes: [makes],
    commands: [
      ["mkdir", "-p", folder],
      compile(machine, "hosts/embed/library.c", objects[0]!),
      compile(machine, "hosts/wasm2c/runtime.c", objects[1]!),
      ["rm", "-f", makes],
      ["llvm-ar-19", "rcs", makes, ...objects],
    ],
  };
}

const header: Step = {
  name: "linkwright.h",
  reads: ["assembly/words.ts", "build/js/scripts/header.js"],
  makes: ["build/include/linkwright.h"],
  commands: [["node", "build/js/scripts/header.js"]],
};

const steps: Step[] = [
  core("release", "build/wasm/core.wasm"),
  core("debug", "build/wasm/core.debug.wasm"),
  wasm("sandbox", "hosts/sandbox/index.ts", "build/wasm/sandbox.wasm"),
  header,
  ...machines.flatMap((machine) => [
    core(machine.name, `build/wasm/core.${machine.name}.wasm`),
    translation(machine),
    image(machine),
    library(machine),
  ]),
];

const say = (text: string): boolean => process.stderr.write(`build: ${text}\n`);
try {
  const taken = await takeAll(steps, say);
  if (!taken) say("everything is up to date");
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}
