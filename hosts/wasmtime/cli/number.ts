import { Text } from "./text";

/** What `parse` made of a text. */
export enum Parsed {
  Number,
  /** A number, but less than 0 or more than 64 bits. */
  TooLarge,
  NoNumber,
}

/** The number that `parse` read last. */
export let parsed: u64 = 0;

/** Reads a number as typed: decimal, 0x, 0o or 0b, with underscores wherever they help. */
export function parse(text: Text): Parsed {
  parsed = 0;
  let i = skip(text, 0), isNegative = false;
  if (i < text.bytes && (text.byte(i) == 0x2d || text.byte(i) == 0x2b)) {
    isNegative = text.byte(i) == 0x2d;
    i = skip(text, i + 1);
  }
  let base: u32 = 10;
  if (i < text.bytes && text.byte(i) == 0x30) {
    const mark = skip(text, i + 1), letter = mark < text.bytes ? text.byte(mark) | 0x20 : 0;
    if (letter == 0x78) base = 16;
    if (letter == 0x6f) base = 8;
    if (letter == 0x62) base = 2;
    if (base != 10) i = skip(text, mark + 1);
  }
  let isLarge = false, digits = 0;
  for (; i < text.bytes; i = skip(text, i + 1)) {
    const digit = valueOf(text.byte(i));
    if (digit >= base) return Parsed.NoNumber;
    if (parsed > (u64.MAX_VALUE - digit) / base) isLarge = true;
    parsed = parsed * base + digit;
    ++digits;
  }
  if (!digits) return Parsed.NoNumber;
  return isLarge || isNegative && parsed ? Parsed.TooLarge : Parsed.Number;
}

function skip(text: Text, from: u32): u32 {
  while (from < text.bytes && text.byte(from) == 0x5f) ++from;
  return from;
}

function valueOf(byte: u32): u32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = byte | 0x20;
  return letter - 0x61 < 6 ? letter - 0x61 + 10 : 99;
}
