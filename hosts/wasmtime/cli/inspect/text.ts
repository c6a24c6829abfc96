// The answer of inspect for people.

import { Field } from "../../../../assembly/words";
import { machineTitle } from "../../../../build/wasmtime/words";
import { Buffer, newBuffer, words } from "../buffer";
import { OUT } from "../console";
import { NONE } from "../core";
import { List, newList } from "../list";
import { Table, newTable } from "../table";
import { Text } from "../text";
import { Facts, SymbolFact, Tally, VersionFact } from "./facts";
import { bindName, permissions, relocationType, segmentName, symbolTypeName, typeName } from "./names";

/** Writes it. */
export function writeText(facts: Facts): void {
  const entry = facts.value(Field.Entry);
  const lines = newTable(2, 0).words("file").text(facts.path).words("machine").cell(machineLine(facts));
  lines.words("memory").cell(newBuffer().decimal(facts.value(Field.Bytes)).words(" bytes from ").hex(facts.value(Field.Base)).words(" on"));
  lines.words("entry").cell(entry == NONE ? words("none") : newBuffer().hex(entry));
  if (facts.soname) lines.words("name").text(facts.soname!);
  lines.words("needs").cell(sequence(facts.needed, "nothing"));
  if (facts.rpath) lines.words("RPATH").text(facts.rpath!);
  if (facts.runpath) lines.words("RUNPATH").text(facts.runpath!);
  if (facts.flags.count) lines.words("asks for").cell(sequence(facts.flags, ""));
  lines.words("TLS").cell(tlsLine(facts)).words("versions").cell(sequence(versionsOf(facts.versions, null), "none"));
  addRequirements(lines, facts.versions);
  lines.words("relocations").cell(sequence(tallyTexts(facts), "none")).words("resolvers").cell(resolverLine(facts)).write();
  writeSegments(facts);
  writeSymbols("exports", facts.symbols, true);
  writeSymbols("imports", facts.symbols, false);
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
    .decimal(facts.segment(facts.tls, Field.FileBytes)).words(" of them initialised, aligned to ")
    .decimal(facts.segment(facts.tls, Field.Align));
}

/** Names of the versions that the file needs of another, or defines itself. */
function versionsOf(versions: List, file: Text | null): List {
  const names = newList();
  for (let i: u32 = 0; i < versions.count; ++i) {
    const version = versions.at<VersionFact>(i);
    if (file ? version.file != null && version.file!.equals(file) : !version.file) names.add(changetype<usize>(version.name));
  }
  return names;
}

/** A line for each library that versions are needed of. */
function addRequirements(lines: Table, versions: List): void {
  for (let i: u32 = 0; i < versions.count; ++i) {
    const file = versions.at<VersionFact>(i).file;
    if (!file || wasNamed(versions, i, file)) continue;
    lines.cell(words("of ").text(file)).cell(sequence(versionsOf(versions, file), ""));
  }
}

function wasNamed(versions: List, before: u32, file: Text): bool {
  for (let i: u32 = 0; i < before; ++i) {
    const other = versions.at<VersionFact>(i).file;
    if (other && other.equals(file)) return true;
  }
  return false;
}

function resolverLine(facts: Facts): Buffer {
  if (!facts.chosen.count && !facts.resolved) return words("none");
  const text = newBuffer();
  if (facts.chosen.count) text.words("of ").text(sequence(facts.chosen, "").held);
  if (facts.chosen.count && facts.resolved) text.words("; ");
  return facts.resolved ? text.words("for ").decimal(facts.resolved).words(facts.resolved == 1 ? " place (IRELATIVE)" : " places (IRELATIVE)") : text;
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
    // As linkers write it: name@@version is the one for whoever asks for none.
    if (symbol.version) name.words(areDefined && !symbol.isHidden ? "@@" : "@").text(symbol.version!);
    table.hex(symbol.vaddr).decimal(symbol.bytes).cell(symbolTypeName(symbol.type)).cell(bindName(symbol.bind)).cell(name);
  }
  if (!count) return;
  OUT.words("\n").words(title).words(" (").decimal(count).words(")\n");
  table.write();
}
