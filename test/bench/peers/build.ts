// Makes the programs that measure: one for each linker, all around the same driver.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { OWN_MACHINE, OWN_TOOLS, linuxHeader, linuxSteps } from "../../../scripts/linux.js";
import { machines } from "../../../scripts/machines.js";
import { type Command, type Step, takeAll } from "../../../scripts/steps.js";
import { ROOT } from "../../support/files.js";

const SOURCES = "test/bench/peers";
const FOLDER = "build/bench/peers";
const RUST = `${SOURCES}/rust`;
/** Where cargo keeps what it makes. */
const CARGO = "build/bench/cargo";
const CC: Command = ["clang-19", "-fuse-ld=lld-19", "-O3", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pthread"];
const DRIVER = ["driver.c", "proof.c", "module.c"].map((name) => `${SOURCES}/${name}`);

/** What a linker is measured by. */
export interface Peer {
  readonly name: string;
  /** The system's linker itself is to do the work. */
  readonly isSystem?: boolean;
  /** What it maps can't be called: nothing in it is bound. */
  readonly isBare?: boolean;
  /** It takes objects only. */
  readonly isForObjects?: boolean;
  readonly program: string;
}

interface Recipe extends Omit<Peer, "program"> {
  /** Its file of C, if it is C. */
  readonly source?: string;
  /** The package of the Rust workspace that it is in. */
  readonly crate?: string;
  readonly options?: readonly string[];
}

const OURS = "Linkwright";
/** JITLink is in it; set-up installs it with clang. */
const LLVM = `/usr/lib/${process.arch === "x64" ? "x86_64" : "aarch64"}-linux-gnu/libLLVM.so.19.1`;
const RECIPES: readonly Recipe[] = [
  { name: "glibc", source: "glibc.c", isSystem: true },
  { name: "bare calls", source: "floor.c", isBare: true },
  { name: "bare stores", source: "floor.c", options: ["-DSTORES"] },
  { name: "C", source: "loader.c" },
  { name: "libloading", crate: "peer_libloading", isSystem: true },
  { name: "Relink", crate: "peer_relink" },
  { name: "dlopen-rs", crate: "peer_dlopen_rs" },
  { name: "JITLink", source: "jitlink.c", isForObjects: true, options: [LLVM] },
  { name: OURS, source: "linkwright.c", options: ["-Ibuild/linux/include", `build/linux/${OWN_MACHINE}/liblinkwright.a`] },
];

const programOf = (name: string): string => `${FOLDER}/${name.replace(" ", "-")}`;

/** Versions are those of Cargo.lock. */
const RUST_STEP: Step = {
  name: "bench crates", reads: [RUST], makes: RECIPES.flatMap(({ crate }) => (crate ? [`${CARGO}/release/lib${crate}.a`] : [])),
  commands: [["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", `${RUST}/Cargo.toml`, "--target-dir", CARGO]],
};

function stepOf({ name, source, crate, options = [] }: Recipe): Step {
  const archive = crate ? `${CARGO}/release/lib${crate}.a` : undefined;
  const ours = name === OURS ? [options.at(-1)!, "build/linux/include/linkwright.h"] : [];
  return {
    name: `bench ${name}`,
    reads: [...DRIVER, ...["peer.h", "proof.h", "module.h"].map((header) => `${SOURCES}/${header}`), ...(source ? [`${SOURCES}/${source}`] : []), ...(archive ? [archive] : []), ...ours],
    makes: [programOf(name)],
    // What is loaded finds nothing in the program by its name: it exports nothing.
    commands: [[...CC, ...DRIVER, ...(source ? [`${SOURCES}/${source}`] : []), ...(archive ? [archive, "-lgcc_s", "-lm", "-ldl"] : []), ...options, "-o", programOf(name)]],
  };
}

/** All that can be made here, the system's linker first and ours last. */
export async function makePeers(say: (what: string) => void): Promise<readonly Peer[]> {
  const hasCrates = await takeAll([RUST_STEP], say).then(() => true, (error: Error) => {
    say(`without libloading, Relink and dlopen-rs (https://rustup.rs brings cargo): ${error.message.split("\n").at(-1)}`);
    return false;
  });
  const recipes = RECIPES.filter(({ crate, options }) => (hasCrates || !crate) && (options?.[0] !== LLVM || existsSync(LLVM)));
  const machine = machines.find(({ name }) => name === OWN_MACHINE)!;
  await takeAll([linuxHeader, ...linuxSteps(machine, OWN_TOOLS), ...recipes.map(stepOf)], say);
  return recipes.map(({ source: _source, crate: _crate, options: _options, ...peer }) => ({ ...peer, program: join(ROOT, programOf(peer.name)) }));
}
