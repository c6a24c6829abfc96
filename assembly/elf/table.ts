// Names that are looked up while objects are linked: a hash table over records that begin with their names.

import { Work } from "../base/work";
import { sameBytes } from "./text";

/** What begins a record that has a name; it lies in the target. */
@unmanaged export class Named {
  /** The next of the same bucket. */
  chain: Named | null;
  hash: u32;
  nameBytes: u32;
  name: u64;
}

/** Records by their names. All zero: there is none. */
@unmanaged export class NameTable {
  private buckets: usize;
  private bucketCount: u32;
  count: u32;
  /** Names were chosen to fall together: whoever looks them up would do so for ever. */
  isCrowded: bool;

  /** The record of a name, null if there is none, or the table is crowded. */
  find(name: u64, bytes: u32, hash: u32): Named | null {
    if (!this.bucketCount) return null;
    let steps: u32 = 0;
    let each = changetype<Named | null>(load<usize>(this.bucketOf(hash)));
    while (each && !(each.hash == hash && each.nameBytes == bytes && sameBytes(each.name, name, bytes))) {
      if (++steps > MOST) {
        this.isCrowded = true;
        return null;
      }
      each = each.chain;
    }
    return each;
  }

  /** Adds a record whose name is not there yet; false with a fault if there is no memory. */
  add(work: Work, one: Named): bool {
    if (this.count >= this.bucketCount && !this.grow(work)) return false;
    this.hang(one);
    ++this.count;
    return true;
  }

  @inline private bucketOf(hash: u32): usize { return this.buckets + (<usize>(hash & this.bucketCount - 1) << alignof<usize>()); }

  private hang(one: Named): void {
    const at = this.bucketOf(one.hash);
    one.chain = changetype<Named | null>(load<usize>(at));
    store<usize>(at, changetype<usize>(one));
  }

  private grow(work: Work): bool {
    const old = this.buckets;
    const oldCount = this.bucketCount;
    const count = max<u32>(oldCount * 4, 64);
    const buckets = work.take(<u64>count << alignof<usize>());
    if (!buckets) return false;
    this.buckets = buckets;
    this.bucketCount = count;
    for (let i: u32 = 0; i < oldCount; ++i) {
      let each = changetype<Named | null>(load<usize>(old + (<usize>i << alignof<usize>())));
      while (each) {
        const next = each.chain;
        this.hang(each);
        each = next;
      }
    }
    return true;
  }
}
/** Names of one bucket: a hundred times what those have that nobody chose for that. */
@inline const MOST: u32 = 256;
