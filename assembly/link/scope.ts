// What one load brought with it, as a list of symbols to look names up in.

import { give, heldBytes, take } from "../base/heap";
import { Found, Want, find, found, mayDefine } from "./lookup";
import { Index, definedCount, hasIndex, newIndex } from "./index";
import { Symbols } from "./symbols";

/** Up to so many modules an index is not worth while. */
@inline const FEW: u32 = 8;

/** What a module was loaded with: itself or whoever needs it first, then all that is needed, nearest first. */
@unmanaged export class Scope {
  /** Modules that are looked up from here. */
  private holders: u32;
  /** How many of them are on their way out; counted anew each time that some are. */
  leaving: u32;
  /** The module it was made for; 0 when that is gone. */
  root: u32;
  /** The next of those whose root is gone. */
  nextOrphan: Scope | null;
  count: u32;
  /** Over what is not global, while many references are bound. */
  private index: Index | null;

  @inline private slot(index: u32): usize { return changetype<usize>(this) + RECORD + (<usize>index << alignof<usize>()); }
  @inline at(index: u32): Symbols { return changetype<Symbols>(load<usize>(this.slot(index))); }
  append(symbols: Symbols): void {
    store<usize>(this.slot(this.count), changetype<usize>(symbols));
    ++this.count;
  }
  /** Keeps the first of them only. */
  truncate(count: u32): void { this.count = count; }
  /** Puts symbols elsewhere in the order. */
  replace(index: u32, symbols: Symbols): void { store<usize>(this.slot(index), changetype<usize>(symbols)); }

  get bytes(): u64 { return <u64>heldBytes(changetype<usize>(this)) + (hasIndex() && this.index ? this.index!.bytes : 0); }
  @inline get isHeldOnce(): bool { return this.holders == 1; }
  /** True if somebody holds it who is not on his way out. */
  @inline get stays(): bool { return this.holders != this.leaving; }
  hold(): void { ++this.holders; }
  /** One holder less; true if it was the last. */
  drop(): bool { return --this.holders == 0; }
  release(): void {
    this.dropIndex();
    give(changetype<usize>(this));
  }

  /**
   * Makes an index for a load of many references, if that costs less than looking into every module in turn.
   *
   * @param references  how many will be looked up
   * @param isDeep      global modules are looked up here, too
   */
  addIndex(references: u64, isDeep: bool): void {
    if (!hasIndex() || this.count < FEW || this.index) return;
    let definitions: u64 = 0;
    for (let i: u32 = 0; i < this.count; ++i) if (isDeep || !this.at(i).rank) definitions += definedCount(this.at(i));
    if (references * this.count < 4 * definitions) return;
    this.index = newIndex();
    if (this.index && !this.index!.holds(<u32>definitions)) this.dropIndex();
    for (let i: u32 = 0; i < this.count && this.index; ++i) {
      if (!isDeep && this.at(i).rank) continue;
      if (!this.index!.add(this.at(i), false)) this.dropIndex();
    }
  }

  /** Gives it back. */
  dropIndex(): void {
    if (this.index) this.index!.release();
    this.index = null;
  }

  /** The first definition for a reference: what is global was looked up before, or is looked up here. */
  look(name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    if (hasIndex() && this.index) return this.index!.find(null, 0, name, bytes, gnu, version, versionBytes, want, except);
    return this.find(0, name, bytes, gnu, version, versionBytes, want, except);
  }

  /** The first definition of a name from a position on. */
  find(from: u32, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want, except: Symbols | null): Found {
    for (let i = from; i < this.count; ++i) {
      const symbols = this.at(i);
      if (!mayDefine(symbols, gnu) || symbols == except) continue;
      const index = find(symbols, name, bytes, gnu, version, versionBytes, want);
      if (index) return found(symbols, index);
    }
    return 0;
  }

  /** Where a module's symbols are in it; its count if they are not. */
  positionOf(symbols: Symbols): u32 {
    let i: u32 = 0;
    while (i < this.count && this.at(i) != symbols) ++i;
    return i;
  }
}
const RECORD: usize = offsetof<Scope>() + 7 & ~7;

/** A scope with room for this many, with one holder; null if there is no memory. */
export function newScope(room: u32): Scope | null {
  const at = take(RECORD + (<usize>room << alignof<usize>()));
  if (!at) return null;
  const scope = changetype<Scope>(at);
  scope.holders = 1;
  return scope;
}
