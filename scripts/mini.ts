// lw-run, the loader of programs that needs no libc: for each machine a static program of its own.
import type { Machine } from "./machines.js";
import type { Step } from "./steps.js";
import { translation } from "./translation.js";
import { wasm } from "./wasm.js";

const SOURCES = [
  ...["find", "main", "place", "say"].map((name) => `hosts/linux/mini/${name}.c`), "hosts/linux/mini/enter.S", "hosts/wasm2c/runtime.c",
];
/** What the compiler calls of its own accord: not to be compiled away, nor into calls of itself. */
const CALLED = ["hosts/baremetal/libc/memory.c", "hosts/baremetal/compiler/integer.c", "hosts/baremetal/compiler/arm.c"];

const folders = (name: string): string[] =>
  ["hosts/linux/system", "hosts/linux/mini", "build/include", `build/c/${name}`, "hosts/wasm2c", "hosts/wasm2c/include", "hosts/baremetal/libc"];

/** It is small, and lies wherever the kernel puts it: the program may have to lie anywhere. */
const FLAGS = [
  "-ffreestanding", "-fno-builtin", "-nostdlib", "-Oz", "-Wall", "-Wextra", "-Werror", "-fPIE", "-fvisibility=hidden", "-fomit-frame-pointer", "-fno-jump-tables",
  "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-ffunction-sections", "-fdata-sections",
];

/** What clang 19 does not tell the linker's own compilation of a machine: that it has a floating point unit is a part of its ABI. */
const UNTOLD: Readonly<Record<string, readonly string[]>> = { loongarch64: ["-mllvm", "-mattr=+d"] };

/** Its core, that in C, and the program. */
export function mini({ name, module }: Machine): Step[] {
  const core = `build/wasm/program.${name}.wasm`, code = `build/c/${name}/program.c`, header = `build/c/${name}/program.h`, makes = `build/linux/${name}/lw-run`;
  const folder = `build/objects/${name}/mini`;
  const objectOf = (source: string): string => `${folder}/${source.replaceAll("/", "-")}.o`;
  const compile = (source: string, ...more: readonly string[]): string[] => [
    "clang-19", `--target=${module.target}`, ...module.flags, ...FLAGS, ...more, ...(source.endsWith(".c") ? ["-std=c11"] : []),
    ...folders(name).map((one) => `-I${one}`), "-c", source, "-o", objectOf(source),
  ];
  return [
    wasm(`program-${name}`, "assembly/program.ts", core),
    translation(`c program ${name}`, "program", core, `build/c/${name}`),
    {
      name: `lw-run ${name}`,
      reads: [
        "hosts/linux/mini", "hosts/linux/system", "hosts/wasm2c", ...CALLED, "hosts/baremetal/libc/libc.h", "build/include/linkwright.h", "build/include/means.h", code, header,
      ],
      makes: [makes],
      commands: [
        ["mkdir", "-p", folder],
        ...SOURCES.map((source) => compile(source, "-flto")),
        ...CALLED.map((source) => compile(source)),
        [
          "ld.lld-19", "-m", module.emulation, "-pie", "--no-dynamic-linker", "--gc-sections", "-s", "--hash-style=sysv", "-z", "noseparate-code", "--no-rosegment",
          "-z", "max-page-size=65536", ...(UNTOLD[name] ?? []), ...[...SOURCES, ...CALLED].map(objectOf), "-o", makes,
        ],
      ],
    },
  ];
}

/** The words of faults, for C. */
export const means: Step = {
  name: "means.h",
  reads: ["build/js/scripts/means.js", "build/js/scripts/upper.js", "build/js/hosts/node/faults.js", "build/js/assembly/words.js"],
  makes: ["build/include/means.h"],
  commands: [["node", "build/js/scripts/means.js"]],
};
