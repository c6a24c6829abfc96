// Libraries for a machine that no distribution has: from Debian's source packages, with musl's headers, and musl itself.

import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { machines } from "../../scripts/machines.js";
import { type Package, packageFiles, unpackTo } from "../../scripts/packages.js";
import { type Command, type Step, takeAll } from "../../scripts/steps.js";
import { ROOT } from "../support/files.js";

/** Debian 13's: it is the first that knows riscv32. */
const MUSL = "musl";

/** A library, and what of its source makes it. */
interface Library {
  readonly source: string;
  /** Its files, from the source's folder on. */
  readonly files: RegExp;
  readonly soname: string;
  readonly flags?: readonly string[];
  readonly link?: readonly string[];
  /** The libraries it is linked to; all others call what nobody has. */
  readonly needs?: readonly string[];
}

const RELR = ["-z", "pack-relative-relocs"], SYSV = ["--hash-style=sysv"], LAZY = ["-z", "lazy"];
const ZLIB = { source: "zlib", files: /^\w+\.c$/ }, ZLIB_FLAGS = ["-DHAVE_UNISTD_H=1", "-DHAVE_STDARG_H=1", "-DHAVE_HIDDEN=1"];
const YAML = ["-DYAML_VERSION_MAJOR=0", "-DYAML_VERSION_MINOR=2", "-DYAML_VERSION_PATCH=5", '-DYAML_VERSION_STRING="0.2.5"'];
const MIMALLOC = { source: "mimalloc", files: /^src\/static\.c$/ };

/** They are linked in every way that a linker has, so that each meets some of the loader's. */
const LIBRARIES: Readonly<Record<string, Library>> = {
  zlib: { ...ZLIB, soname: "libz.so.1", flags: [...ZLIB_FLAGS, "-O2"] },
  "zlib small": { ...ZLIB, soname: "libz-small.so.1", flags: [...ZLIB_FLAGS, "-Oz"], link: RELR },
  "zlib plain": { ...ZLIB, soname: "libz-plain.so.1", flags: [...ZLIB_FLAGS, "-O0"], link: SYSV },
  "zlib symbolic": { ...ZLIB, soname: "libz-symbolic.so.1", flags: [...ZLIB_FLAGS, "-O3"], link: ["-Bsymbolic", ...LAZY] },
  lz4: { source: "lz4", files: /^lib\/\w+\.c$/, soname: "liblz4.so.1", link: RELR },
  bzip2: { source: "bzip2", files: /^(blocksort|huffman|crctable|randtable|compress|decompress|bzlib)\.c$/, soname: "libbz2.so.1.0", link: LAZY },
  zstd: { source: "libzstd", files: /^lib\/(common|compress|decompress|dictBuilder)\/\w+\.c$/, soname: "libzstd.so.1", flags: ["-DZSTD_DISABLE_ASM=1", "-DXXH_NAMESPACE=ZSTD_"], link: RELR, needs: [MUSL] },
  xxhash: { source: "xxhash", files: /^xxhash\.c$/, soname: "libxxhash.so.0" },
  cjson: { source: "cjson", files: /^cJSON\.c$/, soname: "libcjson.so.1", link: SYSV },
  "cjson utils": { source: "cjson", files: /^cJSON_Utils\.c$/, soname: "libcjson_utils.so.1", needs: ["cjson"] },
  deflate: { source: "libdeflate", files: /^lib\/\w+\.c$/, soname: "libdeflate.so.0" },
  tommath: { source: "libtommath", files: /^\w+\.c$/, soname: "libtommath.so.1", needs: [MUSL] },
  lzo: { source: "lzo2", files: /^src\/\w+\.c$/, soname: "liblzo2.so.2", flags: ["-Iinclude"] },
  yaml: { source: "libyaml", files: /^src\/\w+\.c$/, soname: "libyaml-0.so.2", flags: ["-Iinclude", ...YAML], link: SYSV, needs: [MUSL] },
  // thread-local: initial-exec, as it says itself; general dynamic; and by descriptors
  "mimalloc initial": { ...MIMALLOC, soname: "libmimalloc-initial.so.3", flags: ["-Iinclude", "-ftls-model=initial-exec"] },
  "mimalloc dynamic": { ...MIMALLOC, soname: "libmimalloc-dynamic.so.3", flags: ["-Iinclude", "-DMI_SHARED_LIB"], link: LAZY },
  "mimalloc descriptors": { ...MIMALLOC, soname: "libmimalloc-descriptors.so.3", flags: ["-Iinclude", "-mtls-dialect=desc"], link: RELR },
};

