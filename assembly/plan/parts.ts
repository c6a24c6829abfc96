// Which part of the module each section goes to: by its type, its flags and its name.

import { Code, PF, What } from "../words";
import * as target from "../host/memory";
import { Work } from "../base/work";
import { SHF, SHT } from "../elf/section";
import { Section, headerAt, isIdentifier, sectionName, sectionNameBytes } from "../inspect/object";
import { joinFamily } from "./families";
import { Layout, Part } from "./layout";
import { rankOf, sortByRank } from "./rank";

/**
 * Gives every section that is to be in memory its part.
 *
 * @fault WritableCode (Shdr, at = file offset of the header, value = sh_flags)
 * @fault BadSection (Shdr, at = file offset of the header, value = sh_flags, of one that is compressed; sh_size, of half a word of .ctors)
 */
export function classify(work: Work, layout: Layout): bool {
  let object = layout.objects.first;
  while (object) {
    object.turn(work);
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (section.isLoaded && !section.pool && !place(work, layout, section)) return false;
    }
    object = object.next;
  }
  sortByRank(layout.span(Part.Preinit));
  sortByRank(layout.span(Part.Init));
  sortByRank(layout.span(Part.Fini));
  return true;
}

/** Puts a section where it belongs. */
function place(work: Work, layout: Layout, section: Section): bool {
  const at = headerAt(section.object, section.index);
  if (section.has(SHF.WRITE) && section.has(SHF.EXECINSTR)) return work.fail(Code.WritableCode, What.Shdr, at, section.flags);
  if (section.has(SHF.COMPRESSED)) return work.fail(Code.BadSection, What.Shdr, at, section.flags);
  const name = sectionName(section);
  const bytes = sectionNameBytes(section, name);
  const part = partOf(section, name, bytes);
  section.part = <u8>part;
  if (part == Part.Code) layout.codeBytes += section.bytes + section.align;
  if (part == Part.Preinit || part == Part.Init || part == Part.Fini) return placeArray(work, layout, section, name, bytes);
  if (part == Part.Exidx && !isIndexOfLoaded(section)) {
    section.isDropped = true;
    return true;
  }
  if (section.isFixed) return true;
  if (layout.groupCount > 1 && isClaimed(layout, section, name, bytes)) return true;
  if (isIdentifier(name, bytes)) return joinFamily(work, layout, section, name, bytes);
  layout.span(part).append(section);
  return true;
}

/** Functions that are called at the start or at the end. */
function placeArray(work: Work, layout: Layout, section: Section, name: u64, bytes: u32): bool {
  section.isReversed = (begins(name, bytes, CTORS, 6) || begins(name, bytes, DTORS, 6)) && section.type != SHT.NOBITS;
  if (section.isReversed && (section.bytes % (section.object.bits / 8) || section.trimCount)) return work.fail(Code.BadSection, What.Shdr, headerAt(section.object, section.index), section.bytes);
  // Its rank goes where its file's alignment of it was: words are aligned as words.
  section.info = rankOf(section, name, bytes);
  layout.span(section.part).append(section);
  return true;
}

/** True for a table of unwinders whose code is there. */
function isIndexOfLoaded(section: Section): bool {
  const object = section.object;
  return section.link != 0 && section.link < object.sectionCount && object.section(section.link).isLoaded;
}

/** Puts a section into the memory of a region that claims it by name; false if none does. */
function isClaimed(layout: Layout, section: Section, name: u64, bytes: u32): bool {
  const part: Part = section.part;
  if (part != Part.ReadOnly && part != Part.Code && part != Part.Data && part != Part.Zero && part != Part.RelRo) return false;
  const group = groupOf(layout, name, bytes, part == Part.ReadOnly ? PF.R : part == Part.Code ? PF.R | PF.X : PF.R | PF.W);
  if (!group) return false;
  // What a region claims is not made read-only afterwards.
  if (part == Part.RelRo) section.part = <u8>Part.Data;
  section.group = group;
  layout.spanIn(group, section.part).append(section);
  return true;
}

/** The group of a section: that of the first region that claims its name, and allows what it needs. */
export function groupOf(layout: Layout, name: u64, bytes: u32, prot: u32): u32 {
  let group: u32 = 0;
  let region = layout.regions;
  while (region) {
    if (region.isNamed) {
      ++group;
      if (region.claims(name, bytes) && region.allows(prot)) return group;
    }
    region = region.next;
  }
  return 0;
}

/** The part of a section of this name that no region claims. */
export function partOf(section: Section, name: u64, bytes: u32): Part {
  const isZero = section.type == SHT.NOBITS;
  if (section.has(SHF.TLS)) return isZero ? Part.TlsZero : Part.Tls;
  if (section.has(SHF.EXECINSTR)) return Part.Code;
  if (section.type == SHT.PREINIT_ARRAY) return Part.Preinit;
  if (section.type == SHT.INIT_ARRAY || begins(name, bytes, INIT_ARRAY, 11) || begins(name, bytes, CTORS, 6)) return Part.Init;
  if (section.type == SHT.FINI_ARRAY || begins(name, bytes, FINI_ARRAY, 11) || begins(name, bytes, DTORS, 6)) return Part.Fini;
  // Of what the file has no bytes of, nobody reads any.
  if (!isZero && bytes == 9 && begins(name, bytes, EH_FRAME, 9)) return Part.Frames;
  const indexType = <u32>section.object.howtos.indexType;
  if (indexType && section.type == indexType) return Part.Exidx;
  if (!section.has(SHF.WRITE)) return isZero ? Part.Zero : Part.ReadOnly;
  if (isZero) return Part.Zero;
  return begins(name, bytes, DATA_REL_RO, 12) ? Part.RelRo : Part.Data;
}

/** True if a name is this word, or begins with it and a dot. */
function begins(name: u64, bytes: u32, word: usize, wordBytes: u32): bool {
  if (bytes < wordBytes) return false;
  for (let i: u32 = 0; i < wordBytes; ++i) if (target.load8(name + i) != load<u8>(word + i)) return false;
  return bytes == wordBytes || target.load8(name + wordBytes) == 0x2e;
}
@lazy const INIT_ARRAY: usize = memory.data<u8>([0x2e, 0x69, 0x6e, 0x69, 0x74, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79]); // .init_array
@lazy const FINI_ARRAY: usize = memory.data<u8>([0x2e, 0x66, 0x69, 0x6e, 0x69, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79]); // .fini_array
@lazy const CTORS: usize = memory.data<u8>([0x2e, 0x63, 0x74, 0x6f, 0x72, 0x73]); // .ctors
@lazy const DTORS: usize = memory.data<u8>([0x2e, 0x64, 0x74, 0x6f, 0x72, 0x73]); // .dtors
@lazy const EH_FRAME: usize = memory.data<u8>([0x2e, 0x65, 0x68, 0x5f, 0x66, 0x72, 0x61, 0x6d, 0x65]); // .eh_frame
@lazy const DATA_REL_RO: usize = memory.data<u8>([0x2e, 0x64, 0x61, 0x74, 0x61, 0x2e, 0x72, 0x65, 0x6c, 0x2e, 0x72, 0x6f]); // .data.rel.ro
