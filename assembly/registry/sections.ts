// What stays known of sections when objects are linked: where they lie, for the session, and which a host may look for, for the module.

import { Flag } from "../words";
import { Work } from "../base/work";
import { NONE } from "../host/answer";
import { SHF, SHT } from "../elf/section";
import { hasDebug } from "../base/features";
import { Section } from "../inspect/object";
import { Objects } from "../merge/objects";
import { Claim, Module } from "./module";
import { Session } from "./session";

/** Keeps where those are that a host may look for, in the order of the objects. */
export function keepClaims(session: Session, module: Module): bool {
  for (let i = session.sectionCount; i; --i) {
    const section = session.section(i - 1);
    if (!section.claimNameBytes) continue;
    const claim = changetype<Claim | null>(session.took(module.arena.take(offsetof<Claim>()), offsetof<Claim>()));
    if (!claim) return false;
    claim.name = section.claimName;
    claim.nameBytes = section.claimNameBytes;
    claim.vaddr = section.vaddr;
    claim.bytes = section.bytes;
    claim.type = section.type;
    claim.flags = section.flags;
    claim.next = module.claims;
    module.claims = claim;
    ++module.claimCount;
  }
  return true;
}

/** Keeps the sections that lie in memory, for whoever asks where, and those for debuggers if they were asked for. */
export function listSections(session: Session, objects: Objects): bool {
  session.sectionCount = countSections(objects, false);
  session.sections = listed(session, objects, session.sectionCount, false);
  if (!session.sections) return false;
  if (!hasDebug() || !(session.flags & Flag.Debug)) return true;
  session.debugCount = countSections(objects, true);
  session.debugs = listed(session, objects, session.debugCount, true);
  return session.debugs != 0;
}

@inline function isListed(section: Section, isDebug: bool): bool {
  return isDebug ? section.type == SHT.PROGBITS && !section.has(SHF.ALLOC) && !section.isDropped : section.vaddr != NONE && !section.pool;
}

function countSections(objects: Objects, isDebug: bool): u32 {
  let count: u32 = 0;
  let object = objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) if (isListed(object.section(i), isDebug)) ++count;
    object = object.next;
  }
  return count;
}

function listed(work: Work, objects: Objects, count: u32, isDebug: bool): usize {
  const list = work.take(<u64>count << alignof<usize>());
  let at = list;
  let object = list ? objects.first : null;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      if (!isListed(object.section(i), isDebug)) continue;
      store<usize>(at, changetype<usize>(object.section(i)));
      at += sizeof<usize>();
    }
    object = object.next;
  }
  return list;
}
