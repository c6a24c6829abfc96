// Object files as tests look at them and change them. It shares no code with the loader.

import { ElfFile } from "../../fixtures/elf.js";

/** Offsets of the fields in a 32-bit and in a 64-bit record. */
const SHDR = { name: [0, 0], type: [4, 4], flags: [8, 8], addr: [12, 16], offset: [16, 24], size: [20, 32], link: [24, 40], info: [28, 44] } as const;
const SYM = { name: [0, 0], info: [12, 4], shndx: [14, 6], value: [4, 8] } as const;
const SHT = { SYMTAB: 2, RELA: 4, NOBITS: 8, REL: 9 } as const;
const SHF_ALLOC = 2n;
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;

/** A section that takes memory, or a table. */
export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly isLoaded: boolean;
  readonly addr: bigint;
  readonly offset: number;
  readonly bytes: number;
  readonly link: number;
  readonly info: number;
}

/** A symbol by name. */
export interface Label {
  readonly section: number;
  readonly value: bigint;
}

/** A relocation of a section that takes memory. */
export interface Relocation {
  /** Where the entry is in the file. */
  readonly entry: number;
  readonly section: number;
  readonly offset: bigint;
  readonly type: number;
  readonly symbol: string;
  readonly isRela: boolean;
}

/** An ELF file with section headers; changes go into a copy of its bytes. */
export class ObjectFile {
  readonly #elf: ElfFile;
  readonly sections: readonly Section[];

  constructor(bytes: Uint8Array) {
    this.#elf = new ElfFile(bytes);
    this.sections = this.#sections();
  }

  get bytes(): Uint8Array {
    return this.#elf.bytes;
  }

  /** e_machine. */
  get machine(): number {
    return this.#field(0, [18, 18], 2, 2);
  }

  #field(at: number, [in32, in64]: readonly [number, number], bytes32: number, bytes64: number): number {
    return Number(this.#elf.read(at + (this.#elf.is64 ? in64 : in32), this.#elf.is64 ? bytes64 : bytes32));
  }

  #sections(): Section[] {
    const elf = this.#elf, start = this.#field(0, [32, 40], 4, 8), count = this.#field(0, [48, 60], 2, 2), names = this.#field(0, [50, 62], 2, 2);
    const each = elf.is64 ? 64 : 40;
    const headers = Array.from({ length: count }, (_, index) => {
      const at = start + index * each;
      return {
        index, nameOffset: this.#field(at, SHDR.name, 4, 4), type: this.#field(at, SHDR.type, 4, 4),
        isLoaded: (BigInt(this.#field(at, SHDR.flags, 4, 8)) & SHF_ALLOC) !== 0n, addr: elf.read(at + SHDR.addr[elf.is64 ? 1 : 0], elf.wordBytes),
        offset: this.#field(at, SHDR.offset, 4, 8), bytes: this.#field(at, SHDR.size, 4, 8),
        link: this.#field(at, SHDR.link, 4, 4), info: this.#field(at, SHDR.info, 4, 4),
      };
    });
    return headers.map(({ nameOffset, ...rest }) => ({ ...rest, name: this.#text(headers[names]!.offset + nameOffset) }));
  }

  #text(at: number): string {
    return new TextDecoder().decode(this.bytes.subarray(at, this.bytes.indexOf(0, at)));
  }

  /** Where the symbols are in the file, with their names. */
  #symbols(): { readonly at: number; readonly name: string }[] {
    const table = this.sections.find(({ type }) => type === SHT.SYMTAB), each = this.#elf.is64 ? 24 : 16;
    if (!table) return [];
    const strings = this.sections[table.link]!.offset;
    return Array.from({ length: table.bytes / each }, (_, i) => table.offset + i * each)
      .map((at) => ({ at, name: this.#text(strings + this.#field(at, SYM.name, 4, 4)) }));
  }

  /** Symbols that the file defines, by name. */
  get labels(): ReadonlyMap<string, Label> {
    const labels = this.#symbols().map(({ at, name }) => [name, {
      section: this.#field(at, SYM.shndx, 2, 2), value: this.#elf.read(at + SYM.value[this.#elf.is64 ? 1 : 0], this.#elf.wordBytes),
    }] as const);
    return new Map(labels.filter(([name, { section }]) => name !== "" && section !== SHN_UNDEF && section < 0xff00));
  }

  /** A section's own bytes. */
  contentOf({ type, offset, bytes }: Section): Uint8Array {
    return type === SHT.NOBITS ? new Uint8Array(bytes) : this.bytes.subarray(offset, offset + bytes);
  }

  /** The relocations of what is loaded. */
  get relocations(): Relocation[] {
    const symbols = this.#symbols(), { is64, wordBytes } = this.#elf;
    return this.sections.filter(({ type, info }) => (type === SHT.RELA || type === SHT.REL) && this.sections[info]?.isLoaded).flatMap((table) => {
      const isRela = table.type === SHT.RELA, each = wordBytes * (isRela ? 3 : 2);
      return Array.from({ length: table.bytes / each }, (_, i) => table.offset + i * each).map((entry) => {
        const info = this.#elf.read(entry + wordBytes, wordBytes);
        return {
          entry, section: table.info, offset: this.#elf.read(entry, wordBytes), type: Number(info & (is64 ? 0xffff_ffffn : 0xffn)),
          symbol: symbols[Number(info >> (is64 ? 32n : 8n))]?.name ?? "", isRela,
        };
      });
    });
  }

  /** Makes a symbol that is looked for elsewhere an absolute one. */
  define(name: string, value: bigint): void {
    const found = this.#symbols().find((one) => one.name === name);
    if (!found) throw new Error(`the object has no symbol ${name}`);
    const side = this.#elf.is64 ? 1 : 0;
    this.#elf.write(found.at + SYM.shndx[side], 2, BigInt(SHN_ABS));
    this.#elf.write(found.at + SYM.value[side], this.#elf.wordBytes, BigInt.asUintN(64, value));
  }

  /** Gives all relocations that name a symbol an addend; those of REL keep it in the place. */
  add(name: string, addend: bigint): void {
    const { wordBytes } = this.#elf;
    for (const { entry, symbol, isRela } of this.relocations) {
      if (symbol === name && isRela) this.#elf.write(entry + 2 * wordBytes, wordBytes, BigInt.asUintN(64, addend));
    }
  }

  /** Gives all relocations that name a symbol another type. */
  retype(name: string, type: number): void {
    for (const { entry, symbol } of this.relocations) if (symbol === name) this.#elf.write(entry + this.#elf.wordBytes, this.#elf.is64 ? 4 : 1, BigInt(type));
  }

  /** Takes the types of all relocations away: nothing is relocated. */
  silence(): void {
    const { is64, wordBytes } = this.#elf;
    for (const { entry } of this.relocations) {
      if (is64) this.#elf.write(entry + wordBytes, 4, 0n);
      else this.#elf.write(entry + wordBytes, 1, 0n);
    }
  }
}
