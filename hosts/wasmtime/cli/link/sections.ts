// Where sections of objects lie that were linked into a module.

import { Field, List as CoreList } from "../../../../assembly/words";
import { NONE, lw_count, lw_entry } from "../core";
import { hexField, numberField, textField } from "../fields";
import { take } from "../heap";
import * as json from "../json";
import { List, newList } from "../list";
import { Source, sourceAt } from "../source";
import { nameAt } from "../target";
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
  align: u64;
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
    section.member = start ? nameAt(valueOf(session, i, Field.File), <u32>valueOf(session, i, Field.FileBytes)) : null;
    section.name = name == NONE ? textAt(0, 0) : nameAt(name, <u32>valueOf(session, i, Field.NameBytes));
    section.address = valueOf(session, i, Field.Address);
    section.bytes = valueOf(session, i, Field.Bytes);
    section.align = valueOf(session, i, Field.Align);
    section.type = valueOf(session, i, Field.Type);
    section.flags = valueOf(session, i, Field.Flags);
    sections.add(changetype<usize>(section));
  }
}

function valueOf(session: u32, index: u32, field: Field): u64 { return lw_entry(session, CoreList.Section, index, field); }

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
    numberField("align", section.align);
    numberField("type", section.type);
    numberField("flags", section.flags);
    json.endObject();
  }
  if (count) json.endArray();
}
