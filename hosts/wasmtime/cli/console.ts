// Where the program speaks: data on stdout, everything else on stderr. Both are written when the program ends.

import { Buffer } from "./buffer";
import { Text } from "./text";
import { Errno, Piece, exit, write } from "./wasi";

/** Data. */
@lazy @inline export const OUT: Buffer = changetype<Buffer>(memory.data(12, 8));
/** For the person who waits. */
@lazy @inline export const ERR: Buffer = changetype<Buffer>(memory.data(12, 8));
if (offsetof<Buffer>() != 12) ERROR("OUT and ERR are as large as a Buffer");

@lazy @inline const PIECE: usize = memory.data(8, 8);
@lazy @inline const DONE: usize = memory.data(4, 4);

/** Ends the program: 0 success; 1 a file was refused or failed; 2 a wrong call. */
export function quit(status: u32): void {
  const errno = writeAll(1, OUT.at, OUT.bytes);
  if (errno && !status) status = 1;
  // wasmtime says Io where the reader went away, who needs no explanation.
  if (errno && errno != Errno.Io) ERR.words("linkwright: the output can't be written\n");
  writeAll(2, ERR.at, ERR.bytes);
  exit(status);
  unreachable();
}

/** Says something on stderr in a line of its own, without control characters. */
export function note(text: Text): void {
  ERR.printable(text).byte(0x0a);
}

/** Writes these bytes to an open file. */
export function writeAll(fd: u32, at: usize, bytes: usize): u32 {
  const piece = changetype<Piece>(PIECE);
  while (bytes) {
    piece.at = at;
    piece.bytes = bytes;
    const errno = write(fd, PIECE, 1, DONE);
    if (errno) return errno;
    const done = load<u32>(DONE);
    if (!done) return Errno.Io;
    at += done;
    bytes -= done;
  }
  return Errno.Ok;
}
