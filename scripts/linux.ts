// The Linux host: libraries for programs of each machine, from the core in C and hosts/linux.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machines.js";
import { root } from "./root.js";
import type { Command, Step } from "./steps.js";
import { type Replaced, translation } from "./translation.js";

/** What compiles for Linux on a machine. */
export interface LinuxTools {
  /** As clang is called, without files. */
  readonly cc: Command;
  /** What it is told when it links, too. */
  readonly ld?: Command;
  readonly ar: Command;
  /** Shared libraries are made, too: the C library is a shared one. */
  readonly isShared: boolean;
}

/** This computer's own compiler and C library. */
export const OWN_TOOLS: LinuxTools = { cc: ["clang-19"], ld: ["-fuse-ld=lld-19"], ar: ["llvm-ar-19"], isShared: true };

/** The machine that this is, by its folder in boot/; undefined where there is none or this is no Linux. */
export const OWN_MACHINE: string | undefined = process.platform === "linux"
  ? { x64: "x86_64", ia32: "i386", arm64: "aarch64", arm: "arm", riscv64: "riscv64", loong64: "loongarch64" }[process.arch as string]
  : undefined;

const HOST = "hosts/linux";

/** Pages of 64 KiB that the core may use: of the 1 GiB, or 64 MiB, that start.c reserves addresses for. Where memory does not grow, readers never see it grow. */
const pagesOf = (machine: Machine): string => String(machine.class === 64 ? 1 << 14 : 1 << 10);

function sourcesIn(folder: string): string[] {
  const full = join(root, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full).filter((name) => /\.(c|S)$/.test(name)).sort().map((name) => `${folder}/${name}`);
}

