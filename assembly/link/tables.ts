// The relocation tables of an image, in the order they are applied. RELR is apart: it has no entries.

import { DT, Dynamic } from "../elf/dynamic";
import { relBytes, relaBytes } from "../elf/reloc";

export const enum Table { Rela, Rel, Plt, COUNT }

/** The entry that names the table, and the one that gives its bytes. */
function tagOf(table: Table): u64 { return table == Table.Rela ? DT.RELA : table == Table.Rel ? DT.REL : DT.JMPREL; }
function sizeTagOf(table: Table): u64 { return table == Table.Rela ? DT.RELASZ : table == Table.Rel ? DT.RELSZ : DT.PLTRELSZ; }

/** True if its entries hold their addends; otherwise the places do. */
export function hasAddend(dynamic: Dynamic, table: Table): bool {
  return table == Table.Rela || table == Table.Plt && dynamic.value(DT.PLTREL) == DT.RELA;
}

/** Bytes of an entry. */
@inline export function entryBytes<A>(isRela: bool): u64 { return isRela ? relaBytes<A>() : relBytes<A>(); }

/** vaddr of its first entry. */
export function tableStart(dynamic: Dynamic, table: Table): u64 { return dynamic.value(tagOf(table)); }

/** How many entries it has; 0 where there is none. gABI 5.2: DT_RELASZ may count the PLT's entries too; they are met once. */
export function tableCount<A>(dynamic: Dynamic | null, table: Table): u64 {
  if (!dynamic || !dynamic.has(tagOf(table))) return 0;
  let bytes = dynamic.value(sizeTagOf(table));
  if (table != Table.Plt && dynamic.has(DT.JMPREL)) {
    const head = dynamic.value(DT.JMPREL) - tableStart(dynamic, table);
    if (head < bytes && dynamic.value(DT.PLTRELSZ) == bytes - head) bytes = head;
  }
  return bytes / entryBytes<A>(hasAddend(dynamic, table));
}

/** How many entries of a table with so many lie in front and are relative ones, as the file says. */
export function relativeCount(dynamic: Dynamic, table: Table, count: u64): u64 {
  const told = table == Table.Plt ? 0 : dynamic.value(table == Table.Rela ? DT.RELACOUNT : DT.RELCOUNT);
  return told > count ? 0 : told;
}

/** A walk over the entries of all tables, in the order they are applied. It may be left, and taken up where it was. */
@unmanaged export class Entries {
  private dynamic: Dynamic | null;
  private table: Table;
  /** The entries of this table have their addends. */
  isRela: bool;
  /** How many are left of this table. */
  private left: u64;
  /** vaddr of the entry. */
  vaddr: u64;

  @inline get isOpen(): bool { return this.dynamic != null; }
  @inline get isAtEnd(): bool { return !this.left; }

  /** Goes to the first entry. */
  open<A>(dynamic: Dynamic | null): void {
    this.dynamic = dynamic;
    this.table = Table.Rela;
    this.enter<A>();
  }

  /** Passes over what the file says to be relative ones, which lie in front: they name no symbol. What is not is met when it is applied. */
  skipRelative<A>(): void {
    const count = this.left ? relativeCount(this.dynamic!, this.table, this.left) : 0;
    if (!count) return;
    // The last of them is met: there is always an entry to go on from.
    this.left -= count - 1;
    this.vaddr += (count - 1) * entryBytes<A>(this.isRela);
  }

  /** Goes to the next. */
  @inline next<A>(): void {
    if (--this.left) {
      this.vaddr += entryBytes<A>(this.isRela);
      return;
    }
    ++this.table;
    this.enter<A>();
  }

  /** The first entry of this table, or of the next that has any. */
  private enter<A>(): void {
    this.left = 0;
    for (; this.table < Table.COUNT; ++this.table) {
      this.left = tableCount<A>(this.dynamic, this.table);
      if (!this.left) continue;
      this.isRela = hasAddend(this.dynamic!, this.table);
      this.vaddr = tableStart(this.dynamic!, this.table);
      return;
    }
  }
}
