// Objects and archives as they lie in a file, for people to look at. The core has checked them before: what it links, it has read itself.

import { isArchive, membersOf } from "./archive.js";
import { bindName, machineTitle, relocationName, symbolTypeName, visibilityName } from "./elf.js";
import { type KernelFile, isSigned, kernelFileOf } from "./kernelmodule.js";
import { isObject } from "./objects.js";

const SHT = { SYMTAB: 2, RELA: 4, NOBITS: 8, REL: 9, GROUP: 17, SYMTAB_SHNDX: 18 } as const;
const SHN = { UNDEF: 0, ABS: 0xfff1, COMMON: 0xfff2, XINDEX: 0xffff } as const;
const STT_SECTION = 3, STT_FILE = 4;

const SECTION_TYPES: Readonly<Record<number, string>> = {
  0: "NULL", 1: "PROGBITS", 2: "SYMTAB", 3: "STRTAB", 4: "RELA", 5: "HASH", 6: "DYNAMIC", 7: "NOTE", 8: "NOBITS", 9: "REL", 11: "DYNSYM",
  14: "INIT_ARRAY", 15: "FINI_ARRAY", 16: "PREINIT_ARRAY", 17: "GROUP", 18: "SYMTAB_SHNDX", 0x6fff4c03: "LLVM_ADDRSIG",
};
const SECTION_TYPES_OF: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  40: { 0x70000001: "ARM_EXIDX", 0x70000003: "ARM_ATTRIBUTES" }, 62: { 0x70000001: "X86_64_UNWIND" }, 243: { 0x70000003: "RISCV_ATTRIBUTES" },
};
/** sh_flags, a letter each as readelf has them. */
const SECTION_FLAGS = [[1, "W"], [2, "A"], [4, "X"], [0x10, "M"], [0x20, "S"], [0x40, "I"], [0x80, "L"], [0x200, "G"], [0x400, "T"], [0x800, "C"], [0x8000_0000, "E"]] as const;

/** A section, as its header has it. */
export interface ObjectSection {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly flags: string;
  readonly bytes: number;
  readonly align: number;
}

/** A symbol, as the table has it. */
export interface ObjectSymbol {
  readonly name: string;
  readonly type: string;
  readonly bind: string;
  readonly visibility: string;
  /** Its section by name; UNDEF, ABS, COMMON. */
  readonly section: string;
  readonly value: bigint;
  readonly bytes: number;
}

/** The same in numbers: st_info's halves, and the section's number; -1 for one that is in none. Those of sections and files have no name. */
export interface ObjectEntry {
  readonly name: string;
  readonly type: number;
  readonly bind: number;
  readonly section: number;
  readonly value: bigint;
  readonly bytes: bigint;
}

/** How many relocations of a type change a section. */
export interface RelocationCount {
  readonly section: string;
  readonly type: string;
  readonly count: number;
}

/** Sections that are kept once if `comdat`, by the name that says so. */
export interface ObjectGroup {
  readonly signature: string;
  readonly comdat: boolean;
  readonly sections: readonly string[];
}

/** An object, or a member of an archive. */
export interface ObjectFacts {
  /** Of an archive: the member. */
  readonly member: string | undefined;
  readonly machine: number;
  readonly class: number;
  readonly machineTitle: string;
  readonly flags: number;
  readonly sections: readonly ObjectSection[];
  readonly groups: readonly ObjectGroup[];
  /** Those that have a name. */
  readonly symbols: readonly ObjectSymbol[];
  readonly relocations: readonly RelocationCount[];
  /** Of a kernel module. */
  readonly kernel?: KernelFile & { readonly isSigned: boolean };
}

interface Header {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly bytes: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
}

