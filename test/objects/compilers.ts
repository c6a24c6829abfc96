// Compilers for real libraries: clang and Debian's gcc, with the headers of Zig's musl.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { machines } from "../../scripts/machines.js";
import { zigLibrary } from "../../scripts/toolchains.js";
import { treesOf } from "../programs/trees.js";

/** Where musl has a machine's headers, by what Zig calls it, and what clang calls it. */
const MUSL: Readonly<Record<Machine, { readonly headers: string; readonly target: string }>> = {
  x86_64: { headers: "x86_64", target: "x86_64-linux-musl" }, i386: { headers: "x86", target: "i686-linux-musl" }, aarch64: { headers: "aarch64", target: "aarch64-linux-musl" },
  arm: { headers: "arm", target: "armv7a-linux-musleabihf" }, riscv64: { headers: "riscv64", target: "riscv64-linux-musl" }, riscv32: { headers: "riscv32", target: "riscv32-linux-musl" },
  loongarch64: { headers: "loongarch64", target: "loongarch64-linux-musl" },
};

/** A compiler for a machine: a command without files, and its name. */
export interface Compiler {
  readonly name: string;
  readonly command: readonly string[];
}

/** clang, with the headers of Zig's musl. */
export function clangFor(machine: Machine): Compiler {
  const { flags } = machines.find(({ name }) => name === machine)!.module;
  return { name: "clang", command: ["clang-19", `--target=${MUSL[machine].target}`, ...flags, "-nostdlibinc", ...headersFor(machine)] };
}

/** Where compilers find Zig's musl. */
function headersFor(machine: Machine): string[] {
  const { headers } = MUSL[machine], include = join(zigLibrary(), "libc/include");
  return [`${headers}-linux-musl`, "generic-musl", `${headers}-linux-any`, "any-linux-any"].map((name) => join(include, name)).filter((path) => existsSync(path)).flatMap((path) => ["-isystem", path]);
}

/** Where Debian has gcc for a machine: its package, and what it calls the machine. */
const GCC: Readonly<Partial<Record<Machine, { readonly package: string; readonly triplet: string; readonly folder: string }>>> = {
  x86_64: { package: "gcc-12", triplet: "x86_64-linux-gnu", folder: "gcc" },
  ...Object.fromEntries(([["i386", "i686-linux-gnu"], ["aarch64", "aarch64-linux-gnu"], ["arm", "arm-linux-gnueabihf"], ["riscv64", "riscv64-linux-gnu"]] as const)
    .map(([machine, triplet]) => [machine, { package: `gcc-12-${triplet}`, triplet, folder: "gcc-cross" }])),
};

/** Debian's gcc for these machines, as far as it has one, from the cache: 55 MB to fetch for each. */
export function gccFor(wanted: readonly Machine[], say: (line: string) => void): Map<Machine, Compiler> {
  const there = wanted.filter((machine) => GCC[machine]);
  const trees = treesOf(there.map((machine) => ({ debian: [GCC[machine]!.package] })), say);
  return new Map(there.map((machine, i): [Machine, Compiler] => {
    const { triplet, folder } = GCC[machine]!, own = `usr/lib/${folder}/${triplet}/12`;
    // What this system has installed is not in the tree.
    const parts = [join(trees[i]!, own), join("/", own)].filter((path) => existsSync(path));
    return [machine, { name: "gcc", command: [
      "env", `LD_LIBRARY_PATH=${join(trees[i]!, "usr/lib/x86_64-linux-gnu")}`, join(trees[i]!, `usr/bin/${triplet}-gcc-12`), ...parts.map((path) => `-B${path}`),
      "-nostdinc", ...parts.map((path) => join(path, "include")).filter((path) => existsSync(path)).flatMap((path) => ["-isystem", path]), ...headersFor(machine), "-fno-pie",
    ] }];
  }));
}

