// The core imports and exports exactly what docs/abi.md lists, with the types that it lists.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { ROOT } from "../support/files.js";
import { type Signature, signaturesOf } from "./wasm.js";

const text = readFileSync(join(ROOT, "docs/abi.md"), "utf8");

const TYPES: Readonly<Record<string, string>> = { u32: "i32", i32: "i32", u64: "i64", i64: "i64" };

/** "bytes u64, alignLog2 u32" as the types of wasm. */
function typesOf(list: string): string[] {
  return list.split(",").map((one) => one.trim()).filter(Boolean).map((one) => {
    const type = TYPES[one.split(" ").at(-1)!];
    assert.ok(type, `${one} has a type`);
    return type;
  });
}

/** "name(a u32) -> u64" as a signature; the table may have several names for one. */
function signatures(cell: string): Signature[] {
  return [...cell.matchAll(/((?:\w+ )*\w+) ?\(([^)]*)\)(?: -> (\w+))?|(\w+)\(?\)? -> (\w+)/g)].flatMap(([, names, parameters, result, bare, bareResult]) =>
    (names ?? bare!).split(" ").map((name): Signature => ({
      name, parameters: typesOf(parameters ?? ""), results: (result ?? bareResult) ? typesOf((result ?? bareResult)!) : [],
    })));
}

/** The rows of the table under a heading. */
function rowsOf(heading: RegExp): string[][] {
  const part = text.split(/^## /m).find((one) => heading.test(one));
  assert.ok(part, String(heading));
  return part.split("\n").filter((line) => line.startsWith("| ")).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const codesOf = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

function documentedImports(): string[] {
  let module = "";
  return rowsOf(/^Imports/).slice(1).flatMap(([first, functions]) => {
    module = codesOf(first!)[0] ?? module;
    return codesOf(functions!).flatMap(signatures).map((one) => said({ ...one, name: `${module}.${one.name}` }));
  }).sort();
}

function documentedExports(): string[] {
  return rowsOf(/^Exports/).slice(1).flatMap(([functions]) => codesOf(functions!)).flatMap(signatures).map(said).sort();
}

function said({ name, parameters, results }: Signature): string {
  return `${name}(${parameters.join(", ")})${results.length ? ` -> ${results.join(", ")}` : ""}`;
}

const is32 = (machine: string): boolean => ["i386", "arm", "riscv32"].includes(machine);

/** What only a core with threads imports, or one with adoption. */
const OF_OTHERS = ["machine.fence", "machine.hold_signals", "machine.let_signals", "source.placed"];

/** The cores, and what each leaves out because only wider words need it. */
const CORES: ReadonlyMap<string, readonly string[]> = new Map([
  ["core", OF_OTHERS],
  ...MACHINES.map((machine) => [`core.${machine}`, is32(machine) ? [...OF_OTHERS, "memory.load64", "memory.store64"] : OF_OTHERS] as const),
]);

describe("api: docs/abi.md", () => {
  test("has tables that can be read", () => {
    assert.ok(documentedImports().length >= 20, documentedImports().join("\n"));
    assert.ok(documentedExports().length >= 12, documentedExports().join("\n"));
    assert.ok(documentedImports().includes("memory.place(i32, i64, i32, i64, i64, i64, i32) -> i32"));
  });

  for (const [name, without] of CORES) {
    const wasm = readFileSync(join(ROOT, "build/wasm", `${name}.wasm`));

    test(`${name}.wasm imports what it lists`, () => {
      const listed = documentedImports().filter((one) => !without.includes(one.split("(")[0]!));
      assert.deepEqual(signaturesOf(wasm).imports.map(said).sort(), listed);
    });

    test(`${name}.wasm exports what it lists`, () => {
      assert.deepEqual(signaturesOf(wasm).exports.map(said).sort(), documentedExports());
      const others = WebAssembly.Module.exports(new WebAssembly.Module(wasm)).filter(({ kind }) => kind !== "function");
      assert.deepEqual(others, [{ name: "memory", kind: "memory" }]);
    });

    test(`${name}.wasm has no start function and no table`, () => {
      const { sections } = signaturesOf(wasm);
      assert.deepEqual(sections.filter((id) => id === 4 || id === 8 || id === 9), []);
    });
  }
});
