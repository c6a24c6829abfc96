// Programs as lld links them: a static executable of the machine, with musl, run under qemu-user.

import { execFile, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "../../fixtures/list.js";
import { machines } from "../../scripts/machines.js";
import { compilerFor, runnerFor } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";
import { type Program, sourceOf } from "./model.js";

const run = promisify(execFile);

/** What programs are called with, one behind the other: they remember. */
export const INPUTS = ["0", "1", "12345678", "fffffff1", "2a"];

/** A program's objects, in the order of a linker's command line; those that are members are in an archive that comes last. */
export interface Compiled {
  readonly program: Program;
  readonly folder: string;
  readonly objects: readonly string[];
  readonly archive?: string;
  /** Its members, too. */
  readonly all: readonly string[];
}

/** What it printed, or how it ended. */
export interface Outcome {
  readonly numbers: readonly string[];
  readonly problem?: string;
}

const moduleOf = (machine: string) => machines.find(({ name }) => name === machine)!.module;

/** Compiles a program into a folder. */
export async function compile(program: Program, folder: string): Promise<Compiled> {
  const { target, flags } = moduleOf(program.machine);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const used = program.files.map((_, i) => i).filter((i) => program.pieces.some(({ file }) => file === i));
  const objectOf = (i: number): string => join(folder, `${i}.o`);
  for (const i of used) {
    const { language, flags: own } = program.files[i]!, source = join(folder, `${i}.${language}`);
    writeFileSync(source, sourceOf(program, i));
    await run("clang-19", [`--target=${target}`, ...flags, "-ffreestanding", "-nostdinc", "-w", ...own, "-c", source, "-o", objectOf(i)]);
  }
  const members = used.filter((i) => program.files[i]!.isMember), objects = used.filter((i) => !members.includes(i)).map(objectOf);
  if (!members.length) return { program, folder, objects, all: objects };
  const archive = join(folder, "members.a");
  await run("llvm-ar-19", ["rcs", archive, ...members.map(objectOf)]);
  return { program, folder, objects, archive, all: used.map(objectOf) };
}

/** What lld needs beside a program: the start of the process, and libraries. */
export interface Surroundings {
  readonly start: readonly string[];
  readonly libraries: readonly string[];
}

const surroundings = new Map<string, Promise<Surroundings>>();

/** What it is on a machine; a folder is for what is asked about it. */
export function surroundingsFor(machine: Machine, isCpp: boolean, folder: string): Promise<Surroundings> {
  const key = `${machine} ${isCpp}`, known = surroundings.get(key) ?? surroundingsOf(machine, isCpp, folder);
  surroundings.set(key, known);
  return known;
}

/** Zig has its C library made when it links with it, and says where it is. */
async function surroundingsOf(machine: Machine, isCpp: boolean, folder: string): Promise<Surroundings> {
  const [zig = "", , ...args] = compilerFor(machine), driver = join(folder, `driver-${machine}.o`), stand = join(folder, `stand-${machine}.o`);
  writeFileSync(`${stand}.c`, "#include <stdint.h>\nuint32_t lw_program(uint32_t x) { return x; }\n");
  await run(zig, ["cc", ...args, "-O1", "-c", join(ROOT, "test/objects/driver.c"), "-o", driver]);
  await run(zig, ["cc", ...args, "-O1", "-c", `${stand}.c`, "-o", stand]);
  const { stderr } = await run(zig, [isCpp ? "c++" : "cc", ...args, "-static", driver, stand, "-o", join(folder, `stand-${machine}`)], { env: { ...process.env, ZIG_VERBOSE_LINK: "1" } });
  const words = stderr.split("\n").findLast((line) => line.startsWith("ld.lld "))?.split(" ") ?? [];
  const libraries = words.filter((word) => word.endsWith(".a") && !word.includes("ubsan"));
  if (!libraries.length) throw new Error(`zig does not say what it links for ${machine}: ${stderr}`);
  return { start: [...words.filter((word) => /crt\w*\.o$/.test(word)), driver], libraries };
}

/** Links it, with what is in no program; answers with the path. */
export async function link({ program, folder, objects, archive }: Compiled, common: string): Promise<string> {
  const machine = program.machine as Machine, isCpp = program.throws;
  const { start, libraries } = await surroundingsFor(machine, isCpp, common), path = join(folder, "linked");
  await run("ld.lld-19", [
    "-m", moduleOf(machine).emulation, "-static", "--eh-frame-hdr", ...program.link, ...start, ...objects, ...(archive === undefined ? [] : [archive]),
    "--start-group", ...libraries, "--end-group", "-o", path,
  ]);
  return path;
}

/** Runs what lld linked. */
export function runLinked(machine: Machine, path: string): Promise<Outcome> {
  const [command = "", ...args] = [...runnerFor(machine), path, ...INPUTS];
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 20_000, killSignal: "SIGKILL" });
    let text = "", said = "";
    child.stdout.on("data", (bytes: Buffer) => (text += bytes));
    child.stderr.on("data", (bytes: Buffer) => (said += bytes));
    child.on("error", failed);
    child.on("close", (status, signal) => {
      const numbers = text.split("\n").slice(0, -1);
      done(status === 0 && numbers.length === INPUTS.length ? { numbers } : { numbers, problem: `it ended with ${signal ?? status}: ${said.slice(-500)}` });
    });
  });
}
