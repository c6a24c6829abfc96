// Loads files again and again and looks symbols up, in one process: WARM TRIES LIBRARY USERS STRANGERS FILE... It prints
// a line of JSON for each FILE, then one for names that are in LIBRARY and one for names that are not: what it counted, and the
// nanoseconds of every try. WARM tries come before those that count, as many as elsewhere.

import { Field, Flag, List as CoreList } from "../../../assembly/words";
import { search } from "../../../hosts/wasmtime/cli/answers";
import { typedWords } from "../../../hosts/wasmtime/cli/arguments";
import { Buffer, words } from "../../../hosts/wasmtime/cli/buffer";
import { ERR, OUT, quit } from "../../../hosts/wasmtime/cli/console";
import { NONE, lw_close, lw_context, lw_count, lw_entry, lw_load, lw_open, lw_result } from "../../../hosts/wasmtime/cli/core";
import { fail, misuse } from "../../../hosts/wasmtime/cli/failure";
import { List, newList } from "../../../hosts/wasmtime/cli/list";
import { Parsed, parse, parsed } from "../../../hosts/wasmtime/cli/number";
import { drive } from "../../../hosts/wasmtime/cli/session";
import { opened } from "../../../hosts/wasmtime/cli/source";
import { PAGE_BYTES, settle } from "../../../hosts/wasmtime/cli/target";
import { take } from "../../../hosts/wasmtime/cli/heap";
import { Text } from "../../../hosts/wasmtime/cli/text";
import { now } from "./clock";

@external("linkwright", "lw_unload") declare function lw_unload(module: u32): u32;
@external("linkwright", "lw_find") declare function lw_find(handle: u32, name: u64, nameBytes: u32, version: u64, versionBytes: u32): u64;
@external("log", "nanoseconds") declare function bindingTime(): u64;

const BASE: u64 = 0x10000000;
const END: u64 = 1 << 32;
const MEMORY_LIMIT: u64 = 1 << 30;

/** A name in the target's memory. */
@unmanaged
class Name {
  at: u64;
  bytes: u32;
}

let context: u32 = 0;
let warm: u32 = 0;
let tries: u32 = 0;

/** Where the program begins. */
export function _start(): void {
  const typed = typedWords();
  if (typed.count < 5) misuse(words("WARM TRIES LIBRARY USERS STRANGERS FILE...").held, null);
  warm = numberOf(typed.at<Text>(0));
  tries = numberOf(typed.at<Text>(1));
  search(newList(), newList());
  lw_open(0);
  if (settle(PAGE_BYTES, BASE, END, MEMORY_LIMIT)) fail("BadOption", words("the sandbox refused its settings").held);
  context = lw_context(0, 0, 0);
  const library = loaded(opened(typed.at<Text>(2)).number, Flag.Global);
  const users = loaded(opened(typed.at<Text>(3)).number, 0);
  const strangers = loaded(opened(typed.at<Text>(4)).number, Flag.AllowMissing);
  for (let i: u32 = 5; i < typed.count; ++i) load(typed.at<Text>(i));
  look(library, namesIn(users), true);
  look(library, namesIn(strangers), false);
  quit(0);
}

function numberOf(text: Text): u32 {
  if (parse(text) != Parsed.Number) misuse(words("WARM and TRIES are numbers").held, null);
  return <u32>parsed;
}

function loaded(source: u32, flags: u32): u32 {
  const session = lw_load(context, source, flags | Flag.NoRun);
  drive(session);
  const module = lw_result(session);
  lw_close(session);
  return module;
}

/** Loads a file and unloads it, several times. */
function load(path: Text): void {
  const source = opened(path).number;
  for (let i: u32 = 0; i < warm + tries; ++i) {
    const module = loaded(source, 0);
    if (i == warm) begin(lw_count(module, CoreList.Relocation));
    if (i >= warm) time(bindingTime(), i == warm);
    const session = lw_unload(module);
    drive(session);
    lw_close(session);
  }
  end();
}

/** The names of a module's symbols. */
function namesIn(module: u32): List {
  const names = newList(), count = lw_count(module, CoreList.Symbol);
  for (let i: u32 = 0; i < count; ++i) {
    const name = changetype<Name>(take(offsetof<Name>()));
    name.at = lw_entry(module, CoreList.Symbol, i, Field.Name);
    name.bytes = <u32>lw_entry(module, CoreList.Symbol, i, Field.NameBytes);
    if (name.bytes) names.add(changetype<usize>(name));
  }
  return names;
}

/** Looks all of them up, several times. */
function look(library: u32, names: List, isThere: bool): void {
  begin(names.count);
  for (let i: u32 = 0; i < warm + tries; ++i) {
    const start = now();
    let found: u32 = 0;
    for (let k: u32 = 0; k < names.count; ++k) {
      const name = names.at<Name>(k);
      if (lw_find(library, name.at, name.bytes, NONE, 0)) ++found;
    }
    if (i >= warm) time(now() - start, i == warm);
    if (found != (isThere ? names.count : 0)) fail("Unexpected", words("names were not found, or were").held);
  }
  end();
}

function begin(count: u32): void {
  OUT.words("{\"count\": ").decimal(count).words(", \"nanoseconds\": [");
}

function time(nanoseconds: u64, isFirst: bool): void {
  if (!isFirst) OUT.words(", ");
  OUT.decimal(nanoseconds);
}

function end(): void {
  OUT.words("]}\n");
}
