// zlib for each machine, and the modules of examples/zlib that need it. Where Debian has the architecture, libz.so.1 is
// the file out of its own package; for the others it is built from Debian's source package, without a libc.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machines } from "./machines.js";
import type { Machine } from "./machines.js";
import { packageFiles, unpackTo, versionOf } from "./packages.js";
import type { Package } from "./packages.js";
import { root } from "./root.js";
import { takeAll } from "./steps.js";
import type { Command, Step } from "./steps.js";

/** zlib of a machine. */
export interface Zlib {
  readonly machine: Machine;
  /** Where libz.so.1 comes from, in a few words. */
  readonly origin: string;
  /** Debian's version of the package that it is from. */
  readonly version: string;
  /** The folder with libz.so.1, roundtrip.so and missing.so. */
  readonly folder: string;
}

const VERSION = "1:1.2.13.dfsg-1";
const SOURCE: Package = { name: "zlib", version: VERSION, architecture: "source" };

/** Debian 12's name of a machine, and where its libraries lie. */
const DEBIAN: Readonly<Record<string, { architecture: string; triplet: string }>> = {
  x86_64: { architecture: "amd64", triplet: "x86_64-linux-gnu" },
  i386: { architecture: "i386", triplet: "i386-linux-gnu" },
  aarch64: { architecture: "arm64", triplet: "aarch64-linux-gnu" },
  arm: { architecture: "armhf", triplet: "arm-linux-gnueabihf" },
};

const FOLDER = "build/zlib";
const SOURCES = `${FOLDER}/source`;

const FILES = [
  "adler32", "compress", "crc32", "deflate", "gzclose", "gzlib", "gzread", "gzwrite", "infback", "inffast", "inflate",
  "inftrees", "trees", "uncompr", "zutil",
];

/** How a module is compiled: -nostdlibinc, so that no header of this machine's own libc is met. */
function compile({ module }: Machine, source: string, object: string, extra: readonly string[] = []): Command {
  return [
    "clang-19", `--target=${module.target}`, ...module.flags, "-O2", "-fPIC", "-ffreestanding", "-nostdlibinc", "-Iexamples/zlib/include",
    `-I${SOURCES}`, ...extra, "-c", source, "-o", object,
  ];
}

function link({ module }: Machine, objects: readonly string[], output: string, extra: readonly string[]): Command {
  return ["ld.lld-19", "-m", module.emulation, "-shared", "--hash-style=gnu", "-z", "relro", "-z", "now", ...extra, ...objects, "-o", output];
}

function library(machine: Machine): Step {
  const folder = `${FOLDER}/${machine.name}`;
  const objects = FILES.map((name) => `${folder}/${name}.o`);
  const makes = `${folder}/libz.so.1`;
  // As zlib's own configure settles them on Linux.
  const defines = ["-DHAVE_UNISTD_H=1", "-DHAVE_STDARG_H=1", "-DHAVE_HIDDEN=1", "-D_LARGEFILE64_SOURCE=1"];
  return {
    name: `libz ${machine.name}`,
    reads: ["examples/zlib/include", SOURCES],
    makes: [makes],
    commands: [
      ...FILES.map((name, i) => compile(machine, `${SOURCES}/${name}.c`, objects[i]!, defines)),
      link(machine, objects, makes, ["-soname", "libz.so.1", "--version-script", `${SOURCES}/zlib.map`, "--undefined-version"]),
    ],
  };
}

function module(machine: Machine, name: string): Step {
  const folder = `${FOLDER}/${machine.name}`;
  const makes = `${folder}/${name}.so`;
  const source = `examples/zlib/${name}.c`;
  return {
    name: `${name} ${machine.name}`,
    reads: [source, "examples/zlib/include", SOURCES, `${folder}/libz.so.1`],
    makes: [makes],
    commands: [compile(machine, source, `${folder}/${name}.o`, ["-Wall", "-Wextra", "-Werror"]), link(machine, [`${folder}/${name}.o`], makes, [`${folder}/libz.so.1`])],
  };
}

/** Runs `make` unless it was the last thing to fill this folder for `key`. */
function once(folder: string, key: string, make: (folder: string) => void): void {
  const record = join(root, FOLDER, ".from", folder.slice(FOLDER.length + 1).replaceAll("/", "-"));
  if (existsSync(record) && existsSync(join(root, folder)) && readFileSync(record, "utf8") === key) return;
  rmSync(record, { force: true });
  make(join(root, folder));
  mkdirSync(join(root, FOLDER, ".from"), { recursive: true });
  writeFileSync(record, key);
}

function placeLibrary(folder: string, file: string, triplet: string): void {
  unpackTo(join(folder, "package"), file);
  // A link to the file with the full version.
  cpSync(join(folder, "package", "lib", triplet, "libz.so.1"), join(folder, "libz.so.1"), { dereference: true });
}

/**
 * Makes libz.so.1, roundtrip.so and missing.so for each machine.
 *
 * @param say  told what happens, in a line each
 * @throws FetchFailed, StepFailed
 */
export async function makeZlib(say: (line: string) => void): Promise<Zlib[]> {
  const packaged = machines.filter(({ name }) => DEBIAN[name]);
  const wanted = packaged.map(({ name }): Package => ({ name: "zlib1g", version: VERSION, architecture: DEBIAN[name]!.architecture }));
  const files = packageFiles([...wanted, SOURCE], say);
  once(SOURCES, files.at(-1)!, (folder) => unpackTo(folder, files.at(-1)!));
  packaged.forEach(({ name }, i) => once(`${FOLDER}/${name}`, files[i]!, (folder) => placeLibrary(folder, files[i]!, DEBIAN[name]!.triplet)));
  const steps = machines.flatMap((machine) => [...(DEBIAN[machine.name] ? [] : [library(machine)]), module(machine, "roundtrip"), module(machine, "missing")]);
  await takeAll(steps, say);
  return machines.map((machine) => {
    const at = packaged.indexOf(machine);
    const origin = at < 0 ? "from source" : `Debian ${wanted[at]!.architecture}`;
    return { machine, origin, version: versionOf(files.at(at)!), folder: join(root, FOLDER, machine.name) }; // -1: the source is the last
  });
}
