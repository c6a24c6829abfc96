// What an image defines for modules: hosts/baremetal/symbols.def, as the C preprocessor sees it on each machine.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Machine } from "./machines.js";
import { root } from "./root.js";

/** A symbol that the image defines. */
export interface HostSymbol {
  readonly name: string;
  /** The part of the list that it stands in. */
  readonly section: string;
  /** It is there to be bound, and fails with ENOSYS. */
  readonly isRefusing: boolean;
}

const MARKS = [
  "#define FUNCTION(name) @ name name",
  "#define ALIAS(name, function) @ name function",
  "#define SOFT(name, function) @ name function",
  "#define OBJECT(name, words) @ name name",
  '#include "symbols.def"',
  "",
].join("\n");

/**
 * The symbols that the image of a machine defines, in the order of the list, each once.
 *
 * @throws Error if the list can't be preprocessed
 */
export function symbolsOf({ image }: Machine): HostSymbol[] {
  const args = [`--target=${image.target}`, ...image.flags, "-E", "-C", "-P", "-x", "c", `-I${join(root, "hosts/baremetal")}`, "-"];
  const { status, stdout, stderr, error } = spawnSync("clang-19", args, { input: MARKS, encoding: "utf8" });
  if (error || status !== 0) throw new Error(`hosts/baremetal/symbols.def: ${error?.message ?? stderr}`);
  const symbols = new Map<string, HostSymbol>();
  let section = "";
  for (const [, comment, name, target] of stdout.matchAll(/\/\*\s*([\s\S]*?)\s*\*\/|@ (\w+) (\w+)/g)) {
    if (comment !== undefined) section = comment.replace(/\s*\n[\s*]*/g, " ");
    else if (!symbols.has(name!)) symbols.set(name!, { name: name!, section, isRefusing: target!.startsWith("lw_no_system") });
  }
  if (symbols.size === 0) throw new Error("hosts/baremetal/symbols.def: no symbol was found; is it as scripts/symbols.ts expects it?");
  return [...symbols.values()];
}
