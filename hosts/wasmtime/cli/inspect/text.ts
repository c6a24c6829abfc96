// The answer of inspect for people.

import { Field } from "../../../../assembly/words";
import { machineTitle } from "../../../../build/wasmtime/words";
import { Buffer, newBuffer, words } from "../buffer";
import { OUT } from "../console";
import { NONE } from "../core";
import { List, newList } from "../list";
import { newTable } from "../table";
import { Text, lengthOf } from "../text";
import { Facts, SymbolFact, Tally, VersionFact } from "./facts";
import { bindName, permissions, relocationType, segmentName, symbolTypeName, typeName } from "./names";

const NAME_WIDTH: u32 = 11; // "relocations"

/** Writes it. */
export function writeText(facts: Facts): void {
  const entry = facts.value(Field.Entry);
  line("file", newBuffer().text(facts.path));
  line("machine", machineLine(facts));
  line("memory", newBuffer().decimal(facts.value(Field.Bytes)).words(" bytes from ").hex(facts.value(Field.Base)).words(" on"));
  line("entry", entry == NONE ? words("none") : newBuffer().hex(entry));
  line("needs", sequence(facts.needed, "nothing"));
  line("TLS", tlsLine(facts));
  line("versions", sequence(versionTexts(facts.versions), "none"));
  line("relocations", sequence(tallyTexts(facts), "none"));
  writeSegments(facts);
  writeSymbols("exports", facts.symbols, true);
  writeSymbols("imports", facts.symbols, false);
}

function line(title: string, value: Buffer): void {
  OUT.words(title).spaces(NAME_WIDTH - lengthOf(title) + 2).printable(value.held).byte(0x0a);
}

/** "a, b", or what is said where there is nothing. */
function sequence(parts: List, otherwise: string): Buffer {
  if (!parts.count) return words(otherwise);
  const text = newBuffer();
  for (let i: u32 = 0; i < parts.count; ++i) {
    if (i) text.words(", ");
    text.text(parts.at<Text>(i));
  }
  return text;
}

function machineLine(facts: Facts): Buffer {
  const text = words(machineTitle(facts.bits, facts.machine)).words(", ").text(typeName(facts.type).held);
  const flags = facts.value(Field.Flags);
  return flags ? text.words(", flags ").hex(flags) : text;
}

function tlsLine(facts: Facts): Buffer {
  if (facts.tls < 0) return words("none");
  return newBuffer().decimal(facts.segment(facts.tls, Field.Bytes)).words(" bytes, ")
    .decimal(facts.segment(facts.tls, Field.FileBytes)).words(" of them initialised");
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

function tallyTexts(facts: Facts): List {
  const texts = newList();
  for (let i: u32 = 0; i < facts.tallies.count; ++i) {
    const tally = facts.tallies.at<Tally>(i);
    texts.add(changetype<usize>(newBuffer().decimal(tally.count).words(" ").text(relocationType(facts.machine, tally.type).held).held));
  }
  return texts;
}

function writeSegments(facts: Facts): void {
  OUT.words("\nsegments\n");
  const table = newTable(7, 0b1111100).words("type").words("flags").words("offset").words("vaddr").words("in file").words("in memory")
    .words("align");
  for (let i: u32 = 0; i < facts.segmentCount; ++i) {
    table.cell(segmentName(facts.machine, <u32>facts.segment(i, Field.Type))).cell(permissions(facts.segment(i, Field.Flags)))
      .hex(facts.segment(i, Field.Offset)).hex(facts.segment(i, Field.Vaddr)).decimal(facts.segment(i, Field.FileBytes))
      .decimal(facts.segment(i, Field.Bytes)).hex(facts.segment(i, Field.Align));
  }
  table.write();
}

function writeSymbols(title: string, symbols: List, areDefined: bool): void {
  const table = newTable(5, 0b11).words("vaddr").words("bytes").words("type").words("bind").words("name");
  let count: u32 = 0;
  for (let i: u32 = 0; i < symbols.count; ++i) {
    const symbol = symbols.at<SymbolFact>(i);
    if (symbol.isDefined != areDefined) continue;
    ++count;
    const name = newBuffer().text(symbol.name);
    if (symbol.version) name.words("@").text(symbol.version!);
    table.hex(symbol.vaddr).decimal(symbol.bytes).cell(symbolTypeName(symbol.type)).cell(bindName(symbol.bind)).cell(name);
  }
  if (!count) return;
  OUT.words("\n").words(title).words(" (").decimal(count).words(")\n");
  table.write();
}
