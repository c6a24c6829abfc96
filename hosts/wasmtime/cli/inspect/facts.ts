// What inspection finds in a file.

import { Answer, Field, Flag, List as CoreList } from "../../../../assembly/words";
import {
  NONE, lw_advance, lw_close, lw_context, lw_count, lw_entry, lw_inspect, lw_load_image, lw_open, lw_result, lw_value,
} from "../core";
import { isResolver } from "../../../../build/wasmtime/words";
import { newBuffer } from "../buffer";
import { take } from "../heap";
import { List, newList } from "../list";
import { drive } from "../session";
import { opened } from "../source";
import { nameAt } from "../target";
import { Text } from "../text";
import { Dt, flagsOf, stringOf } from "./dynamic";

const PT_TLS: u64 = 7;
const STT_GNU_IFUNC: u64 = 10;
const STT_SECTION: u32 = 3;
const STB_LOCAL: u32 = 0;
/** Stands for the type of what a RELR table holds. */
export const RELR: u32 = u32.MAX_VALUE;

/** A symbol of the file. */
@unmanaged
export class SymbolFact {
  name: Text;
  version: Text | null;
  /** Only who asks for this version means it: name@version, not name@@version. */
  isHidden: bool;
  vaddr: u64;
  bytes: u64;
  type: u32;
  bind: u32;
  visibility: u32;
  isDefined: bool;
}

/** A version that the file defines, or needs of another. */
@unmanaged
export class VersionFact {
  name: Text;
  file: Text | null;
  index: u32;
}

/** How many relocations of a type there are. */
@unmanaged
export class Tally {
  type: u32;
  count: u32;
}

/** All of it. */
@unmanaged
export class Facts {
  path: Text;
  /** The core's handle of the file as it is. */
  image: u32;
  machine: u32;
  bits: u32;
  type: u32;
  /** The libraries that it needs. */
  needed: List;
  symbols: List;
  versions: List;
  /** DT_SONAME. */
  soname: Text | null;
  /** Where it wants its needs to be looked for, as it says it. */
  rpath: Text | null;
  runpath: Text | null;
  /** What its dynamic section asks for: SYMBOLIC, NODELETE. */
  flags: List;
  /** Functions that a resolver chooses, each once. */
  chosen: List;
  /** Relocations by type, most frequent first. */
  tallies: List;
  /** How many places get what a resolver answers. */
  resolved: u32;
  /** Index of the first TLS segment; -1 if there is none. */
  tls: i32;

  @inline value(field: Field): u64 {
    return lw_value(this.image, field);
  }

  @inline get segmentCount(): u32 {
    return lw_count(this.image, CoreList.Phdr);
  }

  @inline segment(index: u32, field: Field): u64 {
    return lw_entry(this.image, CoreList.Phdr, index, field);
  }
}

let image: u32 = 0;
let module: u32 = 0; // the file mapped, but not linked; 0 if not even that can be done

/** Inspects a file. One that is wrong ends the program. */
export function factsOf(path: Text): Facts {
  lw_open(0);
  const source = opened(path), session = lw_inspect(source.number);
  drive(session);
  image = lw_result(session);
  lw_close(session);
  map();

  const facts = changetype<Facts>(take(offsetof<Facts>()));
  facts.path = path;
  facts.image = image;
  facts.machine = <u32>lw_value(image, Field.Machine);
  facts.bits = <u32>lw_value(image, Field.Class);
  facts.type = <u32>lw_value(image, Field.Type);
  facts.needed = readNeeds();
  const soname = lw_value(image, Field.Name);
  facts.soname = soname == NONE ? null : nameAt(soname, <u32>lw_value(image, Field.NameBytes));
  facts.rpath = stringOf(image, source, Dt.RPATH);
  facts.runpath = stringOf(image, source, Dt.RUNPATH);
  facts.flags = flagsOf(image);
  facts.chosen = readChosen();
  facts.versions = readVersions();
  facts.symbols = readSymbols(facts.versions);
  facts.tallies = readTallies();
  facts.resolved = resolvedOf(facts);
  facts.tls = tlsIndex();
  return facts;
}

/** Maps the file without linking it, so that its tables can be read. */
function map(): void {
  const session = lw_load_image(lw_context(0, 0, 0), image, Flag.NoLink | Flag.NoRun);
  if (lw_advance(session) == Answer.Done) module = lw_result(session);
  lw_close(session);
}

function nameOf(handle: u32, list: CoreList, index: u32, name: Field, bytes: Field): Text | null {
  const addr = lw_entry(handle, list, index, name), length = lw_entry(handle, list, index, bytes);
  return addr == NONE || length == NONE || !addr && !length ? null : nameAt(addr, <u32>length);
}

function nameOrNothing(handle: u32, list: CoreList, index: u32): Text {
  const name = nameOf(handle, list, index, Field.Name, Field.NameBytes);
  return name ? name : newBuffer().held;
}

function readVersions(): List {
  const versions = newList();
  addVersions(versions, CoreList.Definition);
  addVersions(versions, CoreList.Requirement);
  return versions;
}

