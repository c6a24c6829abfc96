// The one list of cases. Every host is a loop over it: what a host cannot do (Node cannot call code of another machine) it
// passes over, and what it does has the same result everywhere.

import type { Code } from "../assembly/words.js";
import { MACHINES, type Machine, WITH_COPY, WITH_IFUNC, WITH_REL } from "../fixtures/list.js";

/** One thing that a host is to do. Files are fixtures, and are loaded globally. */
export type Step =
  /** Loads a file, with the libraries that it needs. */
  | { readonly do: "load"; readonly file: string; readonly missing?: readonly string[] }
  /** A load that is refused with this code. */
  | { readonly do: "refuse"; readonly file: string; readonly code: keyof typeof Code; readonly missing?: readonly string[] }
  /** Looks a symbol up from a file; it is another file's. */
  | { readonly do: "find"; readonly file: string; readonly symbol: string; readonly owner: string }
  /** Looks a symbol up that is not there. */
  | { readonly do: "lack"; readonly file: string; readonly symbol: string }
  /** What a symbol that a file uses was bound to. */
  | { readonly do: "bound"; readonly file: string; readonly symbol: string; readonly owner: string }
  /** Calls a function without arguments, or with these. */
  | { readonly do: "call"; readonly file: string; readonly symbol: string; readonly args?: readonly number[]; readonly returns: number }
  /** Calls a function that the machine must stop; nothing follows. */
  | { readonly do: "trap"; readonly file: string; readonly symbol: string }
  /** Gives a loaded file back. */
  | { readonly do: "unload"; readonly file: string };

/** A case: steps that begin with nothing loaded. Whatever is loaded at its end is unloaded in reverse order. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The machines it is for; all unless told. */
  readonly machines?: readonly Machine[];
}

const load = (file: string, missing?: readonly string[]): Step => (missing ? { do: "load", file, missing } : { do: "load", file });
const refuse = (file: string, code: keyof typeof Code, missing?: readonly string[]): Step =>
  (missing ? { do: "refuse", file, code, missing } : { do: "refuse", file, code });
const find = (file: string, symbol: string, owner: string): Step => ({ do: "find", file, symbol, owner });
const lack = (file: string, symbol: string): Step => ({ do: "lack", file, symbol });
const bound = (file: string, symbol: string, owner: string): Step => ({ do: "bound", file, symbol, owner });
const call = (file: string, symbol: string, returns: number, ...args: number[]): Step =>
  (args.length ? { do: "call", file, symbol, returns, args } : { do: "call", file, symbol, returns });
const check = (file: string): Step => call(file, "check", 17);
const trap = (file: string, symbol: string): Step => ({ do: "trap", file, symbol });
const unload = (file: string): Step => ({ do: "unload", file });

/** Loads one file and calls its `check`. */
function alone(file: string, machines?: readonly Machine[]): Case {
  return { name: file, steps: [load(file), check(file)], ...(machines && { machines }) };
}

