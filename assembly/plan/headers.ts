// The program headers that are no memory of their own, and the dynamic section, as a linker would have written them.

import { PF, Rule } from "../words";
import { alignUp } from "../base/range";
import { DT, dynBytes } from "../elf/dynamic";
import { relaBytes } from "../elf/reloc";
import { PT, Segment } from "../elf/segment";
import { symBytes } from "../elf/symbol";
import { Image } from "../inspect/image";
import { First, Layout, Part } from "./layout";
import { KINDS } from "./regions";
import { fixedCount } from "./stay";

/** Program headers that there may be beside PT_LOAD: DYNAMIC, TLS, RELRO, EH_FRAME, EXIDX. */
const enum Phdrs { MOST = 5 }
/** Entries of the dynamic section that there may be, DT_NULL included. */
export const enum Dyns { MOST = 14 }

/** How many program headers there may be. */
export function headerCount(layout: Layout): u32 { return Phdrs.MOST + layout.unitCount + fixedCount(layout); }

/** Says where relocation, thread-local storage, unwinders and others find what is theirs. */
export function addHeaders<A>(layout: Layout, image: Image, pageBytes: u64): void {
  const got = layout.span(Part.Got);
  layout.dynamic = got.own + layout.gotBytes;
  image.dynamicSegment = header(image, PT.DYNAMIC, PF.R | PF.W, layout.dynamic, Dyns.MOST * dynBytes<A>(), sizeof<A>());
  const tls = layout.span(Part.Tls);
  const zero = layout.span(Part.TlsZero);
  if (tls.first || zero.first) {
    const start = tls.first ? tls.vaddr : zero.vaddr;
    const end = zero.first ? zero.vaddr + zero.bytes : tls.vaddr + tls.bytes;
    image.tls = header(image, PT.TLS, PF.R, start, end - start, max(tls.align, zero.align));
    image.tls!.fileBytes = tls.first ? tls.bytes : 0;
  }
  const unit = layout.unit(KINDS - 1);
  const end = layout.hasBytes(First.Write, Part.COUNT) ? layout.span(First.Write).vaddr & ~(pageBytes - 1) : alignUp(unit.start + unit.bytes, pageBytes);
  // A protection unit can't tell a part of a segment apart.
  if (!unit.region || !unit.region!.has(Rule.PowerOfTwo)) image.relro = header(image, PT.GNU_RELRO, PF.R, unit.start, min(end - unit.start, unit.bytes), 1);
  if (layout.frameIndex) image.ehFrame = header(image, PT.GNU_EH_FRAME, PF.R, layout.frameIndex, 12 + 8 * <u64>layout.frameCount, 4);
  const exidx = layout.span(Part.Exidx);
  if (exidx.first) header(image, PT.ARM_EXIDX, PF.R, exidx.vaddr, exidx.bytes, 4);
}

function header(image: Image, type: u32, flags: u32, vaddr: u64, bytes: u64, align: u64): Segment {
  const record = image.segment(image.phnum++);
  record.type = type;
  record.flags = flags;
  record.vaddr = vaddr;
  record.offset = vaddr - image.low;
  record.bytes = record.fileBytes = bytes;
  record.align = align;
  return record;
}

/** The entries of the dynamic section. */
export function addDynamic<A>(layout: Layout, image: Image): void {
  entry(image, DT.STRTAB, image.low + layout.strings);
  entry(image, DT.STRSZ, layout.stringBytes);
  entry(image, DT.SYMTAB, image.low + layout.symbols);
  entry(image, DT.SYMENT, symBytes<A>());
  entry(image, DT.GNU_HASH, image.low + layout.hash);
  if (layout.relocationCount) {
    entry(image, DT.RELA, image.low + layout.relocations);
    entry(image, DT.RELASZ, layout.relocationCount * relaBytes<A>());
    entry(image, DT.RELAENT, relaBytes<A>());
  }
  // An object has no other place for what an executable calls first.
  array(layout, image, Part.Preinit, Part.Init, DT.INIT_ARRAY, DT.INIT_ARRAYSZ);
  array(layout, image, Part.Fini, Part.Fini, DT.FINI_ARRAY, DT.FINI_ARRAYSZ);
}

function array(layout: Layout, image: Image, first: Part, last: Part, tag: u64, sizeTag: u64): void {
  // Where nothing lies, what comes next may begin behind a gap.
  const start = layout.span(layout.span(first).first ? first : last).vaddr;
  const end = layout.span(last).vaddr + (layout.span(last).first ? layout.span(last).bytes : 0);
  if (end <= start) return;
  entry(image, tag, start);
  entry(image, sizeTag, end - start);
}

function entry(image: Image, tag: u64, value: u64): void {
  image.dynamic!.add(tag, value);
  ++image.dynamic!.entryCount;
}
