// bytes -> Archive: which members an archive has, of whatever format, and where each one's bytes and name are. Tables of symbols are passed over: what a member
// defines, it says itself, and it does not lie. Members of a thin archive are files of their own, which somebody else opens.

import { Code, What } from "../words";
import { within } from "../base/range";
import { Work } from "../base/work";
import { Ar, Header, decimal, digits } from "../elf/archive";
import { NONE } from "../host/answer";
import * as target from "../host/memory";

/** A member. */
@unmanaged export class Member {
  next: Member | null;
  archive: Archive;
  /** Where its header is in the archive. */
  header: u64;
  name: u64;
  nameBytes: u32;
  /** The file that has its bytes; 0 until somebody has opened it. */
  source: u32;
  /** Where they begin there, where they can be read, and how many there are. */
  start: u64;
  addr: u64;
  bytes: u64;
  /** Of a thin archive's member that is in an archive itself: where its header is there; 0: the file is the member. */
  origin: u64;
  /** It is linked. */
  isTaken: bool;

  /** Turns to it: what is wrong from now on is wrong with it. */
  turn(work: Work): void { work.turnTo(this.archive.source, this.name, this.nameBytes); }

  /**
   * Is to be found in this file, that the archive names and that can be read.
   *
   * @fault BadArchive (Member, at = offset of a header in that file, value = what is wrong)  it is in an archive, which contradicts itself
   */
  openIn(work: Work, addr: u64, bytes: u64): bool {
    this.start = 0;
    this.addr = addr;
    this.bytes = bytes;
    if (!this.origin) return true;
    this.turn(work);
    const inner = sizeAt(work, addr, bytes, this.origin);
    if (inner == NONE || !within(this.origin + Header.BYTES, inner, 0, bytes)) return inner != NONE && work.fail(Code.BadArchive, What.Member, this.origin, inner);
    this.start = this.origin + Header.BYTES;
    this.addr = addr + this.start;
    this.bytes = inner;
    return true;
  }
}

/** A file of members. */
@unmanaged export class Archive {
  source: u32;
  addr: u64;
  bytes: u64;
  /** Its members are files of their own. */
  isThin: bool;
  first: Member | null;
  private last: Member | null;
  /** The first member whose file is not open yet. */
  unopened: Member | null;
  /** Where long names are, and their bytes. */
  private names: u64;
  private namesBytes: u64;

  /**
   * Reads what members there are.
   *
   * @fault BadArchive (Member, at = offset of the header, value = what is wrong)
   */
  read(work: Work): bool {
    work.source = this.source;
    const rest = target.load32(this.addr + 4);
    if (rest != (this.isThin ? Ar.THIN_REST : Ar.REST)) return work.fail(Code.BadArchive, What.Member, 4, rest);
    for (let at: u64 = Ar.BYTES; at < this.bytes; ) {
      const bytes = sizeAt(work, this.addr, this.bytes, at);
      if (bytes == NONE) return false;
      const isOwn = this.isOwn(at, bytes);
      const isThere = isOwn || !this.isThin;
      if (isThere && !within(at + Header.BYTES, bytes, 0, this.bytes)) return work.fail(Code.BadArchive, What.Member, at, bytes);
      if (!isOwn && !this.add(work, at, bytes)) return false;
      at += Header.BYTES + (isThere ? bytes + (bytes & 1) : 0);
    }
    this.unopened = this.isThin ? this.first : null;
    return true;
  }

  /** True for what is no member: tables of symbols, and that of long names, which it keeps. */
  private isOwn(at: u64, bytes: u64): bool {
    const name = this.addr + at;
    if (target.load8(name) != SLASH) return false;
    const second = target.load8(name + 1);
    if (second == SLASH && target.load8(name + 2) == BLANK) {
      this.names = name + Header.BYTES;
      this.namesBytes = bytes;
    }
    return second < DIGIT || second > DIGIT + 9;
  }

  private add(work: Work, at: u64, bytes: u64): bool {
    const member = changetype<Member | null>(work.take(offsetof<Member>()));
    if (!member) return false;
    const start = at + Header.BYTES;
    member.archive = this;
    member.header = at;
    member.source = this.isThin ? 0 : this.source;
    member.start = start;
    member.addr = this.addr + start;
    member.bytes = bytes;
    if (!this.spell(member)) return work.fail(Code.BadArchive, What.Member, at, target.load32(this.addr + at));
    if (isTable(member)) return true;
    if (this.last) this.last!.next = member;
    else this.first = member;
    this.last = member;
    return true;
  }

