// Archives: members become objects when they define what is wanted, as a linker takes them. ar(5).

import { Code, What } from "../words";
import * as target from "../host/memory";
import { within } from "../base/range";
import { Work } from "../base/work";
import { Ar, Member, big32, big64, decimal } from "../elf/archive";
import { hashedName } from "../elf/hash";
import { NameTable, Named } from "../elf/table";
import { NONE } from "../host/answer";
import { objectOf } from "../inspect/object";
import { Objects, Standing, Sym } from "./objects";

/** A name of the table of symbols, and where the member is that defines it. */
@unmanaged class Listed extends Named {
  offset: u64;
}

/** A file of members. */
@unmanaged export class Archive {
  next: Archive | null;
  source: u32;
  /** All its members are wanted. */
  isWhole: bool;
  addr: u64;
  bytes: u64;
  /** The symbol table: how many, bytes of an offset, where they are, where the names are and end. */
  private count: u32;
  private wordBytes: u32;
  private offsets: u64;
  private names: u64;
  private namesEnd: u64;
  /** Offsets of members that were taken: an open hash table. */
  private taken: usize;
  private takenMask: u32;
  private takenCount: u32;
  /** Bytes of them: none is a part of another. */
  private takenBytes: u64;
  private table: NameTable;

  /** Notes that a member was taken; false if it was before. */
  private note(work: Work, offset: u64): bool {
    if (this.takenCount * 2 >= this.takenMask && !this.grow(work)) return false;
    const at = this.slotOf(offset);
    if (load<u64>(at)) return false;
    store<u64>(at, offset);
    ++this.takenCount;
    return true;
  }

  private grow(work: Work): bool {
    const old = this.taken;
    const oldMask = this.takenMask;
    const size = old ? (oldMask + 1) * 4 : <u32>64;
    const at = work.take(<u64>size * 8);
    if (!at) return false;
    this.taken = at;
    this.takenMask = size - 1;
    if (!old) return true;
    for (let i: u32 = 0; i <= oldMask; ++i) {
      const offset = load<u64>(old + <usize>i * 8);
      if (offset) store<u64>(this.slotOf(offset), offset);
    }
    return true;
  }

  private slotOf(offset: u64): usize {
    let i = <u32>(offset >> 1) * 0x9e3779b1 >> 4;
    let at: usize;
    do at = this.taken + <usize>(i++ & this.takenMask) * 8;
    while (load<u64>(at) && load<u64>(at) != offset);
    return at;
  }

  /** Finds the table of symbols, which is the first member if there is any. */
  private open(work: Work): bool {
    const first = this.sizeOf(work, Ar.BYTES);
    if (first == NONE) return this.bytes == Ar.BYTES;
    const name = this.addr + Ar.BYTES;
    const isWide = target.load32(name) == SYM64;
    if (!isWide && target.load16(name) != SYM) return true;
    const start = name + Member.BYTES;
    this.wordBytes = isWide ? 8 : 4;
    if (first < this.wordBytes) return work.fail(Code.BadArchive, What.Member, Ar.BYTES, first);
    const count = isWide ? big64(start) : <u64>big32(start);
    if (count > (first - this.wordBytes) / (this.wordBytes + 1)) return work.fail(Code.BadArchive, What.Member, Ar.BYTES, count);
    this.count = <u32>count;
    this.offsets = start + this.wordBytes;
    this.names = this.offsets + count * this.wordBytes;
    this.namesEnd = start + first;
    return true;
  }

  /** Bytes of the member whose header is at an offset; NONE, with a fault if there is one that is wrong. */
  private sizeOf(work: Work, offset: u64): u64 {
    if (offset == this.bytes) return NONE;
    if (!within(offset, Member.BYTES, 0, this.bytes)) return this.wrong(work, offset, this.bytes);
    const header = this.addr + offset;
    if (target.load16(header + Member.END) != Member.END_MAGIC) return this.wrong(work, offset, target.load16(header + Member.END));
    const bytes = decimal(header + Member.SIZE, 10);
    if (bytes < 0 || !within(offset + Member.BYTES, <u64>bytes, 0, this.bytes)) return this.wrong(work, offset, <u64>bytes);
    return <u64>bytes;
  }

  private wrong(work: Work, offset: u64, value: u64): u64 {
    work.source = this.source;
    work.fail(Code.BadArchive, What.Member, offset, value);
    return NONE;
  }

