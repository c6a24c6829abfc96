import { take } from "./heap";
import { Text, codeOf, lengthOf, textAt } from "./text";

/** Text that grows at its end. */
@unmanaged
export class Buffer {
  at: usize;
  bytes: u32;
  private room: u32;

  byte(value: u32): Buffer {
    if (this.bytes == this.room) this.grow(1);
    store<u8>(this.at + this.bytes++, <u8>value);
    return this;
  }

  text(text: Text): Buffer {
    if (text.bytes > this.room - this.bytes) this.grow(text.bytes);
    memory.copy(this.at + this.bytes, text.at, text.bytes);
    this.bytes += text.bytes;
    return this;
  }

  words(literal: string): Buffer {
    const length = lengthOf(literal);
    for (let i: u32 = 0; i < length; ++i) this.point(codeOf(literal, i));
    return this;
  }

  /** A code point of the basic plane, in UTF-8. */
  point(code: u32): Buffer {
    if (code < 0x80) return this.byte(code);
    if (code < 0x800) return this.byte(0xc0 | code >> 6).byte(0x80 | code & 0x3f);
    return this.byte(0xe0 | code >> 12).byte(0x80 | code >> 6 & 0x3f).byte(0x80 | code & 0x3f);
  }

  /** 0x and hexadecimal digits, at least so many. */
  hex(value: u64, digits: u32 = 1): Buffer {
    this.byte(0x30).byte(0x78);
    const needed = <u32>(64 - clz(value) + 3) >> 2;
    for (let left = max(digits, needed); left > 0; --left) this.byte(digitOf(<u32>(value >> ((left - 1) << 2)) & 15));
    return this;
  }

  decimal(value: u64): Buffer {
    if (value >= 10) this.decimal(value / 10);
    return this.byte(0x30 + <u32>(value % 10));
  }

  spaces(count: u32): Buffer {
    while (count--) this.byte(0x20);
    return this;
  }

  /** Text without its control characters, which would be commands to a terminal. */
  printable(text: Text): Buffer {
    for (let i: u32 = 0; i < text.bytes; ++i) {
      const byte = text.byte(i);
      const after = i + 1 < text.bytes ? text.byte(i + 1) : 0;
      if (byte < 0x20 || byte == 0x7f) this.escape(byte);
      else if (byte == 0xc2 && after >= 0x80 && after < 0xa0) {
        this.escape(after);
        ++i;
      } else this.byte(byte);
    }
    return this;
  }

  private escape(code: u32): void {
    this.byte(0x5c).byte(0x78).byte(digitOf(code >> 4)).byte(digitOf(code & 15));
  }

  /** What it holds now. */
  get held(): Text {
    return textAt(this.at, this.bytes);
  }

  private grow(more: u32): void {
    const room = max(this.room * 2, max<u32>(64, this.bytes + more)), at = take(room);
    memory.copy(at, this.at, this.bytes);
    this.at = at;
    this.room = room;
  }
}

/** A hexadecimal digit. */
@inline
export function digitOf(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

/** An empty buffer. */
export function newBuffer(): Buffer {
  return changetype<Buffer>(take(offsetof<Buffer>()));
}

/** A buffer with these words in it, to go on with. */
export function words(literal: string): Buffer {
  return newBuffer().words(literal);
}
