// The load of several files into one target.

import { Field, Flag, List as CoreList } from "../../../../assembly/words";
import { Arguments, Option } from "../arguments";
import { lw_add, lw_close, lw_context, lw_count, lw_entry, lw_load, lw_result, lw_value } from "../core";
import { words } from "../buffer";
import { misuse } from "../failure";
import { List, newList } from "../list";
import { readMissing } from "../missing";
import { drive } from "../session";
import { forgetSections, readSections } from "./sections";
import { fileOf } from "../path";
import { Source, openAlready, opened, sourceAt, sourceOf } from "../source";
import { Text } from "../text";

/** Handles of all modules in load order, each file followed by what it took with it. */
export let modules: List = changetype<List>(0);
/** All that nobody has. */
export let missing: List = changetype<List>(0);

/** Loads the files in order, each once, with the libraries they need. A failure ends the program. */
export function loadAll(typed: Arguments): void {
  modules = newList();
  missing = newList();
  const context = lw_context(0, 0, 0);
  const flags = Flag.NoRun | (typed.has(Option.AllowMissing) ? Flag.AllowMissing : 0) |
    (typed.has(Option.AllowText) ? Flag.AllowText : 0);
  const locals = namedBy(typed, Option.Local), deeps = namedBy(typed, Option.Deep);
  forgetSections();
  wasKnown = false;
  let next: Source | null = null;
  for (let i: u32 = 0; i < typed.files.count; ) {
    const path = typed.files.at<Text>(i++), source = next ? next : peek(path) || opened(path);
    let known = wasKnown;
    const session = lw_load(context, source.number, flags | (has(locals, path) ? 0 : Flag.Global) | (has(deeps, path) ? Flag.DeepBind : 0));
    next = i < typed.files.count ? peek(typed.files.at<Text>(i)) : null;
    // Objects beside each other are one module, which is no other.
    while (source.isObject && next && next.isObject) {
      if (session) lw_add(session, next.number);
      known = false;
      next = ++i < typed.files.count ? peek(typed.files.at<Text>(i)) : null;
    }
    drive(session);
    const root = lw_result(session);
    // It may be global from now on, and is no other.
    if (known) {
      lw_close(session);
      continue;
    }
    modules.add(root);
    const count = lw_count(session, CoreList.Module);
    for (let k: u32 = 0; k < count; ++k) {
      const module = <u32>lw_entry(session, CoreList.Module, k, Field.Owner);
      if (module != root) modules.add(module);
    }
    readMissing(session, missing);
    readSections(session, root);
    lw_close(session);
  }
}

let wasKnown: bool = false;

/** The file of a path, and whether it was opened before; null if it can't be. */
function peek(path: Text): Source | null {
  const known = openAlready(path);
  wasKnown = known != null;
  return known || sourceOf(path, fileOf(path));
}

/** The files that an option names, which must be among those that are loaded. */
function namedBy(typed: Arguments, option: Option): List {
  const named = typed.all(option);
  for (let i: u32 = 0; i < named.count; ++i) {
    const path = named.at<Text>(i);
    if (!has(typed.files, path)) misuse(words("--").words(option == Option.Local ? "local" : "deep").words(" names one of the files, not \"").text(path).words("\"").held, typed.command);
  }
  return named;
}

function has(paths: List, path: Text): bool {
  for (let i: u32 = 0; i < paths.count; ++i) if (paths.at<Text>(i).equals(path)) return true;
  return false;
}

/** The file of a module. */
export function moduleSource(module: u32): Source {
  return sourceAt(<u32>lw_value(module, Field.Source))!;
}

