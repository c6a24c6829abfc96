// Symbols that a linker makes when they are asked for and nobody defines them, as ld does.

import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { sameBytes, textBytes } from "../elf/text";
import { sectionName } from "../inspect/object";
import { Objects, Standing, Sym } from "./objects";

/** Which one: Sym.index of a symbol of Standing.Linker. */
export const enum Made {
  /** _GLOBAL_OFFSET_TABLE_ */
  Table = 0,
  /** __dso_handle: an address that is this module's alone. Itanium C++ ABI 3.3.5. */
  Handle,
  /** __ehdr_start */
  Header,
  /** _DYNAMIC */
  Dynamic,
  PreinitStart, PreinitEnd, InitStart, InitEnd, FiniStart, FiniEnd, ExidxStart, ExidxEnd,
  COUNT,
  /** __start_NAME and __stop_NAME, of sections whose names are C identifiers. */
  Start, Stop,
}

/** Makes those of the names that the objects leave open. */
export function makeSymbols(objects: Objects): void {
  let sym = objects.syms;
  while (sym) {
    if (sym.isImport) make(objects, sym);
    sym = sym.next;
  }
}

function make(objects: Objects, sym: Sym): void {
  const made = madeOf(objects, sym);
  if (made < 0) return;
  sym.standing = Standing.Linker;
  sym.index = made;
}

function madeOf(objects: Objects, sym: Sym): i32 {
  if (sym.nameBytes < 8 || target.load8(sym.name) != 0x5f) return -1;
  let at = NAMES;
  for (let made = 0; made < Made.COUNT; ++made) {
    let bytes: u32 = 0;
    while (load<u8>(at + bytes)) ++bytes;
    if (is(sym, at, bytes) && sym.nameBytes == bytes) return made;
    at += bytes + 1;
  }
  if (is(sym, START, 8) && hasSection(objects, sym.name + 8, sym.nameBytes - 8)) return Made.Start;
  return is(sym, STOP, 7) && hasSection(objects, sym.name + 7, sym.nameBytes - 7) ? Made.Stop : -1;
}

function is(sym: Sym, word: usize, bytes: u32): bool {
  if (sym.nameBytes < bytes) return false;
  for (let i: u32 = 0; i < bytes; ++i) if (target.load8(sym.name + i) != load<u8>(word + i)) return false;
  return true;
}

function hasSection(objects: Objects, name: u64, bytes: u32): bool {
  let object = objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (!section.isLoaded) continue;
      const own = sectionName(section);
      if (own == NONE) continue;
      const ownBytes = textBytes(own, object.names + object.nameBytes - own);
      if (ownBytes == bytes && sameBytes(own, name, bytes)) return true;
    }
    object = object.next;
  }
  return false;
}

/** Names in the order of Made, a NUL behind each. */
@lazy const NAMES: usize = memory.data<u8>([
  0x5f, 0x47, 0x4c, 0x4f, 0x42, 0x41, 0x4c, 0x5f, 0x4f, 0x46, 0x46, 0x53, 0x45, 0x54, 0x5f, 0x54, 0x41, 0x42, 0x4c, 0x45, 0x5f, 0, // _GLOBAL_OFFSET_TABLE_
  0x5f, 0x5f, 0x64, 0x73, 0x6f, 0x5f, 0x68, 0x61, 0x6e, 0x64, 0x6c, 0x65, 0, // __dso_handle
  0x5f, 0x5f, 0x65, 0x68, 0x64, 0x72, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, // __ehdr_start
  0x5f, 0x44, 0x59, 0x4e, 0x41, 0x4d, 0x49, 0x43, 0, // _DYNAMIC
  0x5f, 0x5f, 0x70, 0x72, 0x65, 0x69, 0x6e, 0x69, 0x74, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, // __preinit_array_start
  0x5f, 0x5f, 0x70, 0x72, 0x65, 0x69, 0x6e, 0x69, 0x74, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79, 0x5f, 0x65, 0x6e, 0x64, 0, // __preinit_array_end
  0x5f, 0x5f, 0x69, 0x6e, 0x69, 0x74, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, // __init_array_start
  0x5f, 0x5f, 0x69, 0x6e, 0x69, 0x74, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79, 0x5f, 0x65, 0x6e, 0x64, 0, // __init_array_end
  0x5f, 0x5f, 0x66, 0x69, 0x6e, 0x69, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, // __fini_array_start
  0x5f, 0x5f, 0x66, 0x69, 0x6e, 0x69, 0x5f, 0x61, 0x72, 0x72, 0x61, 0x79, 0x5f, 0x65, 0x6e, 0x64, 0, // __fini_array_end
  0x5f, 0x5f, 0x65, 0x78, 0x69, 0x64, 0x78, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, // __exidx_start
  0x5f, 0x5f, 0x65, 0x78, 0x69, 0x64, 0x78, 0x5f, 0x65, 0x6e, 0x64, 0, // __exidx_end
]);
@lazy const START: usize = memory.data<u8>([0x5f, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0x5f]); // __start_
@lazy const STOP: usize = memory.data<u8>([0x5f, 0x5f, 0x73, 0x74, 0x6f, 0x70, 0x5f]); // __stop_
