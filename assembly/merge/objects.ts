// The objects of one load, and what their symbols stand for together: the rules of gABI 4.4 "Symbol Binding" for files that are
// linked into one, as ld has them for what gABI leaves open.

import { Code, What } from "../words";
import { Work } from "../base/work";
import { NONE } from "../host/answer";
import { Arch } from "../arch/arch";
import { Howto, Howtos } from "../arch/howto";
import { hashedName } from "../elf/hash";
import { SHN, STB, STT, STV, bindOf, symInfo, symName, symOther, symSize, symValue, typeOf, visibilityOf } from "../elf/symbol";
import { NameTable, Named } from "../elf/table";
import { isPowerOfTwo } from "../base/range";
import { SHF } from "../elf/section";
import { wide } from "../elf/word";
import { MOST, Object, SPECIAL, Section, isCommon } from "../inspect/object";
import { Groups } from "./groups";

/** How firmly a name stands for something: the greater wins. */
export const enum Standing {
  /** Nobody defines it, and only weak references name it. */
  Wished = 0,
  /** Nobody defines it: others than these objects have to. */
  Wanted,
  /** The linker makes it, if it is asked for. */
  Linker,
  Weak,
  Common,
  Strong,
}

/** What a symbol of the objects stands for: of a global one, all of that name. */
@unmanaged export class Sym extends Named {
  /** The next of all. */
  next: Sym | null;
  /** The next that is wanted (merge/archive.ts). */
  nextWanted: Sym | null;
  isQueued: bool;
  standing: Standing;
  /** The definition's object and index; of one that is only referred to, the first reference's. */
  index: u32;
  object: Object;
  /** STT of the definition, or of the reference. */
  type: u32;
  /** STV, the most constraining of all. */
  visibility: u32;
  /** st_size of the definition. */
  bytes: u64;
  /** Of a common symbol: what it is aligned to, how far behind the first of them it lies, and its vaddr when that is known; of the linker's, its vaddr. */
  align: u64;
  bias: u64;
  vaddr: u64;
  /** Its number in the module's own symbol table; 0 if it has none. */
  number: u32;
  /** A relocation names it. */
  isNamed: bool;
  isLocal: bool;
  /** Its address, once that is known and all that a relocation has to know (relocate/own.ts). */
  isPlaced: bool;
  addr: u64;
  /** Slots and stubs that stand for it (plan/slots.ts). */
  slots: usize;

  /** True if these objects do not say what it is. */
  @inline get isImport(): bool { return this.standing <= Standing.Wanted; }
  @inline get isDefined(): bool { return this.standing > Standing.Linker; }
  /** True if other modules may see it. */
  @inline get isExport(): bool { return !this.isLocal && this.standing >= Standing.Weak && this.visibility != STV.HIDDEN && this.visibility != STV.INTERNAL; }
  /** True if a resolver chooses what it stands for. */
  @inline get isIndirect(): bool { return this.type == STT.GNU_IFUNC && this.isDefined; }
}

/** How many rows are kept. */
@inline const ROW_COUNT: u32 = 64;

/** All objects that become one module. */
@unmanaged export class Objects {
  first: Object | null;
  private last: Object | null;
  count: u32;
  arch: Arch;
  groups: Groups;
  /** Global symbols, in the order they were met. */
  syms: Sym | null;
  private lastSym: Sym | null;
  private table: NameTable;
  /** __cxa_finalize, if it has to be called at the module's end; it has no name yet. */
  finaliser: Sym | null;
  /** Sections that lie together because of their names, which are C identifiers (plan/layout.ts). */
  families: NameTable;
  /** Symbols that became wanted, in that order. */
  wanted: Sym | null;
  private lastWanted: Sym | null;
  /** What members of archives define, to be taken when it is wanted (merge/archive.ts). */
  offers: NameTable;
  /** What is kept once (merge/pool.ts). */
  pools: usize;
  /** Where everything goes (plan/layout.ts). */
  layout: usize;

  /** The row of an r_type, or null. What was asked for last is kept for each of the low bits: tables are searched once for most types. */
  @inline row(howtos: Howtos, type: u32): Howto | null {
    const at = changetype<usize>(this) + ROWS + (<usize>(type & ROW_COUNT - 1) << alignof<usize>());
    const known = changetype<Howto | null>(load<usize>(at));
    if (known && known.type == type) return known;
    const row = howtos.row(type);
    store<usize>(at, changetype<usize>(row));
    return row;
  }

