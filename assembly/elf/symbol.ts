// Symbols. gABI 4.4 "Symbol Table".

import * as target from "../host/memory";
import { loadWord, pick } from "./word";

@unmanaged class Sym32 { name: u32; value: u32; size: u32; info: u8; other: u8; shndx: u16; }
@unmanaged class Sym64 { name: u32; info: u8; other: u8; shndx: u16; value: u64; size: u64; }
if (offsetof<Sym32>() != 16) ERROR("Elf32_Sym is 16 bytes (gABI 4.4)");
if (offsetof<Sym64>() != 24) ERROR("Elf64_Sym is 24 bytes (gABI 4.4)");

export const enum STB { LOCAL = 0, GLOBAL = 1, WEAK = 2, GNU_UNIQUE = 10 }
export const enum STT { NOTYPE = 0, OBJECT = 1, FUNC = 2, SECTION = 3, FILE = 4, COMMON = 5, TLS = 6, GNU_IFUNC = 10 }
export const enum STV { DEFAULT = 0, INTERNAL = 1, HIDDEN = 2, PROTECTED = 3 }
/** Special section indices: LORESERVE is the first. COMMON ones are processors' own, too: x86-64 keeps large ones apart. */
export const enum SHN { UNDEF = 0, LORESERVE = 0xff00, X86_64_LCOMMON = 0xff02, ABS = 0xfff1, COMMON = 0xfff2, XINDEX = 0xffff }

export function symBytes<A>(): u64 { return pick<A>(offsetof<Sym32>(), offsetof<Sym64>()); }
@inline export function symName(at: u64): u32 { return target.load32(at); }
@inline export function symInfo<A>(at: u64): u32 { return target.load8(at + pick<A>(offsetof<Sym32>("info"), offsetof<Sym64>("info"))); }
@inline export function symOther<A>(at: u64): u32 { return target.load8(at + pick<A>(offsetof<Sym32>("other"), offsetof<Sym64>("other"))); }
@inline export function symShndx<A>(at: u64): u32 { return target.load16(at + pick<A>(offsetof<Sym32>("shndx"), offsetof<Sym64>("shndx"))); }
@inline export function symValue<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Sym32>("value"), offsetof<Sym64>("value"))); }
@inline export function symSize<A>(at: u64): u64 { return loadWord<A>(at + pick<A>(offsetof<Sym32>("size"), offsetof<Sym64>("size"))); }
/** st_info, st_other and st_shndx, which are neighbours, in one word. */
@inline export function symTraits<A>(at: u64): u32 { return target.load32(at + pick<A>(offsetof<Sym32>("info"), offsetof<Sym64>("info"))); }

/** The two halves of st_info. */
@inline export function bindOf(info: u32): u32 { return info >> 4; }
@inline export function typeOf(info: u32): u32 { return info & 15; }
/** st_other's lower bits. */
@inline export function visibilityOf(other: u32): u32 { return other & 3; }
