// Version definitions and requirements of a placed image: read record by record within their segment, once, into a table of names.
// LSB Core, "Symbol Versioning".

import { Code, Field, What } from "../words";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { Arena } from "../base/arena";
import { Work } from "../base/work";
import { DT } from "../elf/dynamic";
import { VER_FLG, VERSYM, Verdaux, Verdef, Vernaux, Verneed } from "../elf/version";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { Symbols } from "./symbols";
import { textBytes } from "../elf/text";

/** No name of a version has more bytes, so that few records can't have much to read. */
export const LONGEST_VERSION: u32 = 4095;

/** A version's name in the string table; of no bytes where there is none. */
@unmanaged export class Version {
  name: u32;
  /** No more than LONGEST_VERSION. */
  private length: u16;
  /** The file defines it; otherwise it needs it of another. */
  isDefined: bool;
  /** It is the file's own name: others may need it, but no symbol has it. */
  isBase: bool;

  @inline get bytes(): u32 { return this.length; }
  /** Where its name is, and how long. */
  put(name: u32, bytes: u32): void {
    this.name = name;
    this.length = <u16>bytes;
  }
}
if (offsetof<Version>() != 8) ERROR("a row of versions is kept for every module: 8 bytes each");

/** A walk over the records of DT_VERDEF or DT_VERNEED, and over what hangs on each. */
@unmanaged export class Records {
  private image: Image;
  /** The placement's. */
  private bias: u64;
  private mask: u64;
  /** DT_VERDEF or DT_VERNEED; how many records are left, and how many what hangs on them may be in all. */
  private kind: u64;
  private left: u32;
  private budget: u32;
  private auxLeft: u32;
  /** Where the file's bytes are that held the last record: the others are there, too. */
  private low: u64;
  private lastBytes: u64;
  /** vaddr of the record, NONE at the end; of what hangs on it. */
  at: u64;
  aux: u64;
  /** vaddr of the record that led out of the image, or was one too many; or NONE. */
  wrongAt: u64;

  @inline get isDefinitions(): bool { return this.kind == DT.VERDEF; }

  /** Goes to the first record. */
  open(image: Image, placement: Placement, tag: u64, countTag: u64): void {
    const dynamic = image.dynamic!;
    this.image = image;
    this.bias = placement.bias;
    this.mask = placement.mask;
    this.kind = tag;
    this.at = this.aux = this.wrongAt = NONE;
    this.lastBytes = 0;
    if (!dynamic.has(tag)) return;
    const vaddr = dynamic.value(tag);
    this.left = <u32>min<u64>(dynamic.value(countTag), 0xffff);
    // Records may be shared in a hostile file, but there cannot be more of them than bytes for them.
    if (!this.left || this.look(vaddr, 1) == NONE) return;
    this.budget = <u32>min<u64>(this.lastBytes / Verdaux.BYTES, 0xffff);
    this.enter(vaddr);
  }

  /** Goes to the next record; `hang` to the first of what hangs on it. */
  next(): void { this.enter(this.behind(this.at, this.isDefinitions ? Verdef.NEXT : Verneed.NEXT)); }

  /** Goes to the next of what hangs on the record. */
  nextAux(): void {
    if (!--this.auxLeft) this.aux = NONE;
    else this.enterAux(this.behind(this.aux, Vernaux.NEXT));
  }

  private enter(vaddr: u64): void {
    this.at = vaddr == NONE || !this.left ? NONE : this.inside(vaddr, this.isDefinitions ? Verdef.BYTES : Verneed.BYTES);
    if (this.at != NONE) --this.left;
  }

  /** Goes to the first of what hangs on the record. Of a definition that is its name; those of its ancestors are behind it. */
  hang(): void {
    this.auxLeft = this.isDefinitions ? 1 : this.load16(this.at + Verneed.CNT);
    this.enterAux(this.auxLeft ? this.behind(this.at, this.isDefinitions ? Verdef.AUX : Verneed.AUX) : NONE);
  }

  private enterAux(vaddr: u64): void {
    this.aux = NONE;
    if (vaddr == NONE) return;
    if (this.budget) {
      --this.budget;
      this.aux = this.inside(vaddr, this.isDefinitions ? Verdaux.BYTES : Vernaux.BYTES);
    } else if (this.wrongAt == NONE) this.wrongAt = vaddr;
  }

  /** The vaddr that the distance in a record's field leads to; NONE where it is 0. */
  private behind(vaddr: u64, field: u32): u64 {
    const distance = this.load32(vaddr + field);
    return distance ? vaddr + distance : NONE;
  }

