// The load of several files into one target.

import { Field, Flag, List as CoreList } from "../../../../assembly/words";
import { Arguments, Option } from "../arguments";
import { lw_close, lw_context, lw_count, lw_entry, lw_load, lw_result, lw_value } from "../core";
import { words } from "../buffer";
import { misuse } from "../failure";
import { List, newList } from "../list";
import { readMissing } from "../missing";
import { drive } from "../session";
import { Source, openAlready, opened, sourceAt } from "../source";
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
  for (let i: u32 = 0; i < typed.files.count; ++i) {
    const path = typed.files.at<Text>(i), known = openAlready(path), source = known ? known : opened(path);
    const session = lw_load(context, source.number, flags | (has(locals, path) ? 0 : Flag.Global) | (has(deeps, path) ? Flag.DeepBind : 0));
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
    lw_close(session);
  }
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

