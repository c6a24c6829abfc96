// How a wasm module is made.
import { dirname } from "node:path";
import type { Step } from "./steps.js";

const ASC = ["node", "node_modules/assemblyscript/bin/asc.js"];

/**
 * A target of asconfig.json.
 *
 * @param makes  what it says as outFile
 * @param reads  folders that are compiled, besides the core's
 */
export function wasm(target: string, entry: string, makes: string, reads: readonly string[] = [dirname(entry)]): Step {
  return {
    name: `wasm ${target}`,
    reads: ["asconfig.json", "assembly", ...reads],
    makes: [makes],
    commands: [[...ASC, entry, "--config", "asconfig.json", "--target", target]],
  };
}
