// Fetches npm packages, of any platform, as files: nothing is installed, and no script of theirs runs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE, FetchFailed } from "./packages.js";

/** A package of the npm registry. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
}

const TRIES = 3;
const cache = join(CACHE, "npm");

/** A package's archive, fetched unless it is in the cache. */
function archiveOf({ name, version }: NpmPackage, say: (line: string) => void): string {
  const spec = `${name}@${version}`, path = join(cache, `${spec.replaceAll("/", "-")}.tgz`);
  if (existsSync(path)) return path;
  say(`fetching ${spec}`);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "fetched-"));
  try {
    for (let left = TRIES; ; say("that failed, once more")) {
      const { error, status, stderr } = spawnSync("npm", ["pack", spec, "--ignore-scripts", "--pack-destination", folder], { encoding: "utf8" });
      const [file] = readdirSync(folder);
      if (status === 0 && file) {
        renameSync(join(folder, file), path);
        return path;
      }
      if (--left === 0) throw new FetchFailed(`npm pack ${spec} failed ${TRIES} times:\n${error?.message ?? stderr.trim()}`, "check the network, and that `npm ping` works");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Unpacks a package into a folder, fetching it unless it is in the cache; what was there is replaced.
 *
 * @param say  told what happens, in a line each
 * @throws FetchFailed
 */
export function unpackNpm(wanted: NpmPackage, folder: string, say: (line: string) => void): void {
  const file = archiveOf(wanted, say);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { error, status, stderr } = spawnSync("tar", ["-xzf", file, "-C", folder], { encoding: "utf8" });
  if (status !== 0) throw new FetchFailed(`unpacking ${file}: ${error?.message ?? stderr.trim()}`, `remove ${file} and run this again`);
}
