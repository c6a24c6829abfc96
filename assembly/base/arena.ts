// Memory that is given back all at once.

import { give, heldBytes, take } from "./heap";

@unmanaged class Link { next: usize; pad: usize; }
if (offsetof<Link>() != 8) ERROR("an arena's link keeps what follows aligned to 8");

/** No block is larger, so that sizes add up without wrapping. */
@inline const MOST: u64 = 0x7fff0000;

/** A chain of blocks with one owner. The arena is itself in the block that was taken first. */
@unmanaged export class Arena {
  private last: usize;
  /** Bytes that it holds, its own and what it takes to hold them included. */
  bytes: usize;

  /** The owner's record, behind the arena itself. */
  @inline get record(): usize { return changetype<usize>(this) + offsetof<Arena>(); }

  /** Zeroed memory, aligned to 8, that lives until `release`; 0 if there is none left. */
  take(bytes: u64): usize {
    if (bytes > MOST) return 0;
    const at = take(<usize>bytes + offsetof<Link>());
    if (!at) return 0;
    changetype<Link>(at).next = this.last;
    this.last = at;
    this.bytes += heldBytes(at);
    return at + offsetof<Link>();
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
if (offsetof<Arena>() != 8) ERROR("an arena keeps its owner's record aligned to 8");

/** A new arena that begins with its owner's record of this many bytes, zeroed; null if there is no memory. */
export function arenaOf(recordBytes: usize): Arena | null {
  const arena = changetype<Arena | null>(take(offsetof<Arena>() + recordBytes));
  if (arena) arena.bytes = heldBytes(changetype<usize>(arena));
  return arena;
}