/** One object's bytes. */
class Reader {
  readonly #bytes: Buffer;
  readonly #isWide: boolean;
  readonly #headers: readonly Header[];
  readonly #machine: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isWide = this.#bytes[4] === 2;
    this.#machine = this.#bytes.readUInt16LE(18);
    this.#headers = this.#readHeaders();
  }

  facts(member: string | undefined): ObjectFacts {
    const bits = this.#isWide ? 64 : 32;
    return {
      member, machine: this.#machine, class: bits, machineTitle: machineTitle(this.#machine, bits),
      flags: this.flags,
      sections: this.#headers.slice(1).map((one, i) => ({
        index: i + 1, name: one.name, type: SECTION_TYPES_OF[this.#machine]?.[one.type] ?? SECTION_TYPES[one.type] ?? `0x${one.type.toString(16)}`,
        flags: SECTION_FLAGS.filter(([bit]) => (one.flags & bit) !== 0).map(([, letter]) => letter).join(""), bytes: one.bytes, align: one.align,
      })),
      groups: this.#groups(), symbols: this.#symbols().filter(({ name }) => name), relocations: this.#relocations(),
      ...this.#kernel(bits),
    };
  }

  #kernel(bits: number): Pick<ObjectFacts, "kernel"> {
    const file = kernelFileOf(bits, (name) => {
      const found = this.#headers.find((one) => one.name === name && one.type !== SHT.NOBITS);
      return found && this.#bytes.subarray(found.offset, found.offset + found.bytes);
    });
    return file ? { kernel: { ...file, isSigned: isSigned(this.#bytes) } } : {};
  }

  /** e_flags. */
  get flags(): number {
    return this.#bytes.readUInt32LE(this.#isWide ? 48 : 36);
  }

  /** All symbols, as the file has them. */
  symbols(): ObjectEntry[] {
    return this.#entries();
  }

  /** A word of the class at an offset. */
  #word(at: number): number {
    return this.#isWide ? Number(this.#bytes.readBigUInt64LE(at)) : this.#bytes.readUInt32LE(at);
  }

  #text(table: Header | undefined, at: number): string {
    if (!table) return "";
    const start = table.offset + at, end = this.#bytes.indexOf(0, start);
    return this.#bytes.toString("latin1", start, end);
  }

  #readHeaders(): Header[] {
    const start = this.#word(this.#isWide ? 40 : 32), each = this.#isWide ? 64 : 40, tail = this.#isWide ? 60 : 48;
    const at = (index: number): Header => {
      const header = start + index * each, word = this.#isWide ? 8 : 4, rest = header + 8 + word;
      return {
        name: String(this.#bytes.readUInt32LE(header)), type: this.#bytes.readUInt32LE(header + 4), flags: this.#word(header + 8) >>> 0,
        offset: this.#word(rest + word), bytes: this.#word(rest + 2 * word),
        link: this.#bytes.readUInt32LE(rest + 3 * word), info: this.#bytes.readUInt32LE(rest + 3 * word + 4), align: this.#word(rest + 3 * word + 8),
      };
    };
    // Counts that do not fit are in the first header.
    const count = this.#bytes.readUInt16LE(tail) || at(0).bytes, strings = this.#bytes.readUInt16LE(tail + 2);
    const headers = Array.from({ length: count }, (_, i) => at(i)), names = headers[strings === SHN.XINDEX ? headers[0]!.link : strings];
    return headers.map((one) => ({ ...one, name: one.type ? this.#text(names, Number(one.name)) : "" }));
  }

  #nameOf(index: number): string {
    return this.#headers[index]?.name || `section ${index}`;
  }

  #entries(): (ObjectEntry & { readonly visibility: number; readonly special: string | undefined })[] {
    const table = this.#headers.find(({ type }) => type === SHT.SYMTAB), wide = this.#headers.find(({ type }) => type === SHT.SYMTAB_SHNDX);
    if (!table) return [];
    const each = this.#isWide ? 24 : 16, strings = this.#headers[table.link];
    return Array.from({ length: table.bytes / each }, (_, i) => {
      const at = table.offset + i * each, info = this.#bytes[at + (this.#isWide ? 4 : 12)]!, other = this.#bytes[at + (this.#isWide ? 5 : 13)]!;
      const shndx = this.#bytes.readUInt16LE(at + (this.#isWide ? 6 : 14));
      const section = shndx === SHN.XINDEX && wide ? this.#bytes.readUInt32LE(wide.offset + 4 * i) : shndx;
      const special = shndx === SHN.UNDEF ? "UNDEF" : shndx === SHN.ABS ? "ABS" : shndx === SHN.COMMON ? "COMMON" : undefined;
      const type = info & 15, name = type === STT_SECTION ? "" : this.#text(strings, this.#bytes.readUInt32LE(at));
      return {
        name: type === STT_FILE ? "" : name, type, bind: info >> 4, visibility: other & 3, special, section: special ? -1 : section,
        value: BigInt(this.#word(at + (this.#isWide ? 8 : 4))), bytes: BigInt(this.#word(at + (this.#isWide ? 16 : 8))),
      };
    });
  }

  #symbols(): ObjectSymbol[] {
    return this.#entries().map(({ name, type, bind, visibility, special, section, value, bytes }) => ({
      name, type: symbolTypeName(type), bind: bindName(bind), visibility: visibilityName(visibility), section: special ?? this.#nameOf(section), value, bytes: Number(bytes),
    }));
  }

  #groups(): ObjectGroup[] {
    const symbols = this.#symbols();
    return this.#headers.filter(({ type }) => type === SHT.GROUP).map((group) => {
      const words = Array.from({ length: group.bytes / 4 }, (_, i) => this.#bytes.readUInt32LE(group.offset + 4 * i)), signature = symbols[group.info];
      return { signature: signature?.name || signature?.section || "", comdat: (words[0]! & 1) !== 0, sections: words.slice(1).map((index) => this.#nameOf(index)) };
    });
  }

  /** By section and type, in the order of the file. */
  #relocations(): RelocationCount[] {
    const counts = new Map<string, RelocationCount>();
    for (const table of this.#headers) {
      if (table.type !== SHT.REL && table.type !== SHT.RELA) continue;
      const word = this.#isWide ? 8 : 4, each = (table.type === SHT.RELA ? 3 : 2) * word, section = this.#nameOf(table.info);
      for (let at = table.offset; at + each <= table.offset + table.bytes; at += each) {
        const number = this.#isWide ? this.#bytes.readUInt32LE(at + 8) : this.#bytes[at + 4]!, type = relocationName(this.#machine, number);
        const key = `${table.info} ${type}`;
        counts.set(key, { section, type, count: (counts.get(key)?.count ?? 0) + 1 });
      }
    }
    return [...counts.values()];
  }
}

/**
 * What an object says, or each member of an archive that is one, which has been checked.
 *
 * @param bytes  the file
 */
export function objectFacts(bytes: Uint8Array): ObjectFacts[] {
  if (!isArchive(bytes)) return [new Reader(bytes).facts(undefined)];
  return membersOf(bytes).filter((one) => isObject(one.bytes)).map((one) => new Reader(one.bytes).facts(one.name));
}

/** The symbols of the object that these bytes begin with, which has been checked. */
export function symbolsIn(bytes: Uint8Array): ObjectEntry[] {
  return new Reader(bytes).symbols();
}

/** e_flags of the same. */
export function flagsOf(bytes: Uint8Array): number {
  return new Reader(bytes).flags;
}
