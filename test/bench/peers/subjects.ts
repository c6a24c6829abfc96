// What is loaded: libraries of our own for one question each, and Debian's for what programs are made of.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { OWN_MACHINE } from "../../../scripts/linux.js";
import { type Package, packageFiles, unpackTo } from "../../../scripts/packages.js";
import { type Step, takeAll } from "../../../scripts/steps.js";
import { ROOT } from "../../support/files.js";
import { Random } from "../../support/random.js";

const run = promisify(execFile);

const FOLDER = "build/bench/subjects";
const SOURCES = "test/bench/peers/subjects";

/** A file to be loaded, and how to see that it works. */
export interface Subject {
  readonly path: string;
  /** A function that is called with `text` and its length, and answers with a number. */
  readonly symbol: string;
  readonly text: string;
  /** What has to be in the process before: the libraries that it needs, but for libc's own. */
  readonly preload: readonly string[];
}

const ARCHITECTURES: Readonly<Record<string, readonly [architecture: string, triplet: string]>> = {
  x86_64: ["amd64", "x86_64-linux-gnu"], aarch64: ["arm64", "aarch64-linux-gnu"],
};

/** libssl3 follows its release: what was mended is no longer offered. */
const DEBIAN = {
  libz: { package: "zlib1g", version: "1:1.2.13.dfsg-1", file: "libz.so.1", folder: "lib", symbol: "zlibCompileFlags" },
  libsqlite3: { package: "libsqlite3-0", version: "3.40.1-2+deb12u2", file: "libsqlite3.so.0", folder: "usr/lib", symbol: "sqlite3_libversion_number" },
  libcrypto: { package: "libssl3", version: undefined, file: "libcrypto.so.3", folder: "usr/lib", symbol: "OpenSSL_version_num" },
  libcapstone: { package: "libcapstone4", version: "4.0.2-5", file: "libcapstone.so.4", folder: "usr/lib", symbol: "cs_version" },
} as const;

/** The largest library at hand: set-up installs it with clang. */
const LLVM = { file: "libLLVM.so.19.1", symbol: "LLVMLookupIntrinsicID", text: "llvm.memcpy" };

/** One stays to be left out. A page more or less is then 128 bytes of each. */
const COPIES = 33;

const compile = (name: string, sources: readonly string[], options: readonly string[] = [], reads: readonly string[] = []): Step => ({
  name: `subject ${name}`, reads: [...sources, ...reads], makes: [`${FOLDER}/${name}`],
  commands: [["clang-19", "-fuse-ld=lld-19", "-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-Wl,-z,now", "-Wl,--hash-style=gnu", `-Wl,-soname,${name}`, ...options, ...sources, "-o", `${FOLDER}/${name}`]],
});

const source = (name: string): string => `${SOURCES}/${name}.c`;
const RUNPATH = "-Wl,-rpath,$ORIGIN";

const NAMES = `${FOLDER}/names`;
/** How long names are, and how many there are of each length. */
const SHORTEST = 4, LONGEST = 40, EACH = 8;

/** Names of every length; those that are not there are like those that are. */
function names(seed: number): string[] {
  const random = new Random(seed);
  const letters = "abcdefghijklmnopqrstuvwxyz_";
  const lengths = Array.from({ length: (LONGEST - SHORTEST + 1) * EACH }, (_, i) => SHORTEST + Math.floor(i / EACH));
  const all = new Set<string>();
  for (const length of lengths) {
    let name: string;
    do name = `${seed ? "x" : "s"}${Array.from({ length: length - 1 }, () => letters[random.below(letters.length)]).join("")}`;
    while (all.has(name));
    all.add(name);
  }
  const list = [...all];
  for (let i = list.length; i-- > 1;) {
    const other = random.below(i + 1);
    [list[i], list[other]] = [list[other]!, list[i]!];
  }
  return list;
}

async function writeIfNew(path: string, text: string): Promise<void> {
  const full = join(ROOT, path);
  if (await readFile(full, "utf8").catch(() => undefined) !== text) await writeFile(full, text);
}

/** Libraries that `path` needs, as the system finds them, but for those that every program has. */
async function preloadOf(path: string): Promise<string[]> {
  const { stdout } = await run("ldd", [path]);
  return [...stdout.matchAll(/=> (\/\S+)/g)].map(([, found]) => found!).filter((found) => !found.includes("/libc.so."));
}

const DF_1_NODELETE = 8n, DT_FLAGS_1 = 0x6ffffffbn, PT_DYNAMIC = 2;

