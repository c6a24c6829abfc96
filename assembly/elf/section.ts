// Section headers. gABI 4.3 "Sections".

import * as target from "../host/memory";
import { loadWord, pick } from "./word";

@unmanaged class Shdr32 { name: u32; type: u32; flags: u32; addr: u32; offset: u32; size: u32; link: u32; info: u32; addralign: u32; entsize: u32; }
@unmanaged class Shdr64 { name: u32; type: u32; flags: u64; addr: u64; offset: u64; size: u64; link: u32; info: u32; addralign: u64; entsize: u64; }
if (offsetof<Shdr32>() != 40) ERROR("Elf32_Shdr is 40 bytes (gABI 4.3)");
if (offsetof<Shdr64>() != 64) ERROR("Elf64_Shdr is 64 bytes (gABI 4.3)");

/** sh_type. */
export const enum SHT {
  NULL = 0, PROGBITS = 1, SYMTAB = 2, STRTAB = 3, RELA = 4, NOTE = 7, NOBITS = 8, REL = 9, INIT_ARRAY = 14, FINI_ARRAY = 15,
  PREINIT_ARRAY = 16, GROUP = 17, SYMTAB_SHNDX = 18, ARM_EXIDX = 0x70000001,
}
/** sh_flags. */
export const enum SHF {
  WRITE = 1, ALLOC = 2, EXECINSTR = 4, MERGE = 0x10, STRINGS = 0x20, LINK_ORDER = 0x80, GROUP = 0x200, TLS = 0x400,
  COMPRESSED = 0x800, EXCLUDE = 0x80000000,
}
/** The first word of a section group. gABI 4.3 "Section Groups". */
export const enum GRP { COMDAT = 1 }

export function shdrBytes<A>(): u64 { return pick<A>(offsetof<Shdr32>(), offsetof<Shdr64>()); }
@inline export function shdrName(at: u64): u32 { return target.load32(at); }
@inline export function shdrType(at: u64): u32 { return target.load32(at + offsetof<Shdr64>("type")); }
/** The lower half: nothing that is used lies above. */
@inline export function shdrFlags(at: u64): u32 { return target.load32(at + offsetof<Shdr64>("flags")); }
@inline export function shdrOffset<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Shdr32>("offset"), offsetof<Shdr64>("offset"))); }
@inline export function shdrSize<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Shdr32>("size"), offsetof<Shdr64>("size"))); }
@inline export function shdrLink<A>(at: u64): u32 { return target.load32(at + pick<A>(offsetof<Shdr32>("link"), offsetof<Shdr64>("link"))); }
@inline export function shdrInfo<A>(at: u64): u32 { return target.load32(at + pick<A>(offsetof<Shdr32>("info"), offsetof<Shdr64>("info"))); }
@inline export function shdrAlign<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Shdr32>("addralign"), offsetof<Shdr64>("addralign"))); }
@inline export function shdrEntsize<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Shdr32>("entsize"), offsetof<Shdr64>("entsize"))); }
