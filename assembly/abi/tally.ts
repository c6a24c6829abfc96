// What linking objects took: List.Tally of a session.

import { Field, Tally } from "../words";
import { Base } from "../arch/howto";
import { relaBytes } from "../elf/reloc";
import { wide } from "../elf/word";
import { NONE } from "../host/answer";
import { Pool } from "../merge/pool";
import { Layout, Part } from "../plan/layout";
import { Linker } from "../relocate/linker";
import { File } from "../registry/module";
import { Session } from "../registry/session";

/** How many kinds there are. */
export const TALLIES: u32 = Tally.File + 1;

/** How many of a kind, and their bytes; NONE for any other field. */
export function tallyField(session: Session, kind: u32, field: u32): u64 {
  if (field == Field.Type) return kind;
  if (field != Field.Value && field != Field.Bytes) return NONE;
  const isBytes = field == Field.Bytes;
  const layout = changetype<Linker>(session.linker).layout;
  switch (kind) {
    case Tally.Slot:       return isBytes ? layout.gotBytes : slotCount(layout, false);
    case Tally.Stub:       return isBytes ? stubBytes(layout) : slotCount(layout, true);
    case Tally.Relocation: return layout.relocationCount * (isBytes ? wide(<u32>layout.objects.arch.bits) ? relaBytes<u64>() : relaBytes<u32>() : 1);
    case Tally.Import:     return isBytes ? 0 : layout.importCount;
    case Tally.Export:     return isBytes ? 0 : layout.exportCount;
    case Tally.Merged:     return merged(layout, isBytes);
    case Tally.InPlace:    return inPlace(layout, isBytes);
    default:               return files(session, isBytes);
  }
}

function slotCount(layout: Layout, isStub: bool): u64 {
  let count: u64 = 0;
  let slot = layout.slots;
  while (slot) {
    if ((slot.kind == Base.Branch || slot.kind == Base.TlsCall) == isStub) ++count;
    slot = slot.next;
  }
  return count;
}

function stubBytes(layout: Layout): u64 {
  let bytes: u64 = 0;
  for (let group: u32 = 0; group < layout.groupCount; ++group) bytes += layout.spanIn(group, Part.Stubs).ownBytes;
  return bytes;
}

/** Pieces that are kept, and by how much they are less than what the sections had. */
function merged(layout: Layout, isBytes: bool): u64 {
  let count: u64 = 0;
  let given: u64 = 0;
  let kept: u64 = 0;
  let pool = changetype<Pool | null>(layout.objects.pools);
  while (pool) {
    count += pool.count;
    given += pool.givenBytes;
    kept += pool.bytes;
    pool = pool.next;
  }
  return !isBytes ? count : given > kept ? given - kept : 0;
}

function inPlace(layout: Layout, isBytes: bool): u64 {
  let sum: u64 = 0;
  let object = layout.objects.first;
  while (object) {
    for (let i: u32 = 1; i < object.sectionCount; ++i) if (object.section(i).isFixed) sum += isBytes ? object.section(i).bytes : 1;
    object = object.next;
  }
  return sum;
}

function files(session: Session, isBytes: bool): u64 {
  return filesIn(session.files, isBytes) + filesIn(session.members, isBytes);
}

function filesIn(file: File | null, isBytes: bool): u64 {
  let sum: u64 = 0;
  while (file) {
    if (!file.isKept) sum += isBytes ? file.view.bytes : 1;
    file = file.next;
  }
  return sum;
}
