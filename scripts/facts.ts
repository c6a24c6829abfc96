// Writes what the tools need to know of an image beside it: build/images/<machine>.json is machine.json and the symbols
// that the image defines.
//
//   node build/js/scripts/facts.js MACHINE
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machines } from "./machines.js";
import { root } from "./root.js";
import { symbolsOf } from "./symbols.js";

const name = process.argv[2];
const machine = machines.find((one) => one.name === name);
if (!machine) {
  process.stderr.write(`facts: there is no machine "${name}"; there are ${machines.map((one) => one.name).join(", ")}\n`);
  process.exit(2);
}
const facts = JSON.parse(readFileSync(join(root, "boot", machine.name, "machine.json"), "utf8")) as object;
const symbols = symbolsOf(machine).map((symbol) => symbol.name).sort();
writeFileSync(join(root, "build", "images", `${machine.name}.json`), `${JSON.stringify({ ...facts, symbols }, undefined, 2)}\n`);
