// Text: UTF-8 somewhere in memory. String literals are constants of the module and nothing more; no string is ever made.

import { take } from "./heap";

/** A piece of text. */
@unmanaged
export class Text {
  at: usize;
  bytes: u32;

  @inline byte(index: u32): u32 {
    return load<u8>(this.at + index);
  }

  /** Whether it is this ASCII literal. */
  is(literal: string): bool {
    return this.bytes == lengthOf(literal) && this.begins(literal);
  }

  /** Whether it begins with this ASCII literal. */
  begins(literal: string): bool {
    const length = lengthOf(literal);
    if (this.bytes < length) return false;
    for (let i: u32 = 0; i < length; ++i) if (this.byte(i) != codeOf(literal, i)) return false;
    return true;
  }

  equals(other: Text): bool {
    return this.bytes == other.bytes && memory.compare(this.at, other.at, this.bytes) == 0;
  }

  /** Where this byte is first, from `from` on; -1 if it is not there. */
  find(byte: u32, from: u32 = 0): i32 {
    for (let i = from; i < this.bytes; ++i) if (this.byte(i) == byte) return i;
    return -1;
  }

  /** Where this byte is last; -1 if it is not there. */
  findLast(byte: u32): i32 {
    for (let i = <i32>this.bytes - 1; i >= 0; --i) if (this.byte(i) == byte) return i;
    return -1;
  }

  slice(from: u32, to: u32 = this.bytes): Text {
    return textAt(this.at + from, to - from);
  }
}

/** Length of a literal. */
@inline
export function lengthOf(literal: string): u32 {
  return load<u32>(changetype<usize>(literal) - 4) >> 1;
}

/** A UTF-16 unit of a literal. */
@inline
export function codeOf(literal: string, index: u32): u32 {
  return load<u16>(changetype<usize>(literal) + (<usize>index << 1));
}

/** The text that lies there. */
export function textAt(at: usize, bytes: u32): Text {
  const text = changetype<Text>(take(offsetof<Text>()));
  text.at = at;
  text.bytes = bytes;
  return text;
}
