// What a Linux kernel module says of itself beside its code: .modinfo, the checksums of what it imports, what it exports.
// Source: Linux, include/linux/module.h, include/linux/export-internal.h, kernel/module/version.c.

import type { Module } from "./module.js";

const EM_ARM = 40;
const SIGNATURE = "~Module signature appended~\n";

/** A symbol that a kernel module imports, with the checksum of what it was compiled against. */
export interface KernelImport {
  readonly name: string;
  readonly crc: number;
}

/** A symbol that a kernel module exports to others. */
export interface KernelExport {
  readonly name: string;
  readonly address: bigint;
  /** For modules of a GPL-compatible licence alone. */
  readonly gpl: boolean;
  /** The namespace that an importer has to name; "" for none. */
  readonly namespace: string;
}

/** A kernel module's own words, as its file has them. */
export interface KernelFile {
  /** .modinfo, in the order it has: license, depends, vermagic, alias, parm ... A key may come several times. */
  readonly info: readonly { readonly key: string; readonly value: string }[];
  readonly imports: readonly KernelImport[];
}

/** The same of one that was linked. */
export interface KernelModule extends KernelFile {
  readonly exports: readonly KernelExport[];
}

type Read = (address: bigint, bytes: number) => Uint8Array;
type BytesOf = (section: string) => Buffer | undefined;

/**
 * Reads it from a module that was linked.
 *
 * @param read  target memory
 * @returns undefined for an object that is no kernel module
 */
export function kernelModuleOf(module: Module, read: Read): KernelModule | undefined {
  const file = kernelFileOf(module.class, (name) => {
    const section = module.sections.find((one) => one.name === name);
    return section && Buffer.from(read(section.address, Number(section.bytes)));
  });
  return file && { ...file, exports: exportsOf(module, read) };
}

/**
 * Reads what needs no link.
 *
 * @param bytesOf  the contents of a section by its name
 * @returns undefined for an object that is no kernel module
 */
export function kernelFileOf(bits: number, bytesOf: BytesOf): KernelFile | undefined {
  const info = bytesOf(".modinfo");
  return info && { info: infoOf(info), imports: importsOf(bits, bytesOf) };
}

/** True if a signature follows the module's bytes. */
export function isSigned(file: Uint8Array): boolean {
  return Buffer.from(file.subarray(-SIGNATURE.length)).toString("latin1") === SIGNATURE;
}

function textsOf(bytes: Buffer): string[] {
  return bytes.toString("utf8").split("\0").filter((text) => text);
}

function infoOf(bytes: Buffer): KernelFile["info"] {
  return textsOf(bytes).map((text) => {
    const at = text.indexOf("=");
    return at < 0 ? { key: text, value: "" } : { key: text.slice(0, at), value: text.slice(at + 1) };
  });
}

const VERSION_BYTES = 64;

/** struct modversion_info: a long and a name, 64 bytes together; since 6.13 also two sections of their own, for names of any length. */
function importsOf(bits: number, bytesOf: BytesOf): KernelImport[] {
  const word = bits / 8, table = bytesOf("__versions") ?? Buffer.alloc(0);
  const plain = Array.from({ length: Math.floor(table.length / VERSION_BYTES) }, (_, index) => {
    const entry = table.subarray(index * VERSION_BYTES, (index + 1) * VERSION_BYTES);
    return { name: textsOf(entry.subarray(word))[0] ?? "", crc: entry.readUInt32LE(0) };
  });
  const crcs = bytesOf("__version_ext_crcs"), names = bytesOf("__version_ext_names");
  if (!crcs || !names) return plain;
  return [...plain, ...textsOf(names).slice(0, Math.floor(crcs.length / 4)).map((name, index) => ({ name, crc: crcs.readUInt32LE(index * 4) }))];
}

/** struct kernel_symbol: value, name, namespace: distances from their own places, or on Arm addresses. */
function exportsOf(module: Module, read: Read): KernelExport[] {
  const end = module.base + module.size;
  const text = (address: bigint): string => {
    if (address < module.base || address >= end) return "";
    const bytes = Buffer.from(read(address, Math.min(512, Number(end - address))));
    return bytes.subarray(0, bytes.indexOf(0)).toString("utf8");
  };
  return module.sections.filter(({ name }) => /^__ksymtab(_gpl)?$/.test(name)).flatMap(({ name, address, bytes }) => {
    const table = Buffer.from(read(address, Number(bytes)));
    const target = (at: number): bigint => {
      if (module.machine === EM_ARM) return BigInt(table.readUInt32LE(at));
      const distance = table.readInt32LE(at);
      return distance ? BigInt.asUintN(module.class, address + BigInt(at + distance)) : 0n;
    };
    return Array.from({ length: Math.floor(table.length / 12) }, (_, index) => ({
      name: text(target(index * 12 + 4)),
      address: target(index * 12),
      gpl: name === "__ksymtab_gpl",
      namespace: text(target(index * 12 + 8)),
    }));
  });
}

/** Checksums by symbol, as a kernel's Module.symvers has them: `crc name module export namespace`, tabs between. */
export function checksumsOf(symvers: string): Map<string, number> {
  return new Map(symvers.split("\n").flatMap((line) => {
    const [crc, name] = line.split("\t");
    return crc?.startsWith("0x") && name ? [[name, Number(crc)]] : [];
  }));
}

/** Imports whose checksum is another one than the kernel's; `crc` is the module's. */
export function mismatches(imports: readonly KernelImport[], checksums: ReadonlyMap<string, number>): (KernelImport & { readonly expected: number | undefined })[] {
  return imports.flatMap((one) => {
    const expected = checksums.get(one.name);
    return expected === one.crc ? [] : [{ ...one, expected }];
  });
}
