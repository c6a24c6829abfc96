// A name, looked up in one module's symbols. Bounded in every step: nothing here trusts what a table says.

import { hasVersions } from "../base/features";
import * as target from "../host/memory";
import { NONE, PENDING } from "../host/answer";
import { sysvHash } from "../elf/hash";
import { SHN, STB, STT, bindOf, symInfo, symName, symShndx, symTraits, symValue, typeOf } from "../elf/symbol";
import { VERSYM } from "../elf/version";
import { loadWord, wide, wrap } from "../elf/word";
import { Symbols } from "./symbols";
import { areSame, sameBytes } from "../elf/text";

/** What a lookup is for: or-ed. */
export const enum Want {
  /** What a relocation without version means: the oldest definition. */
  Oldest = 0,
  /** What a caller without version means: the default one. */
  Newest = 1,
  /** This version, and no definition without one in its stead. */
  Exact = 2,
  /**
   * An address that stands for the function everywhere: also the PLT entry of an executable that does not define it but gives it a
   * value. psABIs, "Function Addresses".
   */
  Address = 4,
  /** Also what is on its way out: for whatever goes, too, and for questions. */
  Dying = 8,
  /** Only what is to be unique. */
  Unique = 16,
}

/** A definition: whose, and its index; 0 for none. A pointer and an index, so it goes no further than the core. */
export type Found = u64;
@inline export function found(symbols: Symbols, index: u32): Found { return <u64>changetype<usize>(symbols) << 32 | index; }
@inline export function ownerOf(found: Found): Symbols { return changetype<Symbols>(<usize>(found >> 32)); }
@inline export function indexOf(found: Found): u32 { return <u32>found; }

/**
 * The index of the symbol that a module defines under this name; 0 if it does not. mayDefine() is asked before, by all: what a
 * filter denies is nowhere.
 *
 * @param gnu      the name's hash for DT_GNU_HASH
 * @param version  where the version's name is, or NONE
 */
export function find(symbols: Symbols, addr: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want): u32 {
  if (symbols.isDying && !(want & Want.Dying)) return 0;
  return wide(symbols.bits)
    ? findAs<u64>(symbols, addr, bytes, gnu, version, versionBytes, want)
    : findAs<u32>(symbols, addr, bytes, gnu, version, versionBytes, want);
}

/** False if the filter of a module's DT_GNU_HASH says that it has no name of this hash: nine of ten that it has not. */
@inline export function mayDefine(symbols: Symbols, hash: u32): bool {
  if (!symbols.bucketCount) return true;
  return wide(symbols.bits) ? mayDefineAs<u64>(symbols, hash) : mayDefineAs<u32>(symbols, hash);
}

@inline function mayDefineAs<A>(symbols: Symbols, hash: u32): bool {
  const wordBits: u32 = sizeof<A>() * 8;
  const filter = loadWord<A>(symbols.bloom + <u64>(hash / wordBits & symbols.bloomMask) * sizeof<A>());
  return (filter >> (hash & wordBits - 1) & filter >> (hash >> (symbols.bloomShift & 31) & wordBits - 1) & 1) != 0;
}

function findAs<A>(symbols: Symbols, addr: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32, want: Want): u32 {
  if (symbols.bucketCount) return findGnu<A>(symbols, addr, bytes, gnu, version, versionBytes, want);
  if (symbols.sysvBucketCount) return findSysv<A>(symbols, addr, bytes, version, versionBytes, want);
  return 0;
}

function findGnu<A>(symbols: Symbols, addr: u64, bytes: u32, hash: u32, version: u64, versionBytes: u32, want: Want): u32 {
  let index = target.load32(symbols.buckets + symbols.bucketOf(hash) * 4);
  if (index < symbols.first) return 0;
  let only: u32 = 0;
  for (; index < symbols.count; ++index) {
    const link = target.load32(symbols.chain + <u64>index * 4);
    if (!((link ^ hash) >> 1) && defines<A>(symbols, index, addr, bytes, want)) {
      const fit = fitOf(symbols, index, version, versionBytes, want);
      if (fit == Fit.Yes) return index;
      only = narrowed(only, fit, index);
    }
    if (link & 1) break;
  }
  return only == MANY ? 0 : only;
}

/** Of st_info, what global and weak symbols begin with, and the bit that tells them apart behind that. */
@inline const GLOBAL: u32 = STB.GLOBAL << 4;
@inline const WEAK: u32 = STB.WEAK - STB.GLOBAL << 4;

/** True for a symbol that stands for its address whoever asks: global or weak; without a type, an object or a function; in a section. */
@inline export function isPlain(traits: u32): bool {
  return ((traits & 255) - GLOBAL & ~WEAK) <= <u32>STT.FUNC && (traits >> 16) - 1 < <u32>SHN.LORESERVE - 1;
}

/**
 * Where what find() finds under a name without a version is, if a module has it once and plainly, in few steps.
 *
 * @returns NONE if the module does not have it; PENDING for whatever is not as simple
 */
