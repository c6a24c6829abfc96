// Plan -> Placement: memory is reserved, and the file's segments are put there with their permissions.

import { Code, PF, What } from "../words";
import { NONE, PENDING } from "../host/answer";
import * as target from "../host/memory";
import { alignDown, alignUp } from "../base/range";
import { Work } from "../base/work";
import { PT } from "../elf/segment";
import { Image } from "../inspect/image";
import { Plan } from "../plan/plan";

/** Where an image is. */
@unmanaged export class Placement {
  /** The reservation: what the host gave, whole pages. */
  addr: u64;
  bytes: u64;
  /** addr - vaddr. */
  bias: u64;
  /** All ones up to the machine's word: addresses are taken modulo that. */
  mask: u64;
  /** Of the host: what can have permissions of its own. */
  pageBytes: u32;
  /** Program headers that are in place already, and whose code is in step: where a pending call goes on. */
  placedCount: u32;
  syncedCount: u32;
  /** Segments whose text was protected again: the same. */
  closedCount: u32;
  isSealed: bool;
  /** Somebody else placed it, and relocated it, and will take it away: it is only looked at. */
  isLent: bool;
  /** Text is writable, and not executable, until it is relocated. */
  isTextOpen: bool;

  /** The address of a vaddr. */
  @inline at(vaddr: u64): u64 { return this.bias + vaddr & this.mask; }

  /** The vaddr of an address. */
  @inline vaddr(address: u64): u64 { return address - this.bias & this.mask; }

  /** Of a module that is spread over several kinds of memory: what else was reserved. */
  others: Range | null;

  /** True if this is memory of its own. */
  holds(address: u64): bool {
    if (address - this.addr < this.bytes) return true;
    let other = this.others;
    while (other && address - other.addr >= other.bytes) other = other.next;
    return other != null;
  }

  /** Gives what was reserved back, what was last first. */
  release(): void {
    let other = this.others;
    while (other) {
      target.release(other.addr, other.bytes);
      other = other.next;
    }
    this.others = null;
    if (this.bytes && !this.isLent) target.release(this.addr, this.bytes);
    this.bytes = 0;
  }
}

/** One more reservation. */
@unmanaged export class Range {
  next: Range | null;
  addr: u64;
  bytes: u64;
}

/**
 * Reserves what the plan says and places every segment.
 *
 * @param opensText  text is to be relocated: no segment is executable yet, and each may be written
 * @returns false if the work must wait, or failed
 * @fault NoSpace (Import, at = exact address or 2^64-1, value = bytes)
 * @fault PlaceRefused (Import, at = address, value = bytes)
 */
export function map(work: Work, image: Image, plan: Plan, placement: Placement, opensText: bool): bool {
  work.source = image.source;
  if (placement.isLent) return borrow(image, plan, placement);
  placement.isTextOpen = opensText;
  placement.pageBytes = <u32>plan.pageBytes;
  return reserve(work, image, plan, placement) && place(work, image, placement);
}

/** It is where it is: `bias` is known. */
function borrow(image: Image, plan: Plan, placement: Placement): bool {
  placement.mask = image.bits == 64 ? u64.MAX_VALUE : u32.MAX_VALUE;
  placement.addr = placement.at(plan.low);
  placement.bytes = plan.bytes;
  return true;
}

function reserve(work: Work, image: Image, plan: Plan, placement: Placement): bool {
  if (placement.bytes) return true;
  const addr = target.reserve(plan.bytes, plan.alignLog2, image.source, plan.exact, plan.highest, 0);
  if (addr >= PENDING) return work.fail(Code.NoSpace, What.Import, plan.exact, plan.bytes);
  placement.mask = image.bits == 64 ? u64.MAX_VALUE : u32.MAX_VALUE;
  placement.addr = addr;
  placement.bytes = plan.bytes;
  placement.bias = addr - plan.low & placement.mask;
  // A host must put a file where it has to be, and what a 32-bit machine runs within its reach.
  if (plan.exact != NONE && addr != plan.exact || addr > placement.mask || plan.bytes - 1 > placement.mask - addr) return work.fail(Code.NoSpace, What.Import, addr, plan.bytes);
  return true;
}

