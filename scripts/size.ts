// How large the loader is in an image: what the linker kept of the translation unit that holds the core.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LinkwrightError } from "../hosts/node/error.js";
import { root } from "./root.js";

/** Bytes of the slim core and of the imports that are inlined into it, in an image. */
export interface LoaderSize {
  readonly text: number;
  readonly rodata: number;
}

// An input section in the linker's map: VMA LMA Size Align Object:(Section).
const SECTION = /^ *[0-9a-f]+ +[0-9a-f]+ +([0-9a-f]+) +\d+ +\S*hosts-baremetal-core\.c\.o:\((\.\w+)/gm;

/**
 * The loader's size in a machine's image, by the linker's own map.
 *
 * @throws LinkwrightError if there is no map, or it names no code of the core
 */
export function loaderSizeOf(machine: string): LoaderSize {
  const path = join(root, "build", "images", `${machine}.map`);
  const map = existsSync(path) ? readFileSync(path, "utf8") : "";
  const bytes = new Map<string, number>();
  for (const [, size, section] of map.matchAll(SECTION)) bytes.set(section!, (bytes.get(section!) ?? 0) + parseInt(size!, 16));
  const text = bytes.get(".text") ?? 0;
  if (text === 0) throw new LinkwrightError("NotBuilt", `${path} does not say where the core is; \`npm run build\` makes it`);
  return { text, rodata: (bytes.get(".rodata") ?? 0) + (bytes.get(".srodata") ?? 0) };
}