function addVersions(versions: List, list: CoreList): void {
  const count = lw_count(module, list);
  for (let i: u32 = 0; i < count; ++i) {
    const version = changetype<VersionFact>(take(offsetof<VersionFact>()));
    version.name = nameOrNothing(module, list, i);
    version.index = <u32>lw_entry(module, list, i, Field.Version) & 0x7fff;
    if (list == CoreList.Requirement) version.file = nameOf(module, list, i, Field.File, Field.FileBytes);
    versions.add(changetype<usize>(version));
  }
}

function readSymbols(versions: List): List {
  const symbols = newList(), count = lw_count(module, CoreList.Symbol);
  for (let i: u32 = 0; i < count; ++i) {
    const type = <u32>lw_entry(module, CoreList.Symbol, i, Field.Type), bind = <u32>lw_entry(module, CoreList.Symbol, i, Field.Bind);
    const name = nameOrNothing(module, CoreList.Symbol, i);
    if (!name.bytes || type == STT_SECTION || bind == STB_LOCAL) continue;
    const symbol = changetype<SymbolFact>(take(offsetof<SymbolFact>()));
    symbol.name = name;
    symbol.type = type;
    symbol.bind = bind;
    symbol.visibility = <u32>lw_entry(module, CoreList.Symbol, i, Field.Visibility);
    symbol.vaddr = lw_entry(module, CoreList.Symbol, i, Field.Vaddr);
    symbol.bytes = lw_entry(module, CoreList.Symbol, i, Field.Bytes);
    symbol.isHidden = lw_entry(module, CoreList.Symbol, i, Field.Hidden) == 1;
    symbol.isDefined = lw_entry(module, CoreList.Symbol, i, Field.Section) != 0;
    const version = lw_entry(module, CoreList.Symbol, i, Field.Version);
    symbol.version = version != NONE && version > 1 ? versionNamed(versions, <u32>version) : null;
    symbols.add(changetype<usize>(symbol));
  }
  return symbols;
}

function versionNamed(versions: List, index: u32): Text | null {
  for (let i = <i32>versions.count - 1; i >= 0; --i) {
    const version = versions.at<VersionFact>(i);
    if (version.index == index) return version.name;
  }
  return null;
}

function readChosen(): List {
  const names = newList(), count = lw_count(module, CoreList.Symbol);
  for (let i: u32 = 0; i < count; ++i) {
    if (lw_entry(module, CoreList.Symbol, i, Field.Type) != STT_GNU_IFUNC || !lw_entry(module, CoreList.Symbol, i, Field.Section)) continue;
    const name = nameOrNothing(module, CoreList.Symbol, i);
    if (name.bytes && !holds(names, name)) names.add(changetype<usize>(name));
  }
  return names;
}

function holds(names: List, name: Text): bool {
  for (let i: u32 = 0; i < names.count; ++i) if (names.at<Text>(i).equals(name)) return true;
  return false;
}

function readTallies(): List {
  const tallies = newList(), count = lw_count(module, CoreList.Relocation);
  let packed: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    if (lw_entry(module, CoreList.Relocation, i, Field.Vaddr) == NONE) {
      const word = lw_entry(module, CoreList.Relocation, i, Field.Value);
      packed += word & 1 ? <u32>popcnt(word >> 1) : 1;
    } else tallyOf(tallies, <u32>lw_entry(module, CoreList.Relocation, i, Field.Type)).count += 1;
  }
  if (packed) tallyOf(tallies, RELR).count = packed;

  const sorted = newList();
  while (sorted.count < tallies.count) {
    let most = tallies.at<Tally>(0);
    for (let i: u32 = 1; i < tallies.count; ++i) if (tallies.at<Tally>(i).count > most.count) most = tallies.at<Tally>(i);
    const tally = changetype<Tally>(take(offsetof<Tally>()));
    tally.type = most.type;
    tally.count = most.count;
    sorted.add(changetype<usize>(tally));
    most.count = 0;
  }
  return sorted;
}

function resolvedOf(facts: Facts): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < facts.tallies.count; ++i) {
    const tally = facts.tallies.at<Tally>(i);
    if (isResolver(facts.machine, tally.type)) count += tally.count;
  }
  return count;
}

function tallyOf(tallies: List, type: u32): Tally {
  for (let i: u32 = 0; i < tallies.count; ++i) if (tallies.at<Tally>(i).type == type) return tallies.at<Tally>(i);
  const tally = changetype<Tally>(take(offsetof<Tally>()));
  tally.type = type;
  tallies.add(changetype<usize>(tally));
  return tally;
}

function tlsIndex(): i32 {
  const count = lw_count(image, CoreList.Phdr);
  for (let i: u32 = 0; i < count; ++i) if (lw_entry(image, CoreList.Phdr, i, Field.Type) == PT_TLS) return i;
  return -1;
}

function readNeeds(): List {
  const names = newList(), count = lw_count(image, CoreList.Needed);
  for (let i: u32 = 0; i < count; ++i) names.add(changetype<usize>(nameOrNothing(image, CoreList.Needed, i)));
  return names;
}
