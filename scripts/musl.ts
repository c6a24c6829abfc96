// Builds the Linux host for every machine, with musl: build/linux/<machine>-musl/liblinkwright.a, for static programs. Not a part of the
// build, since its compiler is large: `node build/js/scripts/musl.js [MACHINE]...`.
import { pathToFileURL } from "node:url";
import { linuxHeader, linuxSteps } from "./linux.js";
import { machines } from "./machines.js";
import { StepFailed, takeAll } from "./steps.js";
import { archiver, compilerFor } from "./toolchains.js";

/** The folder of a machine's library. */
export const muslFolder = (machine: string): string => `build/linux/${machine}-musl`;

/**
 * Makes the libraries of these machines, whatever is newer than what is there.
 *
 * @param say  told what happens, in a line each
 * @throws FetchFailed, StepFailed
 */
export function buildMusl(names: readonly string[], say: (line: string) => void): Promise<number> {
  const wanted = machines.filter(({ name }) => names.includes(name));
  return takeAll([linuxHeader, ...wanted.flatMap((machine) => linuxSteps(machine, { cc: compilerFor(machine.name, say), ar: archiver(say), isShared: false }, muslFolder(machine.name)))], say);
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const [, , ...names] = process.argv;
  try {
    await buildMusl(names.length ? names : machines.map(({ name }) => name), (line) => process.stderr.write(`musl: ${line}\n`));
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`musl: failed: ${error.message}\n`);
    process.exitCode = 1;
  }
}
