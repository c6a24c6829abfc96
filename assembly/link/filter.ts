// Which names may be among those of many modules: a bit for each hash. What has no bit need not be looked for anywhere; most references to a
// module's own symbols are none of anybody else's.

import { retire } from "../base/generation";
import { heldBytes, take } from "../base/heap";
import { definedCount, keyOf } from "./index";
import { Symbols } from "./symbols";

/** Bits a name, when it is full: one in so many absent names is looked for in vain. */
@inline const SPARSE: u32 = 16;
@inline const FEWEST_WORDS: u32 = 128;
@inline const MOST_WORDS: u32 = 1 << 24;

@unmanaged export class Filter {
  /** Links what is given back. */
  private link: usize;
  /** One less than the number of words behind this, a power of two. */
  private mask: u32;
  /** Names that ever were added. */
  private count: u32;

  @inline private word(gnu: u32): usize { return changetype<usize>(this) + offsetof<Filter>() + (<usize>(gnu >> 6 & this.mask) << 2); }

  /** False if no name of this hash is there. Bit 0 of the hash is not looked at: DT_GNU_HASH does not keep it. */
  @inline mayHave(gnu: u32): bool { return (load<u32>(this.word(gnu)) >> (gnu >> 1 & 31) & 1) != 0; }

  /** Adds what a module defines; false if there is no room: then a larger one is wanted. */
  add(symbols: Symbols): bool {
    const count = definedCount(symbols);
    if (this.mask != MOST_WORDS - 1 && <u64>(this.count + count) * SPARSE > (<u64>this.mask + 1) * 32) return false;
    this.count += count;
    let left = count;
    for (let index = symbols.firstDefined; left; ++index, --left) {
      const gnu = keyOf(symbols, index);
      const at = this.word(gnu);
      store<u32>(at, load<u32>(at) | 1 << (gnu >> 1 & 31));
    }
    return true;
  }

  /** Bytes that it holds. */
  get bytes(): u64 { return heldBytes(changetype<usize>(this)); }

  release(): void { retire(changetype<usize>(this)); }
}

/** A filter with room for so many names and as many again; null if there is no memory. */
export function newFilter(names: u32): Filter | null {
  let count = FEWEST_WORDS;
  while (<u64>count * 32 < <u64>names * (2 * SPARSE) && count < MOST_WORDS) count <<= 1;
  const at = take(offsetof<Filter>() + (<usize>count << 2));
  if (!at) return null;
  const filter = changetype<Filter>(at);
  filter.mask = count - 1;
  return filter;
}
