// The product of inspection: what a file says, checked, before any of it is mapped.

import { PF } from "../words";
import { NONE } from "../host/answer";
import * as source from "../host/source";
import { Arch } from "../arch/arch";
import { Arena, arenaOf } from "../base/arena";
import { within } from "../base/range";
import { strideOf } from "../base/record";
import { Dynamic } from "../elf/dynamic";
import { PT, Segment, phdrBytes } from "../elf/segment";
import { View } from "./view";

/** The parts of a file that inspection reads. */
export const enum Part { Header, Segments, Dynamic, Strings, COUNT }

/** A file that was inspected. Addresses are link-time ones (vaddr). */
@unmanaged export class Image {
  /** The file, by the host's number. */
  source: u32;
  /** 32 or 64: the file's class. */
  bits: u32;
  /** e_type, e_flags, e_phnum. */
  type: u32;
  flags: u32;
  phnum: u32;
  /** DT_NEEDED entries: offsets in the string table, u32 each. */
  neededCount: u32;
  needed: usize;
  private segments: usize;
  arch: Arch;
  /** Null where the file has none: a static executable. */
  dynamic: Dynamic | null;
  dynamicSegment: Segment | null;
  relro: Segment | null;
  /** PT_TLS, if it has any bytes. */
  tls: Segment | null;
  ehFrame: Segment | null;
  arena: Arena;
  /** e_phoff, e_entry. */
  phoff: u64;
  entry: u64;
  /** Lowest and one past the highest vaddr of all PT_LOAD. */
  low: u64;
  high: u64;
  /** The last address that its code can hold; NONE: any. */
  highest: u64;
  fileBytes: u64;
  /** Largest p_align of all PT_LOAD, at least 1. */
  align: u64;
  /** Of one that is made of objects: vaddr of the word that has the address of __cxa_finalize; 0: nothing is registered with that. */
  finaliser: u64;
  /** How many hold it: the session that made it, its handle, sessions that load from it. */
  holders: u32;
  /** The host's source is the core's to close. */
  ownsSource: bool;
  /** It is made of objects: no file has it. */
  isMade: bool;
  /** It is an archive: its members are looked at when it is loaded. */
  isArchive: bool;
  /** A bit for each part that was read and checked. */
  private readParts: u8;

  /** A view of one part of the file. */
  @inline part(part: Part): View { return changetype<View>(changetype<usize>(this) + RECORD + <usize>part * offsetof<View>()); }
  @inline isRead(part: Part): bool { return (this.readParts >> <u8>part & 1) != 0; }
  /** This part is done for good. Always true. */
  markRead(part: Part): bool {
    this.readParts |= 1 << <u8>part;
    return true;
  }
  /** A program header. */
  @inline segment(index: u32): Segment { return changetype<Segment>(this.segments + index * <u32>strideOf<Segment>()); }
  /** File offset of a program header: where a fault is. */
  @inline phdrAt(index: u32): u64 { return this.phoff + <u64>index * (this.bits == 64 ? phdrBytes<u64>() : phdrBytes<u32>()); }
  /** The same of a header that was read. */
  headerOf(segment: Segment): u64 { return this.phdrAt(<u32>((changetype<usize>(segment) - this.segments) / strideOf<Segment>())); }
  /** Offset of a needed library's name in the string table. */
  @inline neededName(index: u32): u64 { return load<u32>(this.needed + index * 4); }
  /** Keeps room for the program headers; false if there is no memory. */
  holdSegments(count: u32): bool {
    if (this.segments) return true;
    this.segments = this.arena.take(<usize>count * strideOf<Segment>());
    return this.segments != 0;
  }

  /** The segment in memory that holds these bytes, or null. */
  holding(vaddr: u64, bytes: u64): Segment | null {
    for (let i: u32 = 0; i < this.phnum; ++i) if (this.segment(i).holds(vaddr, bytes)) return this.segment(i);
    return null;
  }

  /** The same, for what the core itself will read there. */
  readable(vaddr: u64, bytes: u64): Segment | null {
    const segment = this.holding(vaddr, bytes);
    return segment && segment.flags & (PF.R | PF.W) ? segment : null;
  }

  /** The same, in bytes that come from the file: where every table must be. */
  backed(vaddr: u64, bytes: u64): Segment | null {
    const segment = this.readable(vaddr, bytes);
    return segment && within(vaddr - segment.vaddr, bytes, 0, segment.fileBytes) ? segment : null;
  }

  /** True if there is code at a vaddr, which may have the bit that says how the code is encoded. */
  isCode(vaddr: u64): bool {
    const segment = this.holding(vaddr & ~<u64>this.arch.codeTag, 1);
    return segment != null && (segment.flags & PF.X) != 0;
  }

  /** vaddr of the program headers, NONE if no segment has them. */
  get headersVaddr(): u64 {
    const bytes = <u64>this.phnum * (this.bits == 64 ? phdrBytes<u64>() : phdrBytes<u32>());
    for (let i: u32 = 0; i < this.phnum; ++i) {
      const segment = this.segment(i);
      if (segment.type == PT.LOAD && within(this.phoff - segment.offset, bytes, 0, segment.fileBytes)) return segment.vaddr + (this.phoff - segment.offset);
    }
    return NONE;
  }

  /** The file's views are no longer needed. */
  unview(): void {
    for (let part = 0; part < Part.COUNT; ++part) this.part(part).close(this.source);
  }

  /** One holder less; the last one takes it away. */
  drop(): void {
    if (--this.holders) return;
    this.unview();
    if (this.ownsSource) source.close(this.source);
    this.arena.release();
  }
}
const RECORD: usize = (offsetof<Image>() + 7) & ~7;

/** A new image of a file, with one holder; null if there is no memory. */
export function newImage(file: u32, ownsSource: bool): Image | null {
  const arena = arenaOf(RECORD + <usize>Part.COUNT * offsetof<View>());
  if (!arena) return null;
  const image = changetype<Image>(arena.record);
  image.arena = arena;
  image.source = file;
  image.ownsSource = ownsSource;
  image.holders = 1;
  image.highest = NONE;
  image.fileBytes = source.bytes(file);
  return image;
}
