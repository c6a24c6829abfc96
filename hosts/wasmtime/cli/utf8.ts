import { newBuffer } from "./buffer";
import { Text } from "./text";

const REPLACEMENT: u32 = 0xfffd;

/** The text with U+FFFD for whatever is no UTF-8, piece by piece as the WHATWG Encoding Standard has it. */
export function wellFormed(text: Text): Text {
  let i: u32 = 0;
  while (i < text.bytes && text.byte(i) < 0x80) ++i;
  if (i == text.bytes) return text;

  const buffer = newBuffer();
  for (i = 0; i < text.bytes; ) {
    const length = sequence(text, i);
    if (length > 0) buffer.text(text.slice(i, i + length));
    else buffer.point(REPLACEMENT);
    i += <u32>abs(length);
  }
  return buffer.held;
}

/** Bytes of the sequence that begins here; negative: so many bytes that are none. Unicode 15, table 3-7. */
function sequence(text: Text, at: u32): i32 {
  const lead = text.byte(at);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let low: u32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  let high: u32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; ++i) {
    if (at + i >= text.bytes) return -i;
    const byte = text.byte(at + i);
    if (byte < low || byte > high) return -i;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}
