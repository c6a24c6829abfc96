// What is in a folder of the project.
import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { root } from "./root.js";

/** The files of a folder and of the folders in it whose names end so, by their paths from the root, in order. */
export function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name.split(sep).join("/")}`)
    .sort();
}
