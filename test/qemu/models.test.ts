// Objects of every code model and state run: x86's models, i386's with and without a base register, Arm's and Thumb's calls of each other.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Machine } from "../../fixtures/list.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { run } from "./machines.js";

/** Flags of one.c and, behind a slash, of two.c, where these have others. */
const MODELS: Partial<Record<Machine, readonly string[]>> = {
  x86_64: [
    "-O2 -fPIC", "-O0 -fno-pic -fcommon", "-O2 -fno-pic -mcmodel=large", "-O2 -fPIC -mcmodel=large", "-O1 -fPIC -mcmodel=medium", "-Os -fPIE -ffunction-sections -fdata-sections",
    "-O2 -fPIC -fno-plt -ftls-model=local-dynamic", "-O2 -fPIC -mtls-dialect=gnu2", "-O0 -fno-pic -mcmodel=large -ftls-model=initial-exec", "-O2 -fno-pic / -O2 -fPIC -mcmodel=large",
  ],
  i386: ["-O2 -fPIC", "-O0 -fno-pic -fcommon", "-Os -fPIE -ffunction-sections -fdata-sections", "-O2 -fPIC -fno-plt -ftls-model=initial-exec", "-O1 -fno-pic -ftls-model=local-dynamic / -O0 -fPIC"],
  arm: [
    "-marm -O2 -fPIC / -mthumb -O2 -fPIC", "-mthumb -O0 -fno-pic -fcommon / -marm -O2 -fPIC", "-mthumb -Os -fPIE / -mthumb -O2 -mlong-calls", "-marm -O0 -fno-pic / -mthumb -O2 -fno-pic -ftls-model=local-exec",
    "-marm -O2 -fPIC -ffunction-sections -ftls-model=initial-exec / -marm -O1 -mlong-calls", "-mthumb -O2 -fPIC -ftls-model=local-dynamic / -marm -O0 -mexecute-only",
  ],
};

const SOURCES = join(ROOT, "fixtures/src/models");
const folder = ownFolder();

for (const [machine, models] of Object.entries(MODELS) as [Machine, readonly string[]][]) {
  test(`code models: ${machine}`, async () => {
    const { module } = JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as { module: { target: string; flags: string[]; emulation: string } };
    const plain = module.flags.filter((flag) => flag !== "-mthumb");
    const compile = (source: string, flags: readonly string[], output: string): string => {
      execFileSync("clang-19", [`--target=${module.target}`, ...plain, ...flags, "-ffreestanding", "-c", join(SOURCES, source), "-o", output]);
      return output;
    };
    const files = models.map((flags, index) => {
      const name = `${machine}${index}.o`, [one, two = one] = flags.split(" / ").map((part) => part.split(" "));
      const parts = [compile("one.c", one!, join(folder, `one-${name}`)), compile("two.c", two!, join(folder, `two-${name}`))];
      execFileSync("ld.lld-19", ["-m", module.emulation, "-r", ...parts, "-o", join(folder, name)]);
      return name;
    });
    if (machine === "arm") files.push(compile("descriptors.s", [], join(folder, "descriptors.o")).slice(folder.length + 1));
    const { events, ending } = await run(machine, files.map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
      files.flatMap((name) => [`load ${name}`, `call ${name} check`, `unload ${name}`]));
    assert.deepEqual(ending, { kind: "done" }, JSON.stringify(events));
    const returned = events.flatMap((event) => (event.event === "returned" ? [BigInt(event.value)] : []));
    assert.deepEqual(returned.map((value) => BigInt.asIntN(32, value)), files.map(() => 17n), JSON.stringify(events));
  });
}
