// How as-pect runs the core's specs: `npx asp --config test/core/spec/as-pect.config.js --as-config
// test/core/spec/as-pect.asconfig.json` from the project's folder, after a build. Target memory is a sandbox of its own, as in
// hosts/sandbox; the other imports of the core answer what their specs expect of them.

import { readFileSync } from "node:fs";

const sandbox = new WebAssembly.Module(readFileSync("build/wasm/sandbox.wasm"));

export default {
  entries: ["test/core/spec/**/*.spec.ts"],
  include: ["test/core/spec/support/none"],
  disclude: [/node_modules/],
  reporter: "test/core/spec/reporter.js",
  async instantiate(memory, createImports, instantiate, binary) {
    const { exports } = new WebAssembly.Instance(sandbox);
    return instantiate(binary, createImports({
      env: { memory },
      memory: exports,
      source: { bytes: () => 4096n, view: () => -1n, unview: () => undefined, close: () => undefined },
      link: { needed: () => -1, resolve: () => -1, found_addr: () => 0n, found_bytes: () => 0n },
      machine: { call: () => -1 },
      log: { event: () => undefined },
    }));
  },
  outputBinary: false,
};