/** What can be chosen. */
export const sourceLibraries: readonly string[] = [MUSL, ...Object.keys(LIBRARIES)];

const FOLDER = "build/corpus/sources";

/** musl, made its own way: a goal of its makefile. */
function musl(machine: Machine, compiler: readonly string[], goal: string, reads: string, makes: string): Step {
  const configure = [`CC='${compiler.join(" ")}'`, "AR=llvm-ar-19", "RANLIB=llvm-ranlib-19", "LDFLAGS=-fuse-ld=lld", "LIBCC=", "./configure", `--target=${machine}`, "--prefix=/musl", "--syslibdir=/musl/lib"];
  return {
    name: `corpus ${machine} musl ${goal}`, reads: [reads], makes: [makes],
    commands: [["sh", "-c", `cd ${FOLDER}/${MUSL} && ${configure.join(" ")} && make -j2 DESTDIR="$PWD/../../${machine}" ${goal}`]],
  };
}

/** The names with those that they need. */
function closureOf(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => [...closureOf(LIBRARIES[name]?.needs ?? []), name]))];
}

const folderOf = (machine: Machine): string => `build/corpus/${machine}`;
const headersOf = (machine: Machine): string => `${folderOf(machine)}/musl/include`;

/** Where a library is built. */
const pathOf = (machine: Machine, name: string): string => `${folderOf(machine)}/${name === MUSL ? "musl/lib/libc.so" : LIBRARIES[name]!.soname}`;

function library(machine: Machine, compiler: readonly string[], emulation: string, name: string): Step {
  const { source, files, soname, flags = [], link = [], needs = [] } = LIBRARIES[name]!;
  const folder = `${FOLDER}/${source}`, objects = `${folderOf(machine)}/objects/${soname}`, headers = headersOf(machine);
  const found = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((file) => files.test(file)).sort();
  const others = needs.map((one) => pathOf(machine, one)), makes = pathOf(machine, name);
  const objectOf = (file: string): string => `${objects}/${file.replaceAll("/", "-")}.o`;
  const compile = (file: string): Command => [
    ...compiler, "-O2", "-fPIC", "-w", "-nostdlibinc", `-I${headers}`, `-I${folder}`,
    ...flags.map((flag) => flag.replace(/^-I/, `-I${folder}/`)), "-c", `${folder}/${file}`, "-o", objectOf(file),
  ];
  const linked = others.flatMap((path) => ["-L", dirname(path), `-l:${basename(path)}`]);
  return {
    name: `corpus ${machine} ${name}`, reads: [`${headers}/stdio.h`, folder, ...others], makes: [makes],
    commands: [
      ["mkdir", "-p", objects], ...found.map(compile),
      ["ld.lld-19", "-m", emulation, "-shared", "--hash-style=gnu", ...link, "-soname", soname, ...found.map(objectOf), ...linked, "-o", makes],
    ],
  };
}

/**
 * Builds libraries for a machine.
 *
 * @param chosen  names of `sourceLibraries`
 * @param say  told what happens, in a line each
 * @throws FetchFailed, StepFailed
 */
export async function librariesOf(machine: Machine, chosen: ReadonlySet<string>, say: (line: string) => void): Promise<{ files: string[]; search: string[] }> {
  const wanted = sourceLibraries.filter((name) => chosen.has(name)), names = closureOf(wanted);
  const sources = [...new Set([MUSL, ...names.map((name) => LIBRARIES[name]?.source ?? name)])];
  const packages = sources.map((name): Package => ({ name, architecture: "source", ...(name === MUSL ? { suite: "trixie" } : {}) }));
  packageFiles(packages, say).forEach((file, i) => unpackTo(join(ROOT, FOLDER, sources[i]!), file));

  const { module } = machines.find(({ name }) => name === machine)!;
  const compiler = ["clang-19", `--target=${module.target}`, ...module.flags];
  const headers = `${headersOf(machine)}/stdio.h`;
  await takeAll([
    musl(machine, compiler, "install-headers", `${FOLDER}/${MUSL}/configure`, headers),
    ...names.map((name) => (name === MUSL ? musl(machine, compiler, "install-libs", headers, pathOf(machine, MUSL)) : library(machine, compiler, module.emulation, name))),
  ], say);
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
  rmSync(join(ROOT, folderOf(machine), "objects"), { recursive: true, force: true });
  const folders = new Set(names.map((name) => join(ROOT, dirname(pathOf(machine, name)))));
  return { files: wanted.map((name) => join(ROOT, pathOf(machine, name))), search: [...folders] };
}
