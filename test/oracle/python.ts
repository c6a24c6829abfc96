// The reference linker: jobs in, answers out.

import { join } from "node:path";
import { ROOT } from "../support/files.js";
import { lines } from "./lines.js";

/** What the reference is to link, and where; addresses are hexadecimal. */
export interface Job {
  readonly files: readonly string[];
  readonly search: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly start: string;
  readonly bytes: number;
  /** Of the modules in load order. */
  readonly biases: readonly string[];
  /** Where the image goes. */
  readonly out: string;
}

/** What came of it. */
export type Answer =
  | { readonly modules: readonly string[]; readonly missing: readonly string[]; readonly resolvers: readonly string[]; readonly counts: Readonly<Record<string, number>> }
  | { readonly unsupported: string };

/** Links all of them. */
export function reference(jobs: readonly Job[]): Promise<Answer[]> {
  return lines("python3", [join(ROOT, "test/oracle/link.py")], jobs, {
    PYTHONPATH: join(ROOT, "build/tools/python"), PYTHONDONTWRITEBYTECODE: "1",
  });
}
