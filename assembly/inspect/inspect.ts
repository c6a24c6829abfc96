// bytes -> Image. A part of the file is read once, checked, and never looked at again: what a pending view interrupts
// goes on with the next part, and a file that changes meanwhile changes nothing that was checked.

import { Code, PF, What } from "../words";
import * as target from "../host/memory";
import { archOf } from "../arch/machines";
import { isPowerOfTwo, within } from "../base/range";
import { Work } from "../base/work";
import { Ar, isArchive } from "../elf/archive";
import {
  EI, ET, Ident, PN, isBitcode, ehdrBytes, ehdrEntry, ehdrFlags, ehdrMachine, ehdrPhentsize, ehdrPhnum, ehdrPhoff, ehdrType, ehdrVersion,
} from "../elf/header";
import { PT, Segment, phdrBytes, readSegment } from "../elf/segment";
import { wide } from "../elf/word";
import { inspectDynamic, inspectStrings } from "./dynamic";
import { Image, Part } from "./image";

/**
 * Reads and checks what a file says of itself. Done again, it does nothing.
 *
 * @returns false if the work must wait, or failed
 * @fault Truncated BadMagic BadClass BadByteOrder BadVersion BadType BadMachine BadEntrySize ... (Ehdr, at = file offset)
 * @spec gABI 4.1 "ELF Header", 5.1 "Program Header"
 */
export function inspect(work: Work, image: Image): bool {
  if (!inspectLayout(work, image)) return false;
  if (image.isArchive || image.type == ET.REL) return true;
  return wide(image.bits) ? inspectLinkage<u64>(work, image) : inspectLinkage<u32>(work, image);
}

/** The same of the headers alone: what a program's start takes. */
export function inspectLayout(work: Work, image: Image): bool {
  work.source = image.source;
  if (!image.isRead(Part.Header) && !inspectHeader(work, image)) return false;
  if (image.isRead(Part.Segments) || image.isArchive || image.type == ET.REL) return true;
  return wide(image.bits) ? inspectSegments<u64>(work, image) : inspectSegments<u32>(work, image);
}

function inspectLinkage<A>(work: Work, image: Image): bool {
  return (image.isRead(Part.Dynamic) || inspectDynamic<A>(work, image))
    && (image.isRead(Part.Strings) || inspectStrings(work, image));
}

function inspectHeader(work: Work, image: Image): bool {
  const header = image.part(Part.Header);
  if (image.fileBytes < <u64>Ar.BYTES) return work.fail(Code.Truncated, What.Ehdr, 0, image.fileBytes);
  if (!header.open(work, image.source, image.fileBytes, 0, min<u64>(image.fileBytes, ehdrBytes<u64>()), What.Ehdr)) return false;
  if (!readIdent(work, image, header.addr)) return false;
  if (image.isArchive) return image.markRead(Part.Header);
  const isRead = wide(image.bits) ? readHeader<u64>(work, image, header.addr) : readHeader<u32>(work, image, header.addr);
  return isRead && image.markRead(Part.Header);
}

function readIdent(work: Work, image: Image, at: u64): bool {
  const magic = target.load32(at);
  if (isArchive(magic)) {
    image.isArchive = true;
    return true;
  }
  if (image.fileBytes < <u64>EI.NIDENT) return work.fail(Code.Truncated, What.Ehdr, 0, image.fileBytes);
  if (magic != Ident.MAGIC) return work.fail(isBitcode(magic) ? Code.OnlyLto : Code.BadMagic, What.Ehdr, 0, magic);
  const eclass = target.load8(at + EI.CLASS);
  if (eclass != Ident.CLASS32 && eclass != Ident.CLASS64) return work.fail(Code.BadClass, What.Ehdr, EI.CLASS, eclass);
  const data = target.load8(at + EI.DATA);
  if (data != Ident.LSB) return work.fail(Code.BadByteOrder, What.Ehdr, EI.DATA, data);
  const version = target.load8(at + EI.VERSION);
  if (version != Ident.CURRENT) return work.fail(Code.BadVersion, What.Ehdr, EI.VERSION, version);
  image.bits = eclass * 32;
  if (wide(image.bits) != (image.bits == 64)) return work.fail(Code.BadClass, What.Ehdr, EI.CLASS, eclass);
  return true;
}

function readHeader<A>(work: Work, image: Image, at: u64): bool {
  if (image.fileBytes < ehdrBytes<A>()) return work.fail(Code.Truncated, What.Ehdr, 0, image.fileBytes);
  const type = ehdrType(at);
  if (type == ET.CORE) return work.fail(Code.UnsupportedType, What.Ehdr, 16, type);
  if (type != ET.DYN && type != ET.EXEC && type != ET.REL) return work.fail(Code.BadType, What.Ehdr, 16, type);
  const machine = ehdrMachine(at);
  const arch = archOf(machine, image.bits);
  if (!arch) return work.fail(Code.BadMachine, What.Ehdr, 18, machine);
  const version = ehdrVersion(at);
  if (version != Ident.CURRENT) return work.fail(Code.BadVersion, What.Ehdr, 20, version);
  image.type = type;
  image.arch = arch;
  image.flags = ehdrFlags<A>(at);
  // Sections are all it has: whoever loads it looks at them.
  if (type == ET.REL) return true;
  image.entry = ehdrEntry<A>(at);
  image.phoff = ehdrPhoff<A>(at);
  image.phnum = ehdrPhnum<A>(at);
  if (!image.phnum) return work.fail(Code.NoSegments, What.Ehdr, image.phoff, 0);
  if (image.phnum == PN.XNUM) return work.fail(Code.TooManySegments, What.Ehdr, image.phoff, image.phnum);
  const phentsize = ehdrPhentsize<A>(at);
  return phentsize == <u32>phdrBytes<A>() || work.fail(Code.BadEntrySize, What.Ehdr, image.phoff, phentsize);
}

