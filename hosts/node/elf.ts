// Names of the numbers in ELF files, as the specifications and llvm-readelf write them.

import { OBJECT_TYPES } from "./types.js";

const MACHINES: Record<number, { name: string; title: string }> = {
  3: { name: "i386", title: "x86 32-bit" },
  40: { name: "arm", title: "ARM" },
  62: { name: "x86_64", title: "x86 64-bit" },
  183: { name: "aarch64", title: "AArch64" },
  243: { name: "riscv", title: "RISC-V" },
  258: { name: "loongarch", title: "LoongArch" },
};

/** The machine of a file: "riscv64", "arm". */
export function machineName(machine: number, bits: number): string {
  const known = MACHINES[machine];
  if (!known) return `machine ${machine}`;
  return machine === 243 || machine === 258 ? `${known.name}${bits}` : known.name;
}

/** The machine of a file, in words. */
export function machineTitle(machine: number, bits: number): string {
  const known = MACHINES[machine];
  if (!known) return `e_machine ${machine}`;
  return machine === 243 || machine === 258 ? `${known.title} ${bits}-bit` : known.title;
}

const TYPES: Record<number, string> = { 0: "NONE", 1: "REL", 2: "EXEC", 3: "DYN", 4: "CORE" };
const SEGMENTS: Record<number, string> = {
  0: "NULL", 1: "LOAD", 2: "DYNAMIC", 3: "INTERP", 4: "NOTE", 5: "SHLIB", 6: "PHDR", 7: "TLS",
  0x6474e550: "GNU_EH_FRAME", 0x6474e551: "GNU_STACK", 0x6474e552: "GNU_RELRO", 0x6474e553: "GNU_PROPERTY",
};
const SYMBOLS: Record<number, string> = {
  0: "NOTYPE", 1: "OBJECT", 2: "FUNC", 3: "SECTION", 4: "FILE", 5: "COMMON", 6: "TLS", 10: "IFUNC",
};
const BINDS: Record<number, string> = { 0: "LOCAL", 1: "GLOBAL", 2: "WEAK", 10: "UNIQUE" };
const VISIBILITIES: Record<number, string> = { 0: "DEFAULT", 1: "INTERNAL", 2: "HIDDEN", 3: "PROTECTED" };
const SEGMENTS_OF: Record<number, Record<number, string>> = {
  40: { 0x70000001: "ARM_EXIDX" },
  183: { 0x70000002: "AARCH64_MEMTAG_MTE" },
  243: { 0x70000003: "RISCV_ATTRIBUTES" },
};

/** e_type. */
export function typeName(type: number): string {
  return TYPES[type] ?? number(type);
}

/** p_type. */
export function segmentName(type: number, machine: number): string {
  return SEGMENTS[type] ?? SEGMENTS_OF[machine]?.[type] ?? number(type);
}

/** A symbol's type (STT). */
export function symbolTypeName(type: number): string {
  return SYMBOLS[type] ?? number(type);
}

/** A symbol's binding (STB). */
export function bindName(bind: number): string {
  return BINDS[bind] ?? number(bind);
}

/** A symbol's visibility (STV). */
export function visibilityName(visibility: number): string {
  return VISIBILITIES[visibility] ?? number(visibility);
}

function number(value: number): string {
  return `0x${value.toString(16)}`;
}

