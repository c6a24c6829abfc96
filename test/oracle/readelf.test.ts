// What `linkwright inspect` says of a file is what llvm-readelf says: of every fixture, and of real libraries.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fixturesOf } from "../../fixtures/build.js";
import { MACHINES } from "../../fixtures/list.js";
import { fixturePath } from "../support/files.js";
import { type Facts, countLines, readelf, segmentLine, symbolLine } from "../support/readelf.js";
import { systemLibraries } from "../support/system.js";

interface Inspected {
  readonly class: number;
  readonly type: string;
  readonly entry: string | null;
  readonly flags: string;
  readonly segments: readonly { type: string; flags: string; offset: string; vaddr: string; fileBytes: number; bytes: number; align: number }[];
  readonly needed: readonly string[];
  readonly exports: readonly Symbol[];
  readonly imports: readonly Symbol[];
  readonly relocations: readonly { type: string; count: number }[];
}

interface Symbol {
  readonly name: string;
  readonly type: string;
  readonly bind: string;
  readonly visibility: string;
  readonly vaddr: string;
  readonly bytes: number;
  readonly version?: string;
}

function inspectAll(paths: readonly string[]): Map<string, Inspected> {
  const script = fileURLToPath(new URL("inspect.js", import.meta.url));
  const text = execFileSync(process.execPath, [script, ...paths], { encoding: "utf8", maxBuffer: 1 << 28 });
  return new Map(text.trimEnd().split("\n").map((line, i) => [paths[i]!, JSON.parse(line) as Inspected]));
}

function ours(one: Inspected): Facts {
  const symbol = (isDefined: boolean) => (s: Symbol): string =>
    symbolLine(s.name, s.type, s.bind, s.visibility, BigInt(s.vaddr), s.bytes, s.version, isDefined);
  return {
    class: one.class,
    type: one.type,
    entry: BigInt(one.entry ?? 0),
    flags: BigInt(one.flags),
    segments: one.segments.map((s) => segmentLine(s.type, s.flags, [BigInt(s.offset), BigInt(s.vaddr), BigInt(s.fileBytes), BigInt(s.bytes), BigInt(s.align)])),
    needed: one.needed,
    symbols: [...one.exports.map(symbol(true)), ...one.imports.map(symbol(false))].sort(),
    relocations: countLines(one.relocations.flatMap(({ type, count }) => Array<string>(count).fill(type))),
  };
}

function compare(group: string, paths: readonly string[]): void {
  describe(`readelf: ${group}`, () => {
    const theirs = readelf(paths), all = inspectAll(paths);
    assert.equal(theirs.size, paths.length);
    for (const path of paths) {
      test(path.split("/").slice(-2).join("/"), () => {
        const told = ours(all.get(path)!), { symbols, relocations, ...rest } = theirs.get(path)!;
        // Without section headers llvm-readelf finds no tables.
        assert.deepEqual({ ...told, symbols: undefined, relocations: undefined }, { ...rest, symbols: undefined, relocations: undefined });
        if (symbols) assert.deepEqual(told.symbols, symbols);
        if (relocations) assert.deepEqual(told.relocations, relocations);
      });
    }
  });
}

for (const machine of MACHINES) {
  // empty_load.so has a PT_LOAD of no bytes out of order, which llvm-readelf cannot look past.
  const names = fixturesOf(machine).map(({ name }) => name).filter((name) => name !== "empty_load.so");
  compare(machine, names.map((name) => fixturePath(machine, name)));
}
compare("the system's own", systemLibraries().filter(existsSync));
