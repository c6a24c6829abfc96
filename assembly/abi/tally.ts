// What linking objects took: List.Tally of a session.

import { Field, Tally } from "../words";
import { Base } from "../arch/howto";
import { relaBytes } from "../elf/reloc";
import { wide } from "../elf/word";
import { NONE } from "../host/answer";
import { Pool } from "../merge/pool";
import { Layout, Slot } from "../plan/layout";
import { stubBytesOf } from "../plan/slots";
import { File } from "../registry/module";
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
    case Tally.Slot:       return isBytes ? layout.gotBytes : slotCount(layout);
    case Tally.Stub:       return stubs(layout, isBytes);
    case Tally.Relocation: return layout.relocationCount * (isBytes ? wide(<u32>layout.objects.arch.bits) ? relaBytes<u64>() : relaBytes<u32>() : 1);
    case Tally.Import:     return isBytes ? 0 : layout.importCount;
    case Tally.Export:     return isBytes ? 0 : layout.exportCount;
    case Tally.Merged:     return merged(layout, isBytes);
    case Tally.InPlace:    return inPlace(layout, isBytes);
    default:               return files(session, isBytes);
  }
}

function isStub(slot: Slot): bool { return slot.kind == Base.Branch || slot.kind == Base.TlsCall; }

function slotCount(layout: Layout): u64 {
  let count: u64 = 0;
  let slot = layout.slots;
  while (slot) {
    if (!isStub(slot)) ++count;
    slot = slot.next;
  }
  return count;
}

/** Stubs, amid code and behind all. */
function stubs(layout: Layout, isBytes: bool): u64 {
  const howtos = layout.objects.first!.howtos;
  let sum: u64 = 0;
  let slot = layout.slots;
  while (slot) {
    if (isStub(slot)) sum += !isBytes ? 1 : slot.kind == Base.TlsCall ? howtos.tlsCallBytes : stubBytesOf(howtos, slot.isTagged);
    slot = slot.next;
  }
  return sum;
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

function files(session: Session, isBytes: bool): u64 { return givenBack(session.files, isBytes) + givenBack(session.members, isBytes); }

function givenBack(file: File | null, isBytes: bool): u64 {
  let sum: u64 = 0;
  while (file) {
    if (!file.isKept) sum += isBytes ? file.view.bytes : 1;
    file = file.next;
  }
  return sum;
}