const OPTIONS = ["-O3", "-g", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections", "-DLW_THREADS", "-DLW_ADOPT", "-DLW_ZEROED", "-pthread", "-Wno-atomic-alignment"];

/** The core: whether its loops are fast must not depend on what is in front of them. */
const CORE = `${HOST}/core.c`;
const CORE_OPTIONS = ["-falign-loops=32"];

/** A part of the library that may be left out: no code of it is there then. */
export interface Feature {
  readonly name: string;
  /** What is missing without it, for people. */
  readonly without: string;
  /** Defined for the compiler and, where the core has a share in it, for asc. */
  readonly macro: string;
  readonly isCore: boolean;
  /** Sources that are left out as a whole. */
  readonly sources?: RegExp;
}

/** Without libc: the kernel is called by the library itself, and what else libc would be is in hosts/linux/bare. */
export const LIBC: Feature = {
  name: "libc", macro: "LW_SYSCALLS", isCore: false, sources: /^hosts\/linux\/(family\/.*|(records|ending|unwind|debug)\.c)$/,
  without: "direct system calls: for static programs without libc, which begin with `lw_process_begin`",
};

/** What stands in for libc. */
const INSTEAD = ["ctype", "memory", "string", "sort", "format", "decimal"].map((name) => `hosts/baremetal/libc/${name}.c`);

export const FEATURES: readonly Feature[] = [
  {
    name: "tls", macro: "LW_NO_TLS", isCore: true, sources: /\/(tls|thread|template|destructors|pool)\.[cS]$/,
    without: "a module that has thread-local storage, or refers to any, is refused (`TlsRefused`)",
  },
  { name: "lazy", macro: "LW_NO_LAZY", isCore: true, sources: /\/lazy\.[cS]$/, without: "functions are bound at once: `LW_LAZY` has no effect" },
  {
    name: "versions", macro: "LW_NO_VERSIONS", isCore: true,
    without: "a name is its default definition; `lw_symbol_version` with a version is refused (`MissingVersion`)",
  },
  {
    name: "objects", macro: "LW_NO_OBJECTS", isCore: true,
    without: "an object, or an archive of them, is refused (`UnsupportedType`)",
  },
  { name: "log", macro: "LW_NO_LOG", isCore: false, without: "`LW_LOG` has no effect" },
];

/** What the host has in common with the bare-metal one. */
const SHARED = ["boot/<machine>/lazy.S", "boot/<machine>/fixed.S", "hosts/baremetal/resolver.c"];

/** What is written otherwise in the core's C, here. */
const REPLACED: Replaced = [
  // Where the memory begins is decided once: said to be constant, it is not read again behind every store.
  ["^#define MEM_ADDR\\(mem, addr, n\\) &\\(\\(mem\\)->data\\[addr\\]\\)", "#define MEM_ADDR(mem, addr, n) (\\&core_memory[addr])"],
  // lw_symbol is to be all in one (hosts/linux/core.c).
  ["^static u64 w2c_core_lw_locate_0\\(", "static inline __attribute__((always_inline)) u64 w2c_core_lw_locate_0("],
];

/** What is read by whoever compiles the host. */
const READS = [HOST, "hosts/embed", "hosts/wasm2c", "hosts/baremetal/resolver.c", "hosts/baremetal/libc", "boot", "build/include/linkwright.h", "build/include/means.h"];

/**
 * The libraries of a machine: build/linux/<name>/liblinkwright.a, and where C libraries are shared ones liblinkwright.so and
 * liblinkwright-dl.so, which stands in for the dlopen family.
 *
 * @param folder   another place than build/linux/<name>
 * @param options  more for the compiler
 * @param without  what is left out
 */
export function linuxSteps(machine: Machine, { cc, ld = [], ar, isShared }: LinuxTools, folder = `build/linux/${machine.name}`, options: readonly string[] = [], without: readonly Feature[] = []): Step[] {
  const { name } = machine;
  const wasm = `${folder}/core.wasm`, core = [`${folder}/core.c`, `${folder}/core.h`];
  const own = sourcesIn(HOST).concat(sourcesIn(`${HOST}/family`), "hosts/wasm2c/runtime.c", sourcesIn(`${HOST}/arch/${name}`), SHARED.map((each) => each.replace("<machine>", name)))
    .filter((source) => !without.some(({ sources }) => sources?.test(source)));
  const isBare = without.includes(LIBC), isSharedToo = isShared && !isBare;
  if (isBare) own.push(...sourcesIn(`${HOST}/bare`), ...INSTEAD);
  const macros = without.map(({ macro }) => `-D${macro}`);
  const dl = sourcesIn(`${HOST}/dl`);
  const objectOf = (source: string): string => `${folder}/objects/${source.replaceAll("/", "-")}.o`;
  const includes = ["build/include", folder, `${HOST}/system`, `${HOST}/bare`, "hosts/wasm2c", "hosts/embed", HOST, `${HOST}/arch/${name}`, "boot/common"].map((each) => `-I${each}`).concat("-idirafter", "hosts/baremetal");
  const guarded = machine.class === 64 ? ["-DLW_GUARD_PAGES"] : [];
  // Without libc there is none that a compiler may call, and what is one must not be made into calls of itself.
  const bare = isBare ? ["-DLW_TOLD_THREADS", "-fno-builtin", "-fno-stack-protector", "-fno-PIC", "-fno-pie", "-U_FORTIFY_SOURCE"] : [];
  const compile = (source: string): Command =>
    [...cc, ...OPTIONS, ...(source === CORE ? CORE_OPTIONS : []), ...guarded, ...macros, ...bare, ...options, ...(INSTEAD.includes(source) ? ["-Iboot/common", "-Ihosts/baremetal", "-Ihosts/baremetal/libc"] : includes), "-c", source, "-o", objectOf(source)];
  const link = (makes: string, sources: readonly string[]): Command =>
    [...cc, ...ld, "-shared", "-pthread", "-Wl,-z,now", "-Wl,-z,nodelete", ...(isChecked ? [] : ["-Wl,-z,defs"]), "-Wl,--gc-sections", ...options, `-Wl,-soname,${makes.split("/").at(-1)!}`, ...sources.map(objectOf), "-o", makes];
  const makes = [`${folder}/liblinkwright.a`, ...(isSharedToo ? [`${folder}/liblinkwright.so`, `${folder}/liblinkwright-dl.so`] : [])];
  const pages = pagesOf(machine);
  // Readers look again at what may have changed while they looked: a race that a checker would report, unless each access is atomic. What
  // the checker wants is in the program.
  const isChecked = options.some((each) => each.startsWith("-fsanitize=thread"));
  return [
    {
      name: `wasm ${folder}`, reads: ["asconfig.json", "assembly"], makes: [wasm],
      commands: [[
        "node", "node_modules/assemblyscript/bin/asc.js", "assembly/index.ts", "--config", "asconfig.json", "--target", "release",
        ...[`LW_MACHINE=${machine.machine}`, `LW_CLASS=${machine.class}`, "LW_INDEX=1", "LW_ADOPT=1", "LW_THREADS=1", ...without.filter(({ isCore }) => isCore).map(({ macro }) => `${macro}=1`)].flatMap((use) => ["--use", use]),
        "--enable", "threads", ...(isChecked ? ["--sharedMemory"] : []), "--initialMemory", pages, "--maximumMemory", pages, "--outFile", wasm,
      ]],
    },
    translation(`c ${folder}`, "core", wasm, folder, ["--enable-threads"], REPLACED),
    {
      name: `libraries ${folder}`, reads: [...READS, ...core], makes,
      commands: [
        ["mkdir", "-p", `${folder}/objects`],
        ...[...own, ...(isSharedToo ? dl : [])].map(compile),
        ["rm", "-f", makes[0]!],
        [...ar, "rcs", makes[0]!, ...own.map(objectOf)],
        ...(isSharedToo ? [link(makes[1]!, own), link(makes[2]!, [...own, ...dl])] : []),
      ],
    },
  ];
}

/** What programs that use the libraries are compiled with. */
export const linuxHeader: Step = {
  name: "linux header", reads: [`${HOST}/include`, "build/js/scripts/linuxheader.js", "build/js/scripts/upper.js", "build/js/hosts/node/faults.js", "assembly/words.ts"], makes: ["build/linux/include/linkwright.h"],
  commands: [["node", "build/js/scripts/linuxheader.js"]],
};

const PACKAGE = `${HOST}/package`;

/** What other programs find the libraries by: a file for pkg-config beside them, and the manual page. */
export const linuxPackage = ({ name }: Machine): Step => ({
  name: `linux package ${name}`, reads: [PACKAGE], makes: [`build/linux/${name}/pkgconfig/linkwright.pc`, "build/linux/man/man3/linkwright.3"],
  commands: [["cp", `${PACKAGE}/linkwright.pc`, `build/linux/${name}/pkgconfig/`], ["cp", `${PACKAGE}/linkwright.3`, "build/linux/man/man3/"]],
});
