// Modules that tests write for themselves: C in, a shared library for a machine out.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.js";

interface Facts {
  readonly module: { readonly target: string; readonly flags: readonly string[]; readonly emulation: string };
}

const factsOf = (machine: string): Facts["module"] =>
  (JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as Facts).module;

/** Links an object, with libraries that it needs, in a folder; answers with the library's path from there. */
export function library(
  folder: string, machine: string, path: string, object: string, needs: readonly string[], flags: readonly string[],
): string {
  execFileSync("ld.lld-19", ["-m", factsOf(machine).emulation, "-shared", object, ...needs, ...flags, "-o", path], { cwd: folder });
  return path;
}

/** Compiles C as docs/modules.md tells its readers to; answers with the path of the object. */
export function objectOf(folder: string, machine: string, name: string, source: string, more: readonly string[] = []): string {
  const { target, flags } = factsOf(machine);
  const path = join(folder, `${name}-${machine}`);
  writeFileSync(`${path}.c`, source);
  execFileSync("clang-19", [`--target=${target}`, ...flags, "-O2", "-ffreestanding", "-fPIC", ...more, "-c", `${path}.c`, "-o", `${path}.o`]);
  return `${path}.o`;
}

/** Compiles and links it; answers with the path of the library. */
export function compile(folder: string, machine: string, name: string, source: string): string {
  return library(folder, machine, join(folder, `${name}-${machine}.so`), objectOf(folder, machine, name, source), [], []);
}
