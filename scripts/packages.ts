// Fetches Debian packages, of any architecture, and sources of packages. apt verifies them against the system's keys; it
// works on a state of its own, so the system's lists, architectures and packages stay as they are.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type Wanted, sourcesFor } from "./sources.js";

/** A package. */
export interface Package {
  readonly name: string;
  /** Whichever is the newest, if not said. */
  readonly version?: string;
  /** A Debian architecture, or "source". */
  readonly architecture: string;
  /** The release it is from, unless it is this system's: others have architectures that this one lacks. */
  readonly suite?: string;
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

/** Where fetched packages are kept. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "linkwright");

const cache = join(CACHE, "debian");

const folderOf = ({ name, version, architecture, suite = "newest" }: Package): string => join(cache, `${name}_${version ?? suite}_${architecture}`);

const isSource = ({ architecture }: Package): boolean => architecture === "source";

/** The file of a fetched package: its .deb, or for a source its .dsc. */
function fileOf(wanted: Package): string | undefined {
  const folder = folderOf(wanted);
  const ending = isSource(wanted) ? ".dsc" : ".deb";
  const name = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith(ending)) : undefined;
  return name && join(folder, name);
}

/** A private state of apt, in a folder of its own. */
class Apt {
  readonly folder: string;
  readonly #config: string;

