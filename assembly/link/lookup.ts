// A name, looked up in one module's symbols. Bounded in every step: nothing here trusts what a table says.

import * as target from "../host/memory";
import { NONE } from "../host/answer";
import { sysvHash } from "../elf/hash";
import { SHN, STB, STT, bindOf, symInfo, symName, symShndx, typeOf } from "../elf/symbol";
import { VERSYM } from "../elf/version";
import { loadWord, wide } from "../elf/word";
import { Symbols } from "./symbols";
import { sameBytes } from "./text";

/** The index of the symbol that a module defines under this name; 0 if it does not. */
export function find(symbols: Symbols, addr: u64, bytes: u32, gnu: u32): u32 {
  return wide(symbols.bits) ? findAs<u64>(symbols, addr, bytes, gnu) : findAs<u32>(symbols, addr, bytes, gnu);
}

function findAs<A>(symbols: Symbols, addr: u64, bytes: u32, gnu: u32): u32 {
  if (symbols.bucketCount) return findGnu<A>(symbols, addr, bytes, gnu);
  if (symbols.sysvBucketCount) return findSysv<A>(symbols, addr, bytes);
  return 0;
}

function findGnu<A>(symbols: Symbols, addr: u64, bytes: u32, hash: u32): u32 {
  const wordBits: u32 = sizeof<A>() * 8;
  const filter = loadWord<A>(symbols.bloom + <u64>(hash / wordBits & symbols.bloomMask) * sizeof<A>());
  if (!(filter >> (hash & wordBits - 1) & filter >> (hash >> (symbols.bloomShift & 31) & wordBits - 1) & 1)) return 0;
  let index = target.load32(symbols.buckets + <u64>(hash % symbols.bucketCount) * 4);
  if (index < symbols.first) return 0;
  for (; index < symbols.count; ++index) {
    const link = target.load32(symbols.chain + <u64>(index - symbols.first) * 4);
    if (!((link ^ hash) >> 1) && defines<A>(symbols, index, addr, bytes)) return index;
    if (link & 1) break;
  }
  return 0;
}

function findSysv<A>(symbols: Symbols, addr: u64, bytes: u32): u32 {
  const chain = symbols.sysvBuckets + <u64>symbols.sysvBucketCount * 4;
  let index = target.load32(symbols.sysvBuckets + <u64>(sysvHash(addr, bytes) % symbols.sysvBucketCount) * 4);
  for (let steps = symbols.count; index && index < symbols.count && steps; --steps) {
    if (defines<A>(symbols, index, addr, bytes)) return index;
    index = target.load32(chain + <u64>index * 4);
  }
  return 0;
}

/** True if this symbol is a definition that others may see, under this name. */
function defines<A>(symbols: Symbols, index: u32, addr: u64, bytes: u32): bool {
  const symbol = symbols.symbol<A>(index);
  if (symShndx<A>(symbol) == SHN.UNDEF) return false;
  const info = symInfo<A>(symbol);
  const bind = bindOf(info);
  if (bind != STB.GLOBAL && bind != STB.WEAK && bind != STB.GNU_UNIQUE) return false;
  const type = typeOf(info);
  if (type == STT.SECTION || type == STT.FILE) return false;
  return isNamed(symbols, symName(symbol), addr, bytes) && !isHiddenVersion(symbols, index);
}

/** A definition of an older version is not what a lookup without version means. */
@inline function isHiddenVersion(symbols: Symbols, index: u32): bool {
  return symbols.versions != NONE && (target.load16(symbols.versions + <u64>index * 2) & VERSYM.HIDDEN) != 0;
}

/** True if the string at this offset of the table is the name. */
export function isNamed(symbols: Symbols, offset: u64, addr: u64, bytes: u32): bool {
  if (offset + bytes >= symbols.stringBytes) return false;
  const own = symbols.strings + offset;
  return target.load8(own + bytes) == 0 && sameBytes(own, addr, bytes);
}