  @inline private inside(vaddr: u64, bytes: u64): u64 {
    return vaddr - this.low <= this.lastBytes - bytes && this.lastBytes >= bytes ? vaddr : this.look(vaddr, bytes);
  }

  private look(vaddr: u64, bytes: u64): u64 {
    const segment = this.image.backed(vaddr, bytes);
    if (segment) {
      this.low = segment.vaddr;
      this.lastBytes = min(segment.bytes, segment.fileBytes);
      return vaddr;
    }
    if (this.wrongAt == NONE) this.wrongAt = vaddr;
    return NONE;
  }

  /** A field of a record. */
  @inline load16(vaddr: u64): u32 { return target.load16(this.bias + vaddr & this.mask); }
  @inline load32(vaddr: u64): u32 { return target.load32(this.bias + vaddr & this.mask); }
}
@lazy const WALK: Records = changetype<Records>(memory.data(offsetof<Records>(), 8));

/** A walk over the definitions of an image, at the first; it is good until the next walk begins. */
export function definitions(image: Image, placement: Placement): Records {
  WALK.open(image, placement, DT.VERDEF, DT.VERDEFNUM);
  return WALK;
}

/** A walk over the requirements of an image, at the first; it is good until the next walk begins. */
export function requirements(image: Image, placement: Placement): Records {
  WALK.open(image, placement, DT.VERNEED, DT.VERNEEDNUM);
  return WALK;
}

/**
 * Reads the names of all versions into a table by index.
 *
 * @fault BadVersionTable (Version, at = vaddr of a record, value = its index, or the offset of its name)
 */
export function versionsOf(work: Work, image: Image, placement: Placement, into: Symbols, arena: Arena): bool {
  const count = <u32>max<i32>(highest(definitions(image, placement)), highest(requirements(image, placement))) + 1;
  const at = work.took(arena.take(<u64>count * offsetof<Version>()), count);
  if (!at) return false;
  into.versionNames = at;
  into.versionCount = count;
  return readDefinitions(work, definitions(image, placement), into) && readRequirements(work, requirements(image, placement), into);
}

/** The highest index that a record gives; -1 if there are none. */
function highest(walk: Records): i32 {
  let most: i32 = -1;
  for (; walk.at != NONE; walk.next()) {
    if (walk.isDefinitions) most = max<i32>(most, walk.load16(walk.at + Verdef.NDX) & VERSYM.VERSION);
    else for (walk.hang(); walk.aux != NONE; walk.nextAux()) most = max<i32>(most, walk.load16(walk.aux + Vernaux.OTHER) & VERSYM.VERSION);
  }
  return most;
}

function readDefinitions(work: Work, walk: Records, into: Symbols): bool {
  for (; walk.at != NONE; walk.next()) {
    walk.hang();
    if (walk.aux == NONE) continue;
    if (!keep(work, into, walk, walk.load16(walk.at + Verdef.NDX), walk.load32(walk.aux + Verdaux.NAME))) return false;
  }
  return whole(work, walk);
}

function readRequirements(work: Work, walk: Records, into: Symbols): bool {
  for (; walk.at != NONE; walk.next()) {
    for (walk.hang(); walk.aux != NONE; walk.nextAux()) {
      if (!keep(work, into, walk, walk.load16(walk.aux + Vernaux.OTHER), walk.load32(walk.aux + Vernaux.NAME))) return false;
    }
  }
  return whole(work, walk);
}

function keep(work: Work, into: Symbols, walk: Records, index: u32, name: u32): bool {
  const at = walk.isDefinitions ? walk.at : walk.aux;
  const bytes = name < into.stringBytes ? textBytes(into.strings + name, min(into.stringBytes - name, LONGEST_VERSION + 1)) : u32.MAX_VALUE;
  if (bytes > LONGEST_VERSION) return work.fail(Code.BadVersionTable, What.Version, at, name);
  index &= VERSYM.VERSION;
  // What changed since it was counted is not there.
  if (index >= into.versionCount) return work.fail(Code.BadVersionTable, What.Version, at, index);
  const version = changetype<Version>(into.versionNames + <usize>index * offsetof<Version>());
  version.isDefined = walk.isDefinitions;
  version.isBase = walk.isDefinitions && (walk.load16(walk.at + Verdef.FLAGS) & VER_FLG.BASE) != 0;
  version.put(name, bytes);
  return true;
}

function whole(work: Work, walk: Records): bool {
  return walk.wrongAt == NONE || work.fail(Code.BadVersionTable, What.Version, walk.wrongAt, 0);
}

/** Where whoever lists the records of a module is: he asks for one after the other, and for many fields of each. */
@unmanaged class Listing {
  walk: Records;
  /** The module, DT_VERDEF or DT_VERNEED, and the number of what the walk is at. */
  module: u32;
  index: u32;
  kind: u64;
  /** How many there are. */
  count: u32;

