// Objects and archives for fuzz.ts: those of all static relocation types, and where a linker looks in them.

import { readFileSync, readdirSync, rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "../../fixtures/list.js";
import { assemble, namesOf } from "../objects/assemble.js";
import { fixturePath } from "../support/files.js";
import { ObjectFile, archive, symbolTable, whole } from "./objectfile.js";

/** Ranges of a file. */
export type Shape = readonly { readonly start: number; readonly bytes: number }[];

/** What the fixtures' objects are called, in C: of each kind of section one, and what is in none of the assembled ones. */
const COMPILED = /^(call|choose_own|data|init_root|names|relative|unwinds|weak_undefined|tls|tls_user|tls_exec|bss|unique)\.c/;
const ARCHIVES = ["ar/plain", "ar/listed", "ar/bsd", "ar/thin"];

const assembled = new Map<Machine, ReadonlyMap<string, Uint8Array>>();
const seeds = new Map<string, Uint8Array>();

function assembledOf(machine: Machine): ReadonlyMap<string, Uint8Array> {
  const known = assembled.get(machine);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), "linkwright-fuzz-"));
  try {
    const made = new Map([...assemble(folder, machine)].map(([name, bytes]) => [`o/${name}`, new Uint8Array(bytes)] as const));
    assembled.set(machine, made);
    return made;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const names = new Map<Machine, readonly string[]>();

/** What there is for a machine. An object that has one of everything comes as often as all others. */
export function objectNames(machine: Machine): readonly string[] {
  const known = names.get(machine);
  if (known) return known;
  const compiled = readdirSync(fixturePath(machine, "objects")).filter((name) => COMPILED.test(name)).sort().map((name) => `objects/${name}`);
  const once = [...namesOf(machine).map((name) => `o/${name}`), ...compiled], often = ["o/whole", ...ARCHIVES];
  const all = [...once, ...once.map((_, i) => often[i % often.length]!)];
  names.set(machine, all);
  return all;
}

/** A file by its name; undefined for one that is no object. */
export function objectSeed(machine: Machine, name: string): Uint8Array | undefined {
  const key = `${machine} ${name}`, known = seeds.get(key);
  if (known) return known;
  const made = make(machine, name);
  if (made) seeds.set(key, made);
  return made;
}

function make(machine: Machine, name: string): Uint8Array | undefined {
  if (name === "o/whole") return whole(machine);
  if (name.startsWith("o/")) return assembledOf(machine).get(name);
  if (name.startsWith("objects/")) return readFileSync(fixturePath(machine, name));
  if (!name.startsWith("ar/")) return undefined;
  const members = ["whole.o", "call.o"].map((one) => [`${one}/`, memberSeed(machine, one)!] as const);
  if (name === "ar/plain") return archive(members);
  if (name === "ar/bsd") return archive(["whole.o", "call.o"].map((one) => [`#1/${one.length}`, Buffer.concat([Buffer.from(one), memberSeed(machine, one)!])]));
  if (name === "ar/thin") return archive([["//", Buffer.from("whole.o/\ncall.o/\n")], ["/0", Buffer.alloc(0)], ["/9", Buffer.alloc(0)]], "!<thin>\n");
  // The table of symbols is as long as it will be, whatever the offsets are.
  const wanted = ["code", "other", "zero"], bytes = symbolTable(wanted.map((one) => [one, 0] as const)).length;
  const table = symbolTable(wanted.map((one) => [one, 8 + 60 + bytes + bytes % 2] as const));
  return archive([["/", table], ...members]);
}

/** The file of a thin archive's member. */
export function memberSeed(machine: Machine, name: string): Uint8Array | undefined {
  if (name === "whole.o") return whole(machine);
  return name === "call.o" ? readFileSync(fixturePath(machine, "objects/call.c.o")) : undefined;
}

/** What a mutated file is linked with: archives with what wants them. */
export function besides(machine: Machine, name: string, seed: number): Uint8Array[] {
  if (!objectSeed(machine, name)) return [];
  if (name.startsWith("ar/") && name !== "ar/plain") return [wanting(machine)];
  return seed & 6 ? [] : [objectSeed(machine, "ar/listed")!];
}

function wanting(machine: Machine): Uint8Array {
  const object = new ObjectFile(whole(machine));
  for (const one of ["code", "other", "zero"]) object.label(one).set("shndx", 0);
  for (const one of ["value", "variable", "room", "shared"]) object.label(one).set("info", object.label(one).get("info") & 0xfn | 0x20n);
  return object.bytes;
}

/** Where a linker looks: headers, symbols, relocations, groups, frames; of an archive the headers of its members, too. */
export function shapeOf(bytes: Uint8Array): Shape {
  if (bytes[0] !== 0x21) return objectShape(bytes, 0);
  const shape: { start: number; bytes: number }[] = [{ start: 0, bytes: 8 }];
  for (let at = 8; at + 60 <= bytes.length;) {
    const size = Number(Buffer.from(bytes.subarray(at + 48, at + 58)).toString().trim());
    const name = Buffer.from(bytes.subarray(at, at + 16)).toString("latin1").trimEnd(), inFront = Number(/^#1\/(\d+)$/.exec(name)?.[1] ?? 0);
    shape.push({ start: at, bytes: 60 }, { start: at, bytes: 16 }, { start: at + 48, bytes: 12 });
    if (/^\/(?!\d)/.test(name)) shape.push({ start: at + 60, bytes: size });
    else if (size) shape.push({ start: at + 60, bytes: inFront }, ...objectShape(bytes.slice(at + 60 + inFront, at + 60 + size), at + 60 + inFront));
    at += 60 + size + size % 2;
  }
  return shape.filter((one) => one.bytes > 0);
}

/** Symbols, relocations, functions to call, groups, section numbers, frames. */
const TYPES_OF_TABLES = [2, 4, 9, 14, 15, 17, 18, 0x7000_0001];
const TABLES = [".eh_frame", ".ctors", ".data"];

function objectShape(bytes: Uint8Array, start: number): { start: number; bytes: number }[] {
  const object = new ObjectFile(bytes);
  const shape = [{ start, bytes: object.is64 ? 64 : 52 }, { start: start + Number(object.head.get("shoff")), bytes: object.sections.length * object.headerBytes }];
  for (const section of object.sections) {
    shape.push({ start: start + section.offset, bytes: object.headerBytes });
    const isTable = TYPES_OF_TABLES.includes(Number(section.get("type"))) || TABLES.includes(object.nameOf(section.index));
    if (isTable && section.get("size")) shape.push({ start: start + Number(section.get("offset")), bytes: Number(section.get("size")) });
  }
  return shape;
}
