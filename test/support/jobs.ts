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
  /** What is typed, but for --out. */
  readonly typed: readonly string[];
}

/** What link says with --json; or the fault. */
export interface Linked {
  readonly fault?: { readonly code: string };
}

/** Symbols of a host, some of them at odd addresses. */
const DEFINES = [
  "strlen", "memcpy", "memset", "memcmp", "lw_print", "malloc", "free", "__stack_chk_fail", "__stack_chk_guard",
  "__tls_get_addr", "___tls_get_addr", "__aeabi_read_tp", "lw_tls_static", "lw_tls_dynamic", "lw_tls_absent",
].flatMap((name, i) => ["--define", `${name}=0x${(0x7000_0010 + 0x123 * i).toString(16)}`]);

/** A call for each set of files that the cases load. */
export function jobsOf(machine: Machine): Job[] {
  const jobs = new Map<string, Job>();
  for (const { name, steps } of casesFor(machine)) {
    const loads = steps.filter((step) => step.do === "load");
    const files = loads.map(({ file }) => fixturePath(machine, file)), key = files.join(" ");
    if (!loads.length || jobs.has(key)) continue;
    const isMissing = loads.some(({ missing }) => missing);
    jobs.set(key, { name, typed: [...files, "--search", fixtureFolder(machine), ...DEFINES, ...(isMissing ? ["--allow-missing"] : [])] });
  }
  return [...jobs.values()];
}

/** What the command line says to each of these calls of link with --json, all of them made in one process. */
export function linkAll(calls: readonly (readonly string[])[]): Linked[] {
  const input = calls.map((one) => `${JSON.stringify(one)}\n`).join("");
  const script = fileURLToPath(new URL("link.js", import.meta.url));
  const text = execFileSync(process.execPath, [script], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as Linked);
}