  /** Goes on behind what it is at: to the next record, or to the next of all that hangs on the records. */
  next(): void {
    const walk = this.walk;
    ++this.index;
    if (!walk.isDefinitions) {
      walk.nextAux();
      if (walk.aux != NONE) return;
    }
    walk.next();
    this.enter();
  }

  /** Enters the record that it is at. A library that nothing is needed of has nothing to list. */
  enter(): void {
    const walk = this.walk;
    for (; walk.at != NONE; walk.next()) {
      walk.hang();
      if (walk.isDefinitions || walk.aux != NONE) return;
    }
  }
}
@lazy const LISTED: Listing = changetype<Listing>(memory.data(offsetof<Listing>(), 8));
@lazy const LISTED_WALK: Records = changetype<Records>(memory.data(offsetof<Records>(), 8));

/** Nothing was listed so far: the core begins anew. */
export function forgetListing(): void { LISTED.module = 0; }

/** Counts the records of a kind, if they were not the last to be counted, and stands at the first of them. */
function listing(image: Image, placement: Placement, symbols: Symbols, kind: u64): Listing {
  if (LISTED.module == symbols.module && LISTED.kind == kind && LISTED.module) return LISTED;
  LISTED.walk = LISTED_WALK;
  LISTED.kind = kind;
  LISTED.count = 0;
  for (begin(image, placement); LISTED.walk.at != NONE; LISTED.next()) ++LISTED.count;
  begin(image, placement);
  LISTED.module = symbols.module;
  return LISTED;
}

function begin(image: Image, placement: Placement): void {
  LISTED.walk.open(image, placement, LISTED.kind, LISTED.kind == DT.VERDEF ? DT.VERDEFNUM : DT.VERNEEDNUM);
  LISTED.index = 0;
  LISTED.enter();
}

/** Where the n-th record is; `at` is NONE if the table has lost it since it was counted. */
function listed(image: Image, placement: Placement, symbols: Symbols, kind: u64, index: u32): Records {
  const list = listing(image, placement, symbols, kind);
  if (index < list.index) begin(image, placement);
  while (list.index < index && list.walk.at != NONE) list.next();
  return list.walk;
}

/** How many versions the image defines. */
export function definitionCount(image: Image, placement: Placement, symbols: Symbols): u32 {
  return image.dynamic ? listing(image, placement, symbols, DT.VERDEF).count : 0;
}

/** A field of a definition: Name NameBytes Version Flags. */
export function definitionField(image: Image, placement: Placement, symbols: Symbols, index: u32, field: u32): u64 {
  const walk = listed(image, placement, symbols, DT.VERDEF, index);
  if (walk.at == NONE) return NONE;
  switch (field) {
    case Field.Version: return walk.load16(walk.at + Verdef.NDX) & VERSYM.VERSION;
    case Field.Flags:   return walk.load16(walk.at + Verdef.FLAGS);
    default:            return walk.aux == NONE ? NONE : stringField(symbols, walk.load32(walk.aux + Verdaux.NAME), field, Field.Name, Field.NameBytes);
  }
}

/** How many versions the image needs, of all its libraries together. */
export function requirementCount(image: Image, placement: Placement, symbols: Symbols): u32 {
  return image.dynamic ? listing(image, placement, symbols, DT.VERNEED).count : 0;
}

/** A field of a requirement: Name NameBytes File FileBytes Version Flags. */
export function requirementField(image: Image, placement: Placement, symbols: Symbols, index: u32, field: u32): u64 {
  const walk = listed(image, placement, symbols, DT.VERNEED, index);
  return walk.at == NONE ? NONE : requirementAt(walk, symbols, field);
}

function requirementAt(walk: Records, symbols: Symbols, field: u32): u64 {
  switch (field) {
    case Field.Version: return walk.load16(walk.aux + Vernaux.OTHER) & VERSYM.VERSION;
    case Field.Flags:   return walk.load16(walk.aux + Vernaux.FLAGS);
    case Field.Name:
    case Field.NameBytes: return stringField(symbols, walk.load32(walk.aux + Vernaux.NAME), field, Field.Name, Field.NameBytes);
    default:            return stringField(symbols, walk.load32(walk.at + Verneed.FILE), field, Field.File, Field.FileBytes);
  }
}

function stringField(symbols: Symbols, offset: u32, field: u32, name: u32, nameBytes: u32): u64 {
  if (offset >= symbols.stringBytes) return NONE;
  if (field == name) return symbols.strings + offset;
  return field == nameBytes ? textBytes(symbols.strings + offset, symbols.stringBytes - offset) : NONE;
}
