// Objects on riscv64, where there may be no such hardware: qemu-user counts the instructions of a load.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildMusl, muslFolder } from "../../../scripts/musl.js";
import { packageFiles, unpackTo } from "../../../scripts/packages.js";
import { type Command, takeAll } from "../../../scripts/steps.js";
import { compilerFor, unpacked } from "../../../scripts/toolchains.js";
import { ROOT } from "../../support/files.js";
import { secondsOf } from "../row.js";
import { type Objects, makeObjects } from "./objects.js";
import type { Cell, Measured } from "./peers.js";

const run = promisify(execFile);

const MACHINE = "riscv64", SOURCES = "test/bench/peers", FOLDER = "build/bench/peers";
const PLUGIN = `${FOLDER}/count.so`, CARGO = "build/bench/cargo", TARGET = "riscv64gc-unknown-linux-gnu";
/** Loads that are counted, which come after one that is not. */
const ROUNDS = 4;

/** How a program of the machine is run. */
interface Program {
  readonly linker: string;
  readonly command: Command;
}

type Say = (what: string) => void;

/** The static programs of qemu-user take no plugins. */
function emulator(say: Say): string {
  const folder = unpacked("qemu-user-plugins", (into) => unpackTo(into, packageFiles([{ name: "qemu-user", architecture: "amd64" }], say)[0]!));
  return join(folder, "usr/bin/qemu-riscv64");
}

/** Debian's libc for Relink, which is built for glibc: Rust has no library of its own for riscv64 with musl. */
function sysroot(say: Say): string {
  return unpacked("sysroot-riscv64", (into) => {
    const files = packageFiles(["libc6", "libgcc-s1"].map((name) => ({ name, architecture: MACHINE, suite: "trixie" })), say);
    files.forEach((file, i) => unpackTo(join(into, String(i)), file));
  });
}

async function programs(say: Say): Promise<readonly Program[]> {
  const qemu = [emulator(say), "-plugin", join(ROOT, PLUGIN)];
  const cc = compilerFor(MACHINE, say), steps = `${SOURCES}/steps.c`, ours = `${FOLDER}/steps-Linkwright`, relink = `${FOLDER}/steps-Relink`;
  await buildMusl([MACHINE], say);
  const archive = `${muslFolder(MACHINE)}/liblinkwright.a`;
  await takeAll([
    { name: "count.so", reads: [`${SOURCES}/count.c`], makes: [PLUGIN], commands: [["clang-19", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", `${SOURCES}/count.c`, "-o", PLUGIN]] },
    { name: "steps Linkwright", reads: [steps, `${SOURCES}/linkwright.c`, archive], makes: [ours], commands: [[...cc, "-static", "-O2", steps, `${SOURCES}/linkwright.c`, "-Ibuild/linux/include", archive, "-o", ours]] },
  ], say);
  const own: Program = { linker: "Linkwright", command: [...qemu, join(ROOT, ours)] };
  try {
    const library = `${CARGO}/${TARGET}/release/libpeer_relink.a`, root = sysroot(say);
    await takeAll([
      {
        name: "bench Relink riscv64", reads: [`${SOURCES}/rust`], makes: [library],
        commands: [["rustup", "target", "add", TARGET], ["cargo", "build", "--release", "--locked", "--quiet", "-p", "peer_relink", "--target", TARGET, "--manifest-path", `${SOURCES}/rust/Cargo.toml`, "--target-dir", CARGO]],
      },
      { name: "steps Relink", reads: [steps, library], makes: [relink], commands: [[cc[0]!, "cc", "-target", "riscv64-linux-gnu.2.38", "-O2", steps, library, "-lunwind", "-lm", "-ldl", "-o", relink]] },
    ], say);
    const libraries = [0, 1].map((i) => join(root, String(i), "usr/lib/riscv64-linux-gnu")).join(":");
    const start = join(root, "0/usr/lib/ld-linux-riscv64-lp64d.so.1");
    return [{ linker: "Relink", command: [...qemu, start, "--library-path", libraries, join(ROOT, relink)] }, own];
  } catch (error) {
    say(`without Relink on riscv64: ${(error as Error).message.split("\n").at(-1)}`);
    return [own];
  }
}

/** Instructions of so many loads, and one before them; what a function of theirs answers. */
async function counted({ command }: Program, { objects, symbol, text }: Objects, rounds: number): Promise<readonly [instructions: number, answer: number]> {
  const { stdout, stderr } = await run(command[0]!, [...command.slice(1), String(rounds), symbol, text, ...objects], { maxBuffer: 1 << 24 });
  const { answer, left } = JSON.parse(stdout) as { answer: number; left: number };
  if (left) throw new Error("the mapping is still there after the close");
  return [Number(/^instructions: (\d+)$/m.exec(stderr)?.[1]), answer];
}

async function measure(what: string, objects: Objects, all: readonly Program[]): Promise<Measured> {
  const cells: Cell[] = [], refused: { linker: string; why: string }[] = [], answers: number[] = [];
  for (const program of all) {
    try {
      const [few, answer] = await counted(program, objects, 1), [many] = await counted(program, objects, 1 + ROUNDS);
      const value = (many - few) / ROUNDS;
      if (!(value > 0)) throw new Error("nothing was counted");
      answers.push(answer);
      if (answer !== answers[0]) throw new Error(`it says ${answer}, not ${answers[0]}`);
      cells.push({ linker: program.linker, value: secondsOf([value]), ratio: secondsOf([NaN]) });
    } catch (error) {
      refused.push({ linker: program.linker, why: (error as Error).message.trim().split("\n").filter((line) => !line.startsWith("instructions: ")).at(-1)! });
    }
  }
  const [ours, relink] = ["Linkwright", "Relink"].map((name) => cells.find(({ linker }) => linker === name)?.value.median);
  return { what, unit: "k", cells, refused, marks: ours && relink ? [{ by: "Relink", required: 1, ratio: ours / relink }] : [] };
}

export const RISCV64_TITLES = ["objects on riscv64: zlib, thousands of instructions", "objects on riscv64: one of 10,000 relocations, thousands of instructions"] as const;

/** Counts what has `only` in its name. */
export async function countObjects(say: Say, only: string): Promise<readonly Measured[]> {
  if (!existsSync("/usr/bin/dpkg") || process.arch !== "x64" || !RISCV64_TITLES.some((title) => title.includes(only))) return [];
  const all = await programs(say);
  const { zlib, relocations } = await makeObjects({ folder: MACHINE, command: [...compilerFor(MACHINE, say), "-mno-relax", "-g0", "-fno-builtin", "-fno-sanitize=undefined"], isWhole: true }, say);
  const measured: Measured[] = [];
  for (const [i, objects] of [zlib, relocations].entries()) {
    const what = RISCV64_TITLES[i]!;
    if (!what.includes(only)) continue;
    say(what);
    measured.push(await measure(what, objects, all));
  }
  return measured;
}
