// The one list of cases. Every host is a loop over it: what a host cannot do (Node cannot call code of another machine) it
// passes over, and what it does has the same result everywhere.

import type { Code, Kept } from "../assembly/words.js";
import { MACHINES, type Machine, WITH_64_BITS, WITH_COPY, WITH_DESCRIPTORS, WITH_LOW16, WITH_REL, WITH_WIDE_VECTORS } from "../fixtures/list.js";

/** How a file is loaded: globally and bound at once, unless a word says otherwise. docs/image.md has the same words. */
export type LoadWord = "local" | "lazy" | "text" | "deep" | "copy" | "nodelete" | "patchable";

/** One thing that a host is to do. Files are fixtures. */
export type Step =
  /** Loads a file, with the libraries that it needs; later steps call it by its own name unless `as` gives another. */
  | { readonly do: "load"; readonly file: string; readonly missing?: readonly string[]; readonly words?: readonly LoadWord[]; readonly as?: string }
  /** A load that is refused with this code. */
  | { readonly do: "refuse"; readonly file: string; readonly code: keyof typeof Code; readonly missing?: readonly string[]; readonly words?: readonly LoadWord[] }
  /** Looks a symbol up from a file, in this version or the default one; it is another file's. */
  | { readonly do: "find"; readonly file: string; readonly symbol: string; readonly owner: string; readonly version?: string }
  /** Looks a symbol up behind a file; it is another file's. */
  | { readonly do: "next"; readonly file: string; readonly symbol: string; readonly owner: string }
  /** Looks a symbol up that is not there, or not in this version. */
  | { readonly do: "lack"; readonly file: string; readonly symbol: string; readonly version?: string }
  /** What a symbol that a file uses was bound to. */
  | { readonly do: "bound"; readonly file: string; readonly symbol: string; readonly owner: string }
  /** Calls a function without arguments, or with these. */
  | { readonly do: "call"; readonly file: string; readonly symbol: string; readonly args?: readonly number[]; readonly returns: number }
  /** Calls a function that the machine must stop; nothing follows. */
  | { readonly do: "trap"; readonly file: string; readonly symbol: string }
  /** Calls a function that can't be bound any more: the fault names the function and the file; nothing follows. */
  | { readonly do: "late"; readonly file: string; readonly symbol: string; readonly missing: string }
  /** Leads a file's references to a symbol to another file's symbol, or back; so many places. */
  | { readonly do: "patch"; readonly file: string; readonly symbol: string; readonly to?: readonly [file: string, symbol: string]; readonly places: number }
  /** From the next load on, what a file (or every file) means by a symbol is another file's symbol. */
  | { readonly do: "replace"; readonly file?: string; readonly symbol: string; readonly to: readonly [file: string, symbol: string] }
  /** From the next load on, what no module in scope defines under a name is another file's symbol. */
  | { readonly do: "define"; readonly symbol: string; readonly to: readonly [file: string, symbol: string] }
  /** What follows is called in another thread, one of eight, each made when it is first gone to. All end with the case. */
  | { readonly do: "thread"; readonly number: number }
  /** What follows is done in another context, one of four. */
  | { readonly do: "context"; readonly number: number }
  /** Gives a loaded file back. */
  | { readonly do: "unload"; readonly file: string }
  /** The same of one that stays all the same, and why. */
  | { readonly do: "stays"; readonly file: string; readonly kept: keyof typeof Kept };

/** A case: steps that begin with nothing loaded. Whatever is loaded at its end is unloaded in reverse order. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The machines it is for; all unless told. */
  readonly machines?: readonly Machine[];
  /** More files of the payload, which modules ask for by name. */
  readonly also?: readonly string[];
  /** It leaves something behind that lasts as long as its thread: a boot of its own. */
  readonly isLasting?: boolean;
  /** Only where modules run: what is linked to run elsewhere is bound at once. */
  readonly isRun?: boolean;
}

const load = (file: string, missing?: readonly string[]): Step => (missing ? { do: "load", file, missing } : { do: "load", file });
const loadAs = (file: string, ...words: LoadWord[]): Step => ({ do: "load", file, words });
const refuse = (file: string, code: keyof typeof Code, missing?: readonly string[]): Step =>
  (missing ? { do: "refuse", file, code, missing } : { do: "refuse", file, code });
