// The linked memory as one flat file.

import { Buffer, newBuffer, words } from "./buffer";
import { writeAll } from "./console";
import { fail } from "./failure";
import { errnoWords, openToWrite, openedFd } from "./file";
import { take } from "./heap";
import { PAGE_BYTES, getPage, reservedEnd, reservedStart } from "./target";
import { Text } from "./text";
import { close } from "./wasi";

const LARGEST: u64 = 1 << 30;
const CHUNK_BYTES: u32 = 16 * PAGE_BYTES;

/** A number of bytes as people read it. */
export function size(text: Buffer, bytes: u64): Buffer {
  if (bytes < 10240) return text.decimal(bytes).words(" B");
  const isLarge = bytes >= 10 << 20, unitLog2: u64 = isLarge ? 20 : 10;
  const tenths = (bytes * 10 + (1 << (unitLog2 - 1))) >> unitLog2;
  return text.decimal(tenths / 10).words(".").decimal(tenths % 10).words(isLarge ? " MiB" : " KiB");
}

/** Writes the memory from the lowest to the highest reserved address. A failure ends the program. */
export function writeImage(path: Text): void {
  const start = reservedStart(), bytes = reservedEnd() - start;
  if (bytes > LARGEST) {
    fail("ImageTooLarge", size(words("the image would have "), bytes).words(", from ").hex(start)
      .words(" on: choose a --base that is nearer to the fixed addresses").held);
  }
  let errno = openToWrite(path);
  if (errno) return refuse(path, errno);
  const fd = openedFd, chunk = take(CHUNK_BYTES);
  for (let done: u64 = 0; done < bytes; ) {
    const run = <u32>min<u64>(CHUNK_BYTES, bytes - done);
    for (let i: u32 = 0; i < run; i += PAGE_BYTES) getPage(start + done + i, chunk + i);
    errno = writeAll(fd, chunk, run);
    if (errno) return refuse(path, errno);
    done += run;
  }
  errno = close(fd);
  if (errno) refuse(path, errno);
}

function refuse(path: Text, errno: u32): void {
  fail("NotWritten", newBuffer().text(path).words(" can't be written: ").words(errnoWords(errno)).held);
}
