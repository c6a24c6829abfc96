// The dynamic section: read once, tag by tag; every table it names is checked to lie in the image.

import { Code, What } from "../words";
import * as target from "../host/memory";
import { within } from "../base/range";
import { Work } from "../base/work";
import { DF, DF_1, DT, Dynamic, dynBytes, dynTag, dynValue } from "../elf/dynamic";
import { relBytes, relaBytes } from "../elf/reloc";
import { symBytes } from "../elf/symbol";
import { Image, Part } from "./image";

/**
 * Reads the dynamic section of a file.
 *
 * @returns false if the work must wait, or failed
 * @fault BadDynamic OutsideImage BadEntrySize BadRelocationTable (Dyn, at = vaddr of the section, value = the entry's value)
 * @spec gABI 5.2 "Dynamic Section"
 */
export function inspectDynamic<A>(work: Work, image: Image): bool {
  const segment = image.dynamicSegment;
  if (!segment) return image.markRead(Part.Dynamic);
  const host = image.readable(segment.vaddr, segment.bytes);
  const bytes = segment.fileBytes / dynBytes<A>() * dynBytes<A>();
  // The entries must be the file's own bytes: those that the mapped image will show.
  if (!host || !bytes || segment.vaddr - host.vaddr + bytes > host.fileBytes) return work.fail(Code.BadDynamic, What.Dyn, segment.vaddr, segment.fileBytes);
  const offset = host.offset + (segment.vaddr - host.vaddr);
  const view = image.part(Part.Dynamic);
  if (!view.open(work, image.source, image.fileBytes, offset, bytes, What.Dyn)) return false;

  return holdEntries<A>(work, image, view.addr, bytes) && checkTables<A>(work, image) && image.markRead(Part.Dynamic);
}

/** Reads the entries into room for as many as there are of a kind. */
function holdEntries<A>(work: Work, image: Image, at: u64, fileBytes: u64): bool {
  let needed: u32 = 0;
  let kept: u32 = 0;
  let bits: u64 = 0;
  for (let entry = at, end = at + fileBytes; entry < end; entry += dynBytes<A>()) {
    const tag = dynTag<A>(entry);
    if (tag == DT.NULL) break;
    bits |= dynValue<A>(entry);
    if (tag == DT.NEEDED) ++needed;
    else if (kept < Dynamic.most && Dynamic.keeps(tag)) ++kept;
  }
  const isWide = Dynamic.isLarge(bits), bytes = Dynamic.bytes(kept, isWide);
  const dynamic = image.arena.take(bytes + <u64>needed * 4);
  if (!dynamic) return work.fail(Code.OutOfMemory, What.None, 0, fileBytes);
  image.dynamic = Dynamic.at(dynamic, kept, isWide);
  image.needed = dynamic + bytes;
  readEntries<A>(image, at, fileBytes, needed);
  return true;
}

/** Fetches every value once: by its tag, or as a needed name. There may be other entries by now than were counted. */
function readEntries<A>(image: Image, at: u64, bytes: u64, needed: u32): void {
  for (let end = at + bytes; at < end; at += dynBytes<A>()) {
    const tag = dynTag<A>(at);
    if (tag == DT.NULL) break;
    ++image.dynamic!.entryCount;
    const value = dynValue<A>(at);
    if (tag != DT.NEEDED) image.dynamic!.add(tag, value);
    else if (image.neededCount < needed) store<u32>(image.needed + image.neededCount++ * 4, <u32>min<u64>(value, u32.MAX_VALUE));
  }
}

/** A table that one entry names and another gives the size of. */
function checkTable(work: Work, image: Image, tag: u64, bytes: u64, each: u64): bool {
  const vaddr = image.dynamic!.value(tag);
  const at = image.dynamicSegment!.vaddr;
  if (each && bytes % each) return work.fail(Code.BadRelocationTable, What.Dyn, at, bytes);
  if (bytes && !image.backed(vaddr, bytes)) return work.fail(Code.OutsideImage, What.Dyn, at, vaddr);
  return true;
}

function checkEach(work: Work, image: Image, tag: u64, each: u64): bool {
  const dynamic = image.dynamic!;
  if (!dynamic.has(tag) || dynamic.value(tag) == each) return true;
  return work.fail(Code.BadEntrySize, What.Dyn, image.dynamicSegment!.vaddr, dynamic.value(tag));
}

