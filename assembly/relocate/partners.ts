// The relocations of upper parts of a section, by the offset of their instruction: lower parts name that by a label.

import { NONE } from "../host/answer";
import { Base, Form } from "../arch/howto";
import { Work } from "../base/work";
import { infoType, relInfo, relOffset } from "../elf/reloc";
import { SHT } from "../elf/section";
import { Object, Section } from "../inspect/object";

@unmanaged class Partner {
  entry: u64;
  offset: u64;
}

/** Sorted by offset, made for a section when the first lower part is met. */
@unmanaged export class Partners {
  private table: Section | null;
  private partners: usize;
  private room: u32;
  private count: u32;

  @inline isOpenFor(table: Section): bool { return this.table == table; }
  close(): void { this.table = null; }

  /** Finds all upper parts of a section; false with a fault if there is no memory. */
  open<A>(work: Work, object: Object, table: Section): bool {
    const each: u64 = (table.type == SHT.RELA ? 3 : 2) * sizeof<A>();
    const most = <u32>(table.bytes / each);
    if (most > this.room) {
      this.partners = work.take(<u64>most * offsetof<Partner>());
      if (!this.partners) return false;
      this.room = most;
    }
    this.table = table;
    this.count = 0;
    let isSorted = true;
    for (let i: u32 = 0; i < most; ++i) {
      const entry = object.addr + table.offset + i * each;
      const howto = object.howtos.row(infoType<A>(relInfo<A>(entry)));
      if (!howto || howto.form != Form.PcHi || howto.base == Base.None) continue;
      const partner = this.partner(this.count++);
      partner.entry = entry;
      partner.offset = relOffset<A>(entry);
      if (this.count > 1 && isBefore(partner, this.partner(this.count - 2))) isSorted = false;
    }
    if (!isSorted) this.sort();
    return true;
  }

  /** The first entry of an upper part at an offset; NONE: there is none. */
  at(offset: u64): u64 {
    let low: u32 = 0;
    let high = this.count;
    while (low < high) {
      const middle = low + high >> 1;
      if (this.partner(middle).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.partner(low).offset == offset ? this.partner(low).entry : NONE;
  }

  @inline private partner(index: u32): Partner { return changetype<Partner>(this.partners + <usize>index * offsetof<Partner>()); }

  /** A heap's sort: in place, and no order makes it slow. */
  private sort(): void {
    for (let i = this.count / 2; i; ) this.sink(--i, this.count);
    for (let end = this.count; end > 1; ) {
      this.exchange(0, --end);
      this.sink(0, end);
    }
  }

  private sink(index: u32, end: u32): void {
    for (let at = index; ; ) {
      let largest: u32 = 2 * at + 1;
      if (largest >= end) return;
      if (largest + 1 < end && isBefore(this.partner(largest), this.partner(largest + 1))) ++largest;
      if (!isBefore(this.partner(at), this.partner(largest))) return;
      this.exchange(at, largest);
      at = largest;
    }
  }

  private exchange(a: u32, b: u32): void {
    const first = this.partner(a);
    const second = this.partner(b);
    const entry = first.entry;
    const offset = first.offset;
    first.entry = second.entry;
    first.offset = second.offset;
    second.entry = entry;
    second.offset = offset;
  }
}

/** By offset; of those that are equal, as they are in the file. */
function isBefore(a: Partner, b: Partner): bool { return a.offset < b.offset || a.offset == b.offset && a.entry < b.entry; }
