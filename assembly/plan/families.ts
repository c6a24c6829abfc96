// Sections of one name, which lie together where that is a C identifier: __start_NAME and __stop_NAME are their bounds.

import { Code, What } from "../words";
import { Work } from "../base/work";
import { gnuHash } from "../elf/hash";
import { Named } from "../elf/table";
import { Section, headerAt } from "../inspect/object";
import { Layout, Part } from "./layout";

/** All sections of a name. */
@unmanaged export class Family extends Named {
  part: Part;
  first: Section;
  last: Section;
}

/** Puts a section behind those of its name. */
export function joinFamily(work: Work, layout: Layout, section: Section, name: u64, bytes: u32): bool {
  const part: Part = section.part;
  const families = layout.objects.families;
  const hash = gnuHash(name, bytes);
  const span = layout.span(part);
  let family = changetype<Family | null>(families.find(name, bytes, hash));
  if (families.isCrowded) return work.fail(Code.BadSection, What.Shdr, headerAt(section.object, section.index), hash);
  if (family && family.part == part) {
    span.widen(section);
    section.next = family.last.next;
    family.last.next = section;
    if (span.last == family.last) span.last = section;
    family.last = section;
    return true;
  }
  span.append(section);
  // Of sections that lie apart, as their permissions differ, the first ones count.
  if (family) return true;
  family = changetype<Family | null>(work.take(offsetof<Family>()));
  if (!family) return false;
  family.name = name;
  family.nameBytes = bytes;
  family.hash = hash;
  family.part = part;
  family.first = family.last = section;
  return families.add(work, family);
}

/** The family of a name; null if no section has it. */
export function familyOf(layout: Layout, name: u64, bytes: u32): Family | null {
  return changetype<Family | null>(layout.objects.families.find(name, bytes, gnuHash(name, bytes)));
}
