// The images of `linkwright link` are, byte for byte, those of the reference in link.py: of every case that links, at more than
// one base, and of real libraries.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { fixtureFolder } from "../../fixtures/build.js";
import { casesFor } from "../cases.js";
import { ROOT, fixturePath } from "../support/files.js";
import { systemLibraries } from "../support/system.js";

interface Job {
  readonly name: string;
  readonly files: readonly string[];
  readonly search: readonly string[];
  readonly base: bigint | undefined;
  readonly defines: Readonly<Record<string, string>>;
  readonly allowsMissing: boolean;
}

interface Linked {
  readonly refused?: string;
  readonly image: { readonly start: string; readonly bytes: number };
  readonly modules: readonly { readonly name: string; readonly bias: string }[];
  readonly missing: readonly string[];
}

interface Reference {
  readonly modules: readonly string[];
  readonly missing: readonly string[];
  readonly places: number;
  readonly differs: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), "linkwright-oracle-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const DEFINES = Object.fromEntries(["strlen", "memcpy", "memset", "memcmp", "lw_print", "malloc", "free", "__stack_chk_fail", "__stack_chk_guard", "__aeabi_memset", "__aeabi_memcpy", "__aeabi_memclr", "__aeabi_unwind_cpp_pr0"]
  .map((name, i) => [name, `0x${(0x7000_0010 + 0x123 * i).toString(16)}`]));

/** Where modules go: low, where 32-bit addresses are negative, and where they need more than 32 bits. */
function basesFor(machine: Machine): readonly (bigint | undefined)[] {
  return machine.endsWith("64") ? [undefined, 0x7fff_f000_0000n] : [undefined, 0x8000_1000n, 0xf000_0000n];
}

function jobsOf(machine: Machine): Job[] {
  return basesFor(machine).flatMap((base) => casesFor(machine).flatMap((one): Job[] => {
    const loads = one.steps.filter((step) => step.do === "load");
    if (!loads.length) return [];
    return [{
      name: `${one.name}${base === undefined ? "" : ` at 0x${base.toString(16)}`}`,
      files: loads.map(({ file }) => fixturePath(machine, file)),
      search: [fixtureFolder(machine)],
      // An image with an executable in it starts there.
      base: loads.some(({ file }) => !file.endsWith(".so")) && one.name.includes("executable") ? undefined : base,
      defines: DEFINES,
      allowsMissing: loads.some(({ missing }) => missing !== undefined),
    }];
  }));
}

/** Jobs without one that is there twice. */
function unique(jobs: readonly Job[]): Job[] {
  const key = (job: Job): string => JSON.stringify([job.files, String(job.base), job.allowsMissing]);
  return [...new Map(jobs.map((job) => [key(job), job])).values()];
}

function lines<T>(program: string, args: readonly string[], input: readonly unknown[], env: NodeJS.ProcessEnv = process.env): T[] {
  const text = execFileSync(program, args, { input: input.map((one) => `${JSON.stringify(one)}\n`).join(""), encoding: "utf8", maxBuffer: 1 << 28, env });
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as T);
}

function compare(group: string, all: readonly Job[], least: number): void {
  describe(`link: ${group}`, () => {
    const jobs = unique(all), images = jobs.map((_, i) => join(folder, `${group}-${i}.image`));
    const linked = lines<Linked>(process.execPath, [fileURLToPath(new URL("commands.js", import.meta.url))], jobs.map((job, i) => [
      ...job.files, "--out", images[i]!, ...job.search.flatMap((one) => ["--search", one]), ...(job.base === undefined ? [] : ["--base", `0x${job.base.toString(16)}`]),
      ...Object.entries(job.defines).flatMap(([name, value]) => ["--define", `${name}=${value}`]), ...(job.allowsMissing ? ["--allow-missing"] : []),
    ]));
    const done = linked.flatMap((one, i) => (one.refused === undefined ? [i] : []));
    const refer = (indexes: readonly number[]): Reference[] => lines<Reference>("python3", [join(ROOT, "test/oracle/link.py")], indexes.map((i) => ({
      files: jobs[i]!.files, search: jobs[i]!.search, defines: jobs[i]!.defines, placed: linked[i]!.modules, start: linked[i]!.image.start, image: images[i],
    })), { ...process.env, PYTHONPATH: join(ROOT, "build/tools/python") });
    const references = refer(done);

    test(`at least ${least} images are compared`, () => {
      assert.ok(done.length >= least, `${done.length} of ${jobs.length}; refused: ${linked.flatMap(({ refused }, i) => (refused ? [`${jobs[i]!.name} ${refused}`] : [])).join(", ")}`);
      assert.ok(references.reduce((sum, { places }) => sum + places, 0) > least, "relocations are compared");
    });
    test("the reference notices one bit", () => {
      const [i] = done, image = readFileSync(images[i!]!), at = image.length >> 1;
      image[at] = image[at]! ^ 4;
      writeFileSync(images[i!]!, image);
      assert.deepEqual(refer([i!])[0]!.differs, [`0x${(BigInt(linked[i!]!.image.start) + BigInt(at)).toString(16)}`]);
    });

    for (const [k, i] of done.entries()) {
      test(jobs[i]!.name, () => {
        const told = linked[i]!, reference = references[k]!;
        assert.deepEqual(told.modules.map(({ name }) => name), reference.modules);
        assert.deepEqual(reference.differs, []);
        assert.deepEqual([...told.missing].sort(), reference.missing);
      });
    }
  });
}

for (const machine of MACHINES) compare(machine, jobsOf(machine), 60);
compare("the system's own", systemLibraries().map((path) => ({
  name: basename(path), files: [path], search: [], base: 0x5555_0000_0000n, defines: { free: "0x1234", memcpy: "0xffffffffff600000" }, allowsMissing: true,
})), 5);
