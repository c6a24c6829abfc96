// Symbols that a linker makes when they are asked for and nobody defines them, as ld does.

import { Work } from "../base/work";
import * as target from "../host/memory";
import { gnuHash } from "../elf/hash";
import { STT } from "../elf/symbol";
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
  /** _TLS_MODULE_BASE_: where the module's thread-local block begins, for a descriptor that stands for many variables. */
  Block,
  COUNT,
  /** __start_NAME and __stop_NAME, of sections whose names are C identifiers. */
  Start, Stop,
}

/** Makes those of the names that the objects leave open; false with a fault if there is no memory. */
export function makeSymbols(work: Work, objects: Objects): bool {
  let handle: Sym | null = null;
  let sym = objects.syms;
  while (sym) {
    if (sym.isImport) make(objects, sym);
    if (sym.standing == Standing.Linker && sym.index == Made.Handle) handle = sym;
    sym = sym.next;
  }
  // What is registered under the handle is to run before the module goes: crtbeginS.o does that for libraries.
  return !handle || objects.addFinaliser(work, handle);
}

function make(objects: Objects, sym: Sym): void {
  const made = madeOf(objects, sym);
  if (made < 0) return;
  sym.standing = Standing.Linker;
  sym.index = made;
  if (made == Made.Block) sym.type = STT.TLS;
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

/** True for the name of a family of sections; which there are is known when all are classified. */
function hasSection(objects: Objects, name: u64, bytes: u32): bool { return objects.families.find(name, bytes, gnuHash(name, bytes)) != null; }

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
  0x5f, 0x54, 0x4c, 0x53, 0x5f, 0x4d, 0x4f, 0x44, 0x55, 0x4c, 0x45, 0x5f, 0x42, 0x41, 0x53, 0x45, 0x5f, 0, // _TLS_MODULE_BASE_
]);
@lazy const START: usize = memory.data<u8>([0x5f, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0x5f]); // __start_
@lazy const STOP: usize = memory.data<u8>([0x5f, 0x5f, 0x73, 0x74, 0x6f, 0x70, 0x5f]); // __stop_
