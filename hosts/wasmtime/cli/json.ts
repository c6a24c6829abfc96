// JSON on stdout, laid out in lines with two spaces to a level. Addresses are strings of hexadecimal digits.

import { digitOf } from "./buffer";
import { OUT } from "./console";
import { Text } from "./text";

let depth: u32 = 0;
let isFirst: bool = true; // nothing stands in the innermost braces yet
let isNamed: bool = false; // a key stands before the value

function place(): void {
  if (isNamed) {
    isNamed = false;
    return;
  }
  if (!depth) return;
  if (!isFirst) OUT.byte(0x2c);
  isFirst = false;
  line();
}

function line(): void {
  OUT.byte(0x0a).spaces(depth * 2);
}

function begin(brace: u32): void {
  place();
  OUT.byte(brace);
  ++depth;
  isFirst = true;
}

function end(brace: u32): void {
  --depth;
  if (!isFirst) line();
  isFirst = false;
  OUT.byte(brace);
  if (!depth) OUT.byte(0x0a);
}

export function beginObject(): void {
  begin(0x7b);
}

export function endObject(): void {
  end(0x7d);
}

export function beginArray(): void {
  begin(0x5b);
}

export function endArray(): void {
  end(0x5d);
}

/** The name of the value that comes next. */
export function key(name: string): void {
  place();
  OUT.byte(0x22).words(name).words("\": ");
  isNamed = true;
}

export function text(value: Text): void {
  place();
  OUT.byte(0x22);
  for (let i: u32 = 0; i < value.bytes; ++i) character(value.byte(i));
  OUT.byte(0x22);
}

export function words(literal: string): void {
  place();
  OUT.byte(0x22).words(literal).byte(0x22);
}

export function hex(value: u64): void {
  place();
  OUT.byte(0x22).hex(value).byte(0x22);
}

export function number(value: u64): void {
  place();
  OUT.decimal(value);
}

export function yes(): void {
  place();
  OUT.words("true");
}

export function nothing(): void {
  place();
  OUT.words("null");
}

function character(byte: u32): void {
  switch (byte) {
    case 0x08: OUT.words("\\b"); break;
    case 0x09: OUT.words("\\t"); break;
    case 0x0a: OUT.words("\\n"); break;
    case 0x0c: OUT.words("\\f"); break;
    case 0x0d: OUT.words("\\r"); break;
    case 0x22: OUT.words("\\\""); break;
    case 0x5c: OUT.words("\\\\"); break;
    default:
      if (byte < 0x20) OUT.words("\\u00").byte(digitOf(byte >> 4)).byte(digitOf(byte & 15));
      else OUT.byte(byte);
  }
}
