// What a program needs that this system lacks, unpacked in the cache: Debian packages, wheels, npm packages. Nothing is installed.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type NpmPackage, unpackNpm } from "../../scripts/npm.js";
import { CACHE, FetchFailed, closuresOf, packageFiles } from "../../scripts/packages.js";
import { unpacked } from "../../scripts/toolchains.js";

/** What there is to fetch. */
export interface Needs {
  /** Names of Debian's packages; what they depend on comes with them. */
  readonly debian?: readonly string[];
  /** From PyPI: NAME==VERSION. */
  readonly wheels?: readonly string[];
  readonly npm?: readonly NpmPackage[];
}

type Say = (line: string) => void;

/** libc and ld.so are the system's own: they are loaded before any path is looked at. */
const SYSTEM = new Set(["libc6", "libc-bin"]);
/** Debian's own Python, for which the wheels are, whatever else is called so. */
export const PYTHON = "/usr/bin/python3";
const TRIES = 3;

const WHEELS = join(CACHE, "wheels");

function wheelFile(spec: string, say: Say): string {
  const [name = "", version = ""] = spec.split("==");
  const find = (): string | undefined => (existsSync(WHEELS) ? readdirSync(WHEELS) : []).find((file) => file.toLowerCase().startsWith(`${name.replaceAll("-", "_")}-${version}-`));
  for (let left = TRIES; !find(); ) {
    say(`fetching ${spec}`);
    const pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "-d", WHEELS, spec];
    const { error, status, stderr } = spawnSync(PYTHON, pip, { encoding: "utf8" });
    if (status !== 0 && --left === 0) throw new FetchFailed(`pip download ${spec} failed ${TRIES} times:\n${error?.message ?? stderr.trim()}`, "check the network, and that `python3 -m pip` works");
  }
  return join(WHEELS, find()!);
}

/** Unpacks packages over one another, as they would be installed. */
function unpackAll(debs: readonly string[], wheels: readonly string[], npm: readonly NpmPackage[], folder: string, say: Say): void {
  const run = (program: string, ...args: readonly string[]): void => {
    const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
    if (status !== 0) throw new FetchFailed(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`, "run this again; if that does not help, remove what it names");
  };
  for (const file of debs) run("dpkg-deb", "-x", file, folder);
  for (const file of wheels) run(PYTHON, "-m", "zipfile", "-e", file, join(folder, "wheels"));
  for (const one of npm) unpackNpm(one, join(folder, "node_modules", one.name), say);
}

/**
 * A folder for each of some needs, as a system's root: /usr, and beside it wheels/ and node_modules/; none for no needs.
 *
 * @param say  told what happens, in a line each
 * @throws FetchFailed
 */
export function treesOf(needs: readonly Needs[], say: Say): string[] {
  const groups = needs.map(({ debian = [] }) => debian), asked = groups.filter((group) => group.length);
  const closures = asked.length ? closuresOf(asked, say) : [];
  const packages = groups.map((group) => (group.length ? closures[asked.indexOf(group)]! : []).filter(({ name }) => !SYSTEM.has(name)));
  packageFiles([...new Map(packages.flat().map((one) => [one.name, one])).values()], say);
  return needs.map(({ wheels = [], npm = [] }, i) => {
    const debs = packageFiles(packages[i]!, say), files = wheels.map((spec) => wheelFile(spec, say));
    if (!debs.length && !files.length && !npm.length) return "";
    const key = JSON.stringify([[...debs, ...files].map((file) => basename(file)), npm]);
    return unpacked(join("trees", createHash("sha256").update(key).digest("hex").slice(0, 20)), (folder) => {
      say(`unpacking ${[...debs, ...files].length + npm.length} packages`);
      unpackAll(debs, files, npm, folder, say);
    });
  });
}