function inspectSegments<A>(work: Work, image: Image): bool {
  const table = image.part(Part.Segments);
  if (!table.open(work, image.source, image.fileBytes, image.phoff, phdrBytes<A>() * image.phnum, What.Phdr)) return false;
  if (!image.holdSegments(image.phnum)) return work.fail(Code.OutOfMemory, What.None, 0, image.phnum);
  return readSegments<A>(work, image, table.addr, image.phoff) && image.markRead(Part.Segments);
}

function readSegments<A>(work: Work, image: Image, table: u64, phoff: u64): bool {
  image.align = 1;
  let loads = 0;
  let last: u64 = 0;
  for (let i: u32 = 0; i < image.phnum; ++i) {
    const segment = image.segment(i);
    const at = image.phdrAt(i);
    readSegment<A>(table + i * phdrBytes<A>(), segment);
    switch (segment.type) {
      case PT.LOAD: {
        if (!segment.bytes && !segment.fileBytes) break; // gABI allows it; there is nothing to map
        if (!checkLoad<A>(work, image, segment, at, last)) return false;
        if (!loads++) image.low = segment.vaddr;
        last = segment.vaddr;
        image.high = segment.vaddr + segment.bytes;
        image.align = max(image.align, segment.align);
        break;
      }
      case PT.DYNAMIC: {
        if (image.dynamicSegment) return work.fail(Code.ManyDynamic, What.Phdr, at, i);
        image.dynamicSegment = segment;
        break;
      }
      case PT.GNU_RELRO: image.relro = segment; break;
      case PT.GNU_EH_FRAME: image.ehFrame = segment; break;
      case PT.TLS: {
        if (image.tls) return work.fail(Code.BadTls, What.Phdr, at, i);
        if (segment.bytes || segment.fileBytes) image.tls = segment;
        break;
      }
    }
  }
  if (!loads) return work.fail(Code.NoSegments, What.Ehdr, phoff, image.phnum);
  return checkRelro<A>(work, image) && checkTls(work, image);
}

/** What gABI 5.1 asks of a loadable segment, and that nothing in it wraps. */
function checkLoad<A>(work: Work, image: Image, segment: Segment, at: u64, previous: u64): bool {
  if (segment.fileBytes > segment.bytes) return work.fail(Code.FileExceedsMemory, What.Phdr, at, segment.fileBytes);
  if (!within(segment.offset, segment.fileBytes, 0, image.fileBytes)) return work.fail(Code.Truncated, What.Phdr, at, segment.offset);
  const last = segment.vaddr + segment.bytes - 1;
  // One byte of every address space stays free, so that the end of a segment is an address, too.
  if (last + 1 <= segment.vaddr || sizeof<A>() == 4 && last >> 32) return work.fail(Code.AddressWraps, What.Phdr, at, segment.vaddr);
  if (segment.align > 1) {
    if (!isPowerOfTwo(segment.align)) return work.fail(Code.BadAlignment, What.Phdr, at, segment.align);
    if ((segment.vaddr - segment.offset) & (segment.align - 1)) return work.fail(Code.NotCongruent, What.Phdr, at, segment.offset);
  }
  if (segment.vaddr < previous) return work.fail(Code.SegmentsUnordered, What.Phdr, at, segment.vaddr);
  if (segment.vaddr < image.high) return work.fail(Code.SegmentsOverlap, What.Phdr, at, segment.vaddr);
  return true;
}

/** The image of a thread-local block must be readable, in bytes of the file. gABI 5.1 "Thread-Local Storage". */
function checkTls(work: Work, image: Image): bool {
  const tls = image.tls;
  if (!tls) return true;
  const at = image.headerOf(tls);
  if (tls.fileBytes > tls.bytes) return work.fail(Code.BadTls, What.Phdr, at, tls.fileBytes);
  if (tls.align > 1 && !isPowerOfTwo(tls.align)) return work.fail(Code.BadTls, What.Phdr, at, tls.align);
  if (tls.fileBytes && !image.backed(tls.vaddr, tls.fileBytes)) return work.fail(Code.BadTls, What.Phdr, at, tls.vaddr);
  return true;
}

function checkRelro<A>(work: Work, image: Image): bool {
  const relro = image.relro;
  if (!relro || !relro.bytes) {
    image.relro = null;
    return true;
  }
  const host = image.holding(relro.vaddr, 1);
  const last = relro.vaddr + relro.bytes - 1;
  if (host && host.flags & PF.W && last + 1 > relro.vaddr && !(sizeof<A>() == 4 && last >> 32)) return true;
  return work.fail(Code.BadRelro, What.Phdr, image.headerOf(relro), relro.vaddr);
}
