// Archives: members become objects when they define what is wanted, as a linker takes them.

import { Code, Event, Level, What } from "../words";
import { event } from "../host/log";
import * as target from "../host/memory";
import { NONE } from "../host/answer";
import { arenaOf } from "../base/arena";
import { Work } from "../base/work";
import { Ident, isBitcode } from "../elf/header";
import { hashedName } from "../elf/hash";
import { SHN, symName, symShndx } from "../elf/symbol";
import { Named } from "../elf/table";
import { wide } from "../elf/word";
import { Archive, Member } from "../inspect/archive";
import { Object, objectOf } from "../inspect/object";
import { Objects, Standing } from "./objects";

/** A name that a member defines. */
@unmanaged class Offer extends Named {
  member: Member;
}

/** True for a member that is an object, or says that it is one; others may be anything, and are passed over. */
function isObject(member: Member): bool {
  const magic = member.bytes < 4 ? 0 : target.load32(member.addr);
  if (magic == Ident.MAGIC || isBitcode(magic)) return true;
  event(Level.Warn, Event.Skipped, member.archive.source, member.header);
  return false;
}

/** Adds a member to the objects, once. */
function take(work: Work, objects: Objects, member: Member): bool {
  if (member.isTaken) return true;
  member.isTaken = true;
  const object = objectOf(work, member.source, member.start, member.addr, member.bytes, member);
  return object != null && objects.add(work, object);
}

/** Takes every member of an archive; false with a fault. */
export function takeAll(work: Work, objects: Objects, archive: Archive): bool {
  let member = archive.first;
  while (member) {
    if (isObject(member) && !take(work, objects, member)) return false;
    member = member.next;
  }
  return true;
}

/** Has what an archive's members define in offer for whoever wants it; of a name the first definition counts. */
export function offerAll(work: Work, objects: Objects, archive: Archive): bool {
  let member = archive.first;
  while (member) {
    if (isObject(member) && !offer(work, objects, member)) return false;
    member = member.next;
  }
  return true;
}

/** What is read of a member only to know its names is forgotten again. */
function offer(work: Work, objects: Objects, member: Member): bool {
  const arena = work.arena;
  const passing = arenaOf(0, PASSING);
  if (!passing) return work.fail(Code.OutOfMemory, What.None, 0, 0);
  work.arena = passing;
  const object = objectOf(work, member.source, member.start, member.addr, member.bytes, member);
  work.arena = arena;
  const isOffered = object != null && (wide(object.bits) ? offerNames<u64>(work, objects, object, member) : offerNames<u32>(work, objects, object, member));
  passing.release();
  return isOffered;
}
/** What an ordinary object takes to be read. */
@inline const PASSING: usize = 8192;

function offerNames<A>(work: Work, objects: Objects, object: Object, member: Member): bool {
  const offers = objects.offers;
  for (let i = object.firstGlobal; i < object.symbolCount; ++i) {
    const symbol = object.symbol<A>(i);
    if (symShndx<A>(symbol) == SHN.UNDEF) continue;
    const start = <u64>symName(symbol);
    const name = object.strings + start;
    const hashed = start < object.stringBytes ? hashedName(name, object.stringBytes - start) : NONE;
    if (hashed == NONE || !object.spell(<u32>hashed)) return work.fail(Code.BadString, What.Sym, i, start);
    const hash = <u32>(hashed >> 32);
    if (offers.find(name, <u32>hashed, hash)) continue;
    if (offers.isCrowded) return work.fail(Code.BadSymbolTable, What.Sym, i, hash);
    const one = changetype<Offer | null>(work.take(offsetof<Offer>()));
    if (!one) return false;
    one.name = name;
    one.nameBytes = <u32>hashed;
    one.hash = hash;
    one.member = member;
    if (!offers.add(work, one)) return false;
  }
  return true;
}

/** Takes members until nothing is wanted that they have: what is wanted first is looked for first. */
export function takeMembers(work: Work, objects: Objects): bool {
  let sym = objects.wanted;
  while (sym) {
    const offered = sym.standing == Standing.Wanted ? changetype<Offer | null>(objects.offers.find(sym.name, sym.nameBytes, sym.hash)) : null;
    if (offered && !take(work, objects, offered.member)) return false;
    sym = sym.nextWanted;
  }
  return true;
}
