// How as-pect runs the core's specs, from the project's folder and after a build:
//   npx asp --config test/core/spec/as-pect.config.js --as-config test/core/spec/as-pect.asconfig.json
// Target memory is a sandbox of its own, as in hosts/sandbox. The core's other imports refuse everything until a spec tells
// them what to answer (support/host.ts).

import { readFileSync } from "node:fs";
import { assembled } from "./support/assembler.js";
import { relocationName } from "./support/relocations.js";

const sandbox = new WebAssembly.Module(readFileSync("build/wasm/sandbox.wasm"));

/** What the imports answer unless they are told otherwise. */
const SOURCE = { bytes: 4096n, view: -1n, unview: undefined, close: undefined };
const LINK = { search: undefined, needed: -1, member: -1, before: -1, resolve: -1, intercept: -1, found_addr: 0n, found_bytes: 0n, found_type: 0 };
const MACHINE = {
  call: -1, choose: -1, chosen: 0n, lazy_entry: -1n, fence: undefined,
  tls_reserve: -1, tls_number: 0n, tls_offset: 1n << 63n, tls_descriptor: -1, tls_entry: 0n, tls_argument: 0n, tls_start: -1, tls_release: undefined,
};
const LOG = { event: undefined };

/** A sandbox whose loads are counted: for specs that ask how many there were, since it takes a while. */
class Counted {
  count = 0;

  constructor(exports) {
    const loads = Object.entries(exports).filter(([name]) => name.startsWith("load"));
    this.exports = { ...exports, ...Object.fromEntries(loads.map(([name, load]) => [name, (addr) => (++this.count, load(addr))])) };
  }
}

/** Imports that keep their calls, and answer as they are told. */
class Host {
  #answers = new Map();
  #calls = new Map();

  imports(answers) {
    return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, (...args) => {
      this.#calls.set(name, [...(this.#calls.get(name) ?? []), args]);
      const told = this.#answers.get(name);
      return told === undefined || answer === undefined ? answer : typeof answer === "bigint" ? told : Number(told);
    }]));
  }

  /** The face that specs see; names are strings of as-pect's module. */
  controls(text) {
    return {
      answer: (name, value) => void this.#answers.set(text(name), value),
      call_count: (name) => this.#calls.get(text(name))?.length ?? 0,
      argument: (name, call, index) => BigInt(this.#calls.get(text(name))[call][index]),
      forget: () => {
        this.#answers.clear();
        this.#calls.clear();
      },
    };
  }
}

export default {
  entries: ["test/core/spec/**/*.spec.ts"],
  include: ["test/core/spec/support/none"],
  disclude: [/node_modules/],
  reporter: "test/core/spec/reporter.js",
  async instantiate(memory, createImports, instantiate, binary) {
    const { exports } = new WebAssembly.Instance(sandbox);
    const host = new Host();
    const counted = new Counted(exports);
    let code;
    const isCounting = WebAssembly.Module.imports(new WebAssembly.Module(binary)).some(({ name }) => name === "loads");
    const module = await instantiate(binary, createImports({
      env: { memory },
      memory: isCounting ? counted.exports : exports,
      source: host.imports(SOURCE),
      link: host.imports(LINK),
      machine: host.imports(MACHINE),
      log: host.imports(LOG),
      host: { ...host.controls((text) => module.exports.__getString(text)), loads: () => counted.count },
      oracle: {
        relocation_name: (machine, bits, type) => module.exports.__newString(relocationName(machine, bits, type)),
        assemble: (target, text) => void (code = assembled(module.exports.__getString(target), module.exports.__getString(text))),
        encoded: (index, bytes) => code.readUIntLE(index * bytes, bytes),
      },
    }));
    return module;
  },
  outputBinary: false,
};
