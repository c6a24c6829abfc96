// The index over .eh_frame that unwinders look functions up in. LSB Core, "The .eh_frame section", "The .eh_frame_hdr section".

import * as target from "../host/memory";
import { NONE } from "../host/answer";
import { Work } from "../base/work";
import { loadWord, wrap } from "../elf/word";
import { Image } from "../inspect/image";
import { Section } from "../inspect/object";
import { Placement } from "../map/map";
import { Layout, Part } from "../plan/layout";

/** How a pointer is written: DW_EH_PE_*. */
const enum Pointer {
  absptr = 0x00, udata2 = 0x02, udata4 = 0x03, udata8 = 0x04, sdata2 = 0x0a, sdata4 = 0x0b, sdata8 = 0x0c, FORMAT = 0x0f,
  pcrel = 0x10, APPLICATION = 0x70, omit = 0xff,
}
/** version 1; .eh_frame's address pcrel | sdata4; the count udata4; the table datarel | sdata4. */
@inline const HEAD: u32 = 0x3b031b01;
/** The same without a table: nothing is sorted. */
@inline const HEAD_ALONE: u32 = 0xffff1b01;

/**
 * Writes the index, once frames are relocated. Functions that were dropped are left out: their frames name no code.
 *
 * @returns false with a fault if there is no memory
 */
export function indexFrames<A>(work: Work, layout: Layout, image: Image, placement: Placement): bool {
  if (!layout.frameIndex) return true;
  const index = placement.at(layout.frameIndex);
  const frames = placement.at(layout.span(Part.Frames).vaddr);
  const keys = work.take(max<u64>(layout.frameCount, 1) * 8);
  if (!keys) return false;
  let count: u32 = 0;
  let section: Section | null = layout.span(Part.Frames).first;
  while (section && count != TOO_FAR) {
    count = gather<A>(layout, image, placement, placement.at(section.vaddr), section.bytes, index, keys, count);
    section = section.next;
  }
  target.store32(index + 4, <u32>(frames - (index + 4)));
  target.store32(index, count == TOO_FAR ? HEAD_ALONE : HEAD);
  if (count == TOO_FAR) return true;
  sort(keys, count);
  target.store32(index + 8, count);
  for (let i: u32 = 0; i < count; ++i) {
    const key = load<u64>(keys + <usize>i * 8);
    target.store32(index + 12 + i * 8, <u32>(key >> 32) ^ 0x80000000);
    target.store32(index + 16 + i * 8, <u32>key);
  }
  return true;
}
/** A count that is none: a function is more than 2 GiB away. */
@inline const TOO_FAR: u32 = u32.MAX_VALUE;

/** Adds the functions of one section: where each begins and its entry, from the index on. Keys sort as the places do. */
function gather<A>(layout: Layout, image: Image, placement: Placement, start: u64, bytes: u64, index: u64, keys: usize, count: u32): u32 {
  for (let at: u64 = 0; bytes - at >= 8 && count < layout.frameCount; ) {
    const own = target.load32(start + at);
    if (own < 4 || own > bytes - at - 4) break;
    const back = target.load32(start + at + 4);
    if (back && back <= at + 4) {
      const pc = beginning<A>(start + at + 8, own - 4, encodingOf<A>(start + at + 4 - back, start + bytes));
      if (pc != NONE && image.isCode(placement.vaddr(pc))) {
        const far = pc - index;
        const entry = start + at - index;
        if (far != <u64><i64><i32>far || entry != <u64><i64><i32>entry) return TOO_FAR;
        store<u64>(keys + <usize>(count++) * 8, <u64>(<u32>far ^ 0x80000000) << 32 | <u64><u32>entry);
      }
    }
    at += own + 4;
  }
  return count;
}

/** Where the function of an entry begins; NONE if that is not said in a way that is known. */
function beginning<A>(at: u64, bytes: u64, encoding: u32): u64 {
  if (bytes < 8) return NONE;
  const application = encoding & Pointer.APPLICATION;
  if (encoding == Pointer.omit || application && application != Pointer.pcrel) return NONE;
  let value: u64;
  switch (encoding & Pointer.FORMAT) {
    case Pointer.absptr: { value = loadWord<A>(at); break; }
    case Pointer.udata2: { value = target.load16(at); break; }
    case Pointer.sdata2: { value = <u64><i64><i16>target.load16(at); break; }
    case Pointer.udata4: { value = target.load32(at); break; }
    case Pointer.sdata4: { value = <u64><i64><i32>target.load32(at); break; }
    default:             { value = <u64>target.load32(at) | <u64>target.load32(at + 4) << 32; }
  }
  return wrap<A>(application ? at + value : value);
}

/** How the entries of a CIE say where functions begin. */
function encodingOf<A>(cie: u64, end: u64): u32 {
  // No letters are many.
  end = min(end, cie + MOST_HEAD);
  let at = cie + 8;
  const version = target.load8(at++);
  if (target.load8(at) != 0x7a) return Pointer.absptr; // no 'z': nothing is said
  let letters = at + 1;
  while (at < end && target.load8(at)) ++at;
  const lettersEnd = at++;
  at = pastLeb(pastLeb(at, end), end);
  at = version == 1 ? at + 1 : pastLeb(at, end);
  at = pastLeb(at, end);
  for (; letters < lettersEnd && at < end; ++letters) {
    switch (target.load8(letters)) {
      case 0x52: return target.load8(at); // R
      case 0x4c: { ++at; break; } // L
      case 0x50: { // P
        const format = target.load8(at++) & Pointer.FORMAT;
        at += format == Pointer.absptr ? sizeof<A>() : (format & 7) == 2 ? 2 : (format & 7) == 3 ? 4 : 8;
        break;
      }
      case 0x53: case 0x42: case 0x47: break; // S, B, G
      default: return Pointer.omit;
    }
  }
  return Pointer.absptr;
}

/** Bytes of a CIE up to where it says so. */
@inline const MOST_HEAD: u64 = 128;

function pastLeb(at: u64, end: u64): u64 {
  while (at < end && target.load8(at) & 0x80) ++at;
  return at + 1;
}

/** Shell's sort, in place: gaps shrink by 4/9. */
function sort(keys: usize, count: u32): void {
  let gap: u32 = 1;
  while (gap < count / 2) gap = gap * 9 / 4 + 1;
  for (; gap; gap = gap > 1 ? max<u32>(gap * 4 / 9, 1) : 0) {
    for (let i = gap; i < count; ++i) {
      const key = load<u64>(keys + <usize>i * 8);
      let j = i;
      for (; j >= gap && load<u64>(keys + <usize>(j - gap) * 8) > key; j -= gap) store<u64>(keys + <usize>j * 8, load<u64>(keys + <usize>(j - gap) * 8));
      store<u64>(keys + <usize>j * 8, key);
    }
  }
}
