// Padding that assemblers leave for linkers that relax: as much as may ever be needed, of which just what aligns the next
// instruction stays. RISC-V psABI 8.5.3 "Align"; LoongArch ELF psABI, R_LARCH_ALIGN. Nothing else is relaxed: code that is not runs as well.

import { Code, What } from "../words";
import { Base, Form, Howto } from "../arch/howto";
import { within } from "../base/range";
import { Work } from "../base/work";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { SHT } from "../elf/section";
import { wide } from "../elf/word";
import { Object, Section } from "../inspect/object";
import { Objects } from "../merge/objects";

/** A run of bytes of a section that is left out. */
@unmanaged export class Trim {
  /** Where it begins in the file's section, and how many bytes go. */
  offset: u64;
  bytes: u64;
  /** How much of the padding in front of it stays: it has to be instructions again. */
  kept: u64;
  /** Bytes that go in front of it. */
  gone: u64;
}

/** One of a section's, in the order of the file. */
@inline export function trimAt(section: Section, index: u32): Trim { return changetype<Trim>(section.trims + <usize>index * offsetof<Trim>()); }

/** Where an offset of a file's section is in the section as it will be. What is left out counts as what comes behind. */
export function trimmed(section: Section, offset: u64): u64 {
  // The last that begins in front of it.
  let low: u32 = 0;
  let high = section.trimCount;
  while (low < high) {
    const middle = low + high >> 1;
    if (trimAt(section, middle).offset < offset) low = middle + 1;
    else high = middle;
  }
  if (!low) return offset;
  const trim = trimAt(section, low - 1);
  return offset - trim.gone - min(trim.bytes, offset - trim.offset);
}

/**
 * Finds the padding to leave out of every section that is to be in memory, and takes it off its size.
 *
 * @fault BadRelocationTable (Entry, at = file offset, value = r_addend)  no such padding is there
 */
export function trimAll(work: Work, objects: Objects): bool {
  let object = objects.first;
  // Most machines leave no such padding.
  if (object && !object.howtos.aligns()) return true;
  while (object) {
    object.turn(work);
    for (let i: u32 = 1; i < object.sectionCount; ++i) {
      const section = object.section(i);
      if (!section.isLoaded || section.type == SHT.NOBITS) continue;
      for (let table = section.relocations; table; table = object.section(table).nextRelocations) {
        if (object.section(table).type != SHT.RELA) continue;
        const isTrimmed = wide(object.bits) ? trimSection<u64>(work, objects, object, section, object.section(table)) : trimSection<u32>(work, objects, object, section, object.section(table));
        if (!isTrimmed) return false;
      }
    }
    object = object.next;
  }
  return true;
}

function trimSection<A>(work: Work, objects: Objects, object: Object, section: Section, table: Section): bool {
  const each: u64 = 3 * sizeof<A>();
  const count = table.bytes / each;
  let room: u32 = 0;
  let last: Trim | null = null;
  let gone: u64 = 0;
  let howto: Howto | null = null;
  for (let i: u64 = 0; i < count; ++i) {
    const entry = object.addr + table.offset + i * each;
    const info = relInfo<A>(entry);
    if (!howto || howto.type != infoType<A>(info)) howto = objects.row(object.howtos, infoType<A>(info));
    if (!howto || howto.form != Form.Align || howto.base != Base.None) continue;
    const at = table.offset + i * each;
    const offset = relOffset<A>(entry);
    const addend = relaAddend<A>(entry);
    // With a symbol the lower byte is the alignment's power, and the rest how many bytes may be skipped at the most; none: no limit.
    const hasPower = infoSymbol<A>(info) != 0;
    const align: u64 = hasPower ? <u64>1 << (addend & 0xff) : nextPower(addend);
    const most = hasPower ? addend >> 8 : 0;
    const padding = hasPower ? align - 4 : addend;
    if (padding > 1 << 16 || align > 1 << 16 || !within(offset, padding, 0, section.fileBytes) || last && offset < last.offset + last.bytes) return work.fail(Code.BadRelocationTable, What.Entry, at, addend);
    section.align = max(section.align, align);
    const start = offset - gone;
    let stays = align - (start & align - 1) & align - 1;
    if (most && stays > most) stays = 0;
    if (stays > padding) return work.fail(Code.BadRelocationTable, What.Entry, at, addend);
    if (stays == padding) continue;
    // What a second table says of the same section, nobody writes.
    if (!last && section.trimCount) return work.fail(Code.BadRelocationTable, What.Entry, at, offset);
    if (section.trimCount == room) {
      room = max<u32>(room * 2, 16);
      if (!takeRoom(work, section, room)) return false;
    }
    const trim = trimAt(section, section.trimCount++);
    trim.offset = offset + stays;
    trim.bytes = padding - stays;
    trim.kept = stays;
    trim.gone = gone;
    gone += trim.bytes;
    last = trim;
  }
  section.bytes -= gone;
  return true;
}

/** Moves a section's trims to where there is room for more. */
function takeRoom(work: Work, section: Section, count: u32): bool {
  const at = work.take(<u64>count * offsetof<Trim>());
  if (!at) return false;
  memory.copy(at, section.trims, <usize>section.trimCount * offsetof<Trim>());
  section.trims = at;
  return true;
}

/** The least power of two that is more: n - 2 bytes of padding with compressed instructions, n - 4 without, align to n. */
function nextPower(padding: u64): u64 {
  let power: u64 = 1;
  while (power <= padding && power < 1 << 20) power <<= 1;
  return power;
}
