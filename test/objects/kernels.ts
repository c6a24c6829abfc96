// Debian's kernels: where their packages come from, and the modules that are in them.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { FetchFailed, type Package, packageFiles, unpackTo } from "../../scripts/packages.js";

/** A kernel, and where it has its modules and itself. */
export interface Kernel {
  readonly machine: Machine;
  readonly architecture: string;
  /** The package that depends on whichever is the newest. */
  readonly newest: string;
  /** A smaller one of the same architecture, where there is one. */
  readonly smaller?: string;
  /** Where modules are loaded. */
  readonly base: bigint;
  /** Where its own symbols begin. */
  readonly symbols: bigint;
  /** Every how many of its symbols one is out of a branch's reach: boot code, other modules. */
  readonly far?: { readonly every: number; readonly by: bigint };
  /** Names of relocations that its modules have: without them they prove nothing. */
  readonly meets: readonly string[];
}

/** Those of the release that this system is of. */
export const KERNELS: readonly Kernel[] = [
  {
    machine: "x86_64", architecture: "amd64", newest: "linux-image-amd64", smaller: "linux-image-cloud-amd64",
    base: 0xffff_ffff_c020_0000n, symbols: 0xffff_ffff_8100_0000n, meets: ["R_X86_64_64", "R_X86_64_PC32", "R_X86_64_PLT32", "R_X86_64_32S"],
  },
  {
    machine: "i386", architecture: "i386", newest: "linux-image-686",
    base: 0xf830_0000n, symbols: 0xc100_0000n, meets: ["R_386_32", "R_386_PC32"],
  },
  {
    machine: "aarch64", architecture: "arm64", newest: "linux-image-arm64", smaller: "linux-image-cloud-arm64",
    base: 0xffff_8000_0120_0000n, symbols: 0xffff_8000_0801_0000n, far: { every: 7, by: 0x1000_0000n },
    meets: ["R_AARCH64_ABS64", "R_AARCH64_PREL32", "R_AARCH64_CALL26", "R_AARCH64_ADR_PREL_PG_HI21", "R_AARCH64_ADD_ABS_LO12_NC"],
  },
  {
    machine: "arm", architecture: "armhf", newest: "linux-image-armmp",
    base: 0xbf00_0000n, symbols: 0xc010_0000n, far: { every: 7, by: 0x400_0000n },
    meets: ["R_ARM_ABS32", "R_ARM_CALL", "R_ARM_MOVW_ABS_NC", "R_ARM_MOVT_ABS", "R_ARM_PREL31"],
  },
];

type Say = (line: string) => void;

/** The package that another one of no files depends on first. */
function behind(file: string): string {
  const { error, status, stdout, stderr } = spawnSync("dpkg-deb", ["-f", file, "Depends"], { encoding: "utf8" });
  const [, name] = /^([a-z0-9.+-]+)/.exec(stdout ?? "") ?? [];
  if (status !== 0 || name === undefined) throw new FetchFailed(`${file} names no kernel: ${error?.message ?? stderr.trim()}`, `remove ${file} and run this again`);
  return name;
}

/**
 * The packages of kernels, fetched unless they are in the cache.
 *
 * @param isSmall  the smaller one, where there is one
 * @throws FetchFailed
 */
export function kernelFiles(kernels: readonly Kernel[], isSmall: boolean, say: Say): string[] {
  const wanted = kernels.map(({ architecture, newest, smaller }): Package => ({ name: (isSmall && smaller) || newest, architecture }));
  const names = packageFiles(wanted, say).map(behind);
  return packageFiles(names.map((name, i) => ({ name, architecture: wanted[i]!.architecture })), say);
}

/** Unpacks a kernel's package into a folder; answers with the paths of its modules, in order. */
export function modulesIn(folder: string, file: string): string[] {
  unpackTo(folder, file);
  const modules = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ko")).sort();
  if (!modules.length) throw new FetchFailed(`no module is in ${file}`, "this takes a release whose modules are not compressed, as those of Debian 12");
  return modules.map((name) => join(folder, name));
}
