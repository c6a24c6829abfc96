// The core's `source`: files that the program read and staged in the sandbox. It is told how long each is; where a file's bytes
// are, the sandbox knows.

import { Answer } from "../../assembly/words";

@external("memory", "stage") declare function stage(source: u32, bytes: u64): u64;
@external("memory", "staged") declare function staged(source: u32, offset: u64, bytes: u64): i32;
@external("memory", "staged_addr") declare function stagedAddr(source: u32, offset: u64, bytes: u64): u64;
@external("memory", "unstage") declare function unstage(source: u32): void;

const REFUSED: u64 = u64.MAX_VALUE;

/** What is known of a file; its number is its place in the table. */
@unmanaged
class File {
  area: u64;
  bytes: u64;
}

let count: u32 = 0; // files that were ever opened: their numbers are 1 to count

@inline
function at(source: u32): File {
  return changetype<File>(((__heap_base + 7) & ~7) + <usize>(source - 1) * offsetof<File>());
}

function known(source: u32): File | null {
  return source - 1 < count ? at(source) : null;
}

// for the program

/** Opens a staging area for a file of this size, to be written by `memory.store*`; 0 if there is no room for it. */
export function open(bytes: u64): u32 {
  const end = changetype<usize>(at(count + 2));
  if (end > <usize>memory.size() << 16 && memory.grow(1) < 0) return 0;
  const start = stage(count + 1, bytes);
  if (start == REFUSED) return 0;
  const file = at(++count);
  file.area = start;
  file.bytes = bytes;
  return count;
}

/** Where a file's bytes are to be written. */
export function area(source: u32): u64 {
  const file = known(source);
  return file ? file.area : REFUSED;
}

/** All of the file's bytes are there: from now on they are read-only and can be viewed. */
export function complete(source: u32): i32 {
  const file = known(source);
  return file ? staged(source, 0, file.bytes) : Answer.Refused;
}

// for the core

/** Size of the file. */
export function bytes(source: u32): u64 {
  const file = known(source);
  return file ? file.bytes : 0;
}

/** Where these bytes of the file are. */
export function view(session: u32, source: u32, offset: u64, bytes: u64): u64 {
  const file = known(source);
  if (!file || offset > file.bytes || bytes > file.bytes - offset) return REFUSED;
  const start = stagedAddr(source, offset, bytes);
  return start ? start : REFUSED;
}

/** A view takes nothing that could be given back. */
export function unview(source: u32, addr: u64, bytes: u64): void {}

/** Gives the file's memory back. */
export function close(source: u32): void {
  const file = known(source);
  if (file) file.bytes = 0;
  unstage(source);
}
