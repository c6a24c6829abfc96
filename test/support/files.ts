// Where tests find what was built.

import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FIXTURES } from "../../fixtures/list.js";

/** The project's folder; this file is build/js/test/support/files.js. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** The path of a fixture. */
export function fixturePath(machine: string, name: string): string {
  return join(ROOT, "build/fixtures", machine, name);
}

/** A fixture's bytes. */
export function fixture(machine: string, name: string): Uint8Array {
  return readFileSync(fixturePath(machine, name));
}

/** The path of a fixture that is to be found as a library; stubs are there for the linker only. */
export function libraryPath(machine: string, name: string): string | undefined {
  const path = fixturePath(machine, name);
  return FIXTURES.some((one) => one.name === name) && existsSync(path) ? path : undefined;
}
