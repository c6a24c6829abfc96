// Where things are, from the repository's root.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function findRoot(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "asconfig.json"))) return folder;
  }
  throw new Error("no asconfig.json above " + from);
}

/** The repository. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));
