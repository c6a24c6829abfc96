// What nobody has. All of it is listed, so that the user mends it in one go.

import { Work } from "../base/work";

/** One missing symbol or library. */
@unmanaged export class Lack {
  next: Lack | null;
  /** The file that needs it. */
  source: u32;
  name: u64;
  nameBytes: u32;
  isLibrary: bool;
}

/** The list, in the order it was met. */
@unmanaged export class Missing {
  first: Lack | null;
  private last: Lack | null;
  count: u32;
  libraryCount: u32;

  /** Notes one more; false with a fault if there is no memory. */
  add(work: Work, name: u64, nameBytes: u32, source: u32, isLibrary: bool): bool {
    const at = work.take(offsetof<Lack>());
    if (!at) return false;
    const lack = changetype<Lack>(at);
    lack.name = name;
    lack.nameBytes = nameBytes;
    lack.source = source;
    lack.isLibrary = isLibrary;
    if (this.last) this.last!.next = lack;
    else this.first = lack;
    this.last = lack;
    ++this.count;
    if (isLibrary) ++this.libraryCount;
    return true;
  }

  /** The n-th, or null. */
  at(index: u32): Lack | null {
    let lack = this.first;
    while (lack && index--) lack = lack.next;
    return lack;
  }
}
