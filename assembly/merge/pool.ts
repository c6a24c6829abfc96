// Strings and constants that are kept once, from whichever object they come: sections with SHF_MERGE. gABI 4.3 "Section Attributes".

import * as target from "../host/memory";
import { alignUp } from "../base/range";
import { strideOf } from "../base/record";
import { Work } from "../base/work";
import { gnuHash } from "../elf/hash";
import { SHF, SHT } from "../elf/section";
import { sameBytes } from "../elf/text";
import { wide } from "../elf/word";
import { Section, isIdentifier, sectionName, sectionNameBytes } from "../inspect/object";
import { Objects } from "./objects";

/** What is kept once. */
@unmanaged export class Piece {
  /** The next of the same bucket, and of all. */
  chain: Piece | null;
  next: Piece | null;
  hash: u32;
  bytes: u32;
  /** Where it is in its file, and where it goes, from the start of the pool. */
  from: u64;
  offset: u64;
}

/** Where a part of a section went. */
@unmanaged export class Portion {
  start: u64;
  piece: Piece;
}

/** All that is alike in kind: strings or constants, of so many bytes a character. */
@unmanaged export class Pool {
  next: Pool | null;
  isText: bool;
  entryBytes: u32;
  align: u64;
  bytes: u64;
  /** Where it is, once everything has its place; before, from where all pools begin. */
  vaddr: u64;
  start: u64;
  first: Piece | null;
  private last: Piece | null;
  private buckets: usize;
  private bucketCount: u32;
  count: u32;
  /** Bytes that the sections had. */
  givenBytes: u64;

  /** The piece that is equal, and lies where one with this alignment may; null with a fault if there is no memory. */
  keep(work: Work, from: u64, bytes: u32, align: u64): Piece | null {
    const hash = gnuHash(from, bytes);
    if (this.count >= this.bucketCount && !this.grow(work)) return null;
    const bucket = this.bucketOf(hash);
    let piece = changetype<Piece | null>(load<usize>(bucket));
    let steps: u32 = 0;
    while (piece && !(piece.hash == hash && piece.bytes == bytes && !(piece.offset & align - 1) && sameBytes(piece.from, from, bytes))) piece = ++steps < MOST_STEPS ? piece.chain : null;
    if (piece) return piece;
    piece = changetype<Piece | null>(work.take(offsetof<Piece>()));
    if (!piece) return null;
    this.bytes = alignUp(this.bytes, align);
    piece.offset = this.bytes;
    this.bytes += bytes;
    piece.from = from;
    piece.bytes = bytes;
    piece.hash = hash;
    piece.chain = changetype<Piece | null>(load<usize>(bucket));
    store<usize>(bucket, changetype<usize>(piece));
    if (this.last) this.last!.next = piece;
    else this.first = piece;
    this.last = piece;
    ++this.count;
    return piece;
  }

  @inline private bucketOf(hash: u32): usize { return this.buckets + (<usize>(hash % this.bucketCount) << alignof<usize>()); }

  private grow(work: Work): bool {
    const count = max<u32>(this.bucketCount * 4, 64);
    const buckets = work.take(<u64>count << alignof<usize>());
    if (!buckets) return false;
    this.buckets = buckets;
    this.bucketCount = count;
    let piece = this.first;
    while (piece) {
      const bucket = this.bucketOf(piece.hash);
      piece.chain = changetype<Piece | null>(load<usize>(bucket));
      store<usize>(bucket, changetype<usize>(piece));
      piece = piece.next;
    }
    return true;
  }
}

/** Takes the sections that may be merged apart into pieces; what is not made as it should be stays whole. */
export function poolSections(work: Work, objects: Objects): bool {
  let object = objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (mayMerge(section) && !poolSection(work, objects, section)) return false;
    }
    object = object.next;
  }
  return true;
}