  /** Bytes of it, with what it keeps of rows. */
  @inline static bytes(): usize { return ROWS + (<usize>ROW_COUNT << alignof<usize>()); }

  /** Begins with nothing, and tables that are zero. */
  begin(table: NameTable, offers: NameTable, families: NameTable, groups: Groups): void {
    this.table = table;
    this.offers = offers;
    this.families = families;
    this.groups = groups;
  }

  /** The global symbol of a name; one that is new is nobody's wish yet. Null with a fault if it can't be had. */
  private symOfName(work: Work, name: u64, bytes: u32, hash: u32, object: Object, index: u32): Sym | null {
    let sym = changetype<Sym | null>(this.table.find(name, bytes, hash));
    if (sym) return sym;
    if (this.table.isCrowded) return noSym(work.fail(Code.BadSymbolTable, What.Sym, index, hash));
    sym = changetype<Sym | null>(work.take(offsetof<Sym>()));
    if (!sym) return null;
    sym.name = name;
    sym.nameBytes = bytes;
    sym.hash = hash;
    sym.object = object;
    sym.index = index;
    if (!this.table.add(work, sym)) return null;
    if (this.lastSym) this.lastSym!.next = sym;
    else this.syms = sym;
    this.lastSym = sym;
    return sym;
  }

  /** The module wishes for the function that runs what was registered under its handle; false with a fault if there is no memory. */
  addFinaliser(work: Work, handle: Sym): bool {
    const sym = changetype<Sym | null>(work.take(offsetof<Sym>()));
    if (!sym) return false;
    sym.name = NONE;
    sym.nameBytes = FINALISER_BYTES;
    sym.object = handle.object;
    sym.index = handle.index;
    sym.isNamed = true;
    this.finaliser = sym;
    this.lastSym!.next = sym;
    this.lastSym = sym;
    return true;
  }

  /** Whoever has archives looks whether one of them defines it. */
  private wish(sym: Sym): void {
    if (sym.isQueued) return;
    sym.isQueued = true;
    if (this.lastWanted) this.lastWanted!.nextWanted = sym;
    else this.wanted = sym;
    this.lastWanted = sym;
  }

  /**
   * Adds an object behind the others: its groups, then its names.
   *
   * @fault BadGroup (Shdr)  see Groups
   * @fault BadString (Sym, at = index, value = st_name)
   * @fault BadSymbolIndex (Sym, at = index, value = st_shndx)
   * @fault BadSymbolType (Sym, at = index, value = its type)  thread-local, in a section that is not
   * @fault BadSymbolTable (Sym, at = index, value = st_info)  local, amid global ones
   * @fault BadSymbolTable (Sym, at = index, value = hash)  so many names fall together that they were made to
   * @fault BadAlignment AddressWraps (Sym, at = index, value = st_value, st_size)  of a common symbol
   * @fault DuplicateSymbol (Sym, at = index, value = its binding)  with its name; another object defines it, too
   */
  add(work: Work, object: Object): bool {
    object.turn(work);
    object.rank = this.count++;
    if (this.last) this.last!.next = object;
    else this.first = object;
    this.last = object;
    if (!this.groups.enter(work, object)) return false;
    return wide(object.bits) ? this.addNames<u64>(work, object) : this.addNames<u32>(work, object);
  }

  private addNames<A>(work: Work, object: Object): bool {
    for (let i = object.firstGlobal; i < object.symbolCount; ++i) {
      const symbol = object.symbol<A>(i);
      const start = <u64>symName(symbol);
      const hashed = start < object.stringBytes ? hashedName(object.strings + start, object.stringBytes - start) : NONE;
      if (hashed == NONE || !object.spell(<u32>hashed)) return work.fail(Code.BadString, What.Sym, i, start);
      const sym = this.symOfName(work, object.strings + start, <u32>hashed, <u32>(hashed >> 32), object, i);
      if (!sym) return false;
      store<usize>(object.targets + (<usize>i << alignof<usize>()), changetype<usize>(sym));
      if (!this.join<A>(work, sym, object, i, symbol)) return false;
    }
    return true;
  }

