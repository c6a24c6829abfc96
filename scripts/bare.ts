// How C is compiled for the bare machine.
import type { Machine } from "./machines.js";
import type { Command } from "./steps.js";

/**
 * Its own memcpy must not be turned into a call of itself.
 *
 * @param code  the folder of the core's C
 */
export function compile({ name, image }: Machine, source: string, object: string, code = `build/c/${name}`): Command {
  const folders = ["build/include", code, "hosts/wasm2c", "hosts/wasm2c/include", "hosts/embed", "hosts/baremetal", "boot/common", `boot/${name}`];
  return [
    "clang-19", `--target=${image.target}`, ...image.flags, "-ffreestanding", "-fno-builtin", "-nostdlib", "-Os", "-Wall", "-Wextra", "-Werror",
    "-ffunction-sections", "-fdata-sections", ...(source.endsWith(".c") ? ["-std=c11"] : []), ...folders.map((folder) => `-I${folder}`),
    "-c", source, "-o", object,
  ];
}
