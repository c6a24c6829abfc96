// The static relocation types of each machine, as the tables of assembly/arch have them: for documents and tests that are held against them.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../fixtures/list.js";
import { machineName } from "../hosts/node/elf.js";
import { root } from "./root.js";

const FOLDER = join(root, "assembly/arch");

/** A row of a machine's table, in the words of assembly/arch/howto.ts. */
export interface HowtoRow {
  readonly type: number;
  /** Bytes of the place; "Uleb" where it has as many as it has. */
  readonly size: number | "Uleb";
  readonly op: string;
  readonly base: string;
  readonly form: string;
  /** The field's name in the machine's file; undefined if it is the whole place. */
  readonly field: string | undefined;
  readonly fits: readonly string[];
}

/** The members of an enum in AssemblyScript. */
export function membersOf(source: string, name: string): Map<string, number> {
  const body = new RegExp(`const enum ${name} \\{([^}]*)\\}`).exec(source)?.[1] ?? "";
  return new Map([...body.matchAll(/(\w+) = (\w+)/g)].map(([, member, value]) => [member!, Number(value)]));
}

function rowsOf(source: string, types: ReadonlyMap<string, number>, table: string): HowtoRow[] {
  const body = new RegExp(`const ${table}: usize = memory\\.data<u32>\\(\\[([^\\]]*)\\]`).exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ *R\.(\w+) *\| ([^,]*), *([^,]*),/gm)].map(([, name, lead, tail]) => {
    const type = types.get(name!), words = [lead!, tail!].flatMap((part) => part.split("|").map((word) => word.trim()));
    const named = (kind: string): string[] => words.filter((word) => word.startsWith(`${kind}.`)).map((word) => word.slice(kind.length + 1));
    if (type === undefined) throw new Error(`${table} has ${name!}, which has no number`);
    const size = named("Size")[0]!;
    return {
      type, size: size === "Uleb" ? "Uleb" : Number(size.slice(1)), op: named("Op")[0] ?? "Set", base: named("Base")[0] ?? "", form: named("Form")[0] ?? "Abs",
      field: named("F")[0] ?? named("Odd")[0], fits: named("Fit"),
    };
  });
}

/** The tables of a file of assembly/arch. */
function tablesOf(file: string): [Machine, HowtoRow[]][] {
  const source = readFileSync(join(FOLDER, file), "utf8"), types = membersOf(source, "R");
  const machines = new Map([...source.matchAll(/export const (\w+): Arch = .*?\[EM\.(\w+), (\d+),/g)].map(([, name, em, bits]) => [name!, [em!, Number(bits)] as const]));
  const numbers = membersOf(readFileSync(join(root, "assembly/elf/header.ts"), "utf8"), "EM");
  return [...source.matchAll(/export const (\w+)_HOWTOS: Howtos = .*?\[(\w+), (\d+),/g)].map(([, name, table, count]) => {
    const [em, bits] = machines.get(name!)!, rows = rowsOf(source, types, table!);
    if (rows.length !== Number(count)) throw new Error(`${file}: ${table!} has ${count!} rows, of which ${rows.length} can be read`);
    return [machineName(numbers.get(em)!, bits) as Machine, rows];
  });
}

/** The rows of every machine that has some. */
export function howtos(): Map<Machine, HowtoRow[]> {
  return new Map(readdirSync(FOLDER).sort().flatMap(tablesOf));
}
