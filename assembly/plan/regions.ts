// Kinds of memory that a host offers beside the ordinary one, and which parts of a module go there: flash that code runs from, tightly
// coupled memory, what a protection unit divides in powers of two.

import { PF, Rule } from "../words";
import * as target from "../host/memory";
import { Arena } from "../base/arena";
import { alignUp } from "../base/range";

/** A kind of memory. */
@unmanaged export class Region {
  next: Region | null;
  /** The host's number of it; `memory.reserve` is told. */
  number: u32;
  /** What it may be used for: PF bits. */
  prot: u32;
  rules: u32;
  /** Sections whose names begin with this go there, and no others if the rules say so; none: 0 bytes. */
  private name: usize;
  private nameBytes: u32;

  @inline has(rule: Rule): bool { return (this.rules & rule) != 0; }
  @inline get isNamed(): bool { return this.nameBytes != 0; }

  /** True if it can hold what needs these permissions. */
  allows(prot: u32): bool { return (this.prot & prot) == prot; }

  /** True if a section of this name belongs there. */
  claims(name: u64, bytes: u32): bool {
    if (!this.nameBytes || bytes < this.nameBytes) return false;
    for (let i: u32 = 0; i < this.nameBytes; ++i) if (target.load8(name + i) != load<u8>(this.name + i)) return false;
    return true;
  }

  /** Keeps a name that is read from the target; false if there is no memory. */
  call(arena: Arena, name: u64, bytes: u32): bool {
    if (!bytes) return true;
    this.name = arena.take(bytes);
    for (let i: u32 = 0; this.name && i < bytes; ++i) store<u8>(this.name + i, <u8>target.load8(name + i));
    this.nameBytes = this.name ? bytes : 0;
    return this.name != 0;
  }
}

/** One reservation of a module that is spread over regions: a segment. */
@unmanaged export class Unit {
  /** Where it is; null until that is decided, and for ordinary memory. */
  region: Region | null;
  /** What its bytes need. */
  prot: u32;
  /** vaddr of its first byte, how many it has, what they are aligned to. */
  start: u64;
  bytes: u64;
  align: u64;
  /** What was reserved; 0: nothing yet. */
  room: u64;

  /** How much of a region it takes: all a protection unit can tell apart. */
  roomIn(region: Region | null, pageBytes: u64): u64 {
    const whole = alignUp(this.bytes, pageBytes);
    if (!region || !region.has(Rule.PowerOfTwo)) return whole;
    let room = pageBytes;
    while (room < whole) room <<= 1;
    return room;
  }

  /** Log2 of what it is aligned to there. */
  alignLog2In(region: Region | null, pageBytes: u64): u32 {
    const align = max(this.align, pageBytes);
    return <u32>ctz(region && region.has(Rule.PowerOfTwo) ? max(align, this.roomIn(region, pageBytes)) : align);
  }
}

/** The permissions of the three segments of each group. */
@inline export const KINDS: u32 = 3;
@inline export function protOfKind(kind: u32): u32 { return kind == 0 ? PF.R : kind == 1 ? PF.R | PF.X : PF.R | PF.W; }
