// Objects and archives to be changed: section headers, symbols and relocations of a file that clang made of fixtures/src/objects/whole.s.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ElfFile, ElfRecord } from "../../fixtures/elf.js";
import type { Machine } from "../../fixtures/list.js";
import { ROOT } from "../support/files.js";

export const SHT = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, RELA: 4, NOBITS: 8, REL: 9, GROUP: 17, SYMTAB_SHNDX: 18 } as const;
export const SHF = { WRITE: 1, ALLOC: 2, EXECINSTR: 4, GROUP: 0x200, TLS: 0x400, COMPRESSED: 0x800 } as const;

const HEADER = { shoff: [32, 40, "word"], shentsize: [46, 58, 2], shnum: [48, 60, 2], shstrndx: [50, 62, 2] } as const;
const SHDR = {
  name: [0, 0, 4], type: [4, 4, 4], flags: [8, 8, "word"], addr: [12, 16, "word"], offset: [16, 24, "word"], size: [20, 32, "word"],
  link: [24, 40, 4], info: [28, 44, 4], addralign: [32, 48, "word"], entsize: [36, 56, "word"],
} as const;
const SYM = { name: [0, 0, 4], info: [12, 4, 1], other: [13, 5, 1], shndx: [14, 6, 2], value: [4, 8, "word"], size: [8, 16, "word"] } as const;
const REL = { offset: [0, 0, "word"], info: [4, 8, "word"], addend: [8, 16, "word"] } as const;

type Shdr = ElfRecord<typeof SHDR> & { readonly index: number };
type Rel = ElfRecord<typeof REL>;