/** All cases. */
export const CASES: readonly Case[] = [
  alone("relative.so"),
  alone("relative_relr.so"),
  alone("absolute.so"),
  alone("absolute_rel.so", WITH_REL),
  alone("absolute_rela.so"),
  alone("absolute_relr.so"),
  alone("absolute_applied.so"),
  alone("data.so"),
  alone("call.so"),
  alone("call_now.so"),
  { name: "arguments", steps: [load("call.so"), call("call.so", "add", 42, 2, 40), call("call.so", "twice", 34, 17)] },
  {
    name: "COPY into an executable",
    steps: [load("copy"), find("copy", "shared_value", "copy"), bound("copy_library.so", "shared_value", "copy"), check("copy")],
  },
  { name: "COPY into a position-independent executable", steps: [load("copy_pie"), bound("copy_library.so", "shared_value", "copy_pie"), check("copy_pie")], machines: WITH_COPY },
  alone("names_gnu.so"),
  alone("names_sysv.so"),
  alone("names_both.so"),
  ...["names_gnu.so", "names_sysv.so", "names_both.so"].map((file): Case => ({
    name: `every name of ${file}`,
    steps: [
      load(file), lack(file, "name_80"), lack(file, "name_"), lack(file, "name_000"), lack(file, ""),
      ...[0x00, 0x11, 0x22, 0x3c, 0x45, 0x5f, 0x60, 0x7f].map((n) => call(file, `name_${n.toString(16).padStart(2, "0")}`, n)),
    ],
  })),
  alone("weak_undefined.so"),
  { name: "a weak definition is taken where it is the first", steps: [load("choice_weak.so"), load("choice_strong.so"), call("choice_weak.so", "alone", 3)] },
  {
    name: "a weak definition is passed over where another came first",
    steps: [load("choice_strong.so"), load("choice_weak.so"), bound("choice_weak.so", "choice", "choice_strong.so"), check("choice_weak.so")],
  },
  { name: "protected symbols are bound to themselves", steps: [load("choice_other.so"), load("choice_protected.so"), check("choice_protected.so")] },
  { name: "hidden symbols are not found", steps: [load("choice_protected.so"), lack("choice_protected.so", "secret"), find("choice_protected.so", "choice", "choice_protected.so")] },
  {
    name: "load order decides",
    steps: [load("choice_other.so"), load("order_second.so"), load("order_user.so"), bound("order_user.so", "who", "choice_other.so"), check("order_user.so")],
  },
  {
    name: "load order decides the other way",
    steps: [load("order_second.so"), load("choice_other.so"), load("order_user.so"), bound("order_user.so", "who", "order_second.so"), call("order_user.so", "check", 1)],
  },
  alone("host.so"),
  alone("canary.so"),
  { name: "the default version is taken", steps: [load("versions_user.so"), bound("versions_user.so", "answer", "versions.so"), check("versions_user.so")] },
  { name: "a chain of three", steps: [load("chain_top.so"), find("chain_top.so", "bottom", "chain_bottom.so"), check("chain_top.so")] },
  {
    name: "a chain loaded from its end",
    steps: [load("chain_bottom.so"), load("chain_middle.so"), load("chain_top.so"), check("chain_top.so")],
  },
  {
    name: "a module stays while another needs it",
    steps: [
      load("chain_bottom.so"), load("chain_middle.so"), load("chain_top.so"), unload("chain_bottom.so"), unload("chain_middle.so"),
      check("chain_top.so"),
    ],
  },
  {
    name: "a module stays while another is bound to it",
    steps: [load("choice_other.so"), load("order_user.so"), unload("choice_other.so"), check("order_user.so")],
  },
  { name: "a diamond", steps: [load("diamond_top.so"), check("diamond_top.so")] },
  { name: "a cycle", steps: [load("cycle_a.so"), find("cycle_a.so", "from_b", "cycle_b.so"), check("cycle_a.so")] },
  { name: "a cycle from its other side", steps: [load("cycle_b.so"), call("cycle_b.so", "from_b", 17, 8)] },
  {
    name: "initialisers and finalisers in order",
    steps: [
      load("journal.so"), load("init_root.so"), call("journal.so", "journal_read", 0x12378), check("init_root.so"),
      call("journal.so", "journal_clear", 0), unload("init_root.so"), call("journal.so", "journal_read", 0x9a456),
    ],
  },
  {
    name: "finalisers of a library run when its last user goes",
    steps: [
      load("journal.so"), load("init_leaf.so"), load("init_root.so"), call("journal.so", "journal_read", 0x12378),
      call("journal.so", "journal_clear", 0), unload("init_leaf.so"), call("journal.so", "journal_read", 0),
      unload("init_root.so"), call("journal.so", "journal_read", 0x9a456),
    ],
  },
  {
    name: "preinitialisers of an executable come first",
    steps: [load("journal.so"), load("exec_init"), call("journal.so", "journal_read", 0xd123e), check("exec_init")],
  },
  { name: "arguments of initialisers", steps: [load("init_arguments.so"), check("init_arguments.so")] },
  alone("protection.so"),
  alone("bss.so"),
  alone("stripped.so"),
  alone("aligned.so"),
  // The loongarch64 image has pages of 16 KiB.
  alone("dense.so", MACHINES.filter((machine) => machine !== "loongarch64")),
  alone("based.so"),
  alone("high.so"),
  alone("empty_load.so"),
  alone("pie"),
  alone("executable"),
  { name: "an executable without a dynamic section", steps: [load("static"), lack("static", "check")] },
  { name: "everything that is missing", steps: [refuse("missing.so", "MissingSymbol", ["nobody_has_this", "nor_that"])] },
  { name: "what is missing may be allowed", steps: [load("missing.so", ["nobody_has_this", "nor_that"])] },
  { name: "a missing library", steps: [refuse("lonely.so", "MissingLibrary", ["absent.so"])] },
  { name: "thread-local storage", steps: [refuse("thread.so", "TlsRefused")] },
  { name: "a resolver", steps: [refuse("indirect_user.so", "BadSymbolType"), load("indirect.so")], machines: WITH_IFUNC },
  { name: "a relocation in code", steps: [refuse("text.so", "TextRelocation")] },
  { name: "two executables at one address", steps: [load("executable"), refuse("static", "NoSpace")] },
  {
    name: "what was refused leaves no trace",
    steps: [load("call.so"), refuse("missing.so", "MissingSymbol", ["nobody_has_this", "nor_that"]), refuse("thread.so", "TlsRefused"), check("call.so")],
  },
  ...["write_constant", "write_sealed", "write_code", "call_data", "read_nothing"].map((symbol): Case => ({
    name: `${symbol} traps`,
    steps: [load("protection.so"), check("protection.so"), trap("protection.so", symbol)],
  })),
];

/** The cases that are for a machine. */
export function casesFor(machine: Machine): readonly Case[] {
  return CASES.filter((one) => !one.machines || one.machines.includes(machine));
}
