// Memory that is given back all at once.

import { give, heldBytes, take } from "./heap";

@unmanaged class Link { next: usize; pad: usize; }
if (offsetof<Link>() != 8) ERROR("an arena's link keeps what follows aligned to 8");

/** No block is larger, so that sizes add up without wrapping. */
@inline const MOST: u64 = 0x7fff0000;

/** True where there is memory enough to take more at once than is wanted. */
@inline function isGenerous(): bool { return isDefined(LW_INDEX); }

/** A chain of blocks with one owner. The arena is itself in the block that was taken first. */
@unmanaged export class Arena {
  private last: usize;
  /** Zeroed memory that is there already, and how much. */
  private next: usize;
  private left: usize;
  /** What is taken from the heap at once. */
  private chunkBytes: usize;

  /** The owner's record, behind the arena itself. */
  @inline get record(): usize { return changetype<usize>(this) + offsetof<Arena>(); }

  /** Zeroed memory, aligned to 8, that lives until `release`; 0 if there is none left. */
  take(bytes: u64): usize {
    if (bytes > MOST) return 0;
    const need = <usize>bytes + 7 & ~7;
    const at = this.next;
    if (need > this.left) return this.takeBlock(need);
    this.next = at + need;
    this.left -= need;
    return at;
  }

  private takeBlock(need: usize): usize {
    // What is large has a block of its own: what is left of the last one is not lost for it.
    const isLarge = need * 4 > this.chunkBytes;
    const block = take((isLarge ? need : this.chunkBytes) + offsetof<Link>());
    if (!block) return 0;
    changetype<Link>(block).next = this.last;
    this.last = block;
    const at = block + offsetof<Link>();
    if (!isLarge) this.keep(at + need, this.chunkBytes - need);
    return at;
  }

  private keep(next: usize, left: usize): void {
    this.next = next;
    this.left = left;
  }

  /** Begins with what lies behind the owner's record. */
  begin(own: usize, firstBytes: usize, chunkBytes: usize): void {
    this.chunkBytes = chunkBytes;
    this.keep(changetype<usize>(this) + own, firstBytes);
  }

  /** Bytes that it holds, its own and what it takes to hold them included. */
  get bytes(): usize {
    let bytes = heldBytes(changetype<usize>(this));
    for (let at = this.last; at; at = changetype<Link>(at).next) bytes += heldBytes(at);
    return bytes;
  }

  /** Gives everything back, the owner's record and the arena itself included. */
  release(): void {
    let at = this.last;
    while (at) {
      const next = changetype<Link>(at).next;
      give(at);
      at = next;
    }
    give(changetype<usize>(this));
  }
}
if (offsetof<Arena>() % 8 != 0) ERROR("an arena keeps its owner's record aligned to 8");

/**
 * A new arena that begins with its owner's record of this many bytes, zeroed; null if there is no memory.
 *
 * @param chunkBytes  taken at once where there is memory enough: many small things are then cheap, and some of it is never used
 * @param firstBytes  of that, what is taken with the record
 */
export function arenaOf(recordBytes: usize, chunkBytes: usize = 0, firstBytes: usize = chunkBytes): Arena | null {
  const own = offsetof<Arena>() + (recordBytes + 7 & ~7), first: usize = isGenerous() ? firstBytes : 0;
  const arena = changetype<Arena | null>(take(own + first));
  if (arena) arena.begin(own, first, isGenerous() ? chunkBytes : 0);
  return arena;
}
