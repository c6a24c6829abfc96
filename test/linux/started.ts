// What tests of programs share: how one is run on its machine, by the kernel (or qemu-user, as if it were one) or by lw-run.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runnerFor } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";

/** How it went. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Setting {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
}

/** What programs are told, unless a test says otherwise. */
export const ENVIRONMENT: NodeJS.ProcessEnv = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", EMPTY: "" };

const PATIENCE_MS = 120_000;

function run([program = "", ...args]: readonly string[], { env = ENVIRONMENT, cwd, input }: Setting): Ended {
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    env, encoding: "latin1", maxBuffer: 1 << 28, timeout: PATIENCE_MS, killSignal: "SIGKILL", ...(cwd === undefined ? {} : { cwd }), ...(input === undefined ? {} : { input }),
  });
  if (error) throw error;
  return { status, signal, stdout, stderr };
}

/** The path of a machine's lw-run. */
export const loaderOf = (machine: string): string => join(ROOT, "build/linux", machine, "lw-run");

/** Runs a program as the machine itself does. */
export const direct = (machine: string, args: readonly string[], setting: Setting = {}): Ended => run([...runnerFor(machine), ...args], setting);

/** Runs it by lw-run. */
export const loaded = (machine: string, args: readonly string[], setting: Setting = {}): Ended => run([...runnerFor(machine), loaderOf(machine), ...args], setting);

interface Facts {
  readonly module: { readonly target: string; readonly flags: readonly string[]; readonly emulation: string };
}

/** How test/linux/start.c is linked. */
export interface Kind {
  readonly name: string;
  readonly isPosition: boolean;
  /** Its interpreter, by its name among the kinds. */
  readonly interpreter?: string;
  readonly flags?: readonly string[];
  /** qemu-user tells it another AT_BASE than the kernel does. */
  readonly isKernels?: true;
}

export const KINDS: readonly Kind[] = [
  { name: "static-pie", isPosition: true },
  { name: "exec", isPosition: false },
  { name: "exec-high", isPosition: false, flags: ["--image-base=0x50000000"] },
  { name: "pie-interpreted", isPosition: true, interpreter: "static-pie" },
  { name: "exec-interpreted", isPosition: false, interpreter: "static-pie" },
  { name: "pie-interpreted-by-exec", isPosition: true, interpreter: "exec-high", isKernels: true },
];

/** Links it in a folder; answers with its path. Interpreters come before what they interpret. */
export function linkStart(folder: string, machine: string, { name, isPosition, interpreter, flags = [] }: Kind): string {
  const { module } = JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as Facts;
  const object = join(folder, `start-${isPosition}.o`), path = join(folder, name);
  execFileSync("clang-19", [
    `--target=${module.target}`, ...module.flags, "-std=c11", "-O2", "-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-Wall", "-Wextra", "-Werror",
    "-fvisibility=hidden", isPosition ? "-fPIE" : "-fno-pic", `-I${join(ROOT, "hosts/linux/system")}`, "-c", join(ROOT, "test/linux/start.c"), "-o", object,
  ]);
  execFileSync("ld.lld-19", [
    "-m", module.emulation, isPosition ? "-pie" : "--no-pie", ...(interpreter ? [`--dynamic-linker=${join(folder, interpreter)}`] : ["--no-dynamic-linker"]),
    ...flags, object, "-o", path,
  ]);
  return path;
}
