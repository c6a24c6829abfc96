// Calls of `linkwright link` that the cases ask for, and a way to make many of them in one process.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fixtureFolder } from "../../fixtures/build.js";
import type { Machine } from "../../fixtures/list.js";
import { casesFor } from "../cases.js";
import { fixturePath } from "./files.js";

/** A call of link. */
export interface Job {
  readonly name: string;
  readonly files: readonly string[];
  readonly search: readonly string[];
  readonly base: bigint | undefined;
  readonly defines: Readonly<Record<string, string>>;
  readonly allowsMissing: boolean;
}

/** What link says with --json; or the fault. */
export interface Linked {
  readonly fault?: { readonly code: string };
  readonly image: { readonly start: string; readonly bytes: number };
  readonly modules: readonly { readonly name: string; readonly bias: string }[];
  readonly missing: readonly string[];
}

/** Addresses for the symbols of a host, some of them odd. */
const DEFINES = Object.fromEntries(["strlen", "memcpy", "memset", "memcmp", "lw_print", "malloc", "free", "__stack_chk_fail", "__stack_chk_guard", "__aeabi_memset", "__aeabi_memcpy", "__aeabi_memclr", "__aeabi_unwind_cpp_pr0"]
  .map((name, i) => [name, `0x${(0x7000_0010 + 0x123 * i).toString(16)}`]));

/** Where modules go: low, where 32-bit addresses are negative, and where they need more than 32 bits. */
function basesFor(machine: Machine): readonly (bigint | undefined)[] {
  return machine.endsWith("64") ? [undefined, 0x7fff_f000_0000n] : [undefined, 0x8000_1000n, 0xf000_0000n];
}

/** A call for each case at each base, each call once. */
export function jobsOf(machine: Machine): Job[] {
  const all = basesFor(machine).flatMap((base) => casesFor(machine).flatMap((one): Job[] => {
    const loads = one.steps.filter((step) => step.do === "load");
    if (!loads.length) return [];
    const isFixed = loads.some(({ file }) => ["copy", "executable", "static", "exec_init"].includes(file));
    return [{
      name: `${one.name}${base === undefined || isFixed ? "" : ` at 0x${base.toString(16)}`}`,
      files: loads.map(({ file }) => fixturePath(machine, file)),
      search: [fixtureFolder(machine)],
      // An image with an executable in it starts there: its libraries stay near.
      base: isFixed ? undefined : base,
      defines: DEFINES,
      allowsMissing: loads.some(({ missing }) => missing !== undefined),
    }];
  }));
  const key = (job: Job): string => JSON.stringify([job.files, String(job.base), job.allowsMissing]);
  return [...new Map(all.map((job) => [key(job), job])).values()];
}

/** What is typed behind `linkwright link` for a job. */
export function typed(job: Job, image: string): string[] {
  return [
    ...job.files, "--out", image, ...job.search.flatMap((one) => ["--search", one]),
    ...(job.base === undefined ? [] : ["--base", `0x${job.base.toString(16)}`]),
    ...Object.entries(job.defines).flatMap(([name, value]) => ["--define", `${name}=${value}`]),
    ...(job.allowsMissing ? ["--allow-missing"] : []),
    "--json",
  ];
}

/** Runs a program that answers each line of JSON with one. */
export function talk<T>(program: string, args: readonly string[], lines: readonly unknown[], env: NodeJS.ProcessEnv = process.env): T[] {
  const input = lines.map((one) => `${JSON.stringify(one)}\n`).join("");
  const text = execFileSync(program, args, { input, encoding: "utf8", maxBuffer: 1 << 28, env });
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as T);
}

/** What the command line says to each of these calls of link, made in one process. */
export function linkAll(calls: readonly (readonly string[])[]): Linked[] {
  return talk<Linked>(process.execPath, [fileURLToPath(new URL("link.js", import.meta.url))], calls);
}
