// The file header. gABI 4.1 "ELF Header".

import * as target from "../host/memory";
import { loadWord, pick } from "./word";

@unmanaged class Ehdr32 {
  ident0: u64; ident1: u64; type: u16; machine: u16; version: u32; entry: u32; phoff: u32; shoff: u32; flags: u32;
  ehsize: u16; phentsize: u16; phnum: u16; shentsize: u16; shnum: u16; shstrndx: u16;
}
@unmanaged class Ehdr64 {
  ident0: u64; ident1: u64; type: u16; machine: u16; version: u32; entry: u64; phoff: u64; shoff: u64; flags: u32;
  ehsize: u16; phentsize: u16; phnum: u16; shentsize: u16; shnum: u16; shstrndx: u16;
}
// e_shstrndx is the last field; the record's own size is rounded up by its alignment.
if (offsetof<Ehdr32>("shstrndx") + 2 != 52) ERROR("Elf32_Ehdr is 52 bytes (gABI 4.1)");
if (offsetof<Ehdr64>("shstrndx") + 2 != 64) ERROR("Elf64_Ehdr is 64 bytes (gABI 4.1)");

/** Offsets in e_ident. */
export const enum EI { CLASS = 4, DATA = 5, VERSION = 6, NIDENT = 16 }
/** True for what LLVM writes in place of an object: bitcode, or a wrapper of it. LLVM Bitcode File Format. */
@inline export function isBitcode(magic: u32): bool { return magic == 0xdec04342 || magic == 0x0b17c0de; }
/** 0x7f 'E' 'L' 'F', read as a little-endian word. */
export const enum Ident { MAGIC = 0x464c457f, CLASS32 = 1, CLASS64 = 2, LSB = 1, CURRENT = 1 }
/** e_type. */
export const enum ET { REL = 1, EXEC = 2, DYN = 3, CORE = 4 }
/** e_machine. */
export const enum EM { I386 = 3, ARM = 40, X86_64 = 62, AARCH64 = 183, RISCV = 243, LOONGARCH = 258 }
/** e_phnum of a file that keeps the real count elsewhere. */
export const enum PN { XNUM = 0xffff }

export function ehdrBytes<A>(): u64 { return pick<A>(52, 64); }
@inline export function ehdrType(at: u64): u32 { return target.load16(at + offsetof<Ehdr64>("type")); }
@inline export function ehdrMachine(at: u64): u32 { return target.load16(at + offsetof<Ehdr64>("machine")); }
@inline export function ehdrVersion(at: u64): u32 { return target.load32(at + offsetof<Ehdr64>("version")); }
@inline export function ehdrEntry<A>(at: u64): u64 { return loadWord<A>(at + offsetof<Ehdr64>("entry")); }
@inline export function ehdrPhoff<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Ehdr32>("phoff"), offsetof<Ehdr64>("phoff"))); }
@inline export function ehdrFlags<A>(at: u64): u32 { return target.load32(at + pick<A>(offsetof<Ehdr32>("flags"), offsetof<Ehdr64>("flags"))); }
@inline export function ehdrPhentsize<A>(at: u64): u32 { return target.load16(at + pick<A>(offsetof<Ehdr32>("phentsize"), offsetof<Ehdr64>("phentsize"))); }
@inline export function ehdrPhnum<A>(at: u64): u32 { return target.load16(at + pick<A>(offsetof<Ehdr32>("phnum"), offsetof<Ehdr64>("phnum"))); }
@inline export function ehdrShoff<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Ehdr32>("shoff"), offsetof<Ehdr64>("shoff"))); }
@inline export function ehdrShentsize<A>(at: u64): u32 { return target.load16(at + pick<A>(offsetof<Ehdr32>("shentsize"), offsetof<Ehdr64>("shentsize"))); }
@inline export function ehdrShnum<A>(at: u64): u32 { return target.load16(at + pick<A>(offsetof<Ehdr32>("shnum"), offsetof<Ehdr64>("shnum"))); }
@inline export function ehdrShstrndx<A>(at: u64): u32 { return target.load16(at + pick<A>(offsetof<Ehdr32>("shstrndx"), offsetof<Ehdr64>("shstrndx"))); }
