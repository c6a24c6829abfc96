// The program's memory: taken, never given back, because the program is short.

import { exit, write, Piece } from "./wasi";

let top: usize = 0;

/** Zeroed memory. The program ends if there is none. */
export function take(bytes: usize): usize {
  if (!top) top = (__heap_base + 7) & ~7;
  const start = top, end = <u64>start + (<u64>bytes + 7 & ~7);
  const room = <u64>memory.size() << 16;
  if (end > room && (end > 0xffff0000 || memory.grow(<i32>((end - room + 0xffff) >> 16)) < 0)) outOfMemory();
  top = <usize>end;
  return start;
}

@lazy @inline const PIECE: usize = memory.data(8, 8);
@lazy @inline const DONE: usize = memory.data(4, 4);
@lazy @inline const WORDS: usize = memory.data<u8>([
  0x6c, 0x69, 0x6e, 0x6b, 0x77, 0x72, 0x69, 0x67, 0x68, 0x74, 0x3a, 0x20, // "linkwright: "
  0x6e, 0x6f, 0x20, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x0a,             // "no memory\n"
]);

// Words that take no memory.
function outOfMemory(): void {
  const piece = changetype<Piece>(PIECE);
  piece.at = WORDS;
  piece.bytes = 22;
  write(2, PIECE, 1, DONE);
  exit(1);
}
