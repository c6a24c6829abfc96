// The relocations of upper parts of a section, by the offset of their instruction: lower parts name that by a label.

import { NONE } from "../host/answer";
import { Base, Form } from "../arch/howto";
import { Work } from "../base/work";
import { infoType, relInfo, relOffset } from "../elf/reloc";
import { SHT } from "../elf/section";
import { Object, Section } from "../inspect/object";

@unmanaged class Partner {
  /** 0: none is here. */
  entry: u64;
  offset: u64;
}

/** An open hash table, made for a section when the first lower part is met. */
@unmanaged export class Partners {
  private table: Section | null;
  private slots: usize;
  private mask: u32;

  @inline isOpenFor(table: Section): bool { return this.table == table; }
  close(): void { this.table = null; }

  /** Finds all upper parts of a section; false with a fault if there is no memory. */
  open<A>(work: Work, object: Object, table: Section): bool {
    const each: u64 = (table.type == SHT.RELA ? 3 : 2) * sizeof<A>();
    const count = <u32>(table.bytes / each);
    let size: u32 = 16;
    while (size < count * 2) size <<= 1;
    if (size > this.mask + 1 || !this.slots) {
      this.slots = work.take(<u64>size * offsetof<Partner>());
      if (!this.slots) return false;
    } else {
      size = this.mask + 1;
      memory.fill(this.slots, 0, <usize>size * offsetof<Partner>());
    }
    this.mask = size - 1;
    this.table = table;
    for (let i: u32 = 0; i < count; ++i) {
      const entry = object.addr + table.offset + i * each;
      const howto = object.howtos.row(infoType<A>(relInfo<A>(entry)));
      if (!howto || howto.form != Form.PcHi || howto.base == Base.None) continue;
      const offset = relOffset<A>(entry);
      const partner = this.slotOf(offset);
      if (partner.entry) continue;
      partner.entry = entry;
      partner.offset = offset;
    }
    return true;
  }

  /** The entry of the upper part at an offset; NONE: there is none. */
  at(offset: u64): u64 {
    const partner = this.slotOf(offset);
    return partner.entry ? partner.entry : NONE;
  }

  private slotOf(offset: u64): Partner {
    let i = <u32>offset * 0x9e3779b1 >> 4;
    let partner: Partner;
    do partner = changetype<Partner>(this.slots + <usize>(i++ & this.mask) * offsetof<Partner>());
    while (partner.entry && partner.offset != offset);
    return partner;
  }
}
