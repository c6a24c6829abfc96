// Archives of every format: three members that define one, two and three, of which main.o wants the first two. And a member in a folder that the archive is not in.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { archive, assembled, symbolTable } from "../faults/objectfile.js";

const THIN = "!<thin>\n", EMPTY = Buffer.alloc(0);
const LONG = "a_member_with_a_long_name.o";
/** Where members lie, from the folder of the archives. */
const FILES: Readonly<Record<string, string>> = { "one.o": "one", [`parts/${LONG}`]: "two", "../beside/three.o": "three" };

/** The files, in a folder of their own; answers with the folder of the archives. */
export function layOut(folder: string, machine: Machine): string {
  const own = join(folder, machine, "archives");
  for (const part of ["", "parts", "../beside"]) mkdirSync(join(own, part), { recursive: true });
  Object.entries(FILES).forEach(([path, name], i) => writeFileSync(join(own, path), assembled(machine, `  .data\n  .globl ${name}\n${name}: .dc.a ${i + 1}\n`)));
  writeFileSync(join(own, "main.o"), assembled(machine, "  .data\n  .globl wants\nwants: .dc.a one, two\n"));
  for (const [name, make] of Object.entries(FORMATS)) writeFileSync(join(own, `${name}.a`), make(machine));
  for (const [name, words] of Object.entries(MADE)) execFileSync("llvm-ar-19", [...words, `${name}.a`, ...Object.keys(FILES)], { cwd: own });
  return own;
}

/** What llvm-ar makes. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  gnu: ["rcs"], unlisted: ["rcS"], bsd: ["rcs", "--format=bsd"], darwin: ["rcs", "--format=darwin"], thin: ["rcsT"],
};

const object = (machine: Machine, path: string): Uint8Array => assembled(machine, `  .data\n  .globl ${FILES[path]!}\n${FILES[path]!}: .dc.a ${Object.keys(FILES).indexOf(path) + 1}\n`);

/** Names of a thin archive, from its folder. */
const TABLE = Buffer.from(`regular.a/\none.o/\n../beside/three.o/\n`);

/** What llvm-ar does not make, or not always. */
const FORMATS: Readonly<Record<string, (machine: Machine) => Uint8Array>> = {
  /** Offsets of 64 bits: the table of an archive of more than 4 GiB. */
  wide: (machine) => archive([["/SYM64/", Buffer.alloc(8)], ...Object.keys(FILES).map((path) => [`${FILES[path]!}/`, object(machine, path)] as const)]),
  /** Among them what is no object. */
  mixed: (machine) => archive([["readme.txt/", Buffer.from("three of them\n")], ...Object.keys(FILES).map((path) => [`${FILES[path]!}/`, object(machine, path)] as const), ["empty/", EMPTY]]),
  /** What a thin archive takes its members from. */
  regular: (machine) => archive([["/", symbolTable([])], ["x.o/", object(machine, "../beside/three.o")], ["two.o/", object(machine, `parts/${LONG}`)]]),
  /** As GNU ar writes a thin archive of one file and an archive: the member is where its header is in that. */
  nested: (machine) => {
    const second = 8 + 60 + 4 + 60 + object(machine, "../beside/three.o").length;
    return archive([["//", TABLE], ["/11", EMPTY], [`/0:${second}`, EMPTY], ["/18", EMPTY]], THIN);
  },
  empty: () => archive([]),
};

/** The archives that have all of it. */
export const COMPLETE: readonly string[] = [...Object.keys(MADE), "wide", "mixed", "nested"];
