// Asks `linkwright link` and the reference linker the same question, and compares what they answer, images byte for byte.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HOST_DEFINES, HOST_SYMBOLS } from "../support/host.js";
import { lines } from "./lines.js";
import { type Answer, type Job, reference } from "./python.js";

/** What is linked, and where. */
export interface Question {
  readonly files: readonly string[];
  readonly search: readonly string[];
  readonly base: string | undefined;
}

/** What `linkwright link` says. */
export interface Linked {
  /** Why there is no image. */
  readonly refused?: string;
  readonly image: { readonly start: string; readonly bytes: number };
  readonly modules: readonly { readonly name: string; readonly bias: string; readonly base: string; readonly bytes: number }[];
  readonly missing: readonly string[];
  readonly resolvers: readonly { readonly module: string; readonly address: string }[];
}

/** Both answers to a question, and both images. */
export interface Answers {
  readonly question: Question;
  readonly linked: Linked;
  readonly ours: Buffer;
  readonly answer: Answer;
  readonly theirs: Buffer;
}

function typed({ files, search, base }: Question, out: string): string[] {
  return [
    ...files, "--out", out, "--allow-missing", "--allow-text", ...search.flatMap((one) => ["--search", one]), ...(base === undefined ? [] : ["--base", base]),
    ...HOST_DEFINES,
  ];
}

/**
 * Asks both; the reference is told nothing but where the modules are.
 *
 * @param take  is given the answers to each question, one at a time: images are large
 */
export async function ask(questions: readonly Question[], take: (answers: Answers, index: number) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "linkwright-oracle-"));
  try {
    const names = questions.map((_, i) => join(folder, String(i)));
    const links = await lines<Linked>(process.execPath, [fileURLToPath(new URL("links.js", import.meta.url))], questions.map((one, i) => typed(one, `${names[i]}.ours`)));
    const jobs = questions.map((question, i): Job => {
      const { image, modules } = links[i]!;
      return {
        files: question.files, search: question.search, defines: Object.fromEntries([...HOST_SYMBOLS].map(([name, address]) => [name, `0x${address.toString(16)}`])), start: image?.start ?? "0x0", bytes: image?.bytes ?? 0,
        biases: modules?.map(({ bias }) => bias) ?? [], out: `${names[i]}.theirs`,
      };
    });
    const answers = await reference(jobs);
    for (const [i, question] of questions.entries()) {
      const linked = links[i]!, answer = answers[i]!;
      const ours = linked.refused === undefined ? readFileSync(`${names[i]}.ours`) : Buffer.alloc(0);
      const theirs = "unsupported" in answer || answer.modules.length !== linked.modules?.length ? Buffer.alloc(0) : readFileSync(`${names[i]}.theirs`);
      take({ question, linked, ours, answer, theirs }, i);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where two images differ first, in words; undefined if they don't. */
export function differenceOf(ours: Buffer, theirs: Buffer, { image, modules }: Linked): string | undefined {
  if (ours.equals(theirs)) return undefined;
  const offset = ours.findIndex((byte, i) => byte !== theirs[i]);
  const word = (bytes: Buffer): string => bytes.subarray(offset & ~7, (offset & ~7) + 8).toString("hex");
  const address = BigInt(image.start) + BigInt(offset);
  const module = modules.find(({ base, bytes }) => address >= BigInt(base) && address < BigInt(base) + BigInt(bytes));
  const vaddr = module && BigInt.asUintN(64, address - BigInt(module.bias));
  return `at ${module?.name}, vaddr 0x${vaddr?.toString(16)}: ${word(ours)} in ours, ${word(theirs)} in theirs`;
}

/** Throws an AssertionError that says what differs. */
export function check({ question, linked, ours, answer, theirs }: Answers): void {
  assert.equal(linked.refused, undefined);
  assert.ok(!("unsupported" in answer), `the reference can't do it: ${JSON.stringify(answer)}`);
  assert.deepEqual(linked.modules.map(({ name }) => name), answer.modules, "the modules, in load order");
  assert.deepEqual([...linked.missing].sort(), [...answer.missing].sort(), "what is missing");
  assert.deepEqual(linked.resolvers.map(({ address }) => address).sort(), [...answer.resolvers].sort(), "where resolvers' addresses are");
  assert.equal(ours.length, linked.image.bytes);
  assert.equal(differenceOf(ours, theirs, linked), undefined);
  const lowest = linked.modules.map(({ base }) => BigInt(base)).reduce((a, b) => (a < b ? a : b));
  assert.equal(BigInt(linked.image.start), lowest, "the image begins with its lowest module");
  if (question.base !== undefined) assert.equal(linked.modules[0]!.base, question.base, "the first module is where it was told to be");
}
