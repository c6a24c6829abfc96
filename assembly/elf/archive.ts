// Archives, as ar makes them: the System V and GNU format. ar(5); gABI has none of it, System V Release 4 Programmer's Guide, "Archive File".

import * as target from "../host/memory";

/** The first eight bytes, as two words: "!<arch>\n", and "!<thin>\n", whose members are files of their own. */
export const enum Ar { MAGIC = 0x72613c21, REST = 0x0a3e6863, THIN = 0x68743c21, BYTES = 8 }
/** True for what begins an archive of either kind. */
@inline export function isArchive(magic: u32): bool { return magic == Ar.MAGIC || magic == Ar.THIN; }
/** A member's header: name, date, uid, gid, mode, size, "`\n". */
export const enum Member { SIZE = 48, END = 58, END_MAGIC = 0x0a60, BYTES = 60 }

/** A decimal number in a field that blanks fill up; -1 if it is none, or has no digit. */
export function decimal(at: u64, bytes: u32): i64 {
  let value: i64 = 0;
  let count: u32 = 0;
  for (; count < bytes; ++count) {
    const c = target.load8(at + count);
    if (c < 0x30 || c > 0x39) break;
    value = value * 10 + (c - 0x30);
  }
  if (!count) return -1;
  for (; count < bytes; ++count) if (target.load8(at + count) != 0x20) return -1;
  return value;
}

/** A big-endian word of the archive's symbol table. */
export function big32(at: u64): u32 { return bswap<u32>(target.load32(at)); }
export function big64(at: u64): u64 { return <u64>big32(at) << 32 | big32(at + 4); }