/** A library that may not be unloaded can't be loaded twice: that flag goes. */
export function deletable(bytes: Buffer): Buffer {
  const headers = Number(bytes.readBigUInt64LE(32)), each = bytes.readUInt16LE(54), count = bytes.readUInt16LE(56);
  for (let i = 0; i < count; ++i) {
    const header = headers + i * each;
    if (bytes.readUInt32LE(header) !== PT_DYNAMIC) continue;
    const start = Number(bytes.readBigUInt64LE(header + 8)), size = Number(bytes.readBigUInt64LE(header + 32));
    for (let at = start; at < start + size; at += 16) {
      if (bytes.readBigUInt64LE(at) === DT_FLAGS_1) bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at + 8) & ~DF_1_NODELETE, at + 8);
    }
  }
  return bytes;
}

async function copied(name: string, from: string): Promise<string> {
  const path = join(ROOT, FOLDER, name);
  if (!existsSync(path)) await writeFile(path, deletable(await readFile(from)));
  return path;
}

/** What there is to load and to look up. */
export interface Subjects {
  readonly small: Subject;
  readonly chain: Subject;
  /** Debian's, by name; and the largest. */
  readonly debian: Readonly<Record<keyof typeof DEBIAN, Subject>>;
  readonly largest: Subject | undefined;
  /** A library with many names, itself with no needs; and the files with names that it has, and that nobody has. */
  readonly named: { readonly path: string; readonly there: string; readonly absent: string };
  /** A thread-local variable, by __tls_get_addr and by a descriptor. */
  readonly threads: Readonly<Record<"called" | "described", string>>;
  /** libcrypto many times: lib0.so, lib1.so, ... */
  readonly copies: { readonly folder: string; readonly count: number };
}

/** Makes or fetches what is not there. */
export async function makeSubjects(say: (what: string) => void): Promise<Subjects> {
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  const there = names(0), absent = names(1);
  await writeIfNew(`${NAMES}.c`, there.map((name, i) => `unsigned ${name}(void); unsigned ${name}(void) { return ${i}; }`).join("\n"));
  await writeIfNew(`${NAMES}.there`, `${there.join("\n")}\n`);
  await writeIfNew(`${NAMES}.absent`, `${absent.join("\n")}\n`);
  const at = (name: string): string => `${FOLDER}/${name}`;
  await takeAll([
    compile("libsmall.so", [source("small")]),
    compile("libthird.so", [source("third")]),
    compile("libsecond.so", [source("second"), at("libthird.so")], [RUNPATH]),
    compile("libfirst.so", [source("first"), at("libsecond.so")], [RUNPATH, `-Wl,-rpath-link,${FOLDER}`]),
    compile("libnames.so", [`${NAMES}.c`], ["-nostdlib"]),
    compile("libcalled.so", [source("touch")]),
    ...(OWN_MACHINE === "x86_64" ? [compile("libdescribed.so", [source("touch")], ["-mtls-dialect=gnu2"])] : []),
  ], say);
  const [architecture, triplet] = ARCHITECTURES[OWN_MACHINE!]!;
  const kinds = Object.entries(DEBIAN) as [keyof typeof DEBIAN, (typeof DEBIAN)[keyof typeof DEBIAN]][];
  const packages = kinds.map(([, { package: name, version }]): Package => ({ name, architecture, ...(version === undefined ? {} : { version }) }));
  const archives = packageFiles(packages, say);
  const debian = await Promise.all(kinds.map(async ([name, { file, folder, symbol }], i) => {
    const path = join(ROOT, at(file));
    if (!existsSync(path)) {
      const unpacked = join(ROOT, FOLDER, "unpacked", name);
      unpackTo(unpacked, archives[i]!);
      await copied(file, join(unpacked, folder, triplet, file));
    }
    return [name, { path, symbol, text: "", preload: await preloadOf(path) }] as const;
  }));
  const full = (name: string): string => join(ROOT, at(name));
  const largest = join("/usr/lib", triplet, LLVM.file);
  await mkdir(full("copies"), { recursive: true });
  for (let i = 0; i < COPIES; ++i) {
    if (!existsSync(full(`copies/lib${i}.so`))) await copyFile(full(DEBIAN.libcrypto.file), full(`copies/lib${i}.so`));
  }
  return {
    small: { path: full("libsmall.so"), symbol: "answer", text: "seventeen letters", preload: [] },
    chain: { path: full("libfirst.so"), symbol: "answer", text: "seventeen letters", preload: [] },
    debian: Object.fromEntries(debian) as unknown as Subjects["debian"],
    largest: existsSync(largest) ? { ...LLVM, path: await copied("libLLVM.so", largest), preload: await preloadOf(largest) } : undefined,
    named: { path: full("libnames.so"), there: full("names.there"), absent: full("names.absent") },
    threads: { called: full("libcalled.so"), described: OWN_MACHINE === "x86_64" ? full("libdescribed.so") : full("libcalled.so") },
    copies: { folder: full("copies"), count: COPIES },
  };
}
