// The folders of search paths (DT_RPATH, DT_RUNPATH), as the file that has them means them. ld.so(8), "Dynamic string tokens".

import { machineName } from "../../../build/wasmtime/words";
import { Buffer, newBuffer } from "./buffer";
import { List } from "./list";
import { folderOf } from "./path";
import { Source } from "./source";
import { Text } from "./text";

const COLON: u32 = 0x3a;
const DOLLAR: u32 = 0x24;

/** Adds the folders that a search path names, but for those that are empty or have a token that nobody knows. */
export function addFolders(path: Text, origin: Source, folders: List): void {
  for (let from: u32 = 0; from <= path.bytes; ) {
    const colon = path.find(COLON, from), to = colon < 0 ? path.bytes : <u32>colon;
    const folder = newBuffer();
    if (expand(path.slice(from, to), origin, folder) && folder.bytes) folders.add(changetype<usize>(folder.held));
    from = to + 1;
  }
}

/** Writes a part of a search path with its tokens replaced; false if one of them means nothing. */
function expand(part: Text, origin: Source, into: Buffer): bool {
  for (let i: u32 = 0; i < part.bytes; ) {
    if (part.byte(i) != DOLLAR) {
      into.byte(part.byte(i++));
      continue;
    }
    const hasBraces = i + 1 < part.bytes && part.byte(i + 1) == 0x7b, start = i + (hasBraces ? 2 : 1);
    let end = start;
    while (end < part.bytes && isLetter(part.byte(end))) ++end;
    if (!replace(part.slice(start, end), origin, into)) return false;
    if (hasBraces && (end == part.bytes || part.byte(end) != 0x7d)) return false;
    i = hasBraces ? end + 1 : end;
  }
  return true;
}

// What a token's name is made of: a longer one is another token.
function isLetter(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10 || byte == 0x5f;
}

function replace(token: Text, origin: Source, into: Buffer): bool {
  if (token.is("ORIGIN")) into.text(folderOf(origin.path));
  else if (token.is("LIB")) into.words("lib");
  else if (token.is("PLATFORM")) into.words(machineName(origin.bits, origin.machine));
  else return false;
  return true;
}