@inline export function locate<A>(symbols: Symbols, addr: u64, bytes: u32, hash: u32): u64 {
  if (!symbols.bucketCount) return symbols.sysvBucketCount ? PENDING : NONE;
  if (!mayDefineAs<A>(symbols, hash)) return NONE;
  let index = <u64>target.load32(symbols.buckets + symbols.bucketOf(hash) * 4);
  if (index < symbols.first) return NONE;
  const chain = symbols.chain, count = <u64>symbols.count;
  let link: u32 = 1;
  for (; index < count; ++index) {
    link = target.load32(chain + index * 4);
    if (!((link ^ hash) >> 1)) break;
    if (link & 1) return NONE;
  }
  if (index >= count) return NONE;
  if (symbols.versions != NONE && !isDefault(symbols, <u32>index, link, hash)) return PENDING;
  const symbol = symbols.symbol<A>(<u32>index);
  const start = <u64>symName(symbol);
  const own = symbols.strings + start;
  if (!isPlain(symTraits<A>(symbol)) || start + bytes >= symbols.stringBytes || target.load8(own + bytes)) return PENDING;
  if (!areSame(own, addr, bytes)) return PENDING;
  return wrap<A>(symbols.bias + symValue<A>(symbol));
}

/** True if the symbol is not hidden, and no other behind it may have its name. */
@inline function isDefault(symbols: Symbols, index: u32, link: u32, hash: u32): bool {
  if (target.load16(symbols.versions + <u64>index * 2) & VERSYM.HIDDEN) return false;
  while (!(link & 1) && ++index < symbols.count) {
    link = target.load32(symbols.chain + <u64>index * 4);
    if (!((link ^ hash) >> 1)) return false;
  }
  return true;
}

function findSysv<A>(symbols: Symbols, addr: u64, bytes: u32, version: u64, versionBytes: u32, want: Want): u32 {
  const chain = symbols.sysvBuckets + <u64>symbols.sysvBucketCount * 4;
  let index = target.load32(symbols.sysvBuckets + <u64>(sysvHash(addr, bytes) % symbols.sysvBucketCount) * 4);
  let only: u32 = 0;
  for (let steps = symbols.count; index && index < symbols.count && steps; --steps) {
    if (defines<A>(symbols, index, addr, bytes, want)) {
      const fit = fitOf(symbols, index, version, versionBytes, want);
      if (fit == Fit.Yes) return index;
      only = narrowed(only, fit, index);
    }
    index = target.load32(chain + <u64>index * 4);
  }
  return only == MANY ? 0 : only;
}

/** True if this symbol is a definition that others may see, under this name. */
function defines<A>(symbols: Symbols, index: u32, addr: u64, bytes: u32, want: Want): bool {
  const symbol = symbols.symbol<A>(index);
  const info = symInfo<A>(symbol);
  if (symShndx<A>(symbol) == SHN.UNDEF && !(want & Want.Address && typeOf(info) == STT.FUNC && symValue<A>(symbol))) return false;
  const bind = bindOf(info);
  if (bind != STB.GNU_UNIQUE && (want & Want.Unique || bind != STB.GLOBAL && bind != STB.WEAK)) return false;
  const type = typeOf(info);
  if (type == STT.SECTION || type == STT.FILE) return false;
  return isNamed(symbols, symName(symbol), addr, bytes);
}

/** Whether a definition has the version that is wanted. Only: it does if no other has. */
const enum Fit { No, Yes, Only }

/** More than one that would only do alone. */
@inline const MANY: u32 = u32.MAX_VALUE;

/** LSB Core, "Symbol Versioning"; what it leaves open is done as glibc does. */
function fitOf(symbols: Symbols, index: u32, version: u64, versionBytes: u32, want: Want): Fit {
  if (symbols.versions == NONE) return Fit.Yes;
  const word = target.load16(symbols.versions + <u64>index * 2);
  const number = word & VERSYM.VERSION;
  const isHidden = (word & VERSYM.HIDDEN) != 0;
  if (!hasVersions()) return isHidden ? Fit.No : Fit.Yes;
  if (version == NONE) {
    // 0 and 1 are no versions; 2 is the first that was ever defined.
    if (number < (want & Want.Newest ? <u32>2 : <u32>3)) return Fit.Yes;
    return isHidden ? Fit.No : Fit.Only;
  }
  const own = symbols.version(number);
  if (own) return own.bytes == versionBytes && sameBytes(symbols.strings + own.name, version, versionBytes) ? Fit.Yes : Fit.No;
  return isHidden || want & Want.Exact ? Fit.No : Fit.Yes;
}

@inline function narrowed(only: u32, fit: Fit, index: u32): u32 {
  if (fit == Fit.No) return only;
  return only ? MANY : index;
}

/** True if the string at this offset of the table is the name. */
export function isNamed(symbols: Symbols, offset: u64, addr: u64, bytes: u32): bool {
  if (offset + bytes >= symbols.stringBytes) return false;
  const own = symbols.strings + offset;
  return target.load8(own + bytes) == 0 && sameBytes(own, addr, bytes);
}
