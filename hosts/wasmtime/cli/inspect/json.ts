// The answer of inspect in JSON: what the Node host says, without its verdicts.

import { Field } from "../../../../assembly/words";
import { machineName, machineTitle } from "../../../../build/wasmtime/words";
import { NONE } from "../core";
import { hexField, numberField, textField, wordsField } from "../fields";
import * as json from "../json";
import { List } from "../list";
import { Text } from "../text";
import { Facts, SymbolFact, Tally, VersionFact } from "./facts";
import { bindName, permissions, relocationType, segmentName, symbolTypeName, typeName, visibilityName } from "./names";

/** Writes it. */
export function writeJson(facts: Facts): void {
  json.beginObject();
  textField("file", facts.path);
  wordsField("machine", machineName(facts.bits, facts.machine));
  wordsField("machineTitle", machineTitle(facts.bits, facts.machine));
  numberField("class", facts.bits);
  textField("type", typeName(facts.type).held);
  hexField("flags", facts.value(Field.Flags));
  const entry = facts.value(Field.Entry);
  json.key("entry");
  if (entry == NONE) json.nothing();
  else json.hex(entry);
  hexField("base", facts.value(Field.Base));
  numberField("bytes", facts.value(Field.Bytes));
  json.key("segments");
  json.beginArray();
  for (let i: u32 = 0; i < facts.segmentCount; ++i) writeSegment(facts, i);
  json.endArray();
  writeIfAny("soname", facts.soname);
  writeTexts("needed", facts.needed);
  writeIfAny("rpath", facts.rpath);
  writeIfAny("runpath", facts.runpath);
  writeTexts("dynamicFlags", facts.flags);
  writeSymbols("exports", facts.symbols, true);
  writeSymbols("imports", facts.symbols, false);
  writeVersions(facts.versions);
  json.key("tls");
  writeTls(facts);
  writeTallies(facts);
  json.key("resolvers");
  json.beginObject();
  writeTexts("symbols", facts.chosen);
  numberField("relocations", facts.resolved);
  json.endObject();
  json.endObject();
}

function writeIfAny(key: string, text: Text | null): void {
  json.key(key);
  if (text) json.text(text);
  else json.nothing();
}

function writeTexts(key: string, texts: List): void {
  json.key(key);
  json.beginArray();
  for (let i: u32 = 0; i < texts.count; ++i) json.text(texts.at<Text>(i));
  json.endArray();
}

function writeSegment(facts: Facts, index: u32): void {
  json.beginObject();
  textField("type", segmentName(facts.machine, <u32>facts.segment(index, Field.Type)).held);
  textField("flags", permissions(facts.segment(index, Field.Flags)).held);
  hexField("offset", facts.segment(index, Field.Offset));
  hexField("vaddr", facts.segment(index, Field.Vaddr));
  writeSizes(facts, index);
  json.endObject();
}

function writeSizes(facts: Facts, index: u32): void {
  numberField("fileBytes", facts.segment(index, Field.FileBytes));
  numberField("bytes", facts.segment(index, Field.Bytes));
  numberField("align", facts.segment(index, Field.Align));
}

function writeSymbols(key: string, symbols: List, areDefined: bool): void {
  json.key(key);
  json.beginArray();
  for (let i: u32 = 0; i < symbols.count; ++i) {
    const symbol = symbols.at<SymbolFact>(i);
    if (symbol.isDefined != areDefined) continue;
    json.beginObject();
    textField("name", symbol.name);
    textField("type", symbolTypeName(symbol.type).held);
    textField("bind", bindName(symbol.bind).held);
    textField("visibility", visibilityName(symbol.visibility).held);
    hexField("vaddr", symbol.vaddr);
    numberField("bytes", symbol.bytes);
    if (symbol.version) textField("version", symbol.version!);
    if (symbol.isHidden) {
      json.key("hidden");
      json.yes();
    }
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

function writeTls(facts: Facts): void {
  if (facts.tls < 0) return json.nothing();
  json.beginObject();
  hexField("vaddr", facts.segment(facts.tls, Field.Vaddr));
  writeSizes(facts, facts.tls);
  json.endObject();
}

function writeTallies(facts: Facts): void {
  json.key("relocations");
  json.beginArray();
  for (let i: u32 = 0; i < facts.tallies.count; ++i) {
    const tally = facts.tallies.at<Tally>(i);
    json.beginObject();
    textField("type", relocationType(facts.machine, tally.type).held);
    numberField("count", tally.count);
    json.endObject();
  }
  json.endArray();
}
