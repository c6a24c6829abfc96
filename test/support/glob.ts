import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.js";

/** All files of a folder of the project whose names end so, in order. */
export function filesOf(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(ROOT, folder, name))
    .sort();
}
