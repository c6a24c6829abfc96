// inspect FILE: all that a file says of itself.

import { Answer, Field, Flag, List as CoreList, PF } from "../../../assembly/words";
import {
  bindName, machineName, machineTitle, relocationName, segmentName, symbolTypeName, typeName, visibilityName,
} from "../../../build/wasmtime/words";
import { Buffer, newBuffer } from "./buffer";
import { OUT } from "./console";
import { NONE, lw_advance, lw_close, lw_context, lw_count, lw_entry, lw_inspect, lw_load_image, lw_open, lw_result, lw_value } from "./core";
import { answersJson } from "./failure";
import { take } from "./heap";
import * as json from "./json";
import { opened } from "./link";
import { List, newList } from "./list";
import { drive } from "./session";
import { newTable } from "./table";
import { nameAt } from "./target";
import { Text, lengthOf } from "./text";

const PT_TLS: u64 = 7;
const STT_SECTION: u32 = 3;
const STB_LOCAL: u32 = 0;
const RELR: u32 = u32.MAX_VALUE; // stands for the type of what a RELR table holds
const NAME_WIDTH: u32 = 11; // "relocations"

let image: u32 = 0;
let module: u32 = 0; // the file mapped, but not linked; 0 if not even that can be done
let machine: u32 = 0;
let bits: u32 = 0;

/** A symbol of the file. */
@unmanaged
class SymbolFact {
  name: Text;
  version: Text | null;
  vaddr: u64;
  bytes: u64;
  type: u32;
  bind: u32;
  visibility: u32;
  isDefined: bool;
}

/** A version that the file defines, or needs of another. */
@unmanaged
class VersionFact {
  name: Text;
  file: Text | null;
  index: u32;
}

/** How many relocations of a type there are. */
@unmanaged
class Tally {
  type: u32;
  count: u32;
}

/** Does it. */
export function inspect(path: Text): void {
  lw_open(0);
  const session = lw_inspect(opened(path).number);
  drive(session);
  image = lw_result(session);
  lw_close(session);
  machine = <u32>lw_value(image, Field.Machine);
  bits = <u32>lw_value(image, Field.Class);
  map();

  const versions = readVersions(), symbols = readSymbols(versions), tallies = readTallies();
  if (answersJson) writeJson(path, symbols, versions, tallies);
  else writeText(path, symbols, versions, tallies);
}

/** Maps the file without linking it, so that its tables can be read. */
function map(): void {
  const session = lw_load_image(lw_context(0, 0, 0), image, Flag.NoLink | Flag.NoRun);
  if (lw_advance(session) == Answer.Done) module = lw_result(session);
  lw_close(session);
}

