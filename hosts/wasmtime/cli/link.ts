// link FILE... --out IMAGE: the relocated memory image, byte for byte what every other host writes.

import { Field, Flag, List as CoreList } from "../../../assembly/words";
import { isResolver } from "../../../build/wasmtime/words";
import { Arguments, Option } from "./arguments";
import { define, search } from "./answers";
import { newBuffer, words } from "./buffer";
import { ERR, OUT } from "./console";
import { NONE, lw_close, lw_context, lw_count, lw_entry, lw_inspect, lw_load, lw_open, lw_result, lw_value } from "./core";
import { answersJson, fail, misuse } from "./failure";
import { size, writeImage } from "./image";
import * as json from "./json";
import { List, newList } from "./list";
import { Lack, jsonNames, readMissing } from "./missing";
import { Parsed, parse, parsed } from "./number";
import { fileOf } from "./path";
import { drive } from "./session";
import { Source, failure, forgetSources, openAlready, sourceAt, sourceOf } from "./source";
import { newTable } from "./table";
import { PAGE_BYTES, reservedEnd, reservedStart, settle } from "./target";
import { Text } from "./text";

const DEFAULT_BASE: u64 = 0x10000000;
const FOUR_GIB: u64 = 1 << 32;
const STAGING: u64 = 1 << 62; // where the sandbox keeps files, up to 2^63
const LAST_PAGE: u64 = u64.MAX_VALUE - PAGE_BYTES + 1;
const MEMORY_LIMIT: u64 = 1 << 30;
const ET_EXEC: u64 = 2;

/** Does it. */
export function link(typed: Arguments): void {
  const out = typed.one(Option.Out);
  if (!out || !out.bytes) return misuse(words("link needs --out IMAGE").held, typed.command);
  readDefinitions(typed);
  search(typed.files, typed.all(Option.Search));
  settleTarget(typed);

  const modules = newList(), missing = newList();
  loadAll(typed, modules, missing);
  writeImage(out);
  if (answersJson) writeJson(modules, missing);
  else writeText(out, modules, missing);
}

function readDefinitions(typed: Arguments): void {
  const all = typed.all(Option.Define);
  for (let i: u32 = 0; i < all.count; ++i) {
    const text = all.at<Text>(i), sign = text.findLast(0x3d);
    if (sign < 1) misuse(words("--define is SYM=ADDR, not \"").text(text).words("\"").held, typed.command);
    const name = text.slice(0, sign), value = text.slice(sign + 1);
    const outcome = parse(value);
    if (outcome == Parsed.NoNumber) {
      misuse(words("the address of ").text(name).words(" is a number, not \"").text(value).words("\"").held, typed.command);
    }
    if (outcome == Parsed.TooLarge) misuse(words("the address of ").text(name).words(" has 64 bits").held, typed.command);
    define(name, parsed);
  }
}

function settleTarget(typed: Arguments): void {
  const base = baseOf(typed);
  lw_open(0);
  forgetSources();
  if (settle(PAGE_BYTES, base, endFor(base), MEMORY_LIMIT)) {
    fail("BadOption", words("pageBytes is a power of two from 4096 on, base a multiple of it, end above base, ")
      .words("and nothing between them from 2^62 to 2^63").held, 2);
  }
}

function endFor(base: u64): u64 {
  if (base < FOUR_GIB) return FOUR_GIB;
  return base < STAGING ? STAGING : LAST_PAGE;
}

function baseOf(typed: Arguments): u64 {
  const option = typed.one(Option.Base);
  if (!option) return defaultBase(typed.files.at<Text>(0));
  const outcome = parse(option);
  if (outcome == Parsed.NoNumber) misuse(words("--base is a number, not \"").text(option).words("\"").held, typed.command);
  if (outcome == Parsed.TooLarge) misuse(words("--base is an address of 64 bits").held, typed.command);
  if (parsed % PAGE_BYTES) misuse(words("--base is a multiple of ").decimal(PAGE_BYTES).held, typed.command);
  return parsed;
}

// Behind an executable, which is where it is, so that the image has no hole.
function defaultBase(path: Text): u64 {
  lw_open(0);
  const source = opened(path), session = lw_inspect(source.number);
  drive(session);
  const image = lw_result(session);
  const end = lw_value(image, Field.Base) + lw_value(image, Field.Bytes);
  return lw_value(image, Field.Type) == ET_EXEC ? (end + 0xffff) & ~0xffff : DEFAULT_BASE;
}

/** A file that is named on the command line. */
export function opened(path: Text): Source {
  const source = sourceOf(path, fileOf(path));
  if (!source) fail("SourceUnreadable", failure);
  return source!;
}

