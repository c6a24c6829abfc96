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
