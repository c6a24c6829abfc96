// Real files: packages by machine. Every shared object of a package is taken, gconv's converters apart, of which there are hundreds.

import type { Machine } from "../../fixtures/list.js";
import type { NpmPackage } from "../../scripts/npm.js";

/** A release of Debian, as a machine has it. */
export interface Debian {
  readonly architecture: string;
  /** The folder of its libraries. */
  readonly triplet: string;
  /** Unless it is the one this system is of. */
  readonly suite?: string;
  readonly packages: readonly string[];
}

/** What there is for a machine. */
export interface Corpus {
  readonly machine: Machine;
  readonly debian?: Debian;
  readonly npm?: readonly NpmPackage[];
  /** Built from source, as no distribution has it: see sources.ts. */
  readonly fromSource?: true;
  /** What the reference must have met in its files, of the names that link.py counts: else they prove nothing of it. */
  readonly meets: readonly string[];
}

/** What others need: they are there whatever is chosen. */
export const RUNTIME: readonly string[] = ["libc6", "libgcc-s1", "libstdc++6"];

const EVERYWHERE = [
  ...RUNTIME, "zlib1g", "libsqlite3-0", "libgmp10", "liblzma5", "libbz2-1.0", "libexpat1", "libffi8", "libpcre2-8-0", "libzstd1", "liblz4-1",
  "libtinfo6", "libncursesw6", "libgomp1", "libatomic1", "libgfortran5", "libuuid1", "libblkid1", "libmount1", "libselinux1", "libjemalloc2",
  "libsystemd0", "libgcrypt20", "libgpg-error0", "libbrotli1", "libidn2-0", "libopus0", "libjpeg62-turbo", "libfreetype6",
];

const BOOKWORM = [
  ...EVERYWHERE, "libssl3", "libglib2.0-0", "libcurl4", "libpython3.11", "libpython3.11-minimal", "libpython3.11-stdlib", "libperl5.36", "libxml2",
  "libpng16-16", "libreadline8", "libunistring2", "libmimalloc2.0", "libnettle8", "liburcu8",
];

const TRIXIE = [
  ...EVERYWHERE, "libssl3t64", "libglib2.0-0t64", "libcurl4t64", "libpython3.13", "libpython3.13-minimal", "libpython3.13-stdlib", "libperl5.40", "libxml2",
  "libpng16-16t64", "libreadline8t64", "libunistring5", "libmimalloc3",
];

const FORKY = [
  ...EVERYWHERE, "libssl3t64", "libglib2.0-0t64", "libcurl4t64", "libpython3.14", "libpython3.14-minimal", "libpython3.14-stdlib", "libperl5.42",
  "libpng16-16t64", "libreadline8t64", "libunistring5", "libmimalloc3",
];

const npm = (version: string, ...names: readonly string[]): NpmPackage[] => names.map((name) => ({ name, version }));

const DYNAMIC_TLS = ["TLS_MODULE", "TLS_OFFSET", "TLS_THREAD"], DEBIAN = ["RESOLVER", "VERSIONED"];

/** Everything there is. Debian 12 has four of the machines, 13 one more, and the next will have another. */
export const CORPORA: readonly Corpus[] = [
  {
    machine: "x86_64", meets: ["RELR", "B_A", "S_A", "S", ...DYNAMIC_TLS, ...DEBIAN],
    debian: { architecture: "amd64", triplet: "x86_64-linux-gnu", packages: BOOKWORM },
  },
  {
    machine: "i386", meets: ["RELR", "B_A", "S_A", "S", ...DYNAMIC_TLS, ...DEBIAN],
    debian: { architecture: "i386", triplet: "i386-linux-gnu", packages: BOOKWORM },
  },
  {
    machine: "aarch64", meets: ["B_A", "S_A", "SLOT", "TLS_DESCRIPTOR", "TLS_THREAD", ...DEBIAN],
    debian: { architecture: "arm64", triplet: "aarch64-linux-gnu", packages: BOOKWORM },
  },
  {
    machine: "arm", meets: ["B_A", "S_A_T", "SLOT_T", ...DYNAMIC_TLS, ...DEBIAN],
    debian: { architecture: "armhf", triplet: "arm-linux-gnueabihf", packages: BOOKWORM },
  },
  {
    machine: "riscv64", meets: ["B_A", "S_A", "S", ...DYNAMIC_TLS, ...DEBIAN],
    debian: { architecture: "riscv64", triplet: "riscv64-linux-gnu", suite: "trixie", packages: TRIXIE },
    npm: [
      ...npm("4.67.4", "@rollup/rollup-linux-riscv64-gnu", "@rollup/rollup-linux-riscv64-musl"),
      ...npm("1.12.2", "@unrs/resolver-binding-linux-riscv64-gnu", "@unrs/resolver-binding-linux-riscv64-musl"),
      ...npm("0.154.0", "@oxc-parser/binding-linux-riscv64-gnu", "@oxc-parser/binding-linux-riscv64-musl"),
      ...npm("3.3.4", "@koromix/koffi-linux-riscv64"),
      ...npm("1.0.11", "@napi-rs/canvas-linux-riscv64-gnu"),
      ...npm("0.35.5", "@img/sharp-linux-riscv64"),
    ],
  },
  { machine: "riscv32", meets: ["RELR", "B_A", "S_A", "S", "TLS_DESCRIPTOR", ...DYNAMIC_TLS], fromSource: true },
  {
    machine: "loongarch64", meets: ["RELR", "B_A", "S_A", "S", ...DYNAMIC_TLS, ...DEBIAN],
    debian: { architecture: "loong64", triplet: "loongarch64-linux-gnu", suite: "forky", packages: FORKY },
    npm: [
      ...npm("4.67.4", "@rollup/rollup-linux-loong64-gnu", "@rollup/rollup-linux-loong64-musl"),
      ...npm("1.12.2", "@unrs/resolver-binding-linux-loong64-gnu", "@unrs/resolver-binding-linux-loong64-musl"),
      ...npm("3.3.4", "@koromix/koffi-linux-loong64"),
    ],
  },
];
