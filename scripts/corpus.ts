// Links every real file of test/corpus/list.ts, and every module of some kernels (scripts/kernels.ts), and compares the images with the
// references': `npm run test:corpus -- [MACHINE|kernels...]`.
import { fetchAll, namesOf } from "../test/corpus/gather.js";
import { CORPORA, type Corpus } from "../test/corpus/list.js";
import { type Proof, prove, wordsOf } from "../test/corpus/prove.js";
import { proveKernels } from "./kernels.js";
import { FetchFailed } from "./packages.js";
import { StepFailed } from "./steps.js";

/** Files that have to be equal, and those of each machine: a shortfall fails. */
const LEAST = 200;
const LEAST_EACH = 10;
/** Machines at once. */
const AT_ONCE = 2;
/** What kernels are called where machines are named. */
const KERNELS = "kernels";

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const all = (corpus: Corpus): ReadonlySet<string> => new Set(namesOf(corpus));

/** What came of a machine; it is told as soon as it is known. */
async function tell(corpus: Corpus): Promise<Proof | undefined> {
  const { machine, meets } = corpus;
  try {
    const proof = await prove(corpus, all(corpus), (files) => files, (line) => say(`  ${machine}: ${line}`));
    say(`${machine}: ${wordsOf(proof)}`);
    say(`  ${[...proof.operations].sort().map(([name, count]) => `${name} ${count}`).join(", ")}`);
    for (const name of meets.filter((one) => !proof.operations.has(one))) proof.problems.set(name, "none of its files has it");
    for (const [file, problem] of proof.problems) say(`  ${file}: ${problem}`);
    return proof;
  } catch (error) {
    if (!(error instanceof FetchFailed || error instanceof StepFailed)) throw error;
    say(`${machine}: ${error.message}`);
    return undefined;
  }
}

const named = process.argv.slice(2).filter((name) => name !== KERNELS), takesKernels = process.argv.length === 2 || process.argv.includes(KERNELS);
const unknown = named.find((name) => !CORPORA.some(({ machine }) => machine === name));
if (unknown !== undefined) {
  process.stderr.write(`test:corpus: no machine is called ${unknown}\n`);
  process.exit(2);
}
const corpora = CORPORA.filter(({ machine }) => process.argv.length === 2 || (named as readonly string[]).includes(machine));
try {
  fetchAll(corpora, all, say);
} catch (error) {
  if (!(error instanceof FetchFailed)) throw error;
  say(`${error.message}\nwhat helps: ${error.helps}`);
  process.exit(1);
}

const waiting = [...corpora];
const proofs: (Proof | undefined)[] = [];
const work = async (): Promise<void> => {
  for (let corpus = waiting.shift(); corpus; corpus = waiting.shift()) proofs.push(await tell(corpus));
};
await Promise.all(Array.from({ length: AT_ONCE }, work));

const sum = (count: (proof: Proof) => number): number => proofs.reduce((total, proof) => total + (proof ? count(proof) : 0), 0);
const equal = sum((one) => one.equal);
say(`all: ${sum((one) => one.fetched)} files fetched, ${sum((one) => one.linked)} linked, ${equal} equal`);
const isShort = proofs.some((proof) => !proof || proof.equal < LEAST_EACH) || (process.argv.length === 2 && equal < LEAST);
if (isShort) say(`that is too few: ${LEAST} at least, and ${LEAST_EACH} of each machine`);
if (isShort || sum((one) => one.problems.size)) process.exitCode = 1;
try {
  if (takesKernels && !(await proveKernels(say))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof FetchFailed)) throw error;
  say(`${error.message}\nwhat helps: ${error.helps}`);
  process.exitCode = 1;
}
