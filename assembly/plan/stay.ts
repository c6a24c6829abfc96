// What stays where its file has it (Flag.InPlace): bytes that are needed just as they are, and lie where they can be used. That is known before
// strings are merged and anything gets its place: what stays takes part in neither.

import { Answer, Copied, PF } from "../words";
import { alignDown, alignUp } from "../base/range";
import { Work } from "../base/work";
import { NONE } from "../host/answer";
import * as target from "../host/memory";
import { SHF, SHT } from "../elf/section";
import { PT } from "../elf/segment";
import { Image } from "../inspect/image";
import { Object, Section, isIdentifier, sectionName, sectionNameBytes } from "../inspect/object";
import { Layout, Part } from "./layout";
import { groupOf, partOf } from "./parts";

/**
 * Finds the sections of a file that can be used in place, and asks the host to let them be: all of the file at once, as members of an archive
 * share pages. What the host refuses is copied, as is what it can't answer yet.
 *
 * @returns true if any of the file stays
 */
export function stay(work: Work, layout: Layout, source: u32): bool {
  let start: u64 = u64.MAX_VALUE;
  let end: u64 = 0;
  let prot: u32 = 0;
  let object = layout.objects.first;
  while (object) {
    if (object.source == source) {
      fix(layout, object);
      if (object.fixedProt) {
        start = min(start, object.fixedStart);
        end = max(end, object.fixedEnd);
        prot |= object.fixedProt;
      }
    }
    object = object.next;
  }
  if (!prot) return false;
  const pageBytes: u64 = target.pageBytes();
  start = alignDown(start, pageBytes);
  if (target.protect(work.handle, start, alignUp(end, pageBytes) - start, prot) == Answer.Done) return true;
  object = layout.objects.first;
  while (object) {
    if (object.source == source) loosen(object);
    object = object.next;
  }
  return false;
}

function fix(layout: Layout, object: Object): void {
  for (let i: u32 = 1; i < object.sectionCount; ++i) {
    const section = object.section(i);
    if (!section.isLoaded) continue;
    section.copied = <u8>reasonOf(layout, section);
    if (section.copied != Copied.Not) continue;
    const start = object.addr + section.offset;
    section.isFixed = true;
    section.vaddr = start;
    object.fixedStart = object.fixedProt ? min(object.fixedStart, start) : start;
    object.fixedEnd = max(object.fixedEnd, start + section.bytes);
    object.fixedProt |= protOf(section);
  }
}

@inline function protOf(section: Section): u32 { return section.has(SHF.EXECINSTR) ? PF.R | PF.X : PF.R; }

/** Why a section can't stay; Not: it can. */
function reasonOf(layout: Layout, section: Section): Copied {
  const object = section.object;
  if (section.type == SHT.NOBITS || !section.bytes || section.has(SHF.WRITE) || section.has(SHF.COMPRESSED)) return Copied.Written;
  if (section.relocations) return Copied.Relocated;
  const name = sectionName(section);
  const bytes = sectionNameBytes(section, name);
  const part = partOf(section, name, bytes);
  if (part != Part.ReadOnly && part != Part.Code || isIdentifier(name, bytes) || groupOf(layout, name, bytes, protOf(section))) return Copied.Gathered;
  const start = object.addr + section.offset;
  if (object.bits == 32 && start + section.bytes - 1 >> 32) return Copied.Beyond;
  return start & section.align - 1 ? Copied.Misaligned : Copied.Not;
}

function loosen(object: Object): void {
  object.fixedProt = 0;
  for (let i: u32 = 1; i < object.sectionCount; ++i) {
    const section = object.section(i);
    if (!section.isFixed) continue;
    section.isFixed = false;
    section.vaddr = u64.MAX_VALUE;
    section.copied = <u8>Copied.Refused;
  }
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
      record.offset = NONE;
    }
    object = object.next;
  }
}