const find = (file: string, symbol: string, owner: string, version?: string): Step => ({ do: "find", file, symbol, owner, ...(version && { version }) });
const next = (file: string, symbol: string, owner: string): Step => ({ do: "next", file, symbol, owner });
const lack = (file: string, symbol: string, version?: string): Step => ({ do: "lack", file, symbol, ...(version && { version }) });
const bound = (file: string, symbol: string, owner: string): Step => ({ do: "bound", file, symbol, owner });
const call = (file: string, symbol: string, returns: number, ...args: number[]): Step =>
  (args.length ? { do: "call", file, symbol, returns, args } : { do: "call", file, symbol, returns });
const check = (file: string): Step => call(file, "check", 17);
const thread = (number: number): Step => ({ do: "thread", number });
const trap = (file: string, symbol: string): Step => ({ do: "trap", file, symbol });
const unload = (file: string): Step => ({ do: "unload", file });
const stays = (file: string, kept: keyof typeof Kept): Step => ({ do: "stays", file, kept });

/** Loads one file and calls its `check`. */
function alone(file: string, machines?: readonly Machine[]): Case {
  return { name: file, steps: [load(file), check(file)], ...(machines && { machines }) };
}

/** Each thread has its own variables: those that were there before the load, and one that is made behind it. */
function threads(file: string, machines?: readonly Machine[]): Case {
  const add = (n: number, returns: number): Step => call(file, "add", returns, n);
  return {
    name: `each thread has its own: ${file}`,
    steps: [
      thread(1), thread(0), load(file), add(8, 17), thread(1), add(8, 17), thread(2), add(8, 17), add(1, 18), thread(0), add(3, 20), thread(1), add(2, 19),
      unload(file), load(file), add(8, 17), thread(0), add(8, 17),
    ],
    ...(machines && { machines }),
  };
}

