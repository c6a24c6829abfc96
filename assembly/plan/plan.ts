// Image -> Plan: what a file asks of memory, and whether this host can give it.

import { Code, Flag, PF, What } from "../words";
import { NONE } from "../host/answer";
import { alignDown, alignUp } from "../base/range";
import { Work } from "../base/work";
import { ET } from "../elf/header";
import { PT } from "../elf/segment";
import { Image } from "../inspect/image";
import { hasTextRelocations } from "../inspect/dynamic";

/** What to reserve for an image; it goes with the session. */
@unmanaged export class Plan {
  /** Lowest vaddr, a multiple of the page. */
  low: u64;
  /** Whole pages from there on. */
  bytes: u64;
  /** Where it must be, or NONE for a position-independent image. */
  exact: u64;
  /** The last address that it should have, for code that holds addresses in less than a word; NONE: any. */
  highest: u64;
  pageBytes: u64;
  alignLog2: u32;
}

/**
 * Lays an image out for a host with pages of this size; null if that can't be.
 *
 * @param isLent  it is in memory already, with whatever permissions it has
 * @fault WritableCode (Phdr, at = file offset, value = p_flags)
 * @fault SharedPage (Phdr, at = file offset, value = p_vaddr)
 */
export function planOf(work: Work, image: Image, pageBytes: u64, isLent: bool): Plan | null {
  work.source = image.source;
  const low = alignDown(image.low, pageBytes);
  const high = alignUp(image.high, pageBytes);
  if (high <= low) {
    work.fail(Code.AddressWraps, What.Phdr, image.phoff, image.high);
    return null;
  }
  if (!isLent && !image.isMade && !checkPermissions(work, image, pageBytes)) return null;
  const at = work.take(offsetof<Plan>());
  if (!at) return null;
  const plan = changetype<Plan>(at);
  plan.low = low;
  plan.bytes = high - low;
  plan.exact = image.type == ET.EXEC ? low : NONE;
  plan.highest = image.highest;
  plan.pageBytes = pageBytes;
  plan.alignLog2 = <u32>ctz(max(image.align, pageBytes));
  return plan;
}

/**
 * True if an image asks for nothing that the load does not allow; one that is only looked at may ask for anything.
 *
 * @fault TextRelocation (Dyn, at = vaddr of the section)
 */
export function isLinkable(work: Work, image: Image, flags: u32): bool {
  work.source = image.source;
  if (flags & Flag.AllowText || !hasTextRelocations(image)) return true;
  return work.fail(Code.TextRelocation, What.Dyn, image.dynamicSegment!.vaddr, 0);
}

/** W^X, and no page that would need two kinds of permission. */
function checkPermissions(work: Work, image: Image, pageBytes: u64): bool {
  let end: u64 = 0;
  let flags: u32 = 0;
  for (let i: u32 = 0; i < image.phnum; ++i) {
    const segment = image.segment(i);
    if (segment.type != PT.LOAD || !segment.bytes) continue;
    if ((segment.flags & (PF.W | PF.X)) == (PF.W | PF.X)) return work.fail(Code.WritableCode, What.Phdr, image.phdrAt(i), segment.flags);
    if (end && alignDown(segment.vaddr, pageBytes) < end && segment.flags != flags) return work.fail(Code.SharedPage, What.Phdr, image.phdrAt(i), segment.vaddr);
    end = alignUp(segment.vaddr + segment.bytes, pageBytes);
    flags = segment.flags;
  }
  return true;
}
