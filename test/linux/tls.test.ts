// Thread-local variables, and functions that are bound when they are called, in a process of many threads: each case is a program that
// links the library, the shared one, the static one, and one in which the compiler watches threads; on every machine some of them, with
// musl, under qemu-user or natively.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { OWN_TOOLS, linuxSteps } from "../../scripts/linux.js";
import { machines } from "../../scripts/machines.js";
import { takeAll } from "../../scripts/steps.js";
import { archiver, compilerFor, runnerFor } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { watching } from "../support/watched.js";
import { CASES as DLOPEN_CASES, build, buildStatic, casesIn } from "./dl.js";
import { LIBRARIES, MACHINE } from "./own.js";
import { runPlain } from "./preload.js";

const CASES = casesIn("test/linux/tls");
const INCLUDES = [`-I${join(ROOT, "build/linux/include")}`, "-pthread"];

const shared = (folder: string): readonly string[] => [`-L${folder}`, "-llinkwright", `-Wl,-rpath,${folder}`];

/** How a program gets this machine's library. */
const LINKED: Readonly<Record<string, readonly string[]>> = { shared: shared(LIBRARIES), static: [join(LIBRARIES, "liblinkwright.a")] };

/** Cases whose libraries need nothing, so that they are the same with any C library; and those that no emulator is needed for to be slow. */
const EVERYWHERE = ["models.c", "blocks.c", "reserve.c", "ends.c", "lazy.c", "kept.c", "closing.c"];

const machineOf = (name: string): (typeof machines)[number] => machines.find((one) => one.name === name)!;

async function passes(command: readonly string[], folder: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { end, stderr } = await runPlain({ command, env, folder });
  assert.equal(end, 0, `ended with ${end}\n${stderr.slice(-4000)}`);
}

describe("linux: thread-local storage", { concurrency: 2 }, () => {
  const folder = ownFolder();
  for (const one of CASES) {
    for (const [kind, flags] of Object.entries(LINKED)) {
      test(`${one.name}, ${kind}: ${one.title}`, async () => {
        const built = join(folder, `${one.name}-${kind}`);
        await build(one, built, INCLUDES, flags);
        await passes(["./main"], built, one.env);
      });
    }
  }
});

// What watches stands in front of these functions, too, and calls the next before it can watch: none that is watched itself.
const BEFORE = ["dlopen", "dlclose", "dlsym", "dlvsym", "dlerror", "dladdr", "dl_iterate_phdr"];
const ALONE = [...BEFORE.map((name) => `-D${name}=unwatched_${name}`), "-DLW_TOLD_THREADS"];

describe("linux: threads, watched", () => {
  const folder = ownFolder(), library = `build/linux/${MACHINE.name}-watched`;
  // Two threads that bind one function store the same word.
  const known = join(folder, "known"), watches = { TSAN_OPTIONS: `halt_on_error=1:suppressions=${known}` };
  let flags: readonly string[] = [];
  before(async () => {
    writeFileSync(known, "race_top:lw_memory_store\nrace_top:store_apart\n");
    flags = watching();
    await takeAll(linuxSteps(MACHINE, OWN_TOOLS, library, [...flags, "-O1", ...ALONE]), () => undefined);
  });
  for (const name of ["hammer.c", "blocks.c", "models.c", "lazy.c"]) {
    test(name, async () => {
      const built = join(folder, name);
      await build(CASES.find((one) => one.name === name)!, built, [...INCLUDES, "-g"], [...flags, ...shared(join(ROOT, library))]);
      await passes(["./main"], built, watches);
    });
  }
  test("eight.c, of dlopen's cases", async () => {
    const built = join(folder, "eight.c"), { flags: own, ...one } = DLOPEN_CASES.find(({ name }) => name === "eight.c")!;
    const links = [...flags, `-L${join(ROOT, library)}`, "-llinkwright-dl", `-Wl,-rpath,${join(ROOT, library)}`];
    await build({ ...one, flags: [...own, ...ALONE, "-DTOLD"] }, built, ["-g"], links);
    await passes(["./main"], built, watches);
  });
});

for (const { name: machine } of machines) {
  describe(`linux: thread-local storage on ${machine}`, () => {
    const folder = ownFolder(), library = `build/linux/${machine}-musl`;
    before(() => takeAll(linuxSteps(machineOf(machine), { cc: compilerFor(machine), ar: archiver(), isShared: false }, library), () => undefined));
    for (const name of EVERYWHERE) {
      test(name, async () => {
        const built = join(folder, name);
        await buildStatic(CASES.find((one) => one.name === name)!, machineOf(machine), compilerFor(machine), built, [...INCLUDES, join(ROOT, library, "liblinkwright.a")]);
        await passes([...runnerFor(machine), "./main"], built);
      });
    }
  });
}

describe("linux: thread-local storage in a static program with this system's libc", () => {
  const folder = ownFolder();
  for (const name of EVERYWHERE) {
    test(name, async () => {
      const built = join(folder, name);
      await buildStatic(CASES.find((one) => one.name === name)!, MACHINE, [...OWN_TOOLS.cc, ...(OWN_TOOLS.ld ?? [])], built, [...INCLUDES, join(LIBRARIES, "liblinkwright.a")]);
      await passes(["./main"], built);
    });
  }
});
