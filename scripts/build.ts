// Builds everything, or what was named (`npm run build -- riscv64`): wasm modules, their C, and for each machine an image, a library and the example kernel.
import { compile } from "./bare.js";
import { filesBelow } from "./files.js";
import { OWN_MACHINE, OWN_TOOLS, linuxHeader, linuxPackage, linuxSteps } from "./linux.js";
import { machines } from "./machines.js";
import type { Machine } from "./machines.js";
import { means, mini } from "./mini.js";
import { StepFailed, takeAll } from "./steps.js";
import type { Step } from "./steps.js";
import { translation } from "./translation.js";
import { wasm } from "./wasm.js";

const core = (target: string, makes: string): Step => wasm(target, "assembly/index.ts", makes);

const CORE_SOURCES = ["hosts/embed", "hosts/wasm2c", "build/include/linkwright.h"];

function image(machine: Machine): Step {
  const { name } = machine;
  const folder = `build/objects/${name}`;
  const sources = [...filesBelow("hosts/baremetal", /\.c$/), "hosts/wasm2c/runtime.c", ...filesBelow(`boot/${name}`, /\.(c|S)$/)];
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
      ["node", "build/js/scripts/facts.js", name],
    ],
  };
}

/** What someone's own kernel links: the core and what compiled code of it calls; the imports are the kernel's to define. */
function library(machine: Machine): Step {
  const { name } = machine;
  const folder = `build/objects/${name}`;
  const sources = [
    "hosts/embed/library.c", "hosts/embed/defaults.c", "hosts/wasm2c/runtime.c", "hosts/baremetal/libc/memory.c",
    "hosts/baremetal/compiler/integer.c", "hosts/baremetal/compiler/arm.c",
  ];
  const objects = sources.map((source) => `${folder}/library-${source.replaceAll("/", "-")}.o`);
  const makes = `build/lib/${name}/liblinkwright.a`;
  return {
    name: `library ${name}`,
    reads: [...CORE_SOURCES, "hosts/baremetal", "boot/common", `boot/${name}`, `build/c/${name}/core.c`, `build/c/${name}/core.h`],
    makes: [makes],
    commands: [
      ["mkdir", "-p", folder],
      ...sources.map((source, i) => compile(machine, source, objects[i]!)),
      ["rm", "-f", makes],
      ["llvm-ar-19", "rcs", makes, ...objects],
    ],
  };
}

/** Where QEMU starts the example kernel: machines on which the startup fits into a few lines. */
const KERNELS: Readonly<Record<string, string>> = { riscv64: "0x80000000", loongarch64: "0x200000" };

/** The example kernel of someone who embeds the loader: it shares nothing with our images but the library. */
function kernel(machine: Machine): Step {
  const { name } = machine;
  const folder = `build/objects/${name}`;
  const sources = ["hosts/embed/kernel/kernel.c", "hosts/embed/kernel/start.S"];
  const objects = sources.map((source) => `${folder}/${source.replaceAll("/", "-")}.o`);
  const archive = `build/lib/${name}/liblinkwright.a`;
  const makes = `build/kernels/${name}.elf`;
  return {
    name: `kernel ${name}`,
    reads: ["hosts/embed/kernel", "build/include/linkwright.h", archive],
    makes: [makes],
    commands: [
      ["mkdir", "-p", folder],
      ...sources.map((source, i) => [
        "clang-19", `--target=${machine.image.target}`, ...machine.image.flags, "-ffreestanding", "-Os", "-Wall", "-Wextra", "-Werror",
        "-Ibuild/include", "-c", source, "-o", objects[i]!,
      ]),
      ["ld.lld-19", "-m", machine.image.emulation, "--gc-sections", "-T", "hosts/embed/kernel/kernel.ld", `--defsym=START=${KERNELS[name]!}`, ...objects, archive, "-o", makes],
    ],
  };
}

const header: Step = {
  name: "linkwright.h",
  reads: ["assembly/words.ts", "build/js/scripts/header.js", "build/js/scripts/upper.js"],
  makes: ["build/include/linkwright.h"],
  commands: [["node", "build/js/scripts/header.js"]],
};

const ownMachine = machines.find(({ name }) => name === OWN_MACHINE);

/** The wording of faults and the names of numbers, for the host that has no JavaScript. */
const words: Step = {
  name: "wasmtime words",
  reads: ["build/js/scripts/words.js", "build/js/hosts/node/faults.js", "build/js/hosts/node/fault.js", "build/js/hosts/node/elf.js", "assembly/words.ts"],
  makes: ["build/wasmtime/words.ts"],
  commands: [["node", "build/js/scripts/words.js"]],
};

/** A program of the wasmtime host. */
function wasmtime(name: string, entry: string): Step {
  const step = wasm(`wasmtime-${name}`, entry, `build/wasm/wasmtime-${name}.wasm`);
  return { ...step, reads: ["asconfig.json", "hosts/wasmtime", "assembly/words.ts", "build/wasmtime/words.ts"] };
}

const layers: Step = {
  name: "layers",
  reads: ["assembly", "build/js/scripts/layers.js"],
  makes: [],
  commands: [["node", "build/js/scripts/layers.js"]],
};

/** Machines that were named: nothing is made for the others. `linux` stands for the libraries of the machine that this runs on. */
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => !wanted.length || wanted.includes(name);

const steps: Step[] = [
  layers,
  core("release", "build/wasm/core.wasm"),
  core("debug", "build/wasm/core.debug.wasm"),
  wasm("sandbox", "hosts/sandbox/index.ts", "build/wasm/sandbox.wasm"),
  words,
  ...["source", "link", "machine", "log"].map((name) => wasmtime(name, `hosts/wasmtime/${name}.ts`)),
  wasmtime("cli", "hosts/wasmtime/cli/main.ts"),
  header,
  means,
  linuxHeader,
  ...(ownMachine && isWanted("linux") ? [...linuxSteps(ownMachine, OWN_TOOLS), linuxPackage(ownMachine)] : []),
  ...machines.filter(({ name }) => isWanted(name)).flatMap((machine) => [
    core(machine.name, `build/wasm/core.${machine.name}.wasm`),
    translation(`c ${machine.name}`, "core", `build/wasm/core.${machine.name}.wasm`, `build/c/${machine.name}`),
    image(machine),
    library(machine),
    ...(machine.name in KERNELS ? [kernel(machine)] : []),
    ...mini(machine),
  ]),
];

const say = (text: string): boolean => process.stderr.write(`build: ${text}\n`);
try {
  const taken = await takeAll(steps, say);
  if (!taken) say("everything is up to date");
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(`failed: ${error.message}`);
  say("what helps: `npx linkwright doctor` names tools that are missing; after a change of tools, remove the folder build and run this again");
  process.exitCode = 1;
}
