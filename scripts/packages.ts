// Fetches Debian packages, of any architecture, and sources of packages. apt verifies them against the system's keys; it
// works on a state of its own, so the system's lists, architectures and packages stay as they are.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { sourcesFor } from "./sources.js";

/** A package at the version that is wanted; `architecture` is a Debian architecture or "source". */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** A package can't be had; `helps` says what may be done. */
export class FetchFailed extends Error {
  readonly helps: string;

  constructor(message: string, helps: string) {
    super(message);
    this.helps = helps;
  }
}

const TRIES = 3;
const NETWORK = "check the network, and that `apt-get update` works with the sources in /etc/apt";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "linkwright", "debian");

const folderOf = ({ name, version, architecture }: Package): string => join(cache, `${name}_${version}_${architecture}`);

/** The file of a fetched package: its .deb, or for a source its .dsc. */
function fileOf(wanted: Package): string | undefined {
  const folder = folderOf(wanted);
  const ending = wanted.architecture === "source" ? ".dsc" : ".deb";
  const name = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith(ending)) : undefined;
  return name && join(folder, name);
}

/** A private state of apt, in a folder of its own. */
class Apt {
  readonly folder: string;
  readonly #config: string;

  constructor(architectures: readonly string[]) {
    const sources = sourcesFor(architectures);
    if (!sources) throw new FetchFailed("the sources in /etc/apt name no Debian archive", "add Debian's own, with the component main");
    this.folder = mkdtempSync(join(tmpdir(), "linkwright-apt-"));
    this.#config = join(this.folder, "apt.conf");
    for (const path of ["state/lists/partial", "cache/archives/partial", "parts"]) mkdirSync(join(this.folder, path), { recursive: true });
    writeFileSync(join(this.folder, "state/status"), "");
    writeFileSync(join(this.folder, "parts/debian.sources"), sources);
    // The hooks of APT::Update would touch the system's cache. Root's own folders are closed to apt's usual user.
    const native = spawnSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).stdout?.trim();
    writeFileSync(this.#config, [
      `Dir::State "${this.folder}/state/";`,
      `Dir::State::status "${this.folder}/state/status";`,
      `Dir::Cache "${this.folder}/cache/";`,
      `Dir::Cache::pkgcache "pkgcache.bin";`, // some containers do without, and each call reads all lists again
      `Dir::Cache::srcpkgcache "srcpkgcache.bin";`,
      `Dir::Etc::sourcelist "/dev/null";`,
      `Dir::Etc::sourceparts "${this.folder}/parts/";`,
      `Dir::Log "${this.folder}/";`,
      `APT::Sandbox::User "root";`,
      "#clear APT::Update;",
      "#clear APT::Architectures;",
      `APT::Architectures { ${[...new Set([native, ...architectures])].filter(Boolean).map((name) => `"${name}";`).join(" ")} };`,
      `Acquire::Retries "2";`,
      "",
    ].join("\n"));
  }

  /** Runs apt's `program`, in `folder`; `problem` is what went wrong, if anything did. */
  run(program: string, args: readonly string[], folder = this.folder): { output: string; problem: string | undefined } {
    const { error, status, stdout, stderr } = spawnSync(program, ["-c", this.#config, ...args], {
      cwd: folder, encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" },
    });
    if (error) throw new FetchFailed(`${program} can't be started: ${error.message}`, "packages are fetched with apt: this takes a Debian");
    return { output: stdout, problem: status === 0 ? undefined : (stderr || stdout).trim().split("\n").slice(-6).join("\n") };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What apt calls a package. */
const nameOf = ({ name, architecture }: Package): string => (architecture === "source" ? name : `${name}:${architecture}`);
const exactOf = (wanted: Package): string => `${nameOf(wanted)}=${wanted.version}`;

/** The versions of a package that the lists offer. */
function offeredOf(apt: Apt, wanted: Package): string[] {
  const args = wanted.architecture === "source" ? ["showsrc", "--only-source"] : ["show", "--all-versions"];
  const { output } = apt.run("apt-cache", [...args, nameOf(wanted)]);
  return [...output.matchAll(/^Version: (.*)$/gm)].map(([, version]) => version!);
}

// An archive whose lists fail matters only if what is wanted is not in the lists of the others.
function update(apt: Apt, wanted: readonly Package[], say: (line: string) => void): void {
  say("apt-get update, on a state of its own");
  for (let left = TRIES; ; ) {
    const { problem } = apt.run("apt-get", ["update", "--error-on=any"]);
    const offered = wanted.map((one) => offeredOf(apt, one));
    if (wanted.every((one, i) => offered[i]!.includes(one.version))) return;
    const absent = wanted.filter((_, i) => offered[i]!.length === 0).map(nameOf);
    if (problem === undefined && absent.length) throw new FetchFailed(`no archive in /etc/apt offers ${absent.join(", ")}`, "add Debian's own, with the component main");
    if (problem === undefined) return;
    if (--left === 0 && absent.length) throw new FetchFailed(`apt-get update failed ${TRIES} times:\n${problem}`, NETWORK);
    if (left === 0) return;
    say("apt-get update failed, once more");
  }
}

function fetch(apt: Apt, wanted: Package, say: (line: string) => void): void {
  const isSource = wanted.architecture === "source";
  // A point release replaces a package: then the one that replaced it is taken.
  const isExact = offeredOf(apt, wanted).includes(wanted.version);
  if (!isExact) say(`Debian no longer offers ${exactOf(wanted)}; taking what it offers instead`);
  const spec = isExact ? exactOf(wanted) : nameOf(wanted);
  say(`fetching ${spec}${isSource ? " (source)" : ""}`);
  const args = isSource ? ["source", "--download-only", "--only-source", spec] : ["download", spec];
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "fetched-"));
  try {
    for (let left = TRIES; ; ) {
      const { problem } = apt.run("apt-get", args, folder);
      if (problem === undefined) break;
      if (--left === 0) throw new FetchFailed(`apt-get ${args[0]} ${spec} failed ${TRIES} times:\n${problem}`, NETWORK);
      say("that failed, once more");
    }
    if (fileOf(wanted)) return; // somebody else was quicker
    rmSync(folderOf(wanted), { recursive: true, force: true });
    renameSync(folder, folderOf(wanted)); // all of it, or nothing
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The files of these packages, fetched unless they are in the cache.
 *
 * @param say  told what happens, in a line each
 * @returns for each a .deb, or for a source its .dsc, beside which its other files lie
 * @throws FetchFailed
 */
export function packageFiles(wanted: readonly Package[], say: (line: string) => void): string[] {
  const absent = wanted.filter((one) => !fileOf(one));
  if (absent.length) {
    const apt = new Apt([...new Set(absent.map((one) => one.architecture))].filter((name) => name !== "source"));
    try {
      update(apt, absent, say);
      for (const one of absent) fetch(apt, one, say);
    } finally {
      apt.close();
    }
  }
  return wanted.map((one) => {
    const file = fileOf(one);
    if (!file) throw new FetchFailed(`apt fetched ${one.name}, but ${folderOf(one)} does not hold it`, "remove that folder and run this again");
    return file;
  });
}

function unpack(program: string, args: readonly string[], file: string): void {
  const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  const problem = error?.message ?? (status === 0 ? undefined : stderr.trim());
  if (problem !== undefined) throw new FetchFailed(`unpacking ${file} with ${program}: ${problem}`, `remove ${dirname(file)} and run this again`);
}

/** Unpacks a .deb into a folder, or a source with Debian's patches as the folder itself; what was there is replaced. */
export function unpackTo(folder: string, file: string): void {
  const isSource = file.endsWith(".dsc");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(isSource ? dirname(folder) : folder, { recursive: true });
  if (isSource) unpack("dpkg-source", ["--no-check", "--no-copy", "-q", "-x", file, folder], file);
  else unpack("dpkg-deb", ["-x", file, folder], file);
}

/** The version of a fetched package: a .deb has it in its name, a .dsc within. */
export function versionOf(file: string): string {
  if (file.endsWith(".dsc")) return /^Version: (.*)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  return decodeURIComponent(basename(file)).split("_")[1] ?? "";
}
