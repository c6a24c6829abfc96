// How as-pect runs the core's specs, from the project's folder and after a build:
//   npx asp --config test/core/spec/as-pect.config.js --as-config test/core/spec/as-pect.asconfig.json
// Target memory is a sandbox of its own, as in hosts/sandbox; the core's other imports know nothing and refuse everything.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const sandbox = new WebAssembly.Module(readFileSync("build/wasm/sandbox.wasm"));
const REFUSED = -1n;

let relocations;

/** What others call a machine's relocation type, or "" for one that loaders do not meet. */
function relocationName(machine, bits, type) {
  relocations ??= execFileSync("python3", ["test/core/spec/support/relocations.py"], {
    encoding: "utf8", env: { ...process.env, PYTHONPATH: "build/tools/python", PYTHONDONTWRITEBYTECODE: "1" },
  }).trim().split("\n").map((line) => line.split(" "));
  const found = relocations.find(([m, b, t]) => Number(m) === machine && Number(b) === bits && Number(t) === type);
  return found?.[3] ?? "";
}

export default {
  entries: ["test/core/spec/**/*.spec.ts"],
  include: ["test/core/spec/support/none"],
  disclude: [/node_modules/],
  reporter: "test/core/spec/reporter.js",
  async instantiate(memory, createImports, instantiate, binary) {
    const { exports } = new WebAssembly.Instance(sandbox);
    const module = await instantiate(binary, createImports({
      env: { memory },
      memory: exports,
      source: { bytes: () => 4096n, view: () => REFUSED, unview() {}, close() {} },
      link: { needed: () => -1, resolve: () => -1, found_addr: () => 0n, found_bytes: () => 0n },
      machine: { call: () => -1 },
      log: { event() {} },
      oracle: {
        relocation_name: (machine, bits, type) => module.exports.__newString(relocationName(machine, bits, type)),
      },
    }));
    return module;
  },
  outputBinary: false,
};