  /** Adds the member at an offset to the objects; members that are no objects are passed over. */
  private takeMember(work: Work, objects: Objects, offset: u64): bool {
    const bytes = offset < <u64>Ar.BYTES ? NONE : this.sizeOf(work, offset);
    if (bytes == NONE) return work.fault.code == Code.Ok && work.fail(Code.BadArchive, What.Member, offset, this.bytes);
    if (!this.note(work, offset)) return work.fault.code == Code.Ok;
    this.takenBytes += Member.BYTES + bytes;
    if (this.takenBytes > this.bytes) return work.fail(Code.BadArchive, What.Member, offset, this.takenBytes);
    const object = objectOf(work, this.source, offset + Member.BYTES, this.addr + offset + Member.BYTES, bytes);
    return object != null && objects.add(work, object);
  }

  /** Takes every member. */
  private takeAll(work: Work, objects: Objects): bool {
    for (let offset: u64 = Ar.BYTES; offset < this.bytes; ) {
      const bytes = this.sizeOf(work, offset);
      if (bytes == NONE) return work.fault.code == Code.Ok;
      const c = target.load8(this.addr + offset);
      const isTable = c == 0x2f && isSpecial(target.load8(this.addr + offset + 1));
      if (!isTable && !this.takeMember(work, objects, offset)) return false;
      offset += Member.BYTES + bytes + (bytes & 1);
    }
    return true;
  }

  /** Lists the names of its table of symbols; the first of those that are alike counts. */
  private list(work: Work): bool {
    const members = work.take(<u64>this.count * offsetof<Listed>());
    if (!members) return false;
    let name = this.names;
    for (let i: u32 = 0; i < this.count; ++i) {
      const hashed = hashedName(name, this.namesEnd - name);
      if (hashed == NONE) return work.fail(Code.BadArchive, What.Member, Ar.BYTES, i);
      const hash = <u32>(hashed >> 32);
      if (!this.table.find(name, <u32>hashed, hash)) {
        if (this.table.isCrowded) return work.fail(Code.BadArchive, What.Member, Ar.BYTES, hash);
        const listed = changetype<Listed>(members + <usize>i * offsetof<Listed>());
        const at = this.offsets + <u64>i * this.wordBytes;
        listed.name = name;
        listed.nameBytes = <u32>hashed;
        listed.hash = hash;
        listed.offset = this.wordBytes == 8 ? big64(at) : <u64>big32(at);
        if (!this.table.add(work, listed)) return false;
      }
      name += (hashed & 0xffffffff) + 1;
    }
    return true;
  }

  /** Takes the member that defines a symbol, if there is one; false with a fault. */
  serve(work: Work, objects: Objects, sym: Sym): bool {
    const listed = changetype<Listed | null>(this.table.find(sym.name, sym.nameBytes, sym.hash));
    return !listed || this.takeMember(work, objects, listed.offset);
  }

  /**
   * Readies it, and takes everything of one that is wanted as a whole, or has no table of symbols.
   *
   * @fault BadArchive (Member, at = file offset of its header, value = what is wrong)
   */
  begin(work: Work, objects: Objects, table: NameTable): bool {
    work.source = this.source;
    this.table = table;
    // The members of a thin one are other files.
    const magic = target.load32(this.addr);
    if (magic != Ar.MAGIC) return work.fail(Code.BadArchive, What.Member, 0, magic);
    const rest = target.load32(this.addr + 4);
    if (rest != Ar.REST) return work.fail(Code.BadArchive, What.Member, 4, rest);
    return this.open(work) && (!this.isWhole && this.count ? this.list(work) : this.takeAll(work, objects));
  }
}
/** The names of the symbol tables, as words: "/ ", and "/SYM" of "/SYM64/". */
@inline const SYM: u32 = 0x202f;
@inline const SYM64: u32 = 0x4d59532f;

/** What follows the slash of a table's name: a blank, another slash, S of /SYM64/; of a long name, a digit. */
function isSpecial(c: u32): bool { return c == 0x20 || c == 0x2f || c == 0x53; }

/** Takes members until nothing is wanted that they have: what is wanted first is looked for first, in one archive after the other. */
export function takeMembers(work: Work, objects: Objects): bool {
  let sym = objects.archives ? objects.wanted : null;
  while (sym) {
    let archive = changetype<Archive | null>(objects.archives);
    while (archive && sym.standing == Standing.Wanted) {
      if (!archive.serve(work, objects, sym)) return false;
      archive = archive.next;
    }
    sym = sym.nextWanted;
  }
  return true;
}
