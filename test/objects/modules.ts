// Kernels' modules, linked by the loader, and held against the reference: section by section, all imports defined.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Linked } from "../oracle/compare.js";
import { lines } from "../oracle/lines.js";
import { ROOT } from "../support/files.js";
import type { Kernel } from "./kernels.js";
import { symbolsOf } from "./symbols.js";

/** What came of a kernel's modules. */
export interface Proof {
  readonly modules: number;
  linked: number;
  equal: number;
  sections: number;
  /** Branches that lead to a symbol by way of a stub; references to merged strings and constants. */
  stubs: number;
  strings: number;
  readonly relocations: Map<string, number>;
  /** What is wrong with a module, by its name. */
  readonly problems: Map<string, string>;
}

interface Section {
  readonly index: number;
  readonly address: string;
}

type LinkedModule = Linked & { readonly modules: readonly { readonly sections?: readonly Section[] }[] };

/** What the reference says. */
interface Answer {
  readonly sections: number;
  readonly relocations: Readonly<Record<string, number>>;
  readonly stubs: number;
  readonly strings: number;
  readonly problems: readonly string[];
}

/** Modules that are linked before their images are compared and removed, and how many such groups are on their way. */
const GROUP = 50;
const AT_ONCE = 2;

/** The names that an object does not define itself. */
function importsOf(path: string): string[] {
  const { wanted, weak } = symbolsOf(path);
  return [...wanted, ...weak];
}

/** Where the kernel has them: apart, aligned as anything may want it, some out of the reach of a branch. */
function definesFor({ symbols, far }: Kernel, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => {
    const isFar = far !== undefined && i % far.every === 0;
    return [name, `0x${(symbols + BigInt(i) * 0x1040n + (isFar ? far.by : 0n)).toString(16)}`];
  }));
}

async function proveSome(kernel: Kernel, files: readonly string[], folder: string, proof: Proof): Promise<void> {
  const fail = (file: string, problem: string): unknown => proof.problems.set(basename(file), problem);
  const defines = files.map((file) => definesFor(kernel, importsOf(file))), image = (i: number): string => join(folder, `${i}.image`);
  const typed = files.map((file, i) => [file, "--out", image(i), "--base", `0x${kernel.base.toString(16)}`, ...Object.entries(defines[i]!).flatMap(([name, address]) => ["--define", `${name}=${address}`])]);
  const links = await lines<LinkedModule>(process.execPath, [fileURLToPath(new URL("../oracle/links.js", import.meta.url))], typed);
  const linked = files.map((_, i) => i).filter((i) => links[i]!.refused === undefined);
  files.forEach((file, i) => links[i]!.refused === undefined || fail(file, links[i]!.refused!));
  proof.linked += linked.length;
  const jobs = linked.map((i) => ({
    file: files[i], defines: defines[i], image: image(i), start: links[i]!.image.start,
    sections: Object.fromEntries((links[i]!.modules[0]!.sections ?? []).map(({ index, address }) => [index, address])),
  }));
  if (!jobs.length) return;
  const answers = await lines<Answer>("python3", [join(ROOT, "test/objects/reference.py")], jobs, { PYTHONPATH: join(ROOT, "build/tools/python"), PYTHONDONTWRITEBYTECODE: "1" });
  answers.forEach(({ sections, relocations, stubs, strings, problems }, at) => {
    if (problems.length) fail(files[linked[at]!]!, problems.join("\n    "));
    else ++proof.equal;
    proof.sections += sections;
    proof.stubs += stubs;
    proof.strings += strings;
    for (const [name, count] of Object.entries(relocations)) proof.relocations.set(name, (proof.relocations.get(name) ?? 0) + count);
  });
  linked.forEach((i) => rmSync(image(i)));
}

/** Links modules of a kernel and compares them. */
export async function proveModules(kernel: Kernel, files: readonly string[], say: (line: string) => void): Promise<Proof> {
  const waiting = Array.from({ length: Math.ceil(files.length / GROUP) }, (_, i) => i);
  const proof: Proof = { modules: files.length, linked: 0, equal: 0, sections: 0, stubs: 0, strings: 0, relocations: new Map(), problems: new Map() };
  const folder = mkdtempSync(join(tmpdir(), "linkwright-modules-"));
  try {
    const work = async (): Promise<void> => {
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        const own = join(folder, String(group));
        mkdirSync(own);
        await proveSome(kernel, files.slice(group * GROUP, (group + 1) * GROUP), own, proof);
        if (files.length > GROUP) say(`${files.length - waiting.length * GROUP} of ${files.length} modules begun, ${proof.problems.size} with problems`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return proof;
}

/** A line of it. */
export const wordsOf = ({ modules, linked, equal, sections, stubs, strings }: Proof): string =>
  `${modules} modules, ${linked} linked, ${equal} equal: ${sections} sections, ${stubs} branches by stubs, ${strings} references to what may be merged`;