  constructor(wanted: Wanted) {
    const sources = sourcesFor(wanted);
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
      `APT::Architectures { ${[...new Set([native, ...wanted.architectures])].filter(Boolean).map((name) => `"${name}";`).join(" ")} };`,
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
const nameOf = (wanted: Package): string => (isSource(wanted) ? wanted.name : `${wanted.name}:${wanted.architecture}`);

/** The versions that the lists offer, by what apt calls a package. */
function offersOf(apt: Apt, wanted: readonly Package[]): Map<string, string[]> {
  const offers = new Map(wanted.map((one): [string, string[]] => [nameOf(one), []]));
  const read = (args: readonly string[], names: readonly string[], field: RegExp): void => {
    if (!names.length) return;
    for (const stanza of apt.run("apt-cache", [...args, ...names]).output.split("\n\n")) {
      const [, version] = /^Version: (.*)$/m.exec(stanza) ?? [];
      const name = field.exec(stanza)?.slice(1).join(":");
      if (version !== undefined && name !== undefined) offers.get(name)?.push(version);
    }
  };
  read(["show", "--all-versions"], wanted.filter((one) => !isSource(one)).map(nameOf), /^Package: (.*)$[^]*^Architecture: (.*)$/m);
  read(["showsrc", "--only-source"], wanted.filter(isSource).map(nameOf), /^Package: (.*)$/m);
  return offers;
}

// An archive whose lists fail matters only if what is wanted is not in the lists of the others.
function update(apt: Apt, wanted: readonly Package[], say: (line: string) => void): Map<string, string[]> {
  say("apt-get update, on a state of its own");
  for (let left = TRIES; ; ) {
    const { problem } = apt.run("apt-get", ["update", "--error-on=any"]);
    const offers = offersOf(apt, wanted);
    const isThere = ({ version, ...one }: Package): boolean => offers.get(nameOf(one))!.some((offered) => version === undefined || version === offered);
    if (wanted.every(isThere)) return offers;
    const absent = wanted.map(nameOf).filter((name) => offers.get(name)!.length === 0);
    if (problem === undefined && absent.length) throw new FetchFailed(`no archive in /etc/apt offers ${absent.join(", ")}`, "add Debian's own, with the component main");
    if (problem === undefined) return offers;
    if (--left === 0 && absent.length) throw new FetchFailed(`apt-get update failed ${TRIES} times:\n${problem}`, NETWORK);
    if (left === 0) return offers;
    say("apt-get update failed, once more");
  }
}

/** What apt is asked for. A point release replaces a package: then the one that replaced it is taken. */
function specOf(wanted: Package, offers: ReadonlyMap<string, readonly string[]>, say: (line: string) => void): string {
  const name = nameOf(wanted);
  if (wanted.version === undefined) return name;
  if (offers.get(name)!.includes(wanted.version)) return `${name}=${wanted.version}`;
  say(`Debian no longer offers ${name}=${wanted.version}; taking what it offers instead`);
  return name;
}

/** Fetches with one call of apt, and keeps what came for each package in a folder of its own: all of it, or nothing. */
function fetch(apt: Apt, wanted: readonly Package[], specs: readonly string[], say: (line: string) => void): void {
  const args = isSource(wanted[0]!) ? ["source", "--download-only", "--only-source"] : ["download"];
  say(`fetching ${specs.length > 3 ? `${specs.slice(0, 3).join(" ")} and ${specs.length - 3} more` : specs.join(" ")}${isSource(wanted[0]!) ? " (source)" : ""}`);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "fetched-"));
  try {
    for (let left = TRIES; ; ) {
      const { problem } = apt.run("apt-get", [...args, ...specs], folder);
      if (problem === undefined) break;
      if (--left === 0) throw new FetchFailed(`apt-get ${args[0]} ${specs.join(" ")} failed ${TRIES} times:\n${problem}`, NETWORK);
      say("that failed, once more");
    }
    const files = readdirSync(folder);
    for (const one of wanted) {
      if (fileOf(one)) continue; // somebody else was quicker
      const own = mkdtempSync(join(folder, "own-"));
      const isOf = isSource(one) ? () => true : (file: string) => file.startsWith(`${one.name}_`) && file.endsWith(`_${one.architecture}.deb`);
      for (const file of files.filter(isOf)) renameSync(join(folder, file), join(own, file));
      rmSync(folderOf(one), { recursive: true, force: true });
      renameSync(own, folderOf(one));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fetches what is of one release: binary packages together, and each source by itself, since its files have names of many kinds. */
function fetchFrom(suite: string | undefined, wanted: readonly Package[], say: (line: string) => void): void {
  const binaries = wanted.filter((one) => !isSource(one)), sources = wanted.filter(isSource);
  const apt = new Apt({ architectures: [...new Set(binaries.map(({ architecture }) => architecture))], sources: sources.length > 0, suite });
  try {
    const offers = update(apt, wanted, say);
    for (const group of [binaries, ...sources.map((one) => [one])]) {
      if (group.length) fetch(apt, group, group.map((one) => specOf(one, offers, say)), say);
    }
  } finally {
    apt.close();
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
  for (const suite of new Set(absent.map((one) => one.suite))) fetchFrom(suite, absent.filter((one) => one.suite === suite), say);
  return wanted.map((one) => {
    const file = fileOf(one);
    if (!file) throw new FetchFailed(`apt fetched ${one.name}, but ${folderOf(one)} does not hold it`, "remove that folder and run this again");
    return file;
  });
}

const STATUS = "/var/lib/dpkg/status";

/**
 * Packages, and what this system lacks of all that they depend on.
 *
 * @param groups  names of packages; each group is answered by itself, as if the others were not wanted
 * @param say  told what happens, in a line each
 * @throws FetchFailed
 */
export function closuresOf(groups: readonly (readonly string[])[], say: (line: string) => void): Package[][] {
  const status = existsSync(STATUS) ? readFileSync(STATUS) : "";
  const record = join(cache, "closures", createHash("sha256").update(JSON.stringify(groups)).update(status).digest("hex"));
  if (existsSync(record)) return JSON.parse(readFileSync(record, "utf8")) as Package[][];
  const architecture = spawnSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).stdout?.trim() ?? "";
  const apt = new Apt({ architectures: [architecture], sources: false, suite: undefined });
  try {
    update(apt, groups.flat().map((name) => ({ name, architecture })), say);
    const closures = groups.map((names) => {
      const { output, problem } = apt.run("apt-get", ["-o", `Dir::State::status=${STATUS}`, "install", "--simulate", "--reinstall", "--no-install-recommends", ...names]);
      if (problem !== undefined) throw new FetchFailed(`apt-get install --simulate ${names.join(" ")} failed:\n${problem}`, "check that `apt-get check` is content with this system");
      return [...output.matchAll(/^Inst ([^ :]+).* \[(\w+)\]\)/gm)].map(([, name, architecture]): Package => ({ name: name!, architecture: architecture! }));
    });
    mkdirSync(dirname(record), { recursive: true });
    writeFileSync(record, JSON.stringify(closures));
    return closures;
  } finally {
    apt.close();
  }
}

function unpack(program: string, args: readonly string[], file: string): void {
  const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  const problem = error?.message ?? (status === 0 ? undefined : stderr.trim());
  if (problem !== undefined) throw new FetchFailed(`unpacking ${file} with ${program}: ${problem}`, `remove ${dirname(file)} and run this again`);
}

/** Unpacks a .deb into a folder, or a source with Debian's patches as the folder itself; what was there is replaced. */
export function unpackTo(folder: string, file: string): void {
  const fromSource = file.endsWith(".dsc");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(fromSource ? dirname(folder) : folder, { recursive: true });
  if (fromSource) unpack("dpkg-source", ["--no-check", "--no-copy", "-q", "-x", file, folder], file);
  else unpack("dpkg-deb", ["-x", file, folder], file);
}

/** The version of a fetched package: a .deb has it in its name, a .dsc within. */
export function versionOf(file: string): string {
  if (file.endsWith(".dsc")) return /^Version: (.*)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  return decodeURIComponent(basename(file)).split("_")[1] ?? "";
}
