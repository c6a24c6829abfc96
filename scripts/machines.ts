// The machines: one boot folder each, and what its machine.json says.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.js";

/** How C is compiled and linked for something on a machine. */
export interface Toolchain {
  readonly target: string;
  readonly flags: readonly string[];
  readonly emulation: string;
}

/** What boot/<name>/machine.json says. */
export interface Machine {
  readonly name: string;
  readonly title: string;
  /** e_machine and the ELF class. */
  readonly machine: number;
  readonly class: number;
  readonly image: Toolchain;
  readonly module: Toolchain;
  /** What its counter counts. */
  readonly counter: string;
}

/** All machines that have a boot folder, by name. */
export const machines: readonly Machine[] = readdirSync(join(root, "boot"))
  .map((name) => join(root, "boot", name, "machine.json"))
  .filter((path) => existsSync(path))
  .map((path) => JSON.parse(readFileSync(path, "utf8")) as Machine);
