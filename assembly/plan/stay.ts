// Sections that stay where their files are, and are used there: Flag.InPlace.

import { PF } from "../words";
import { PT } from "../elf/segment";
import { SHT } from "../elf/section";
import { Image } from "../inspect/image";
import { Section } from "../inspect/object";
import { Layout, Part } from "./layout";

/** True for bytes that are needed as the file has them, and lie where they may. */
export function mayStay(section: Section): bool {
  const part: Part = section.part;
  if (part != Part.ReadOnly && part != Part.Code || section.type == SHT.NOBITS || !section.bytes) return false;
  const start = section.object.addr + section.offset;
  if (section.object.bits == 32 && (start >> 32 || start + section.bytes >> 32)) return false;
  return !section.relocations && !section.trimCount && !(start & section.align - 1);
}

/** Leaves it there. */
export function stay(section: Section): void {
  const object = section.object;
  const start = object.addr + section.offset;
  section.isFixed = true;
  section.vaddr = start;
  object.fixedStart = object.fixedProt ? min(object.fixedStart, start) : start;
  object.fixedEnd = max(object.fixedEnd, start + section.bytes);
  object.fixedProt |= section.part == Part.Code ? PF.R | PF.X : PF.R;
}

/** Segments that there may be of files that stay where they are. */
export function fixedCount(layout: Layout): u32 { return layout.isInPlace ? layout.objects.count : 0; }

/** What is used where the files have it. Addresses are vaddrs there: the module's bias is 0. */
export function addFixed(layout: Layout, image: Image): void {
  let object = layout.objects.first;
  while (object) {
    if (object.fixedProt) {
      const record = image.segment(image.phnum++);
      record.type = PT.LOAD;
      record.flags = object.fixedProt;
      record.vaddr = object.fixedStart;
      record.bytes = record.fileBytes = object.fixedEnd - object.fixedStart;
      record.align = 1;
      record.isFixed = true;
    }
    object = object.next;
  }
}