/** Leads a function elsewhere and back that is bound when it is called: before that, behind it, and twice. */
function leads(name: string, before: readonly Step[]): Case {
  const lead = (to: string): Step => ({ do: "patch", file: "lazy_order.so", symbol: "who", to: [to, "who"], places: 1 });
  const back: Step = { do: "patch", file: "lazy_order.so", symbol: "who", places: 1 };
  const who = (returns: number): Step => call("lazy_order.so", "check", returns);
  return {
    name,
    steps: [
      load("order_second.so"), loadAs("lazy_order.so", "lazy", "patchable"), loadAs("choice_other.so", "local"), ...before,
      lead("choice_other.so"), who(17), back, who(1), lead("order_second.so"), lead("choice_other.so"), who(17), back, who(1),
    ],
  };
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
  { name: "COPY from a library whose variable has grown", steps: [load("copy_room_2"), bound("copy_long.so", "long_value", "copy_room_2"), check("copy_room_2")] },
  { name: "COPY from a library whose variable has shrunk", steps: [load("copy_room_8"), check("copy_room_8")] },
  alone("odd.so"),
  { name: "an address that 16 bits are too few for", steps: [refuse("far.so", "OutOfRange")], machines: WITH_LOW16 },
  { name: "a local symbol is the file's own", steps: [load("local_other.so"), load("local.so"), check("local.so")] },
  alone("leftover_relr.so"),
  alone("leftover_plain.so"),
  { name: "relocations in code, where they are allowed", steps: [loadAs("text.so", "text"), check("text.so")] },
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
  {
    name: "a version is found by its name",
    steps: [load("versions.so"), find("versions.so", "answer", "versions.so", "ONE"), find("versions.so", "answer", "versions.so", "TWO"), lack("versions.so", "answer", "THREE")],
  },
  { name: "who was linked with an old version gets the old one", steps: [load("versions_old_user.so"), check("versions_old_user.so")] },
  { name: "who was linked without versions gets the oldest one", steps: [load("versions_plain_user.so"), check("versions_plain_user.so")] },
  { name: "a version that is missing", steps: [refuse("versions_next_user.so", "MissingVersion")] },
  { name: "a library without versions stands for any", steps: [load("versionless_user.so"), check("versionless_user.so")] },
  { name: "a weak version that is missing", steps: [load("versions_weak.so"), check("versions_weak.so")] },
  { name: "symbols of the base version", steps: [load("versions_both.so"), check("versions_both.so"), find("versions_both.so", "plain", "versions_base.so")] },
  {
    name: "who has no versions comes in between",
    steps: [load("versions_before.so"), load("versions_user.so"), bound("versions_user.so", "answer", "versions_before.so"), call("versions_user.so", "check", 3)],
  },
  {
    name: "who has another version does not",
    steps: [load("versions_other.so"), load("versions_user.so"), bound("versions_user.so", "answer", "versions.so"), check("versions_user.so")],
  },
  { name: "a library linked with -Bsymbolic is bound to itself", steps: [load("choice_other.so"), load("order_second.so"), load("symbolic.so"), bound("symbolic.so", "who", "symbolic.so"), check("symbolic.so")] },
  {
    name: "a unique symbol is one in all scopes",
    steps: [loadAs("unique_first.so", "local"), call("unique_first.so", "set", 17, 17), loadAs("unique_second.so", "local"), check("unique_second.so")],
  },
  {
    name: "a local load is seen by nobody",
    steps: [loadAs("choice_other.so", "local"), refuse("order_user.so", "MissingSymbol", ["who"])],
  },
  {
    name: "a deep load looks into its own scope first",
    steps: [load("next_first.so"), loadAs("mock_user.so", "deep"), bound("mock_user.so", "layered", "next_second.so"), check("mock_user.so")],
  },
  {
    name: "without that the global one comes first",
    steps: [load("next_first.so"), load("mock_user.so"), bound("mock_user.so", "layered", "next_first.so"), call("mock_user.so", "check", 1)],
  },
  { name: "what comes next", steps: [load("next_first.so"), load("next_second.so"), find("next_first.so", "layered", "next_first.so"), next("next_first.so", "layered", "next_second.so")] },
  {
    name: "a function has one address, also where an executable stands for it",
    steps: [load("function_address"), check("function_address")],
  },

  alone("choose_own.so"),
  { name: "a resolver that reads what is relocated", steps: [load("choose_user.so"), bound("choose_user.so", "answer", "choose_library.so"), check("choose_user.so")] },
  alone("choose_hwcap.so"),
  { name: "a resolver that reads another file's data, and calls it", steps: [load("choose_reads.so"), check("choose_reads.so")] },
  { name: "a resolver that reads a thread-local variable", steps: [load("choose_thread.so"), check("choose_thread.so")] },
  { name: "a resolver that looks a name up", isRun: true, steps: [load("choose_read.so"), load("choose_asks.so"), check("choose_asks.so")] },
  { name: "COPY of a pointer that a resolver chooses", steps: [load("copy_choose"), check("copy_choose")], machines: WITH_COPY },
  { name: "a thread-local pointer that a resolver chooses", steps: [load("tls_choose.so"), check("tls_choose.so")] },
  { name: "a resolver outside of code", steps: [refuse("choose_outside.so", "ResolverOutside")] },

  alone("tls.so"),
  alone("tls_initial.so"),
  alone("tls_zero.so"),
  alone("tls_pointer.so"),
  alone("tls_described.so", WITH_DESCRIPTORS),
  { name: "another module's thread-local variables", steps: [load("tls_user.so"), find("tls_user.so", "shared", "tls_library.so"), check("tls_user.so")] },
  { name: "the same, from where the thread pointer is", steps: [load("tls_user_initial.so"), check("tls_user_initial.so")] },
  { name: "the same, by descriptors", steps: [load("tls_user_described.so"), check("tls_user_described.so")], machines: WITH_DESCRIPTORS },
  alone("tls_weak.so", WITH_DESCRIPTORS),
  alone("tls_words.so"),
  alone("tls_keeps.so"),
  alone("tls_skew.so"),
  threads("tls_threads.so"),
  threads("tls_threads_initial.so"),
  threads("tls_threads_large.so"),
  threads("tls_threads_described.so", WITH_DESCRIPTORS),
  threads("tls_threads_large_described.so", WITH_DESCRIPTORS),
  { name: "another thread's destructor keeps its module until that thread ends", isRun: true, steps: [thread(1), load("tls_stays.so"), check("tls_stays.so"), thread(0), stays("tls_stays.so", "Reference")] },
  { name: "a thread's destructor keeps its module", isRun: true, isLasting: true, steps: [load("tls_stays.so"), check("tls_stays.so"), stays("tls_stays.so", "Reference")] },
  alone("tls_misaligned.so", ["x86_64", "i386"]),
  { name: "two modules with thread-local variables, and a third late", steps: [load("tls.so"), load("tls_zero.so"), check("tls.so"), check("tls_zero.so"), load("tls_user_initial.so"), check("tls_user_initial.so"), check("tls.so")] },
  { name: "a block that is given back is used again", steps: [load("tls.so"), unload("tls.so"), load("tls_initial.so"), check("tls_initial.so"), unload("tls_initial.so"), load("tls_user.so"), check("tls_user.so")] },
  alone("tls_large.so"),
  { name: "a large block has no fixed place", steps: [refuse("tls_large_initial.so", "NoStaticTls")] },
  alone("tls_exec"),
  alone("tls_pie"),
  { name: "an executable whose block is not the first", steps: [load("tls.so"), refuse("tls_exec", "NoStaticTls")] },

  { name: "functions are bound when they are called", steps: [loadAs("lazy_user.so", "lazy"), check("lazy_user.so"), check("lazy_user.so")] },
  { name: "the same with RELRO", steps: [loadAs("lazy_sealed.so", "lazy"), check("lazy_sealed.so")] },
  { name: "what is to be bound now is bound now", steps: [loadAs("lazy_now.so", "lazy"), bound("lazy_now.so", "whole", "lazy_library.so"), check("lazy_now.so")] },
  { name: "a function is bound while its load is open", steps: [loadAs("lazy_init.so", "lazy"), check("lazy_init.so")] },
  { name: "a resolver chooses when the function is called", steps: [loadAs("lazy_choose.so", "lazy"), check("lazy_choose.so")] },
  { name: "vectors as arguments of a function that is bound when it is called", steps: [loadAs("lazy_vector.so", "lazy"), check("lazy_vector.so")] },
  { name: "vectors of 256 bits, the same", steps: [loadAs("lazy_wide_vector.so", "lazy"), check("lazy_wide_vector.so")], machines: WITH_WIDE_VECTORS },
  { name: "what is missing is missed at once under BIND_NOW", steps: [{ do: "refuse", file: "lazy_missing_now.so", code: "MissingSymbol", missing: ["nobody_has_this"], words: ["lazy"] }] },
  { name: "what is missing is not missed until it is called", isRun: true, steps: [loadAs("lazy_missing.so", "lazy"), check("lazy_missing.so")] },
  { name: "what is missing is told when it is called", isRun: true, steps: [loadAs("lazy_missing.so", "lazy"), { do: "late", file: "lazy_missing.so", symbol: "call_it", missing: "nobody_has_this" }] },

  {
    name: "a bound symbol is led elsewhere, and back",
    steps: [
      load("next_first.so"), loadAs("mock_user.so", "deep", "patchable"), check("mock_user.so"),
      { do: "patch", file: "mock_user.so", symbol: "layered", to: ["next_first.so", "layered"], places: 3 }, call("mock_user.so", "check", 1),
      { do: "patch", file: "mock_user.so", symbol: "layered", places: 3 }, check("mock_user.so"),
    ],
  },
  leads("a function is led elsewhere before it is bound, and back", []),
  leads("a function is led elsewhere behind its first call, and back", [call("lazy_order.so", "check", 1)]),
  {
    name: "the host replaces a function that is bound when it is called",
    steps: [
      load("order_second.so"), loadAs("choice_other.so", "local"), { do: "replace", file: "lazy_order.so", symbol: "who", to: ["choice_other.so", "who"] },
      loadAs("lazy_order.so", "lazy"), check("lazy_order.so"), check("lazy_order.so"), load("order_user.so"), call("order_user.so", "check", 1),
    ],
  },
  {
    name: "the host is asked before anybody when a function is called",
    steps: [
      load("order_second.so"), loadAs("choice_other.so", "local"), { do: "replace", symbol: "who", to: ["choice_other.so", "who"] },
      loadAs("lazy_order.so", "lazy"), check("lazy_order.so"), check("lazy_order.so"),
    ],
  },
  {
    name: "the host defines what nobody has",
    steps: [
      loadAs("choice_other.so", "local"), refuse("order_user.so", "MissingSymbol", ["who"]), { do: "define", symbol: "who", to: ["choice_other.so", "who"] },
      load("order_user.so"), check("order_user.so"), loadAs("lazy_order.so", "lazy"), check("lazy_order.so"), check("lazy_order.so"),
    ],
  },
  {
    name: "the host defines nothing that somebody has",
    steps: [
      load("order_second.so"), loadAs("choice_other.so", "local"), { do: "define", symbol: "who", to: ["choice_other.so", "who"] },
      load("order_user.so"), bound("order_user.so", "who", "order_second.so"), call("order_user.so", "check", 1), loadAs("lazy_order.so", "lazy"), call("lazy_order.so", "check", 1),
    ],
  },
  {
    name: "the host replaces a function in one module",
    steps: [load("next_first.so"), { do: "replace", file: "mock_user.so", symbol: "layered", to: ["next_first.so", "layered"] }, loadAs("mock_user.so", "deep"), call("mock_user.so", "check", 1), call("next_second.so", "layered", 17)],
  },
  {
    name: "the host is asked before anybody",
    steps: [load("next_first.so"), { do: "replace", symbol: "layered", to: ["next_first.so", "layered"] }, loadAs("mock_user.so", "deep"), call("mock_user.so", "check", 1)],
  },
  {
    name: "contexts see nothing of each other",
    steps: [load("choice_other.so"), { do: "context", number: 1 }, refuse("order_user.so", "MissingSymbol", ["who"]), load("order_second.so"), load("order_user.so"), call("order_user.so", "check", 1)],
  },
  { name: "a module that is never unloaded", steps: [load("nodelete.so"), check("nodelete.so"), stays("nodelete.so", "NoDelete"), call("nodelete.so", "check", 18)] },
  { name: "a module that the host wants to stay", steps: [loadAs("call.so", "nodelete"), stays("call.so", "NoDelete"), check("call.so")] },
  {
    name: "what was initialised is finalised when the load fails behind it",
    isRun: true,
    steps: [load("journal.so"), refuse("init_broken.so", "InitOutside"), call("journal.so", "journal_read", 0x123456)],
  },
  { name: "a module that another needs stays", steps: [load("chain_bottom.so"), load("chain_middle.so"), stays("chain_bottom.so", "Needed")] },

  { name: "a chain of three", steps: [load("chain_top.so"), find("chain_top.so", "bottom", "chain_bottom.so"), check("chain_top.so")] },
  {
    name: "a chain loaded from its end",
    steps: [load("chain_bottom.so"), load("chain_middle.so"), load("chain_top.so"), check("chain_top.so")],
  },
  {
    name: "a module stays while another needs it",
    steps: [
      load("chain_bottom.so"), load("chain_middle.so"), load("chain_top.so"), stays("chain_bottom.so", "Needed"), stays("chain_middle.so", "Needed"),
      check("chain_top.so"),
    ],
  },
  {
    name: "a module stays while another is bound to it",
    steps: [load("choice_other.so"), load("order_user.so"), stays("choice_other.so", "Needed"), check("order_user.so")],
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
      call("journal.so", "journal_clear", 0), stays("init_leaf.so", "Needed"), call("journal.so", "journal_read", 0),
      unload("init_root.so"), call("journal.so", "journal_read", 0x9a456),
    ],
  },
  {
    name: "preinitialisers of an executable come first",
    steps: [load("journal.so"), load("exec_init"), call("journal.so", "journal_read", 0xd123e), check("exec_init")],
  },
  {
    name: "the last words",
    steps: [load("journal.so"), load("last_words.so"), unload("last_words.so"), call("journal.so", "journal_read", 0x1234)],
  },
  {
    name: "constructors, resolvers and late calls that re-enter the linker, again and again", isRun: true,
    also: ["opens.so", "choose_asks.so", "lazy_init.so", "lazy_library.so", "choose_user.so", "choose_library.so", "chain_middle.so", "chain_bottom.so"],
    steps: [load("choose_read.so"), load("reenters.so"), check("reenters.so"), check("reenters.so")],
  },
  { name: "a constructor that loads", isRun: true, also: ["chain_middle.so", "chain_bottom.so"], steps: [load("opens.so"), check("opens.so")] },
  { name: "a wrapper calls what it wraps", isRun: true, steps: [load("next_wrap.so"), load("order_second.so"), check("next_wrap.so")] },
  ...["place_of", "shape", "chain", "names"].map((symbol): Case => ({
    name: `a module asks: ${symbol}`, isRun: true, also: ["versions.so"], steps: [load("asks.so"), call("asks.so", symbol, 17)],
  })),
  ...["tables", "counts"].map((symbol): Case => ({
    name: `an unwinder asks: ${symbol}`, isRun: true, also: ["chain_middle.so", "chain_bottom.so"], steps: [load("unwinds.so"), call("unwinds.so", symbol, 17)],
  })),
  { name: "RPATH comes before the host's list", also: ["path_here.so"], steps: [load("paths/rpath.so"), check("paths/rpath.so")] },
  { name: "RUNPATH comes behind it", also: ["path_here.so"], steps: [load("paths/runpath.so"), call("paths/runpath.so", "check", 1)] },
  { name: "${ORIGIN}, ${LIB}, and a folder that is not there", steps: [load("paths/braces.so"), check("paths/braces.so")] },
  { name: "$PLATFORM", steps: [load("paths/platform.so"), check("paths/platform.so")] },
  { name: "RPATH is inherited", steps: [load("paths/inherits.so"), check("paths/inherits.so")] },
  { name: "RUNPATH is not", steps: [refuse("paths/alone.so", "MissingLibrary", ["path_only.so"])] },
  {
    name: "a library under two names is one",
    steps: [load("renamed.so"), load("alias_user.so"), bound("alias_user.so", "path_here", "renamed.so"), check("alias_user.so")],
  },
  {
    name: "a copy beside is not",
    isRun: true,
    steps: [
      load("counter.so"), call("counter.so", "count", 8, 8), { do: "load", file: "counter.so", words: ["copy", "deep"], as: "copy.so" },
      call("copy.so", "count", 5, 5), call("counter.so", "count", 17, 9),
    ],
  },
  {
    name: "a variable of a module in two contexts is two",
    steps: [
      load("counter.so"), call("counter.so", "count", 8, 8), { do: "context", number: 1 }, load("counter.so"), call("counter.so", "count", 5, 5),
      { do: "context", number: 0 }, call("counter.so", "count", 17, 9),
    ],
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
  alone("distant.so", WITH_64_BITS),
  alone("empty_load.so"),
  alone("pie"),
  alone("executable"),
  { name: "an executable without a dynamic section", steps: [load("static"), lack("static", "check")] },
  { name: "everything that is missing", steps: [refuse("missing.so", "MissingSymbol", ["nobody_has_this", "nor_that"])] },
  { name: "what is missing may be allowed", steps: [load("missing.so", ["nobody_has_this", "nor_that"])] },
  { name: "a missing library", steps: [refuse("lonely.so", "MissingLibrary", ["absent.so"])] },
  { name: "a relocation in code", steps: [refuse("text.so", "TextRelocation")] },
  { name: "two executables at one address", steps: [load("executable"), refuse("static", "NoSpace")] },
  {
    name: "what was refused leaves no trace",
    steps: [load("call.so"), refuse("missing.so", "MissingSymbol", ["nobody_has_this", "nor_that"]), refuse("tls_large_initial.so", "NoStaticTls"), check("call.so")],
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
