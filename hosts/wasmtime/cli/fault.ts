// A fault of the core, in words: build/wasmtime/words.ts has them.

import { Code, Field, What } from "../../../assembly/words";
import {
  codeName, expectedOf, isLack, meaningOf, placeBare, placeDigits, placeLead, placeTail, remedyOf, stageName, whatName,
} from "../../../build/wasmtime/words";
import { Buffer, newBuffer } from "./buffer";
import { ERR, note, quit } from "./console";
import { NONE, lw_value } from "./core";
import { answersJson, headline } from "./failure";
import { hexField, numberField, textField, wordsField } from "./fields";
import * as json from "./json";
import { List, newList } from "./list";
import { Lack, Lacking, fileName, kindName, readMissing } from "./missing";
import { nameAt } from "./target";
import { Text, lengthOf } from "./text";

const NAME_WIDTH: u32 = 8; // "expected"

let code: u32 = 0;
let what: u32 = 0;
let at: u64 = 0;
let value: u64 = 0;
let file: Text | null = null;
let name: Text | null = null;
let member: Text | null = null;
let missing: List = changetype<List>(0);

/** Says what made a session fail, and ends the program with status 1. */
export function reportFault(session: u32, cause: Text | null): void {
  read(session);
  headline(summary());
  line("code", codeLine());
  line("stage", newBuffer().words(stageName(code)).held);
  line("place", place());
  line("found", found());
  line("expected", newBuffer().words(expectedOf(code)).held);
  line("remedy", newBuffer().words(remedyOf(code)).held);
  if (cause) note(newBuffer().words("  because ").text(cause).held);
  if (answersJson) writeJson();
  quit(1);
}

function read(session: u32): void {
  code = <u32>lw_value(session, Field.FaultCode);
  what = <u32>lw_value(session, Field.FaultWhat);
  at = lw_value(session, Field.FaultAt);
  value = lw_value(session, Field.FaultValue);
  file = fileName(<u32>lw_value(session, Field.FaultSource));
  const addr = lw_value(session, Field.FaultName);
  name = addr == NONE ? null : nameAt(addr, <u32>lw_value(session, Field.FaultNameBytes));
  const memberAddr = lw_value(session, Field.FaultMember);
  member = memberAddr == NONE ? null : nameAt(memberAddr, <u32>lw_value(session, Field.FaultMemberBytes));
  missing = newList();
  readMissing(session, missing);
}

function line(title: string, text: Text): void {
  if (!text.bytes) return;
  ERR.spaces(2).words(title).spaces(NAME_WIDTH - lengthOf(title) + 2);
  note(text);
}

function codeLine(): Text {
  return newBuffer().words(codeName(code)).words(" (").hex(code, 4).words(")").held;
}

function summary(): Text {
  const text = newBuffer().words(codeName(code)).words(": ");
  if (isLack(code) && missing.count) return text.text(found()).held;
  return text.words(meaningOf(code)).words(" (").text(place()).words("; found ").text(found()).words(")").held;
}

function place(): Text {
  const text = newBuffer();
  if (isLack(code)) return file ? file! : text.words(placeLead(What.None)).held;
  if (file) {
    text.text(file!);
    if (member) text.words("(").text(member!).words(")");
    if (what == What.None) return text.held;
    text.words(": ");
  }
  if (at == NONE && lengthOf(placeBare(what))) return text.words(placeBare(what)).held;
  text.words(placeLead(what));
  if (placeDigits(what) == 16) text.hex(at);
  if (placeDigits(what) == 10) text.decimal(at);
  return text.words(placeTail(what)).held;
}

function found(): Text {
  const text = newBuffer();
  if (isLack(code) && missing.count) lacks(text);
  else if (name) text.text(name!);
  else text.hex(value);
  return text.held;
}

// Names by the file that needs them: "libx.so needs a, b; liby.so needs c of libz.so".
function lacks(text: Buffer): void {
  for (let i: u32 = 0; i < missing.count; ++i) {
    const first = missing.at<Lack>(i);
    if (!isMatter(first) || isAfter(i)) continue;
    if (text.bytes) text.words("; ");
    if (first.file) text.text(first.file!).words(" needs ");
    lackName(text, first);
    for (let k = i + 1; k < missing.count; ++k) {
      const other = missing.at<Lack>(k);
      if (isMatter(other) && isSameFile(first, other)) lackName(text.words(", "), other);
    }
  }
}

function lackName(text: Buffer, lack: Lack): void {
  text.text(lack.name);
  if (lack.library) text.words(" of ").text(lack.library!);
}

/** What may be missing is listed with any fault; versions are a matter of their own. */
function isMatter(lack: Lack): bool { return (lack.kind == Lacking.Version) == (code == Code.MissingVersion); }

function isAfter(index: u32): bool {
  for (let i: u32 = 0; i < index; ++i) {
    const before = missing.at<Lack>(i);
    if (isMatter(before) && isSameFile(before, missing.at<Lack>(index))) return true;
  }
  return false;
}

function isSameFile(one: Lack, other: Lack): bool {
  if (!one.file || !other.file) return !one.file && !other.file;
  return one.file!.equals(other.file!);
}

function writeJson(): void {
  json.beginObject();
  json.key("fault");
  json.beginObject();
  wordsField("code", codeName(code));
  numberField("number", code);
  wordsField("what", whatName(what));
  hexField("at", at);
  hexField("value", value);
  if (file) textField("file", file!);
  if (member) textField("member", member!);
  if (name) textField("name", name!);
  wordsField("stage", stageName(code));
  textField("place", place());
  textField("found", found());
  wordsField("expected", expectedOf(code));
  wordsField("remedy", remedyOf(code));
  json.key("missing");
  json.beginArray();
  for (let i: u32 = 0; i < missing.count; ++i) {
    const lack = missing.at<Lack>(i);
    json.beginObject();
    textField("name", lack.name);
    wordsField("kind", kindName(lack));
    if (lack.file) textField("file", lack.file!);
    if (lack.library) textField("library", lack.library!);
    json.endObject();
  }
  json.endArray();
  json.endObject();
  json.endObject();
}
