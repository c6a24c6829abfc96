// The core's wasm in C: what wasm2c writes, and what is written otherwise in it.
import type { Command, Step } from "./steps.js";

/** A line of its C, as sed has it, and what is there instead. What is not there to be replaced fails the build. */
export type Replaced = readonly (readonly [pattern: string, instead: string])[];

/** For all who compile it. */
const ALWAYS: Replaced = [
  // Every load and store of the core is aligned, as its wasm says (test/core/aligned.test.ts): where words may not lie anywhere, clang would
  // fetch each a byte at a time.
  ["MEM_ADDR_MEMOP\\(mem, addr, sizeof\\(t1\\)\\),", "__builtin_assume_aligned(MEM_ADDR_MEMOP(mem, addr, sizeof(t1)), sizeof(t1)),"],
  // Where an access ends is a number of the machine's own width (hosts/wasm2c/wasm-rt.h).
  ["UNLIKELY\\(a \\+ \\(uint64_t\\)sizeof\\(t\\) > mem->size\\)", "UNLIKELY(OUTSIDE(mem, a, sizeof(t)))"],
  // A load whose value nobody wants must trap in WebAssembly if it is outside of the memory; the core has none.
  ["^(#define FORCE_READ_INT\\(var\\)).*", "\\1"],
  ["^(#define FORCE_READ_FLOAT\\(var\\)).*", "\\1"],
];

/**
 * Makes the C of a module.
 *
 * @param name     what its functions and its file are called after
 * @param options  more for wasm2c
 * @param more     what else is written otherwise
 */
export function translation(step: string, name: string, wasm: string, folder: string, options: readonly string[] = [], more: Replaced = []): Step {
  const code = `${folder}/${name}.c`;
  return {
    name: step, reads: [wasm], makes: [code, `${folder}/${name}.h`],
    commands: [
      ["node", "node_modules/wabt/bin/wasm2c", ...options, "--module-name", name, "-o", code, wasm],
      ...[...ALWAYS, ...more].flatMap(([pattern, instead]): Command[] => [["grep", "-qE", pattern, code], ["sed", "-i", "-E", `s/${pattern}/${instead}/`, code]]),
    ],
  };
}
