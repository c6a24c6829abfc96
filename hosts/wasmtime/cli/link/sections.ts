// Where sections of objects lie that were linked into a module.

import { Field, List as CoreList } from "../../../../assembly/words";
import { NONE, lw_count, lw_entry } from "../core";
import { hexField, numberField, textField } from "../fields";
import { take } from "../heap";
import * as json from "../json";
import { List, newList } from "../list";
import { Source, areaOf, sourceAt, textIn } from "../source";
import { byteAt, nameAt } from "../target";
import { Text, textAt } from "../text";

/** A section as it lies in memory. */
@unmanaged
class Section {
  module: u32;
  index: u32;
  file: Source;
  /** Of an archive: the member. */
  member: Text | null;
  name: Text;
  address: u64;
  bytes: u64;
  type: u64;
  flags: u64;
}

let sections: List = changetype<List>(0);

/** Forgets all. */
export function forgetSections(): void { sections = newList(); }

/** Keeps what a session has linked into a module; it is not closed yet. */
export function readSections(session: u32, module: u32): void {
  const count = lw_count(session, CoreList.Section);
  for (let i: u32 = 0; i < count; ++i) {
    const section = changetype<Section>(take(offsetof<Section>())), start = valueOf(session, i, Field.Offset), name = valueOf(session, i, Field.Name);
    section.module = module;
    section.index = <u32>valueOf(session, i, Field.Section);
    section.file = sourceAt(<u32>valueOf(session, i, Field.Source))!;
    section.member = start ? memberAt(section.file, start) : null;
    section.name = name == NONE ? textAt(0, 0) : nameAt(name, <u32>valueOf(session, i, Field.NameBytes));
    section.address = valueOf(session, i, Field.Address);
    section.bytes = valueOf(session, i, Field.Bytes);
    section.type = valueOf(session, i, Field.Type);
    section.flags = valueOf(session, i, Field.Flags);
    sections.add(changetype<usize>(section));
  }
}

function valueOf(session: u32, index: u32, field: Field): u64 { return lw_entry(session, CoreList.Section, index, field); }

const HEADER_BYTES: u64 = 60;
const NAME_BYTES: u32 = 16;

/** The name of the member that begins at an offset. Long ones are in a table of their own, which comes first. ar(5). */
function memberAt(source: Source, start: u64): Text {
  const name = nameIn(source, start - HEADER_BYTES, NAME_BYTES), digit = name.bytes > 1 ? name.byte(1) : 0;
  if (name.byte(0) != 0x2f || digit < 0x30 || digit > 0x39) return name.byte(name.bytes - 1) == 0x2f ? name.slice(0, name.bytes - 1) : name;
  for (let offset: u64 = 8; offset < start; ) {
    const bytes = decimal(source, offset + 48, 10);
    if (nameIn(source, offset, NAME_BYTES).is("//")) return lineIn(source, offset + HEADER_BYTES + decimal(source, start - HEADER_BYTES + 1, NAME_BYTES - 1));
    offset += HEADER_BYTES + bytes + (bytes & 1);
  }
  return name;
}

/** A field of a member's header, up to the blanks that fill it up. */
function nameIn(source: Source, offset: u64, bytes: u32): Text {
  const text = textIn(source, offset, bytes);
  let end = text.bytes;
  while (end && text.byte(end - 1) == 0x20) --end;
  return text.slice(0, end);
}

function decimal(source: Source, offset: u64, bytes: u32): u64 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < bytes; ++i) {
    const c = byteAt(areaOf(source.number) + offset + i);
    if (c < 0x30 || c > 0x39) break;
    value = value * 10 + (c - 0x30);
  }
  return value;
}

/** A long name ends in a slash and a line feed. */
function lineIn(source: Source, offset: u64): Text {
  let bytes: u32 = 0;
  while (byteAt(areaOf(source.number) + offset + bytes) != 0x0a) ++bytes;
  return textIn(source, offset, bytes && byteAt(areaOf(source.number) + offset + bytes - 1) == 0x2f ? bytes - 1 : bytes);
}

/** Writes those of a module, if there are any. */
export function writeSections(module: u32): void {
  let count: u32 = 0;
  for (let i: u32 = 0; i < sections.count; ++i) {
    const section = sections.at<Section>(i);
    if (section.module != module) continue;
    if (!count++) {
      json.key("sections");
      json.beginArray();
    }
    json.beginObject();
    textField("file", section.file.name);
    textField("path", section.file.path);
    if (section.member) textField("member", section.member!);
    numberField("index", section.index);
    textField("name", section.name);
    hexField("address", section.address);
    numberField("bytes", section.bytes);
    numberField("type", section.type);
    numberField("flags", section.flags);
    json.endObject();
  }
  if (count) json.endArray();
}