/** Loads the files in order, each once, with the libraries they need; adds all modules and all that is missing. */
function loadAll(typed: Arguments, modules: List, missing: List): void {
  const context = lw_context(0, 0, 0);
  const flags = Flag.Global | Flag.NoRun | (typed.has(Option.AllowMissing) ? Flag.AllowMissing : 0);
  for (let i: u32 = 0; i < typed.files.count; ++i) {
    const path = typed.files.at<Text>(i);
    if (openAlready(path)) continue;
    const source = opened(path);
    const session = lw_load(context, source.number, flags);
    drive(session);
    const root = lw_result(session);
    modules.add(root);
    const count = lw_count(session, CoreList.Module);
    for (let k: u32 = 0; k < count; ++k) {
      const module = <u32>lw_entry(session, CoreList.Module, k, Field.Owner);
      if (module != root) modules.add(module);
    }
    readMissing(session, missing);
    lw_close(session);
  }
}

function moduleSource(module: u32): Source {
  return sourceAt(<u32>lw_value(module, Field.Source))!;
}

function writeJson(modules: List, missing: List): void {
  json.beginObject();
  json.key("image");
  json.beginObject();
  json.key("start");
  json.hex(reservedStart());
  json.key("bytes");
  json.number(reservedEnd() - reservedStart());
  json.endObject();
  json.key("modules");
  json.beginArray();
  for (let i: u32 = 0; i < modules.count; ++i) writeModule(modules.at<u32>(i));
  json.endArray();
  json.key("missing");
  jsonNames(missing, false);
  json.key("missingLibraries");
  jsonNames(missing, true);
  json.key("resolvers");
  json.beginArray();
  for (let i: u32 = 0; i < modules.count; ++i) writeResolvers(modules.at<u32>(i));
  json.endArray();
  json.endObject();
}

function writeModule(module: u32): void {
  const source = moduleSource(module);
  json.beginObject();
  json.key("name");
  json.text(source.name);
  json.key("bias");
  json.hex(lw_value(module, Field.Bias));
  json.key("base");
  json.hex(lw_value(module, Field.Base));
  json.key("bytes");
  json.number(lw_value(module, Field.Bytes));
  json.key("path");
  json.text(source.path);
  json.endObject();
}

/** The place of a relocation that is for an IFUNC resolver to decide; NONE for any other. */
function resolverAt(module: u32, index: u32): u64 {
  const vaddr = lw_entry(module, CoreList.Relocation, index, Field.Vaddr);
  const type = <u32>lw_entry(module, CoreList.Relocation, index, Field.Type);
  if (vaddr == NONE || !isResolver(<u32>lw_value(module, Field.Machine), type)) return NONE;
  const addr = vaddr + lw_value(module, Field.Bias);
  return lw_value(module, Field.Class) == 32 ? addr & 0xffffffff : addr;
}

function writeResolvers(module: u32): void {
  const count = lw_count(module, CoreList.Relocation);
  for (let i: u32 = 0; i < count; ++i) {
    const addr = resolverAt(module, i);
    if (addr == NONE) continue;
    json.beginObject();
    json.key("module");
    json.text(moduleSource(module).name);
    json.key("address");
    json.hex(addr);
    json.endObject();
  }
}

function writeText(out: Text, modules: List, missing: List): void {
  size(OUT.printable(out).words(": "), reservedEnd() - reservedStart()).words(" from ").hex(reservedStart()).words(" on\n");
  const table = newTable(4, 0b1110).words("module").words("base").words("bias").words("bytes");
  let resolvers: u32 = 0;
  for (let i: u32 = 0; i < modules.count; ++i) {
    const module = modules.at<u32>(i);
    table.text(moduleSource(module).name).hex(lw_value(module, Field.Base)).hex(lw_value(module, Field.Bias))
      .decimal(lw_value(module, Field.Bytes));
    const count = lw_count(module, CoreList.Relocation);
    for (let k: u32 = 0; k < count; ++k) if (resolverAt(module, k) != NONE) ++resolvers;
  }
  table.write();
  for (let i: u32 = 0; i < missing.count; ++i) {
    const lack = missing.at<Lack>(i);
    ERR.words("missing ").words(lack.isLibrary ? "library" : "symbol").words(": ").printable(lack.name);
    if (lack.file) ERR.words(" (").printable(lack.file!).words(" needs it)");
    ERR.byte(0x0a);
  }
  if (resolvers) ERR.decimal(resolvers).words(" places hold the address of a resolver (IFUNC)\n");
}
