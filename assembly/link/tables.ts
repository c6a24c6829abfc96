// The relocation tables of a placed image.

import { DT, Dynamic } from "../elf/dynamic";
import { relBytes, relaBytes } from "../elf/reloc";
import { Image } from "../inspect/image";

/** The tables of entries, in the order they are applied. RELR is apart: it has no entries. */
export const enum TableKind { Rela, Rel, Plt, COUNT }

/** One of an image's tables of entries; zero entries where there is none. */
@unmanaged export class Table {
  vaddr: u64;
  count: u64;
  hasAddend: bool;

  /** Takes on another table of the image. gABI 5.2: DT_RELASZ may count the PLT's entries too; they are met once. */
  set<A>(image: Image, kind: TableKind): void {
    this.count = 0;
    const dynamic = image.dynamic;
    if (!dynamic) return;
    this.hasAddend = kind == TableKind.Rela || kind == TableKind.Plt && dynamic.value(DT.PLTREL) == DT.RELA;
    const start: u64 = kind == TableKind.Rela ? DT.RELA : kind == TableKind.Rel ? DT.REL : DT.JMPREL;
    const size: u64 = kind == TableKind.Rela ? DT.RELASZ : kind == TableKind.Rel ? DT.RELSZ : DT.PLTRELSZ;
    if (!dynamic.has(start)) return;
    this.vaddr = dynamic.value(start);
    let bytes = dynamic.value(size);
    if (kind != TableKind.Plt && dynamic.has(DT.JMPREL)) bytes = withoutTail(this.vaddr, bytes, dynamic);
    this.count = bytes / this.each<A>();
  }

  @inline each<A>(): u64 { return this.hasAddend ? relaBytes<A>() : relBytes<A>(); }
}

function withoutTail(vaddr: u64, bytes: u64, dynamic: Dynamic): u64 {
  const plt = dynamic.value(DT.JMPREL);
  const isTail = plt > vaddr && plt - vaddr < bytes && dynamic.value(DT.PLTRELSZ) == bytes - (plt - vaddr);
  return isTail ? plt - vaddr : bytes;
}