function checkTables<A>(work: Work, image: Image): bool {
  const d = image.dynamic!;
  const pltEach = d.value(DT.PLTREL) == DT.REL ? relBytes<A>() : relaBytes<A>();
  if (d.has(DT.JMPREL) && d.value(DT.PLTREL) != DT.REL && d.value(DT.PLTREL) != DT.RELA) {
    return work.fail(Code.BadRelocationTable, What.Dyn, image.dynamicSegment!.vaddr, d.value(DT.PLTREL));
  }
  return checkEach(work, image, DT.SYMENT, symBytes<A>())
    && checkEach(work, image, DT.RELAENT, relaBytes<A>())
    && checkEach(work, image, DT.RELENT, relBytes<A>())
    && checkEach(work, image, DT.RELRENT, sizeof<A>())
    && checkTable(work, image, DT.STRTAB, d.value(DT.STRSZ), 0)
    && checkTable(work, image, DT.SYMTAB, d.has(DT.SYMTAB) ? symBytes<A>() : 0, 0)
    && checkTable(work, image, DT.RELA, d.has(DT.RELA) ? d.value(DT.RELASZ) : 0, relaBytes<A>())
    && checkTable(work, image, DT.REL, d.has(DT.REL) ? d.value(DT.RELSZ) : 0, relBytes<A>())
    && checkTable(work, image, DT.RELR, d.has(DT.RELR) ? d.value(DT.RELRSZ) : 0, sizeof<A>())
    && checkTable(work, image, DT.JMPREL, d.has(DT.JMPREL) ? d.value(DT.PLTRELSZ) : 0, pltEach)
    && checkTable(work, image, DT.INIT_ARRAY, d.value(DT.INIT_ARRAYSZ), sizeof<A>())
    && checkTable(work, image, DT.FINI_ARRAY, d.value(DT.FINI_ARRAYSZ), sizeof<A>())
    && checkTable(work, image, DT.PREINIT_ARRAY, d.value(DT.PREINIT_ARRAYSZ), sizeof<A>());
}

/**
 * Makes the string table readable, and checks the names that are needed from it.
 *
 * @returns false if the work must wait, or failed
 * @fault BadString (Str, at = offset in the string table, value = what is there)
 */
export function inspectStrings(work: Work, image: Image): bool {
  const dynamic = image.dynamic;
  if (!dynamic) return image.markRead(Part.Strings);
  const stringBytes = dynamic.value(DT.STRSZ);
  if (stringBytes > u32.MAX_VALUE) return work.fail(Code.BadString, What.Str, 0, stringBytes);
  if (stringBytes && !openStrings(work, image, dynamic.value(DT.STRTAB), stringBytes)) return false;
  if (!holdsName(work, dynamic, DT.SONAME) || !holdsName(work, dynamic, DT.RPATH) || !holdsName(work, dynamic, DT.RUNPATH)) return false;
  for (let i: u32 = 0; i < image.neededCount; ++i) {
    if (image.neededName(i) >= stringBytes) return work.fail(Code.BadString, What.Str, image.neededName(i), stringBytes);
  }
  return image.markRead(Part.Strings);
}

function holdsName(work: Work, dynamic: Dynamic, tag: u64): bool {
  if (!dynamic.has(tag) || dynamic.value(tag) < dynamic.value(DT.STRSZ)) return true;
  return work.fail(Code.BadString, What.Str, dynamic.value(tag), dynamic.value(DT.STRSZ));
}

function openStrings(work: Work, image: Image, vaddr: u64, bytes: u64): bool {
  const view = image.part(Part.Strings);
  const host = image.holding(vaddr, bytes)!;
  // Names must be in the file, not in memory that is zeroed.
  if (!within(vaddr - host.vaddr, bytes, 0, host.fileBytes)) return work.fail(Code.OutsideImage, What.Dyn, image.dynamicSegment!.vaddr, vaddr);
  if (!view.open(work, image.source, image.fileBytes, host.offset + (vaddr - host.vaddr), bytes, What.Str)) return false;
  const last = target.load8(view.addr + bytes - 1);
  return !last || work.fail(Code.BadString, What.Str, bytes - 1, last);
}

/** True if the file wants its text relocated. */
export function hasTextRelocations(image: Image): bool {
  const dynamic = image.dynamic;
  return dynamic != null && (dynamic.has(DT.TEXTREL) || (dynamic.value(DT.FLAGS) & DF.TEXTREL) != 0);
}

/** True if the file looks for its symbols in itself first. */
export function isSymbolic(image: Image): bool {
  const dynamic = image.dynamic;
  return dynamic != null && (dynamic.has(DT.SYMBOLIC) || (dynamic.value(DT.FLAGS) & DF.SYMBOLIC) != 0);
}

/** True if the file's functions may be bound when they are first called. Variant calling conventions use registers that no stub keeps. */
export function mayBeLazy(image: Image): bool {
  const d = image.dynamic;
  if (!d || !d.has(DT.JMPREL) || !d.has(DT.PLTGOT)) return false;
  return !d.has(DT.BIND_NOW) && !(d.value(DT.FLAGS) & DF.BIND_NOW) && !(d.value(DT.FLAGS_1) & DF_1.NOW)
    && !d.has(image.arch.variantTag);
}

/** True if the file asks never to be unloaded. */
export function staysLoaded(image: Image): bool {
  const dynamic = image.dynamic;
  return dynamic != null && (dynamic.value(DT.FLAGS_1) & DF_1.NODELETE) != 0;
}
