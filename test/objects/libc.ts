// The part of a C library that an image needs of its own: what of musl asks the system or uses the thread pointer, from musl's sources, which come
// with Zig, compiled with two headers of ours in front, so that it calls a function (test/objects/libc). It is an archive: a load takes the
// members out of it that a program wants, and all others out of Zig's.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { unpacked, zigLibrary } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";
import { clangFor } from "./compilers.js";

const OWN = join(ROOT, "test/objects/libc");

/** Where musl keeps what programs here may want; its other folders are of networks, users, regular expressions and the like. */
const FOLDERS = [
  "conf", "ctype", "dirent", "env", "errno", "exit", "fcntl", "internal", "linux", "locale", "malloc", "malloc/mallocng", "misc", "mman", "process", "signal", "stat", "stdio",
  "stdlib", "string", "temp", "thread", "time", "unistd",
];
/** Sources that ask the system, or look for what is the thread's. */
const WANTED = /syscall|pthread_impl|locale_impl|CURRENT_LOCALE|"(glue|meta)\.h"/;
/** No program here has threads. */
const NOT_WANTED = /^(pthread_(?!setcancelstate|testcancel|sigmask)|(sem|mtx|cnd|thrd|tss)_)/;
/** As musl's configure and Zig have them: numbers come to the same everywhere. */
const FLAGS = [
  "-std=c99", "-Os", "-fPIC", "-ffreestanding", "-frounding-math", "-ffp-contract=off", "-fno-strict-aliasing", "-ffunction-sections", "-fdata-sections",
  "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-D_XOPEN_SOURCE=700", "-w",
];

const muslFolder = (): string => join(zigLibrary(), "libc/musl");

/** A compiler, as a command without files, for what belongs to musl: it sees what musl keeps to itself. */
export function internalCompiler(machine: Machine): string[] {
  const musl = muslFolder(), include = [`arch/${machine}`, "arch/generic", "src/include", "src/internal"].map((name) => `-I${join(musl, name)}`);
  return [...clangFor(machine).command, ...FLAGS, `-I${OWN}`, ...include];
}

const sourcesIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith(".c") && !NOT_WANTED.test(name)).map((name) => join(folder, name))
  .filter((path) => WANTED.test(readFileSync(path, "utf8")));

function command(program: string, args: readonly string[], cwd: string, input = ""): void {
  const { error, status, stderr } = spawnSync(program, args, { cwd, input, encoding: "utf8", maxBuffer: 1 << 26 });
  if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.slice(-2000)}`);
}

/** The archive of a machine, in the cache. */
export function systemFor(machine: Machine): string {
  const compiler = internalCompiler(machine), headers = ["syscall_arch.h", "pthread_arch.h"].map((name) => readFileSync(join(OWN, name), "utf8"));
  const key = createHash("sha256").update(JSON.stringify([muslFolder(), FLAGS, FOLDERS, String(WANTED), String(NOT_WANTED), headers])).digest("hex").slice(0, 12);
  const folder = unpacked(`libc/${machine}-${key}`, (into) => {
    const objects = FOLDERS.map((name) => {
      const own = join(into, name), sources = sourcesIn(join(muslFolder(), "src", name));
      mkdirSync(own, { recursive: true });
      command("xargs", ["-r", "-P", String(availableParallelism()), "-n", "8", ...compiler, "-c"], own, sources.join("\n"));
      return readdirSync(own).filter((file) => file.endsWith(".o")).map((file) => join(name, file));
    });
    writeFileSync(join(into, "members"), objects.flat().join("\n"));
    command("llvm-ar-19", ["rcs", "libsystem.a", "@members"], into);
  });
  return join(folder, "libsystem.a");
}
