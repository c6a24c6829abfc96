// The core's layers: a file imports only from layers to its left, or from its own.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./root.js";

/** Folders and files of assembly/, from left to right. */
export const LAYERS = [
  "words.ts", "host", "base", "elf", "arch", "inspect", "merge", "plan", "map", "program.ts", "link", "relocate", "registry", "run", "load.ts", "abi", "index.ts",
] as const;

/** Source text by its path from assembly/ on. */
export type Sources = ReadonlyMap<string, string>;

const rankOf = (path: string): number => (LAYERS as readonly string[]).indexOf(path.split("/")[0]!);

/** The files that one imports, by their paths from assembly/ on. */
function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(/^(?:import|export)(?:[^;"]*?\sfrom)?\s*"([^"]+)"/gm)].map(([, from]) => {
    const target = from!.startsWith(".") ? normalize(join(dirname(path), from!)).split(sep).join("/") : from!;
    return target.endsWith(".ts") ? target : `${target}.ts`;
  });
}

/** What breaks the order, a sentence for each. */
export function layerFaults(sources: Sources): string[] {
  const faults: string[] = [];
  for (const [path, text] of sources) {
    const rank = rankOf(path);
    if (rank < 0) faults.push(`${path} is in no layer`);
    for (const target of importsOf(path, text)) {
      if (!sources.has(target)) faults.push(`${path} imports ${target}, which is not the core's`);
      else if (rankOf(target) > rank) faults.push(`${path} imports ${target}, which is to its right`);
    }
  }
  return faults;
}

/** The core's own sources. */
export function coreSources(): Sources {
  const folder = join(root, "assembly");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return new Map(names.sort().map((name) => [relative("", name).split(sep).join("/"), readFileSync(join(folder, name), "utf8")]));
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const faults = layerFaults(coreSources());
  for (const fault of faults) process.stderr.write(`layers: ${fault}\n`);
  if (faults.length) process.exitCode = 1;
}