@inline
function phdr(index: u32, field: Field): u64 {
  return lw_entry(image, CoreList.Phdr, index, field);
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

/** Relocations by type, most frequent first. */
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

function tallyOf(tallies: List, type: u32): Tally {
  for (let i: u32 = 0; i < tallies.count; ++i) if (tallies.at<Tally>(i).type == type) return tallies.at<Tally>(i);
  const tally = changetype<Tally>(take(offsetof<Tally>()));
  tally.type = type;
  tallies.add(changetype<usize>(tally));
  return tally;
}

/** A name, or what stands for a number that has none. */
function named(name: string, otherwise: string, isHex: bool, value: u32): Buffer {
  if (lengthOf(name)) return newBuffer().words(name);
  const text = newBuffer().words(otherwise);
  return isHex ? text.hex(value) : text.decimal(value);
}

function relocation(type: u32): Buffer {
  return type == RELR ? newBuffer().words("RELR") : named(relocationName(machine, type), "type ", false, type);
}

function permissions(flags: u64): Buffer {
  return newBuffer().words(flags & PF.R ? "r" : "-").words(flags & PF.W ? "w" : "-").words(flags & PF.X ? "x" : "-");
}

function entry(): u64 {
  return lw_value(image, Field.Entry);
}

/** The first TLS segment; -1 if there is none. */
function tlsIndex(): i32 {
  const count = lw_count(image, CoreList.Phdr);
  for (let i: u32 = 0; i < count; ++i) if (phdr(i, Field.Type) == PT_TLS) return i;
  return -1;
}

function needs(): List {
  const names = newList(), count = lw_count(image, CoreList.Needed);
  for (let i: u32 = 0; i < count; ++i) names.add(changetype<usize>(nameOrNothing(image, CoreList.Needed, i)));
  return names;
}

function textField(key: string, value: Text): void {
  json.key(key);
  json.text(value);
}

function hexField(key: string, value: u64): void {
  json.key(key);
  json.hex(value);
}

function numberField(key: string, value: u64): void {
  json.key(key);
  json.number(value);
}

function writeJson(path: Text, symbols: List, versions: List, tallies: List): void {
  json.beginObject();
  textField("file", path);
  textField("machine", newBuffer().words(machineName(bits, machine)).held);
  textField("machineTitle", newBuffer().words(machineTitle(bits, machine)).held);
  numberField("class", bits);
  textField("type", named(typeName(<u32>lw_value(image, Field.Type)), "", true, <u32>lw_value(image, Field.Type)).held);
  hexField("flags", lw_value(image, Field.Flags));
  json.key("entry");
  if (entry() == NONE) json.nothing();
  else json.hex(entry());
  hexField("base", lw_value(image, Field.Base));
  numberField("bytes", lw_value(image, Field.Bytes));
  json.key("segments");
  json.beginArray();
  const count = lw_count(image, CoreList.Phdr);
  for (let i: u32 = 0; i < count; ++i) writeSegment(i);
  json.endArray();
  json.key("needed");
  json.beginArray();
  const needed = needs();
  for (let i: u32 = 0; i < needed.count; ++i) json.text(needed.at<Text>(i));
  json.endArray();
  writeSymbols("exports", symbols, true);
  writeSymbols("imports", symbols, false);
  writeVersions(versions);
  json.key("tls");
  writeTls();
  json.key("relocations");
  json.beginArray();
  for (let i: u32 = 0; i < tallies.count; ++i) {
    json.beginObject();
    textField("type", relocation(tallies.at<Tally>(i).type).held);
    numberField("count", tallies.at<Tally>(i).count);
    json.endObject();
  }
  json.endArray();
  json.endObject();
}

function writeSegment(index: u32): void {
  const type = <u32>phdr(index, Field.Type);
  json.beginObject();
  textField("type", named(segmentName(machine, type), "", true, type).held);
  textField("flags", permissions(phdr(index, Field.Flags)).held);
  hexField("offset", phdr(index, Field.Offset));
  hexField("vaddr", phdr(index, Field.Vaddr));
  numberField("fileBytes", phdr(index, Field.FileBytes));
  numberField("bytes", phdr(index, Field.Bytes));
  numberField("align", phdr(index, Field.Align));
  json.endObject();
}

function writeSymbols(key: string, symbols: List, areDefined: bool): void {
  json.key(key);
  json.beginArray();
  for (let i: u32 = 0; i < symbols.count; ++i) {
    const symbol = symbols.at<SymbolFact>(i);
    if (symbol.isDefined != areDefined) continue;
    json.beginObject();
    textField("name", symbol.name);
    textField("type", named(symbolTypeName(symbol.type), "", true, symbol.type).held);
    textField("bind", named(bindName(symbol.bind), "", true, symbol.bind).held);
    textField("visibility", named(visibilityName(symbol.visibility), "", true, symbol.visibility).held);
    hexField("vaddr", symbol.vaddr);
    numberField("bytes", symbol.bytes);
    if (symbol.version) textField("version", symbol.version!);
    json.endObject();
  }
  json.endArray();
}

function writeVersions(versions: List): void {
  json.key("versions");
  json.beginObject();
  json.key("defined");
  json.beginArray();
  for (let i: u32 = 0; i < versions.count; ++i) if (!versions.at<VersionFact>(i).file) json.text(versions.at<VersionFact>(i).name);
  json.endArray();
  json.key("needed");
  json.beginArray();
  for (let i: u32 = 0; i < versions.count; ++i) {
    const version = versions.at<VersionFact>(i);
    if (!version.file) continue;
    json.beginObject();
    textField("file", version.file!);
    textField("name", version.name);
    json.endObject();
  }
  json.endArray();
  json.endObject();
}

function writeTls(): void {
  const index = tlsIndex();
  if (index < 0) return json.nothing();
  json.beginObject();
  hexField("vaddr", phdr(index, Field.Vaddr));
  numberField("fileBytes", phdr(index, Field.FileBytes));
  numberField("bytes", phdr(index, Field.Bytes));
  numberField("align", phdr(index, Field.Align));
  json.endObject();
}

function line(title: string, value: Buffer): void {
  OUT.words(title).spaces(NAME_WIDTH - lengthOf(title) + 2).printable(value.held).byte(0x0a);
}

/** "a, b", or what is said where there is nothing. */
function sequence(parts: List, otherwise: string): Buffer {
  const text = newBuffer();
  if (!parts.count) text.words(otherwise);
  for (let i: u32 = 0; i < parts.count; ++i) {
    if (i) text.words(", ");
    text.text(parts.at<Text>(i));
  }
  return text;
}

function writeText(path: Text, symbols: List, versions: List, tallies: List): void {
  const type = <u32>lw_value(image, Field.Type), flags = lw_value(image, Field.Flags);
  const machineLine = newBuffer().words(machineTitle(bits, machine)).words(", ").text(named(typeName(type), "", true, type).held);
  if (flags) machineLine.words(", flags ").hex(flags);
  line("file", newBuffer().text(path));
  line("machine", machineLine);
  line("memory", newBuffer().decimal(lw_value(image, Field.Bytes)).words(" bytes from ").hex(lw_value(image, Field.Base)).words(" on"));
  line("entry", entry() == NONE ? newBuffer().words("none") : newBuffer().hex(entry()));
  line("needs", sequence(needs(), "nothing"));
  line("TLS", tlsLine());
  line("versions", sequence(versionTexts(versions), "none"));
  line("relocations", sequence(tallyTexts(tallies), "none"));
  writeSegmentTable();
  writeSymbolTable("exports", symbols, true);
  writeSymbolTable("imports", symbols, false);
}

function tlsLine(): Buffer {
  const index = tlsIndex();
  if (index < 0) return newBuffer().words("none");
  return newBuffer().decimal(phdr(index, Field.Bytes)).words(" bytes, ").decimal(phdr(index, Field.FileBytes)).words(" of them initialised");
}

function versionTexts(versions: List): List {
  const texts = newList();
  for (let i: u32 = 0; i < versions.count; ++i) {
    const version = versions.at<VersionFact>(i), text = newBuffer().text(version.name);
    if (version.file) text.words(" of ").text(version.file!);
    texts.add(changetype<usize>(text.held));
  }
  return texts;
}

function tallyTexts(tallies: List): List {
  const texts = newList();
  for (let i: u32 = 0; i < tallies.count; ++i) {
    const tally = tallies.at<Tally>(i);
    texts.add(changetype<usize>(newBuffer().decimal(tally.count).words(" ").text(relocation(tally.type).held).held));
  }
  return texts;
}

function writeSegmentTable(): void {
  OUT.words("\nsegments\n");
  const table = newTable(7, 0b1111100).words("type").words("flags").words("offset").words("vaddr").words("in file").words("in memory")
    .words("align");
  const count = lw_count(image, CoreList.Phdr);
  for (let i: u32 = 0; i < count; ++i) {
    const type = <u32>phdr(i, Field.Type);
    table.cell(named(segmentName(machine, type), "", true, type)).cell(permissions(phdr(i, Field.Flags))).hex(phdr(i, Field.Offset))
      .hex(phdr(i, Field.Vaddr)).decimal(phdr(i, Field.FileBytes)).decimal(phdr(i, Field.Bytes)).hex(phdr(i, Field.Align));
  }
  table.write();
}

function writeSymbolTable(title: string, symbols: List, areDefined: bool): void {
  const table = newTable(5, 0b11).words("vaddr").words("bytes").words("type").words("bind").words("name");
  let count: u32 = 0;
  for (let i: u32 = 0; i < symbols.count; ++i) {
    const symbol = symbols.at<SymbolFact>(i);
    if (symbol.isDefined != areDefined) continue;
    ++count;
    const name = newBuffer().text(symbol.name);
    if (symbol.version) name.words("@").text(symbol.version!);
    table.hex(symbol.vaddr).decimal(symbol.bytes).cell(named(symbolTypeName(symbol.type), "", true, symbol.type))
      .cell(named(bindName(symbol.bind), "", true, symbol.bind)).cell(name);
  }
  if (!count) return;
  OUT.words("\n").words(title).words(" (").decimal(count).words(")\n");
  table.write();
}