function mayMerge(section: Section): bool {
  const each = section.entryBytes;
  if (!section.isLoaded || section.isFixed || !section.has(SHF.MERGE) || section.has(SHF.WRITE) || section.has(SHF.TLS) || section.has(SHF.EXECINSTR)) return false;
  if (section.type != SHT.PROGBITS || section.relocations || !section.bytes || section.bytes > MOST || !each || each > 32 || section.bytes % each) return false;
  // Of those with __start_ and __stop_ somebody knows where they begin.
  const name = sectionName(section);
  if (isIdentifier(name, sectionNameBytes(section, name))) return false;
  return !section.has(SHF.STRINGS) || !character(section.object.addr + section.offset + section.bytes - each, each);
}
/** How many are looked at: what was made to fall together is kept twice. */
@inline const MOST_STEPS: u32 = 64;
/** Bytes of a section that is taken apart. */
@inline const MOST: u64 = 1 << 30;

/** True for a character that ends no string. */
function character(at: u64, bytes: u32): bool {
  for (let i: u32 = 0; i < bytes; ++i) if (target.load8(at + i)) return true;
  return false;
}

function poolSection(work: Work, objects: Objects, section: Section): bool {
  const each = section.entryBytes;
  const isText = section.has(SHF.STRINGS);
  const start = section.object.addr + section.offset;
  const pool = poolOf(work, objects, isText, each);
  if (!pool) return false;
  pool.align = max(pool.align, section.align);
  let count: u32 = 0;
  for (let at: u64 = 0; at < section.bytes; at += pieceBytes(start + at, each, isText, section.bytes - at)) ++count;
  const parts = work.take(<u64>count * strideOf<Portion>());
  if (!parts) return false;
  section.pool = changetype<usize>(pool);
  section.parts = parts;
  let at: u64 = 0;
  for (; section.partCount < count && at < section.bytes; ++section.partCount) {
    const bytes = pieceBytes(start + at, each, isText, section.bytes - at);
    // What happens to lie on a boundary of the section was perhaps put there.
    const align = at ? min<u64>(section.align, at & 0 - at) : section.align;
    const piece = pool.keep(work, start + at, bytes, align);
    if (!piece) return false;
    const part = portionAt(section, section.partCount);
    part.start = at;
    part.piece = piece;
    at += bytes;
  }
  pool.givenBytes += section.bytes;
  section.bytes = 0;
  return true;
}

/** Bytes of the piece that begins here; of a string that was ended when it was looked at before, up to the section's end at the most. */
function pieceBytes(at: u64, each: u32, isText: bool, room: u64): u32 {
  if (!isText) return each;
  let bytes: u64 = 0;
  // Eight characters of a byte each, as long as none of them is 0.
  if (wide(64) && each == 1) for (; bytes + 8 < room; bytes += 8) {
    const word = target.load64(at + bytes);
    if (word - 0x0101010101010101 & ~word & 0x8080808080808080) break;
  }
  while (bytes + each < room && character(at + bytes, each)) bytes += each;
  return <u32>min<u64>(bytes + each, room);
}

@inline function portionAt(section: Section, index: u32): Portion { return changetype<Portion>(section.parts + <usize>index * strideOf<Portion>()); }

/** Where an offset of a section went that was taken apart. */
export function pooled(section: Section, offset: u64): u64 {
  let low: u32 = 0;
  let high = section.partCount;
  while (high - low > 1) {
    const middle = low + high >> 1;
    if (portionAt(section, middle).start <= offset) low = middle;
    else high = middle;
  }
  const part = portionAt(section, low);
  return changetype<Pool>(section.pool).vaddr + part.piece.offset + (offset - part.start);
}

function poolOf(work: Work, objects: Objects, isText: bool, each: u32): Pool | null {
  let pool = changetype<Pool | null>(objects.pools);
  while (pool && !(pool.isText == isText && pool.entryBytes == each)) pool = pool.next;
  if (pool) return pool;
  pool = changetype<Pool | null>(work.take(offsetof<Pool>()));
  if (!pool) return null;
  pool.isText = isText;
  pool.entryBytes = each;
  pool.align = 1;
  pool.next = changetype<Pool | null>(objects.pools);
  objects.pools = changetype<usize>(pool);
  return pool;
}
