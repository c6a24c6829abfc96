// What builds and runs programs for Linux on every machine: Zig's clang, which brings musl for all of them, from the PyPI wheel
// `ziglang`, and Debian's qemu-user. Both are fetched when they are first asked for, and kept unpacked in the cache.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE, FetchFailed, packageFiles, unpackTo } from "./packages.js";

/** 94 MB to fetch, 380 MB unpacked. */
const ZIG = "0.15.2";
const TRIES = 3;

/** What a machine is called by others. */
interface Names {
  readonly zig: string;
  readonly qemu: string;
  /** As `node -p process.arch` has it, where Linux runs its programs on this machine. */
  readonly node?: string;
}

const MACHINES: Readonly<Record<string, Names>> = {
  x86_64: { zig: "x86_64-linux-musl", qemu: "x86_64", node: "x64" },
  i386: { zig: "x86-linux-musl", qemu: "i386" },
  aarch64: { zig: "aarch64-linux-musl", qemu: "aarch64", node: "arm64" },
  arm: { zig: "arm-linux-musleabihf", qemu: "arm" },
  riscv64: { zig: "riscv64-linux-musl", qemu: "riscv64", node: "riscv64" },
  riscv32: { zig: "riscv32-linux-musl", qemu: "riscv32" },
  loongarch64: { zig: "loongarch64-linux-musl", qemu: "loongarch64", node: "loong64" },
};

function namesOf(machine: string): Names {
  const names = MACHINES[machine];
  if (!names) throw new Error(`no machine is called ${machine}`);
  return names;
}

type Say = (line: string) => void;

const quiet: Say = () => undefined;

/** A folder of the cache; whoever comes first makes it, whole. */
export function unpacked(name: string, unpack: (folder: string) => void): string {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const own = mkdtempSync(join(CACHE, "unpacked-"));
  try {
    unpack(own);
    if (!existsSync(folder)) renameSync(own, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return folder;
}

function python(args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync("python3", ["-m", ...args], { encoding: "utf8" });
  return error?.message ?? (status === 0 ? undefined : stderr.trim());
}

/** The file of the wheel, fetched unless it is in the cache: scripts/setup keeps its own in the same place. */
function wheel(say: Say): string {
  const folder = join(CACHE, "wheels");
  const find = (): string | undefined => (existsSync(folder) ? readdirSync(folder) : []).find((name) => name.startsWith(`ziglang-${ZIG}-`));
  for (let left = TRIES; !find(); ) {
    say(`fetching ziglang ${ZIG}, 94 MB`);
    const problem = python(["pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "-d", folder, `ziglang==${ZIG}`]);
    if (problem !== undefined && --left === 0) throw new FetchFailed(`pip download ziglang==${ZIG} failed ${TRIES} times:\n${problem}`, "check the network, and that `python3 -m pip` works");
  }
  return join(folder, find()!);
}

/** The path of Zig. */
function zig(say: Say): string {
  const folder = unpacked(`zig-${ZIG}`, (into) => {
    const file = wheel(say);
    const problem = python(["zipfile", "-e", file, into]);
    if (problem !== undefined) throw new FetchFailed(`unpacking ${file}: ${problem}`, `remove ${file} and run this again`);
    chmodSync(join(into, "ziglang/zig"), 0o755);
  });
  return join(folder, "ziglang/zig");
}

/** The folder of qemu-user's programs. They are static ones: they need nothing else of Debian's. */
function qemu(say: Say): string {
  const architecture = spawnSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).stdout.trim();
  const folder = unpacked("qemu-user", (into) => unpackTo(into, packageFiles([{ name: "qemu-user-static", architecture }], say)[0]!));
  return join(folder, "usr/bin");
}

/** A command that compiles and links C for Linux on a machine, as clang does; programs are static ones if they ask for it. */
export function compilerFor(machine: string, say: Say = quiet): readonly string[] {
  return [zig(say), "cc", "-target", namesOf(machine).zig];
}

/** The folder of what Zig brings beside itself: headers and sources of musl. */
export const zigLibrary = (say: Say = quiet): string => join(dirname(zig(say)), "lib");

/** A command that makes static libraries, as ar does. */
export function archiver(say: Say = quiet): readonly string[] {
  return [zig(say), "ar"];
}

/** What is written in front of a program of a machine to run it here: nothing, if it is this one's own. */
export function runnerFor(machine: string, say: Say = quiet): readonly string[] {
  const { node } = namesOf(machine);
  return node === process.arch ? [] : [emulatorFor(machine, say)];
}

/** The path of a machine's qemu-user, whatever this one is. */
export function emulatorFor(machine: string, say: Say = quiet): string {
  return join(qemu(say), `qemu-${namesOf(machine).qemu}-static`);
}
