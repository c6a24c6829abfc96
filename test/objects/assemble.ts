// The fixtures of relocations, and the objects that clang makes of them.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { ROOT } from "../support/files.js";

const SOURCES = join(ROOT, "fixtures/src/objects");

interface Facts {
  readonly module: { readonly target: string; readonly flags: readonly string[]; readonly emulation: string };
}

const factsOf = (machine: Machine): Facts["module"] => (JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as Facts).module;

/** How lld calls the machine. */
export function emulationOf(machine: Machine): string {
  return factsOf(machine).emulation;
}

/** The names of a machine's fixtures. */
export function namesOf(machine: Machine): string[] {
  const folder = join(SOURCES, machine);
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".s")).map((name) => name.slice(0, -2)).sort() : [];
}

/** A fixture's text. */
export function sourceOf(machine: Machine, name: string): string {
  return readFileSync(join(SOURCES, machine, `${name}.s`), "utf8");
}

/** Assembles texts in one run; answers with the objects, by the names of the texts. */
export function assembleTexts(folder: string, machine: Machine, texts: ReadonlyMap<string, string>): Map<string, Buffer> {
  const { target, flags } = factsOf(machine), objects = join(folder, machine), names = [...texts.keys()];
  mkdirSync(objects, { recursive: true });
  for (const [name, text] of texts) writeFileSync(join(objects, `${name}.s`), `${text}\n`);
  execFileSync("clang-19", [`--target=${target}`, ...flags, "-c", ...names.map((name) => `${name}.s`)], { cwd: objects, stdio: ["ignore", "pipe", "pipe"] });
  return new Map(names.map((name) => [name, readFileSync(join(objects, `${name}.o`))]));
}

/** Assembles all fixtures of a machine in one run; answers with the objects, by name. What is Thumb code says so itself. */
export function assemble(folder: string, machine: Machine): Map<string, Buffer> {
  const names = namesOf(machine), { target, flags } = factsOf(machine), objects = join(folder, machine);
  if (!names.length) return new Map();
  mkdirSync(objects, { recursive: true });
  const inputs = names.map((name) => join(SOURCES, machine, `${name}.s`));
  execFileSync("clang-19", [`--target=${target}`, ...flags.filter((flag) => flag !== "-mthumb"), "-c", ...inputs], { cwd: objects, stdio: ["ignore", "pipe", "pipe"] });
  return new Map(names.map((name) => [name, readFileSync(join(objects, `${name}.o`))]));
}
