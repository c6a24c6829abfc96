// bytes -> Object: what an ET_REL file, or a member of an archive, says of its sections and symbols, checked.
// The whole of it is readable while it is linked; every field that decides something is fetched once.

import { Code, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { Arch } from "../arch/arch";
import { Howtos } from "../arch/howto";
import { archOf, howtosOf } from "../arch/machines";
import { isPowerOfTwo, within } from "../base/range";
import { strideOf } from "../base/record";
import { Work } from "../base/work";
import { EI, ET, Ident, isBitcode, ehdrBytes, ehdrFlags, ehdrMachine, ehdrShentsize, ehdrShnum, ehdrShoff, ehdrShstrndx, ehdrType, ehdrVersion } from "../elf/header";
import { relBytes, relaBytes } from "../elf/reloc";
import {
  SHF, SHT, shdrAlign, shdrBytes, shdrEntsize, shdrFlags, shdrInfo, shdrLink, shdrName, shdrOffset, shdrSize, shdrType,
} from "../elf/section";
import { textBytes } from "../elf/text";
import { SHN, STB, bindOf, symBytes, symInfo, symName, symShndx, symValue } from "../elf/symbol";
import { wide } from "../elf/word";
import { Member } from "./archive";

/** A section of an object. Where it will be is filled in by those who lay it out. */
@unmanaged export class Section {
  object: Object;
  /** The next in the order of the memory that it is laid out in. */
  next: Section | null;
  /** sh_type, the lower half of sh_flags, sh_link, sh_info, sh_entsize. */
  type: u32;
  flags: u32;
  link: u32;
  info: u32;
  entryBytes: u32;
  /** Its number in the object. */
  index: u32;
  /** The first of the relocation sections that change it, by number, and of one of these, the next; 0: none. */
  relocations: u32;
  nextRelocations: u32;
  /** Where its bytes are in the object, and how many there are in memory. */
  offset: u64;
  bytes: u64;
  align: u64;
  /** sh_size: how many bytes the file's section has, before anything is left out of it. */
  fileBytes: u64;
  /** NONE until it is laid out, and of what is in no memory. */
  vaddr: u64;
  /** Padding that goes, by offset (plan/trim.ts). */
  trims: usize;
  trimCount: u32;
  /** Of one whose strings or constants are kept once: where, and what went where (merge/pool.ts). */
  pool: usize;
  parts: usize;
  partCount: u32;
  /** Which part of the module's memory it is in; see plan/layout.ts. */
  part: u8;
  /** Another object has the same (a COMDAT group), or nobody wants it. */
  isDropped: bool;
  /** A group has it. */
  isGrouped: bool;
  /** Its words are called last to first: .ctors, .dtors. */
  isReversed: bool;
  /** Where its name is in the module's own strings, and its bytes; 0: it is not kept. */
  claimName: u32;
  claimNameBytes: u32;
  /** Which regions claim it by name; 0: none does. */
  group: u32;
  /** It is used where the file has it; why not, a Copied (plan/stay.ts). */
  isFixed: bool;
  copied: u8;
  /** Of code that lies amid stubs: those behind it that it reaches (plan/islands.ts), those in front of it if it is longer than that, and how many of its jumps lead elsewhere. */
  island: usize;
  front: usize;
  jumpCount: u32;
  /** It has words that only other modules know. */
  hasImports: bool;

  @inline has(flag: SHF): bool { return (this.flags & flag) != 0; }
  /** True if it takes part in what the module is. */
  @inline get isLoaded(): bool { return this.has(SHF.ALLOC) && !this.isDropped; }
}

/** An object that is being linked. */
@unmanaged export class Object {
  next: Object | null;
  /** The file, and where the object begins there: members of archives do so somewhere. */
  source: u32;
  /** Which member of an archive it is; null for a file of its own. */
  member: Member | null;
  bits: u32;
  start: u64;
  /** Where the object's bytes can be read, and how many there are. */
  addr: u64;
  bytes: u64;
  arch: Arch;
  howtos: Howtos;
  /** e_shoff. */
  headers: u64;
  /** e_flags. */
  flags: u32;
  sectionCount: u32;
  private sections: usize;
  /** Addresses: SHT_SYMTAB, its strings, the strings of section names, SHT_SYMTAB_SHNDX or NONE. */
  symbols: u64;
  strings: u64;
  names: u64;
  indices: u64;
  symbolCount: u32;
  /** The first symbol that is not local. */
  firstGlobal: u32;
  stringBytes: u32;
  nameBytes: u32;
  /** For each symbol what it stands for, in merge/names.ts: usize each. */
  targets: usize;
  /** Sections that are used where the file has them: where the first begins and the last ends, and the PF bits of them all; 0: there is none. */
  fixedStart: u64;
  fixedEnd: u64;
  fixedProt: u32;
  /** Its number among all of the set, in the order of the linker's command line. */
  rank: u32;
  /** The number of the symbol table's section. */
  symbolSection: u32;
  /** Bytes of names that were read: see spell. */
  private spelled: u64;

  @inline section(index: u32): Section { return changetype<Section>(this.sections + <usize>index * strideOf<Section>()); }
  @inline symbol<A>(index: u32): u64 { return this.symbols + <u64>index * symBytes<A>(); }
  @inline symbolValue<A>(index: u32): u64 { return symValue<A>(this.symbol<A>(index)); }
  hold(sections: usize): void { this.sections = sections; }
  /** What a symbol stands for, in merge/objects.ts; 0: a local one that nobody has asked for. */
  @inline target(index: u32): usize { return load<usize>(this.targets + (<usize>index << alignof<usize>())); }

  /** The section of a symbol, also where there are more than 65,279 of them; the special ones as they are, above all others. */
  sectionOf<A>(index: u32): u32 {
    const shndx = symShndx<A>(this.symbol<A>(index));
    if (shndx == SHN.XINDEX) return this.indices == NONE ? shndx | SPECIAL : min<u32>(target.load32(this.indices + <u64>index * 4), SPECIAL - 1);
    return shndx >= <u32>SHN.LORESERVE ? shndx | SPECIAL : shndx;
  }

  /** True for what `sectionOf` may answer: a section that is there, or a special one with a meaning. */
  hasSection(index: u32): bool {
    if (index < SPECIAL) return index < this.sectionCount;
    return index == (SHN.ABS | SPECIAL) || isCommon(index);
  }

  /** Turns to it: what is wrong from now on is wrong with it. */
  turn(work: Work): void {
    const member = this.member;
    if (member) member.turn(work);
    else work.source = this.source;
  }

  /** Names may end with others, but in all they are not much longer than what they lie in; false for those that are. */
  spell(bytes: u64): bool {
    this.spelled += bytes;
    return this.spelled <= (<u64>this.stringBytes + this.nameBytes) * SPELLED;
  }
}
/** Marks an index that is none: SHN_ABS | SPECIAL. */
@inline export const SPECIAL: u32 = 0x80000000;
/** How many names may share a byte, on average. */
@inline const SPELLED: u64 = 64;

/** True for an index of what the linker is to make room for. */
@inline export function isCommon(index: u32): bool { return index == (SHN.COMMON | SPECIAL) || index == (SHN.X86_64_LCOMMON | SPECIAL); }

/**
 * Reads and checks an object that can be read in one piece.
 *
 * @param start   where it begins in its file
 * @param member  of an archive; null for a file of its own
 * @returns null with a fault if it is none, or there is no memory
 * @fault Truncated BadMagic BadClass BadByteOrder BadVersion BadType BadMachine BadEntrySize (Ehdr, at = offset in the object)
 * @fault BadSection (Shdr, at = offset of the header in the object, value = what is wrong)
 * @fault OnlyLto (Ehdr, at = 0, value = its first word)  bitcode
 * @fault OnlyLto (Sym, at = index, value = st_shndx)  gcc's, without code
 * @fault BadSymbolTable (Shdr, at = offset of the header in the object, value = what is wrong)
 * @spec gABI 4.1 to 4.5
 */
export function objectOf(work: Work, source: u32, start: u64, addr: u64, bytes: u64, member: Member | null): Object | null {
  if (member) member.turn(work);
  else work.source = source;
  if (bytes < <u64>EI.NIDENT) return none(work.fail(Code.Truncated, What.Ehdr, 0, bytes));
  const magic = target.load32(addr);
  if (magic != Ident.MAGIC) return none(work.fail(isBitcode(magic) ? Code.OnlyLto : Code.BadMagic, What.Ehdr, 0, magic));
  const eclass = target.load8(addr + EI.CLASS);
  const isClass = eclass == Ident.CLASS32 || eclass == Ident.CLASS64;
  if (!isClass || wide(eclass * 32) != (eclass == Ident.CLASS64)) return none(work.fail(Code.BadClass, What.Ehdr, EI.CLASS, eclass));
  const data = target.load8(addr + EI.DATA);
  if (data != Ident.LSB) return none(work.fail(Code.BadByteOrder, What.Ehdr, EI.DATA, data));
  const version = target.load8(addr + EI.VERSION);
  if (version != Ident.CURRENT) return none(work.fail(Code.BadVersion, What.Ehdr, EI.VERSION, version));
  const object = changetype<Object>(work.take(offsetof<Object>()));
  if (!changetype<usize>(object)) return null;
  object.source = source;
  object.member = member;
  object.start = start;
  object.addr = addr;
  object.bytes = bytes;
  object.bits = eclass * 32;
  const isRead = wide(object.bits) ? readObject<u64>(work, object) : readObject<u32>(work, object);
  return isRead ? object : null;
}

function none(_: bool): Object | null { return null; }

function readObject<A>(work: Work, object: Object): bool {
  const header = object.addr;
  if (object.bytes < ehdrBytes<A>()) return work.fail(Code.Truncated, What.Ehdr, 0, object.bytes);
  const type = ehdrType(header);
  if (type != ET.REL) return work.fail(Code.BadType, What.Ehdr, 16, type);
  const machine = ehdrMachine(header);
  const arch = archOf(machine, object.bits);
  if (!arch) return work.fail(Code.BadMachine, What.Ehdr, 18, machine);
  const version = ehdrVersion(header);
  if (version != Ident.CURRENT) return work.fail(Code.BadVersion, What.Ehdr, 20, version);
  object.arch = arch;
  object.howtos = howtosOf(machine, object.bits)!;
  object.flags = ehdrFlags<A>(header);
  return readSections<A>(work, object) && readSymbols<A>(work, object) && pairRelocations<A>(work, object);
}

function readSections<A>(work: Work, object: Object): bool {
  const header = object.addr;
  const shoff = ehdrShoff<A>(header);
  const each = ehdrShentsize<A>(header);
  let count: u64 = ehdrShnum<A>(header);
  let names = ehdrShstrndx<A>(header);
  const at = shoff;
  if (!shoff) return work.fail(Code.BadSection, What.Shdr, 0, 0);
  if (each != <u32>shdrBytes<A>()) return work.fail(Code.BadEntrySize, What.Shdr, at, each);
  if (!within(shoff, shdrBytes<A>(), 0, object.bytes)) return work.fail(Code.Truncated, What.Shdr, at, count);
  // Counts that are too large for the file header are in the first section header.
  if (!count) count = shdrSize<A>(object.addr + shoff);
  if (names == SHN.XINDEX) names = shdrLink<A>(object.addr + shoff);
  if (!count || count > object.bytes / shdrBytes<A>() || !within(shoff, count * shdrBytes<A>(), 0, object.bytes)) return work.fail(Code.Truncated, What.Shdr, at, count);
  const sections = work.take(count * strideOf<Section>());
  if (!sections) return false;
  object.hold(sections);
  object.headers = shoff;
  object.sectionCount = <u32>count;
  for (let i: u32 = 1; i < <u32>count; ++i) if (!readSection<A>(work, object, i, object.addr + shoff + i * shdrBytes<A>())) return false;
  if (!names) return true;
  const table = names < <u32>count ? object.section(names) : null;
  if (!table || table.type != SHT.STRTAB || table.bytes > u32.MAX_VALUE || !endsInNul(object, table)) return work.fail(Code.BadSection, What.Shdr, at, names);
  object.names = object.addr + table.offset;
  object.nameBytes = <u32>table.bytes;
  return true;
}

function readSection<A>(work: Work, object: Object, index: u32, header: u64): bool {
  const section = object.section(index);
  const at = header - object.addr;
  section.object = object;
  section.index = index;
  section.type = shdrType(header);
  section.flags = shdrFlags(header);
  section.link = shdrLink<A>(header);
  section.info = shdrInfo<A>(header);
  section.offset = shdrOffset<A>(header);
  section.bytes = shdrSize<A>(header);
  section.fileBytes = section.bytes;
  section.vaddr = NONE;
  section.align = max<u64>(shdrAlign<A>(header), 1);
  section.entryBytes = <u32>min<u64>(shdrEntsize<A>(header), u32.MAX_VALUE);
  if (section.type == SHT.NULL) {
    section.fileBytes = section.bytes = section.flags = 0;
    return true;
  }
  if (section.type != SHT.NOBITS && !within(section.offset, section.bytes, 0, object.bytes)) return work.fail(Code.Truncated, What.Shdr, at, section.bytes);
  if (!isPowerOfTwo(section.align)) return work.fail(Code.BadAlignment, What.Shdr, at, section.align);
  // What memory can't hold at all, nobody has to add up.
  if (section.has(SHF.ALLOC) && (section.bytes > MOST || section.align > MOST)) return work.fail(Code.BadSection, What.Shdr, at, max(section.bytes, section.align));
  if (section.has(SHF.EXCLUDE)) section.isDropped = true;
  return true;
}
/** Bytes of what is to be in memory, one by one: sums of as many as the core can hold do not wrap. */
@inline export const MOST: u64 = 1 << 36;

/** Where a section's header is in its object: where a fault is. */
export function headerAt(object: Object, index: u32): u64 {
  return object.headers + index * (wide(object.bits) ? shdrBytes<u64>() : shdrBytes<u32>());
}

function endsInNul(object: Object, section: Section): bool {
  return section.bytes != 0 && !target.load8(object.addr + section.offset + section.bytes - 1);
}

function readSymbols<A>(work: Work, object: Object): bool {
  for (let i: u32 = 1; i < object.sectionCount; ++i) {
    const section = object.section(i);
    if (section.type != SHT.SYMTAB) continue;
    if (object.symbolSection) return work.fail(Code.BadSymbolTable, What.Shdr, headerAt(object, i), i);
    object.symbolSection = i;
    if (!readTable<A>(work, object, section)) return false;
  }
  return !object.symbolSection || readIndices(work, object);
}

function readTable<A>(work: Work, object: Object, section: Section): bool {
  const at = headerAt(object, section.index);
  const count = section.bytes / symBytes<A>();
  if (section.entryBytes != <u32>symBytes<A>()) return work.fail(Code.BadEntrySize, What.Shdr, at, section.entryBytes);
  if (section.bytes % symBytes<A>() || count > <u64>i32.MAX_VALUE) return work.fail(Code.BadSymbolTable, What.Shdr, at, section.bytes);
  const strings = section.link && section.link < object.sectionCount ? object.section(section.link) : null;
  if (!strings || strings.type != SHT.STRTAB || strings.bytes > u32.MAX_VALUE || !endsInNul(object, strings)) return work.fail(Code.BadSymbolTable, What.Shdr, at, section.link);
  if (section.info > <u32>count) return work.fail(Code.BadSymbolTable, What.Shdr, at, section.info);
  object.symbols = object.addr + section.offset;
  object.symbolCount = <u32>count;
  object.firstGlobal = max<u32>(section.info, 1);
  object.strings = object.addr + strings.offset;
  object.stringBytes = <u32>strings.bytes;
  object.indices = NONE;
  if (isSlim<A>(object)) return work.fail(Code.OnlyLto, What.Sym, object.firstGlobal, symShndx<A>(object.symbol<A>(object.firstGlobal)));
  object.targets = work.take(count << alignof<usize>());
  return object.targets != 0;
}

/** True for what gcc -flto makes: there is no code in it, and its one global symbol says so. */
function isSlim<A>(object: Object): bool {
  if (object.firstGlobal >= object.symbolCount) return false;
  const start = <u64>symName(object.symbol<A>(object.firstGlobal));
  if (!within(start, 15, 0, object.stringBytes)) return false;
  const name = object.strings + start;
  // "__gnu_lto_slim"
  return target.load32(name) == 0x6e675f5f && target.load32(name + 4) == 0x746c5f75 && target.load32(name + 8) == 0x6c735f6f && (target.load32(name + 11) >> 8) == 0x6d69;
}

/** The table of section numbers that do not fit into symbols, if there is one for this symbol table. */
function readIndices(work: Work, object: Object): bool {
  for (let i: u32 = 1; i < object.sectionCount; ++i) {
    const section = object.section(i);
    if (section.type != SHT.SYMTAB_SHNDX || section.link != object.symbolSection) continue;
    if (section.bytes / 4 < object.symbolCount) return work.fail(Code.BadSymbolTable, What.Shdr, headerAt(object, i), section.bytes);
    object.indices = object.addr + section.offset;
  }
  return true;
}

/** Hangs every relocation section at the one that it changes. */
function pairRelocations<A>(work: Work, object: Object): bool {
  for (let i: u32 = object.sectionCount - 1; i; --i) {
    const section = object.section(i);
    if (section.type != SHT.REL && section.type != SHT.RELA) continue;
    const at = headerAt(object, i);
    const each = section.type == SHT.RELA ? relaBytes<A>() : relBytes<A>();
    if (section.entryBytes != <u32>each) return work.fail(Code.BadEntrySize, What.Shdr, at, section.entryBytes);
    if (section.bytes % each || section.bytes / each > <u64>i32.MAX_VALUE) return work.fail(Code.BadRelocationTable, What.Shdr, at, section.bytes);
    if (section.link != object.symbolSection) return work.fail(Code.BadRelocationTable, What.Shdr, at, section.link);
    const changed = section.info && section.info < object.sectionCount ? object.section(section.info) : null;
    if (!changed || changed.type == SHT.REL || changed.type == SHT.RELA || changed.type == SHT.SYMTAB || changed.type == SHT.NULL) {
      return work.fail(Code.BadRelocationTable, What.Shdr, at, section.info);
    }
    section.nextRelocations = changed.relocations;
    changed.relocations = i;
  }
  return true;
}

/** True if a symbol is local: nobody else's. */
@inline export function isLocal<A>(symbol: u64): bool { return bindOf(symInfo<A>(symbol)) == STB.LOCAL; }

/** The offset of a section's name in the table of names; its bytes from there on end in NUL. NONE: it has none. */
export function sectionName(section: Section): u64 {
  const object = section.object;
  const header = object.addr + headerAt(object, section.index);
  const offset = shdrName(header);
  return offset < object.nameBytes ? object.names + offset : NONE;
}

/** Bytes of a section's name, as far as anybody looks: LONGEST of one that is longer. Many sections may have one long name. */
export function sectionNameBytes(section: Section, name: u64): u32 {
  const object = section.object;
  return name == NONE ? 0 : textBytes(name, min<u64>(object.names + object.nameBytes - name, LONGEST));
}
@inline const LONGEST: u32 = 1024;

/** True for a name that can be part of a symbol's: __start_ and __stop_ of such a section are symbols. */
export function isIdentifier(name: u64, bytes: u32): bool {
  if (!bytes || bytes == LONGEST) return false;
  for (let i: u32 = 0; i < bytes; ++i) {
    const c = target.load8(name + i);
    const isLetter = (c | 32) >= 0x61 && (c | 32) <= 0x7a || c == 0x5f;
    if (!isLetter && !(i && c >= 0x30 && c <= 0x39)) return false;
  }
  return true;
}
