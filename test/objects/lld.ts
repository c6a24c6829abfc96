// The same object, linked by lld to the very addresses that we chose.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ObjectFile } from "./object.js";

/** Words of the GOT that lld keeps for itself, by emulation. */
const HEADER_WORDS: Readonly<Record<string, number>> = { elf64lriscv: 1, elf32lriscv: 1 };

/** Where things are to be. */
export interface Places {
  readonly sections: ReadonlyMap<string, bigint>;
  readonly slot: bigint | undefined;
  /** What lld has in .got.plt on x86: the address that _GLOBAL_OFFSET_TABLE_ has. */
  readonly table: bigint | undefined;
  readonly wordBytes: number;
}

/** A section where lld put it. */
export interface LinkedSection {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** What lld made, or why it refused. */
export type Outcome = { readonly sections: ReadonlyMap<string, LinkedSection> } | { readonly refusal: string };

/** Links an object in a folder. */
export function linkWithLld(folder: string, emulation: string, object: Uint8Array, flags: readonly string[], places: Places): Outcome {
  const input = join(folder, "lld.o"), script = join(folder, "lld.ld"), output = join(folder, "lld.out");
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  const statements = [...places.sections].map(([name, address]) => [address, `${name} ${hex(address)} : { *(${name}) }`] as const);
  if (places.slot !== undefined) {
    const got = places.slot - BigInt((HEADER_WORDS[emulation] ?? 0) * places.wordBytes);
    statements.push([got, `.got ${hex(got)} : { *(.got) }`]);
  }
  if (places.table !== undefined) statements.push([places.table, `.got.plt ${hex(places.table)} : { *(.got.plt) }`]);
  statements.sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(input, object);
  writeFileSync(script, `SECTIONS {\n${statements.map(([, text]) => `  ${text}\n`).join("")}}\n`);
  const { status, stderr, error } = spawnSync("ld.lld-19", ["-m", emulation, "--no-check-sections", ...flags, "-T", script, input, "-o", output], { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) return { refusal: stderr };
  const linked = new ObjectFile(readFileSync(output));
  return { sections: new Map(linked.sections.map((section) => [section.name, { address: section.addr, bytes: linked.contentOf(section) }])) };
}
