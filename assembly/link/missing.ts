// What nobody has. All of it is listed, so that the user mends it in one go.

import { Work } from "../base/work";

/** What is missing: Field.Type of an entry of List.Missing. */
export const enum Lacking { Symbol = 0, Library, Version }

/** One missing symbol, library or version. */
@unmanaged export class Lack {
  next: Lack | null;
  /** The file that needs it. */
  source: u32;
  kind: Lacking;
  name: u64;
  nameBytes: u32;
  /** Of a version: the library that should have it, and the vaddr of the requirement. */
  fileBytes: u32;
  file: u64;
  entry: u64;
}

/** The list, in the order it was met. */
@unmanaged export class Missing {
  first: Lack | null;
  private last: Lack | null;
  count: u32;
  libraryCount: u32;
  versionCount: u32;
  /** The one that was asked for last, and its number: who lists them asks for one after the other. */
  private seen: Lack | null;
  private seenIndex: u32;

  /** Notes one more; null with a fault if there is no memory. */
  add(work: Work, name: u64, nameBytes: u32, source: u32, kind: Lacking): Lack | null {
    const at = work.take(offsetof<Lack>());
    if (!at) return null;
    const lack = changetype<Lack>(at);
    lack.name = name;
    lack.nameBytes = nameBytes;
    lack.source = source;
    lack.kind = kind;
    if (this.last) this.last!.next = lack;
    else this.first = lack;
    this.last = lack;
    ++this.count;
    if (kind == Lacking.Library) ++this.libraryCount;
    if (kind == Lacking.Version) ++this.versionCount;
    return lack;
  }

  /** The n-th, or null. */
  at(index: u32): Lack | null {
    let lack = this.first;
    let left = index;
    if (this.seen && index >= this.seenIndex) {
      lack = this.seen;
      left -= this.seenIndex;
    }
    while (lack && left--) lack = lack.next;
    this.seen = lack;
    this.seenIndex = index;
    return lack;
  }
}