  /** Makes of a name what one more symbol of it says. */
  private join<A>(work: Work, sym: Sym, object: Object, index: u32, symbol: u64): bool {
    const info = symInfo<A>(symbol);
    const visibility = visibilityOf(symOther<A>(symbol));
    if (visibility && (!sym.visibility || visibility < sym.visibility)) sym.visibility = visibility;
    const section = object.sectionOf<A>(index);
    if (bindOf(info) == STB.LOCAL) return work.fail(Code.BadSymbolTable, What.Sym, index, info);
    if (!isPlaced(work, object, index, section, typeOf(info))) return false;
    const standing = standingOf(object, section, bindOf(info));
    if (standing <= Standing.Wanted) {
      if (sym.standing <= Standing.Wanted && standing >= sym.standing) {
        sym.standing = standing;
        if (standing == Standing.Wanted) this.wish(sym);
        if (!sym.type) sym.type = typeOf(info);
      }
      return true;
    }
    const value = symValue<A>(symbol);
    const bytes = symSize<A>(symbol);
    if (standing == Standing.Common) {
      // gABI 4.4: the value is what it is to be aligned to.
      if (value && !isPowerOfTwo(value) || value > MOST) return work.fail(Code.BadAlignment, What.Sym, index, value);
      if (bytes > MOST) return work.fail(Code.AddressWraps, What.Sym, index, bytes);
    }
    if (standing == Standing.Strong && sym.standing == Standing.Strong) {
      work.fail(Code.DuplicateSymbol, What.Sym, index, sym.object.rank);
      work.fault.name = sym.name;
      work.fault.nameBytes = sym.nameBytes;
      return false;
    }
    if (standing == Standing.Common && sym.standing == Standing.Common) {
      sym.align = max(sym.align, value);
      if (bytes <= sym.bytes) return true;
    } else if (standing <= sym.standing) return true;
    else if (standing == Standing.Common) sym.align = max<u64>(value, 1);
    sym.standing = standing;
    sym.object = object;
    sym.index = index;
    sym.type = typeOf(info);
    sym.bytes = bytes;
    return true;
  }

  /** What a symbol of an object stands for; null with a fault if that is nothing, or there is no memory. */
  symOf<A>(work: Work, object: Object, index: u32): Sym | null {
    const at = object.targets + (<usize>index << alignof<usize>());
    let sym = changetype<Sym | null>(load<usize>(at));
    if (sym) return sym;
    const symbol = object.symbol<A>(index);
    if (!isPlaced(work, object, index, object.sectionOf<A>(index), typeOf(symInfo<A>(symbol)))) return null;
    sym = changetype<Sym | null>(work.take(offsetof<Sym>()));
    if (!sym) return null;
    sym.object = object;
    sym.index = index;
    sym.type = typeOf(symInfo<A>(symbol));
    sym.bytes = symSize<A>(symbol);
    sym.standing = Standing.Strong;
    sym.visibility = STV.HIDDEN;
    sym.isLocal = true;
    store<usize>(at, changetype<usize>(sym));
    return sym;
  }

  /** The section that a definition lies in; null for one that lies in none. */
  sectionOf<A>(sym: Sym): Section | null {
    const section = sym.object.sectionOf<A>(sym.index);
    return section && section < sym.object.sectionCount ? sym.object.section(section) : null;
  }
}

function noSym(_: bool): Sym | null { return null; }

/** True if a symbol lies where there is something, and what is thread-local in a block. */
function isPlaced(work: Work, object: Object, index: u32, section: u32, type: u32): bool {
  if (!object.hasSection(section)) return work.fail(Code.BadSymbolIndex, What.Sym, index, section & ~SPECIAL);
  if (type != STT.TLS || !section || section == (SHN.ABS | SPECIAL)) return true;
  return section < SPECIAL && object.section(section).has(SHF.TLS) || work.fail(Code.BadSymbolType, What.Sym, index, type);
}

const ROWS: usize = offsetof<Objects>() + 7 & ~7;

function standingOf(object: Object, section: u32, bind: u32): Standing {
  if (!section || section < object.sectionCount && object.section(section).isDropped) return bind == STB.WEAK && !section ? Standing.Wished : Standing.Wanted;
  if (isCommon(section)) return Standing.Common;
  return bind == STB.WEAK ? Standing.Weak : Standing.Strong;
}
/** __cxa_finalize */
@inline const FINALISER_BYTES: u32 = 14;
