// The load of several files into one target.

import { Field, Flag, List as CoreList } from "../../../../assembly/words";
import { Arguments, Option } from "../arguments";
import { lw_close, lw_context, lw_count, lw_entry, lw_load, lw_result, lw_value } from "../core";
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
  const flags = Flag.Global | Flag.NoRun | (typed.has(Option.AllowMissing) ? Flag.AllowMissing : 0) |
    (typed.has(Option.AllowText) ? Flag.AllowText : 0);
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

/** The file of a module. */
export function moduleSource(module: u32): Source {
  return sourceAt(<u32>lw_value(module, Field.Source))!;
}

