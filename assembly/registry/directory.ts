// Modules by a number: the hash of their name, or their file. A context looks there for every library that a load needs, however many it has:
// a tree that goes left or right by one bit more of the number in each step. It takes no memory but a part of each module's record. Where
// one or two modules are all there is, there is none, and they are looked at one after the other.

import { hasIndex } from "../link/index";

/** Where a module is in a directory. */
@unmanaged export class Place {
  /** The module's record; 0 while it is in none. */
  module: usize;
  /** The next of the same number, in the order they were added; of the first, also the last of them. */
  next: Place | null;
  last: Place | null;
  key: u32;
  /** Of the first: those whose numbers begin with the same bits. */
  left: Place | null;
  right: Place | null;
}

/** Different numbers differ in here, too, and most of them in their first bits. */
@inline function mixed(key: u32): u32 { return key * 0x9e3779b1; }

@inline function below(place: usize, isRight: u32): usize { return place + (isRight ? offsetof<Place>("right") : offsetof<Place>("left")); }

@unmanaged export class Directory {
  private root: Place | null;

  /** The first module with this number; go on with `next`. */
  first(key: u32): Place | null { return changetype<Place | null>(load<usize>(this.slotOf(key))); }

  /** Where the first with this number is, or would be. */
  private slotOf(key: u32): usize {
    let slot = changetype<usize>(this) + offsetof<Directory>("root");
    let place = this.root;
    for (let bits = mixed(key); place && place.key != key; bits <<= 1) {
      slot = below(changetype<usize>(place), bits >> 31);
      place = changetype<Place | null>(load<usize>(slot));
    }
    return slot;
  }

  /** Adds a module behind all others of its number. */
  add(place: Place, key: u32, module: usize): void {
    const slot = this.slotOf(key);
    const first = changetype<Place | null>(load<usize>(slot));
    memory.fill(changetype<usize>(place), 0, offsetof<Place>());
    place.module = module;
    place.key = key;
    if (first) {
      first.last!.next = place;
      first.last = place;
    } else {
      place.last = place;
      store<usize>(slot, changetype<usize>(place));
    }
  }

  /** Takes it out again, if it is there. */
  remove(place: Place): void {
    if (!place.module) return;
    place.module = 0;
    const slot = this.slotOf(place.key);
    const first = changetype<Place>(load<usize>(slot));
    if (first != place) {
      let before = first;
      while (before.next != place) before = before.next!;
      before.next = place.next;
      if (first.last == place) first.last = before;
      return;
    }
    const heir = place.next ? place.next : leafBelow(place);
    store<usize>(slot, changetype<usize>(heir));
    if (!heir) return;
    if (place.next) heir.last = place.last;
    heir.left = place.left;
    heir.right = place.right;
  }
}

/** Takes a place without any below it from below another: its number begins with the same bits. */
function leafBelow(place: Place): Place | null {
  let slot: usize = 0;
  let leaf = place;
  while (leaf.left || leaf.right) {
    slot = below(changetype<usize>(leaf), leaf.left ? 0 : 1);
    leaf = changetype<Place>(load<usize>(slot));
  }
  if (!slot) return null;
  store<usize>(slot, 0);
  return leaf;
}

/** What a module's place takes; where there is no directory, nothing. */
@inline export function placeBytes(): usize { return hasIndex() ? (offsetof<Place>() + 7 & ~7) : 0; }