function place(work: Work, image: Image, placement: Placement): bool {
  for (; placement.placedCount < image.phnum; ++placement.placedCount) {
    const segment = image.segment(placement.placedCount);
    if (segment.type != PT.LOAD || !segment.bytes || segment.isFixed) continue;
    const addr = placement.at(segment.vaddr);
    const prot = placement.isTextOpen ? PF.R | PF.W : protOf(segment.flags);
    const answer = image.isMade
      ? target.place(work.handle, addr, image.source, 0, 0, segment.bytes, prot)
      : target.place(work.handle, addr, image.source, segment.offset, segment.fileBytes, segment.bytes, prot);
    if (!work.settled(answer, Code.PlaceRefused, addr, segment.bytes)) return false;
  }
  return true;
}

/** PF bits alone; no machine has memory that can be written but not read. */
function protOf(flags: u32): u32 { return flags & PF.W ? PF.R | PF.W : flags & (PF.R | PF.X); }

/**
 * After relocation: text that was written to is text again, and code becomes fetchable.
 *
 * @returns false if the work must wait, or failed
 * @fault ProtectRefused SyncRefused (Import, at = address, value = bytes)
 */
export function sync(work: Work, image: Image, placement: Placement): bool {
  work.source = image.source;
  return (!placement.isTextOpen || closeText(work, image, placement)) && syncCode(work, image, placement);
}

function closeText(work: Work, image: Image, placement: Placement): bool {
  for (; placement.closedCount < image.phnum; ++placement.closedCount) {
    const segment = image.segment(placement.closedCount);
    if (segment.type != PT.LOAD || !segment.bytes || segment.isFixed || segment.flags & PF.W) continue;
    const start = alignDown(segment.vaddr, placement.pageBytes);
    const bytes = alignUp(segment.vaddr + segment.bytes, placement.pageBytes) - start;
    const answer = target.protect(work.handle, placement.at(start), bytes, protOf(segment.flags));
    if (!work.settled(answer, Code.ProtectRefused, placement.at(start), bytes)) return false;
  }
  placement.isTextOpen = false;
  return true;
}

/**
 * After all resolvers: PT_GNU_RELRO becomes read-only. Whole pages only, as every linker lays it out.
 *
 * @returns false if the work must wait, or failed
 * @fault ProtectRefused (Import, at = address, value = bytes)
 */
export function protect(work: Work, image: Image, placement: Placement): bool {
  work.source = image.source;
  placement.isSealed = placement.isSealed || protectRelro(work, image, placement, PF.R);
  return placement.isSealed;
}

/** Gives PT_GNU_RELRO these permissions; the fault is `protect`'s. */
export function protectRelro(work: Work, image: Image, placement: Placement, prot: u32): bool {
  const relro = image.relro;
  if (!relro) return true;
  const host = image.holding(relro.vaddr, 1)!;
  const start = max(alignDown(relro.vaddr, placement.pageBytes), alignDown(host.vaddr, placement.pageBytes));
  const end = alignDown(min(relro.vaddr + relro.bytes, host.vaddr + host.bytes), placement.pageBytes);
  if (end <= start) return true;
  const addr = placement.at(start);
  return work.settled(target.protect(work.handle, addr, end - start, prot), Code.ProtectRefused, addr, end - start);
}

function syncCode(work: Work, image: Image, placement: Placement): bool {
  for (; placement.syncedCount < image.phnum; ++placement.syncedCount) {
    const segment = image.segment(placement.syncedCount);
    if (segment.type != PT.LOAD || !segment.bytes || !(segment.flags & PF.X)) continue;
    const addr = placement.at(segment.vaddr);
    const answer = target.syncCode(work.handle, addr, segment.bytes);
    if (!work.settled(answer, Code.SyncRefused, addr, segment.bytes)) return false;
  }
  return true;
}
