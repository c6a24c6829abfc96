// Modules that tests write for themselves: C in, a shared library for a machine out.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/files.js";

interface Facts {
  readonly module: { readonly target: string; readonly flags: readonly string[]; readonly emulation: string };
}

/** Compiles C as docs/modules.md tells its readers to; answers with the path of the library. */
export function compile(folder: string, machine: string, name: string, source: string): string {
  const { module } = JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as Facts;
  const path = join(folder, `${name}-${machine}`);
  writeFileSync(`${path}.c`, source);
  execFileSync("clang-19", [`--target=${module.target}`, ...module.flags, "-O2", "-ffreestanding", "-fPIC", "-c", `${path}.c`, "-o", `${path}.o`]);
  execFileSync("ld.lld-19", ["-m", module.emulation, "-shared", `${path}.o`, "-o", `${path}.so`]);
  return `${path}.so`;
}