  /** Finds a member's name: in its header, in the table of long names, or, as BSD has it, in front of its bytes; false if it is not there. */
  private spell(member: Member): bool {
    const name = this.addr + member.header;
    if (target.load8(name) == SLASH) return this.spellLong(member, name);
    // Nothing is in front of a thin archive's members but their headers.
    if ((target.load32(name) & 0xffffff) == BSD) return !this.isThin && spellInFront(member, name + 3);
    let bytes: u32 = Header.NAME;
    while (bytes && target.load8(name + bytes - 1) == BLANK) --bytes;
    if (bytes > 1 && target.load8(name + bytes - 1) == SLASH) --bytes;
    member.name = name;
    member.nameBytes = bytes;
    return true;
  }

  /** "/OFFSET", where a name ends in a slash and a newline; of a member of another archive "/OFFSET:HEADER". */
  private spellLong(member: Member, name: u64): bool {
    const count = digits(name + 1, Header.NAME - 1);
    const offset = <u64>decimal(name + 1, count);
    if (offset >= this.namesBytes) return false;
    const start = this.names + offset;
    const most = <u32>min<u64>(this.namesBytes - offset, LONGEST);
    let bytes: u32 = 0;
    while (bytes < most && target.load8(start + bytes) != NEWLINE) ++bytes;
    if (bytes == most) return false;
    if (bytes && target.load8(start + bytes - 1) == SLASH) --bytes;
    member.name = start;
    member.nameBytes = bytes;
    const colon = name + 1 + count;
    if (!this.isThin || count + 2 >= <u32>Header.NAME || target.load8(colon) != COLON) return true;
    const origin = decimal(colon + 1, Header.NAME - 2 - count);
    member.origin = <u64>max<i64>(origin, 0);
    return origin >= <i64>Ar.BYTES;
  }
}

/** "#1/BYTES": so many of its bytes are its name, with zeros behind it. */
function spellInFront(member: Member, count: u64): bool {
  const bytes = decimal(count, Header.NAME - 3);
  if (bytes < 0 || <u64>bytes > member.bytes || <u64>bytes > LONGEST) return false;
  member.name = member.addr;
  let length = <u32>bytes;
  while (length && !target.load8(member.name + length - 1)) --length;
  member.nameBytes = length;
  member.start += bytes;
  member.addr += bytes;
  member.bytes -= bytes;
  return true;
}

/** True for a table of symbols as BSD names it: __.SYMDEF, with SORTED or _64 behind it. */
function isTable(member: Member): bool {
  return member.nameBytes >= 9 && target.load32(member.name) == SYM && target.load32(member.name + 4) == MDE && target.load8(member.name + 8) == F;
}

/** Bytes of the member whose header is at an offset, if they are a number; NONE with a fault if there is no header. */
function sizeAt(work: Work, addr: u64, total: u64, at: u64): u64 {
  if (!within(at, Header.BYTES, 0, total)) return wrong(work, at, total);
  const end = target.load16(addr + at + Header.END);
  if (end != Header.END_MAGIC) return wrong(work, at, end);
  const bytes = decimal(addr + at + Header.SIZE, 10);
  return bytes < 0 ? wrong(work, at, <u64>bytes) : <u64>bytes;
}

function wrong(work: Work, at: u64, value: u64): u64 {
  work.fail(Code.BadArchive, What.Member, at, value);
  return NONE;
}

@inline const SLASH: u32 = 0x2f;
@inline const BLANK: u32 = 0x20;
@inline const COLON: u32 = 0x3a;
@inline const NEWLINE: u32 = 0x0a;
@inline const DIGIT: u32 = 0x30;
/** "#1/", three bytes. */
@inline const BSD: u32 = 0x2f3123;
/** "__.SYMDE" and "F". */
@inline const SYM: u32 = 0x532e5f5f;
@inline const MDE: u32 = 0x45444d59;
@inline const F: u32 = 0x46;
/** No path is longer. */
@inline const LONGEST: u32 = 4096;
