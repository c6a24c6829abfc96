// Links every module of Debian's kernels, all imports defined, and compares them with the reference's: a part of `npm run test:corpus`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KERNELS, kernelFiles, modulesIn } from "../test/objects/kernels.js";
import { proveModules, wordsOf } from "../test/objects/modules.js";

/** Modules of each kernel that have to be equal: a shortfall fails. */
const LEAST = 500;

/**
 * Proves them all, one package at a time: it is unpacked, and gone when its modules are done.
 *
 * @param say  told what happens, in a line each
 * @returns whether all are equal
 * @throws FetchFailed
 */
export async function proveKernels(say: (line: string) => void): Promise<boolean> {
  const files = kernelFiles(KERNELS, false, say);
  let isEqual = true;
  for (const [i, kernel] of KERNELS.entries()) {
    const folder = mkdtempSync(join(tmpdir(), "linkwright-kernel-"));
    try {
      const proof = await proveModules(kernel, modulesIn(join(folder, "package"), files[i]!), (line) => say(`  ${kernel.machine}: ${line}`));
      say(`${kernel.newest}: ${wordsOf(proof)}`);
      say(`  ${[...proof.relocations].sort().map(([name, count]) => `${name} ${count}`).join(", ")}`);
      for (const name of kernel.meets.filter((one) => !proof.relocations.has(one))) proof.problems.set(name, "none of its modules has it");
      for (const [name, problem] of proof.problems) say(`  ${name}: ${problem}`);
      if (proof.equal < LEAST) say(`that is too few: ${LEAST} at least`);
      if (proof.problems.size || proof.equal < LEAST) isEqual = false;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return isEqual;
}
