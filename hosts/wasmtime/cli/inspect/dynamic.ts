// What the dynamic section of a file says that inspection shows. gABI 5.2 "Dynamic Section".

import { Field, List as CoreList } from "../../../../assembly/words";
import { flagBit, flagBit1, flagName, flagTag } from "../../../../build/wasmtime/words";
import { words } from "../buffer";
import { NONE, lw_count, lw_entry } from "../core";
import { List, newList } from "../list";
import { Source, textIn } from "../source";
import { Text, lengthOf } from "../text";

const PT_LOAD: u64 = 1;

/** d_tag. */
export const enum Dt { STRTAB = 5, STRSZ = 10, RPATH = 15, RUNPATH = 29, FLAGS = 30, FLAGS_1 = 0x6ffffffb }

/** Value of the last entry of the dynamic section with this tag; NONE if there is none. */
function valueOf(image: u32, tag: u64): u64 {
  for (let i = <i32>lw_count(image, CoreList.Dynamic) - 1; i >= 0; --i) {
    if (lw_entry(image, CoreList.Dynamic, i, Field.Type) == tag) return lw_entry(image, CoreList.Dynamic, i, Field.Value);
  }
  return NONE;
}

/** The string that an entry of the dynamic section names. */
export function stringOf(image: u32, source: Source, tag: u64): Text | null {
  const offset = valueOf(image, tag), table = valueOf(image, Dt.STRTAB), bytes = valueOf(image, Dt.STRSZ);
  if (offset == NONE || table == NONE || bytes == NONE || offset >= bytes) return null;
  const count = lw_count(image, CoreList.Phdr);
  for (let i: u32 = 0; i < count; ++i) {
    const vaddr = lw_entry(image, CoreList.Phdr, i, Field.Vaddr), fileBytes = lw_entry(image, CoreList.Phdr, i, Field.FileBytes);
    if (lw_entry(image, CoreList.Phdr, i, Field.Type) != PT_LOAD || table < vaddr || table + bytes > vaddr + fileBytes) continue;
    return textIn(source, lw_entry(image, CoreList.Phdr, i, Field.Offset) + table - vaddr + offset, bytes - offset);
  }
  return null;
}

/** What it asks for, by the names of DF and DF_1. */
export function flagsOf(image: u32): List {
  const names = newList(), flags = valueOf(image, Dt.FLAGS), flags1 = valueOf(image, Dt.FLAGS_1);
  for (let i: u32 = 0; lengthOf(flagName(i)); ++i) {
    const isAsked = flags != NONE && flags & flagBit(i) || flags1 != NONE && flags1 & flagBit1(i) || flagTag(i) != NONE && hasTag(image, flagTag(i));
    if (isAsked) names.add(changetype<usize>(words(flagName(i)).held));
  }
  return names;
}

function hasTag(image: u32, tag: u64): bool {
  const count = lw_count(image, CoreList.Dynamic);
  for (let i: u32 = 0; i < count; ++i) if (lw_entry(image, CoreList.Dynamic, i, Field.Type) == tag) return true;
  return false;
}