/** An object; changes go into a copy of its bytes. */
export class ObjectFile extends ElfFile {
  /** Where the section headers are. */
  readonly #start: number;
  readonly #count: number;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.#start = Number(this.head.get("shoff"));
    this.#count = Number(this.head.get("shnum"));
  }

  /** What of the file header is about sections. */
  get head(): ElfRecord<typeof HEADER> {
    return new ElfRecord(this, HEADER, 0);
  }

  get headerBytes(): number {
    return this.is64 ? 64 : 40;
  }

  /** All section headers. */
  get sections(): Shdr[] {
    return Array.from({ length: this.#count }, (_, index) => Object.assign(new ElfRecord(this, SHDR, this.#start + index * this.headerBytes), { index }));
  }

  /** The n-th section of a type. */
  ofType(type: number, n = 0): Shdr {
    const found = this.sections.filter((one) => one.get("type") === BigInt(type))[n];
    if (!found) throw new Error(`the object has no section ${n} of type ${type}`);
    return found;
  }

  nameOf(index: number): string {
    const names = Number(this.sections[Number(this.head.get("shstrndx"))]!.get("offset"));
    return this.#text(names + Number(this.sections[index]!.get("name")));
  }

  /** The section of a name. */
  named(name: string): Shdr {
    const found = this.sections.find(({ index }) => this.nameOf(index) === name);
    if (!found) throw new Error(`the object has no section ${name}`);
    return found;
  }

  get symtab(): Shdr {
    return this.ofType(SHT.SYMTAB);
  }

  get symbolCount(): number {
    return Number(this.symtab.get("size")) / this.#symbolBytes;
  }

  get #symbolBytes(): number {
    return this.is64 ? 24 : 16;
  }

  #text(at: number): string {
    return new TextDecoder().decode(this.bytes.subarray(at, this.bytes.indexOf(0, at)));
  }

  /** A symbol by name, and its index. */
  label(name: string): ElfRecord<typeof SYM> & { readonly index: number } {
    const strings = Number(this.sections[Number(this.symtab.get("link"))]!.get("offset"));
    for (let index = 1; index < this.symbolCount; ++index) {
      const one = this.labelAt(index);
      if (this.#text(strings + Number(one.get("name"))) === name) return Object.assign(one, { index });
    }
    throw new Error(`the object has no symbol ${name}`);
  }

  labelAt(index: number): ElfRecord<typeof SYM> {
    return new ElfRecord(this, SYM, Number(this.symtab.get("offset")) + index * this.#symbolBytes);
  }

  /** The n-th relocation of the section of a name. */
  relocationOf(name: string, n = 0): Rel {
    const table = this.tableOf(name);
    return new ElfRecord(this, REL, Number(table.get("offset")) + n * Number(table.get("entsize")));
  }

  /** The relocation section of the section of a name. */
  tableOf(name: string): Shdr {
    const { index } = this.named(name);
    const found = this.sections.find((one) => [SHT.REL, SHT.RELA].includes(Number(one.get("type")) as 4) && Number(one.get("info")) === index);
    if (!found) throw new Error(`nothing relocates ${name}`);
    return found;
  }

  /** Changes the type, or the symbol, of a relocation. */
  retype(entry: Rel, change: { readonly type?: number; readonly symbol?: number }): void {
    const info = entry.get("info"), bits = this.is64 ? 32n : 8n;
    const symbol = change.symbol === undefined ? info >> bits : BigInt(change.symbol);
    const type = change.type === undefined ? info & (1n << bits) - 1n : BigInt(change.type);
    entry.set("info", symbol << bits | type);
  }
}

const built = new Map<string, Uint8Array>();

/** What clang makes of assembly. */
export function assembled(machine: Machine, text: string): Uint8Array {
  const key = `${machine} ${text}`, known = built.get(key);
  if (known) return known;
  const { target, flags } = (JSON.parse(readFileSync(join(ROOT, "boot", machine, "machine.json"), "utf8")) as { module: { target: string; flags: string[] } }).module;
  const folder = mkdtempSync(join(tmpdir(), "linkwright-objects-"));
  try {
    const path = join(folder, "object.o");
    execFileSync("clang-19", [`--target=${target}`, ...flags, "-Wno-unused-command-line-argument", "-x", "assembler", "-c", "-", "-o", path], { input: text, stdio: ["pipe", "ignore", "pipe"] });
    const bytes = readFileSync(path);
    built.set(key, bytes);
    return bytes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The object that has one of everything. */
export function whole(machine: Machine): Uint8Array {
  return assembled(machine, readFileSync(join(ROOT, "fixtures/src/objects/whole.s"), "utf8"));
}

const text = (value: string, bytes: number): Uint8Array => new TextEncoder().encode(value.padEnd(bytes));

/** One member's header. */
export function memberHeader(name: string, size: number | string, end = "`\n"): Uint8Array {
  return Buffer.concat([text(name, 16), text("0", 12), text("0", 6), text("0", 6), text("644", 8), text(String(size), 10), text(end, 2)]);
}

/** The table of an archive's symbols: names, and where the members are that define them. */
export function symbolTable(entries: readonly (readonly [name: string, offset: number])[]): Uint8Array {
  const names = Buffer.from(entries.map(([name]) => `${name}\0`).join("")), bytes = Buffer.alloc(4 + 4 * entries.length + names.length);
  bytes.writeUInt32BE(entries.length, 0);
  entries.forEach(([, offset], i) => bytes.writeUInt32BE(offset, 4 + 4 * i));
  names.copy(bytes, 4 + 4 * entries.length);
  return bytes;
}

/** An archive of members, in order. */
export function archive(members: readonly (readonly [name: string, bytes: Uint8Array])[], magic = "!<arch>\n"): Uint8Array {
  return Buffer.concat([text(magic, 8), ...members.flatMap(([name, bytes]) => [memberHeader(name, bytes.length), bytes, ...(bytes.length % 2 ? [text("\n", 1)] : [])])]);
}

/** Symbol names that have one hash in DT_GNU_HASH: "az" and "bY" count the same. */
export function colliding(count: number): string[] {
  const pairs = Math.ceil(Math.log2(count));
  return Array.from({ length: count }, (_, i) => `x${Array.from({ length: pairs }, (_, bit) => (i >> bit & 1 ? "az" : "bY")).join("")}`);
}
