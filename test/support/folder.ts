import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** A folder of a test file's own, gone when its tests are over. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "linkwright-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
