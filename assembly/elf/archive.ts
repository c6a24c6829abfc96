// Archives, as ar makes them: System V's and GNU's format, and BSD's. ar(5); gABI has none of it, System V Release 4 Programmer's Guide, "Archive File".

import * as target from "../host/memory";

/** The first eight bytes, as two words: "!<arch>\n", and "!<thin>\n", whose members are files of their own. */
export const enum Ar { MAGIC = 0x72613c21, REST = 0x0a3e6863, THIN = 0x68743c21, THIN_REST = 0x0a3e6e69, BYTES = 8 }
/** True for what begins an archive of either kind. */
@inline export function isArchive(magic: u32): bool { return magic == Ar.MAGIC || magic == Ar.THIN; }
/** A member's header: name, date, uid, gid, mode, size, "`\n". */
export const enum Header { NAME = 16, SIZE = 48, END = 58, END_MAGIC = 0x0a60, BYTES = 60 }

/** How many digits begin a field. */
export function digits(at: u64, bytes: u32): u32 {
  let count: u32 = 0;
  while (count < bytes && target.load8(at + count) - 0x30 <= 9) ++count;
  return count;
}

/** A decimal number in a field that blanks fill up; -1 if it is none, or has no digit. */
export function decimal(at: u64, bytes: u32): i64 {
  let value: i64 = 0;
  const count = digits(at, bytes);
  for (let i: u32 = 0; i < count; ++i) value = value * 10 + (target.load8(at + i) - 0x30);
  for (let i = count; i < bytes; ++i) if (target.load8(at + i) != 0x20) return -1;
  return count ? value : -1;
}
