// Links every file of a corpus, with what it needs of the same corpus, and compares the image with the reference's.

import { AssertionError } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ask, check } from "../oracle/compare.js";
import { gather } from "./gather.js";
import type { Corpus } from "./list.js";

/** What came of a corpus. */
export interface Proof {
  /** Files. */
  readonly fetched: number;
  linked: number;
  equal: number;
  /** Places that hold the address of a resolver, in the files and what they need. */
  resolvers: number;
  /** How many relocations there were, by what they do. */
  readonly operations: Map<string, number>;
  /** What is wrong with a file, by its name. */
  readonly problems: Map<string, string>;
}

/** Files that are linked before their images are compared and removed. */
const AT_ONCE = 12;

/** Not a round number, and yet at a multiple of every alignment that segments have. */
const baseOf = (machine: string): string => (["i386", "arm", "riscv32"].includes(machine) ? "0x41200000" : "0x7f1234200000");

/**
 * Proves what was chosen of a corpus.
 *
 * @param chosen  names of packages
 * @param keeps  which of their files are taken
 * @param say  told what happens, in a line each
 * @throws FetchFailed, StepFailed
 */
export async function prove(corpus: Corpus, chosen: ReadonlySet<string>, keeps: (files: readonly string[]) => readonly string[], say: (line: string) => void): Promise<Proof> {
  const folder = mkdtempSync(join(tmpdir(), "linkwright-corpus-"));
  try {
    const { files: all, search } = await gather(corpus, chosen, folder, say);
    const files = keeps(all);
    const proof: Proof = { fetched: files.length, linked: 0, equal: 0, resolvers: 0, operations: new Map(), problems: new Map() };
    for (let first = 0; first < files.length; first += AT_ONCE) {
      const some = files.slice(first, first + AT_ONCE);
      await ask(some.map((file) => ({ files: [file], search, base: baseOf(corpus.machine) })), (answers, i) => {
        if (answers.linked.refused === undefined) ++proof.linked;
        try {
          check(answers);
          ++proof.equal;
        } catch (error) {
          if (!(error instanceof AssertionError)) throw error;
          proof.problems.set(relative(folder, some[i]!), error.message);
        }
        if ("unsupported" in answers.answer) return;
        proof.resolvers += answers.answer.resolvers.length;
        for (const [name, count] of Object.entries(answers.answer.counts)) proof.operations.set(name, (proof.operations.get(name) ?? 0) + count);
      });
    }
    return proof;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A line of it. */
export function wordsOf({ fetched, linked, equal, resolvers }: Proof): string {
  return `${fetched} files fetched, ${linked} linked, ${equal} equal, ${resolvers} places with a resolver's address`;
}
