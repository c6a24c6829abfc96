// A program's objects in the image of their machine: with a C library (libc.ts), a system in memory, and what the program is given.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "../../fixtures/list.js";
import { boot } from "../../hosts/node/qemu/boot.js";
import type { ImageEvent } from "../../hosts/node/qemu/events.js";
import { machines } from "../../hosts/node/qemu/machine.js";
import { ROOT } from "../support/files.js";
import { problemOf } from "./images.js";
import { internalCompiler, systemFor } from "./libc.js";
import { surroundingsFor } from "./linked.js";
import type { Ended } from "./process.js";

const run = promisify(execFile);

const PATIENCE = 240;
/** What programs have of the image: all else is in the archives. */
const CONSOLE = "lw_print";
const textOf = (text: string): string => JSON.stringify(text);

/** test/objects/libc/system.h, filled in. */
function givenTo(program: string, args: readonly string[], files: readonly string[]): string {
  return [
    '#include "system.h"', `char *lw_arguments[] = {${[program, ...args].map(textOf).join(", ")}, 0};`,
    ...files.map((path, i) => `static char file_${i}[] = {${[...readFileSync(path)].join(", ")}};`),
    `const struct lw_file lw_given[] = {${[...files.map((path, i) => `{${textOf(path)}, file_${i}, sizeof file_${i}, sizeof file_${i}}`), "{0}"].join(", ")}};`, "",
  ].join("\n");
}

/**
 * Loads them all, starts main, and unloads.
 *
 * @param files  files that the program finds, by their paths here
 */
export async function runBare(machine: Machine, objects: readonly string[], args: readonly string[], files: readonly string[], folder: string): Promise<Ended> {
  const image = machines().find(({ name }) => name === machine)!, compiler = internalCompiler(machine), given = join(folder, "given.c");
  writeFileSync(given, givenTo("program", args, files));
  const own = [join(ROOT, "test/objects/libc/system.c"), given].map((source, i) => ({ source, object: join(folder, `bare-${i}.o`) }));
  for (const { source, object } of own) await run(compiler[0]!, [...compiler.slice(1), "-c", source, "-o", object]);
  // What asks no system is lld's, too.
  const { libraries } = await surroundingsFor(machine, false, folder);
  const paths = [...objects, ...own.map(({ object }) => object), systemFor(machine), ...libraries];
  const named = paths.map((path) => ({ name: path.slice(path.lastIndexOf("/") + 1), bytes: readFileSync(path) })), [first, ...others] = named.map(({ name }) => name);

  let stdout = "", problem: string | undefined, status: number | null = null;
  const ending = await boot({
    machine: image, files: named, script: [...others.map((name) => `with ${name}`), `load ${first} local`, `call ${first} lw_start`, `unload ${first}`], timeout: PATIENCE,
    onText: (bytes) => (stdout += Buffer.from(bytes).toString("latin1")),
    onEvent: (event: ImageEvent) => {
      problem ??= problemOf(event);
      if (event.event === "host" && event.name !== CONSOLE) problem ??= `${event.name} is the image's own`;
      if (event.event === "returned") status = Number(BigInt.asIntN(32, BigInt(event.value)));
    },
  });
  if (ending.kind === "timeout") problem ??= `it hangs at ${ending.pc?.toString(16)}`;
  if (ending.kind === "ended") problem ??= `QEMU ended: ${ending.said}`;
  return { status: problem === undefined ? status : null, signal: null, stdout, stderr: problem ?? "" };
}
