// The machines that have an image: build/images/<name>.json beside build/images/<name>.elf.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LinkwrightError } from "../error.js";
import { BUILD } from "../wasm.js";

/** A machine that QEMU emulates and an image boots on. */
export interface Machine {
  readonly name: string;
  /** In words. */
  readonly title: string;
  /** e_machine and 32 or 64: which files are for it. */
  readonly machine: number;
  readonly class: number;
  readonly qemu: { readonly program: string; readonly package: string; readonly args: readonly string[] };
  /** Physical address where the image expects the payload. */
  readonly payload: string;
  /** What its counter counts. */
  readonly counter: string;
  /** What the image itself defines for modules, if the build says so. */
  readonly symbols?: readonly string[];
}

const IMAGES = new URL("images/", BUILD);

/** All machines, by name. */
export function machines(): Machine[] {
  if (!existsSync(IMAGES)) return [];
  const files = readdirSync(IMAGES).filter((file) => file.endsWith(".json")).sort();
  return files.map((file) => JSON.parse(readFileSync(new URL(file, IMAGES), "utf8")) as Machine);
}

/** The machine that a file is for; undefined if none has an image. */
export function machineFor(machine: number, bits: number): Machine | undefined {
  return machines().find((one) => one.machine === machine && one.class === bits);
}

/** The path of a machine's image. */
export function imagePath(machine: Machine): string {
  const path = fileURLToPath(new URL(`${machine.name}.elf`, IMAGES));
  if (!existsSync(path)) throw new LinkwrightError("NotBuilt", `there is no image for ${machine.title}; \`npm run build\` makes it`);
  return path;
}

/** Granularity of permissions on a machine's image, in bytes. */
export function pageBytesOf(machine: Machine): number {
  return machine.machine === 258 ? 16384 : 4096; // LoongArch's kernels and images have pages of 16 KiB
}

/** The C library and the dynamic linker need a system under them: the images have their own, of the same names. */
export function isBuiltIn(library: string): boolean {
  return library === "libc.so.6" || /^ld-linux.*\.so\.\d+$/.test(library);
}