// The relocations that linked files have; those of objects are in types.ts.
const RELOCATIONS: Record<number, { prefix: string; names: Record<number, string> }> = {
  3: {
    prefix: "R_386_",
    names: {
      0: "NONE", 1: "32", 2: "PC32", 5: "COPY", 6: "GLOB_DAT", 7: "JUMP_SLOT", 8: "RELATIVE", 14: "TLS_TPOFF", 20: "16", 21: "PC16",
      35: "TLS_DTPMOD32", 36: "TLS_DTPOFF32", 37: "TLS_TPOFF32", 38: "SIZE32", 41: "TLS_DESC", 42: "IRELATIVE",
    },
  },
  40: {
    prefix: "R_ARM_",
    names: {
      0: "NONE", 2: "ABS32", 3: "REL32", 5: "ABS16", 13: "TLS_DESC", 17: "TLS_DTPMOD32", 18: "TLS_DTPOFF32", 19: "TLS_TPOFF32", 20: "COPY",
      21: "GLOB_DAT", 22: "JUMP_SLOT", 23: "RELATIVE", 160: "IRELATIVE",
    },
  },
  62: {
    prefix: "R_X86_64_",
    names: {
      0: "NONE", 1: "64", 2: "PC32", 5: "COPY", 6: "GLOB_DAT", 7: "JUMP_SLOT", 8: "RELATIVE", 10: "32", 11: "32S", 16: "DTPMOD64", 17: "DTPOFF64",
      18: "TPOFF64", 24: "PC64", 32: "SIZE32", 33: "SIZE64", 36: "TLSDESC", 37: "IRELATIVE",
    },
  },
  183: {
    prefix: "R_AARCH64_",
    names: {
      0: "NONE", 257: "ABS64", 258: "ABS32", 259: "ABS16", 260: "PREL64", 261: "PREL32", 262: "PREL16", 1024: "COPY", 1025: "GLOB_DAT", 1026: "JUMP_SLOT",
      1027: "RELATIVE", 1028: "TLS_DTPMOD64", 1029: "TLS_DTPREL64", 1030: "TLS_TPREL64", 1031: "TLSDESC", 1032: "IRELATIVE",
    },
  },
  243: {
    prefix: "R_RISCV_",
    names: {
      0: "NONE", 1: "32", 2: "64", 3: "RELATIVE", 4: "COPY", 5: "JUMP_SLOT", 6: "TLS_DTPMOD32", 7: "TLS_DTPMOD64", 8: "TLS_DTPREL32",
      9: "TLS_DTPREL64", 10: "TLS_TPREL32", 11: "TLS_TPREL64", 12: "TLSDESC", 58: "IRELATIVE",
    },
  },
  258: {
    prefix: "R_LARCH_",
    names: {
      0: "NONE", 1: "32", 2: "64", 3: "RELATIVE", 4: "COPY", 5: "JUMP_SLOT", 6: "TLS_DTPMOD32", 7: "TLS_DTPMOD64", 8: "TLS_DTPREL32",
      9: "TLS_DTPREL64", 10: "TLS_TPREL32", 11: "TLS_TPREL64", 12: "IRELATIVE", 13: "TLS_DESC32", 14: "TLS_DESC64",
    },
  },
};

/** A relocation's type. */
export function relocationName(machine: number, type: number): string {
  const table = RELOCATIONS[machine];
  const name = table?.names[type] ?? OBJECT_TYPES[machine]?.[type];
  return name === undefined ? `type ${type}` : table!.prefix + name;
}

/** Whether a relocation's place gets the two words of a TLS descriptor. */
export function isDescriptor(machine: number, type: number): boolean {
  return /^TLS_?DESC(32|64)?$/.test(RELOCATIONS[machine]?.names[type] ?? "");
}

// gABI 5.2 "Dynamic Section", and what Solaris and GNU added: a tag that says it by being there, or a bit of a tag's value.
const DT_FLAGS = 30n, DT_FLAGS_1 = 0x6fff_fffbn;
export const DYNAMIC_FLAGS: readonly (readonly [name: string, tag: bigint | undefined, flag: bigint, flag1: bigint])[] = [
  ["SYMBOLIC", 16n, 2n, 0n],
  ["TEXTREL", 22n, 4n, 0n],
  ["BIND_NOW", 24n, 8n, 1n],
  ["STATIC_TLS", undefined, 16n, 0n],
  ["ORIGIN", undefined, 1n, 0x80n],
  ["GLOBAL", undefined, 0n, 2n],
  ["NODELETE", undefined, 0n, 8n],
  ["INITFIRST", undefined, 0n, 0x20n],
  ["NOOPEN", undefined, 0n, 0x40n],
  ["INTERPOSE", undefined, 0n, 0x400n],
  ["NODEFLIB", undefined, 0n, 0x800n],
  ["PIE", undefined, 0n, 0x0800_0000n],
];

/** What the dynamic section asks for, by the names of DF and DF_1. */
export function dynamicFlags(entries: readonly { readonly tag: bigint; readonly value: bigint }[]): string[] {
  const valueOf = (tag: bigint): bigint => entries.findLast((one) => one.tag === tag)?.value ?? 0n;
  const flags = valueOf(DT_FLAGS), flags1 = valueOf(DT_FLAGS_1);
  return DYNAMIC_FLAGS
    .filter(([, tag, flag, flag1]) => flags & flag || flags1 & flag1 || entries.some((one) => one.tag === tag))
    .map(([name]) => name);
}

/** Whether a relocation's place gets what a function of the module answers (IFUNC). */
export function isResolver(machine: number, type: number): boolean {
  return RELOCATIONS[machine]?.names[type] === "IRELATIVE";
}
