// What was typed: a command, files, options. A wrong call ends the program with status 2.

import { newBuffer, words } from "./buffer";
import { misuse } from "./failure";
import { take } from "./heap";
import { List, newList } from "./list";
import { Text, textAt } from "./text";
import { wellFormed } from "./utf8";
import * as wasi from "./wasi";

const DASH: u32 = 0x2d;

/** The options that there are. */
export enum Option {
  None = 0,
  Json,
  Help,
  Out,
  Base,
  Define,
  Search,
  AllowMissing,
  AllowText,
  Local,
  Deep,
  COUNT,
}

/** What an option of a command is like: bits. */
export const enum Kind {
  None = 0,
  Plain = 1,
  /** A value follows. */
  Value = 2,
  /** It may be given more than once. */
  Many = 4,
}

/** Files and options of a command. */
@unmanaged
export class Arguments {
  command: Text;
  files: List;
  /** A list of values for each option. */
  private values: usize;

  @inline all(option: Option): List {
    return changetype<List>(load<usize>(this.values + <usize>option * sizeof<usize>()));
  }

  has(option: Option): bool {
    return this.all(option).count > 0;
  }

  one(option: Option): Text | null {
    const all = this.all(option);
    return all.count ? all.at<Text>(all.count - 1) : null;
  }

  add(option: Option, value: Text): void {
    this.all(option).add(changetype<usize>(value));
  }
}

export function newArguments(command: Text): Arguments {
  const made = changetype<Arguments>(take(offsetof<Arguments>()));
  made.command = command;
  made.files = newList();
  const values = take(<usize>Option.COUNT * sizeof<usize>());
  for (let option = 0; option < Option.COUNT; ++option) {
    store<usize>(values + <usize>option * sizeof<usize>(), changetype<usize>(newList()));
  }
  store<usize>(changetype<usize>(made), values, offsetof<Arguments>("values"));
  return made;
}

/** Every word that was typed behind the program's name. */
export function typedWords(): List {
  const sizes = take(8), list = newList();
  if (wasi.argsSizes(sizes, sizes + 4)) return list;
  const count = load<u32>(sizes);
  const pointers = take(<usize>count * sizeof<usize>());
  if (wasi.args(pointers, take(load<u32>(sizes + 4)))) return list;
  for (let i: u32 = 1; i < count; ++i) {
    const at = load<usize>(pointers + <usize>i * sizeof<usize>());
    let bytes: u32 = 0;
    while (load<u8>(at + bytes)) ++bytes;
    list.add(changetype<usize>(wellFormed(textAt(at, bytes))));
  }
  return list;
}

function named(name: Text): Option {
  if (name.is("json")) return Option.Json;
  if (name.is("help")) return Option.Help;
  if (name.is("out")) return Option.Out;
  if (name.is("base")) return Option.Base;
  if (name.is("define")) return Option.Define;
  if (name.is("search")) return Option.Search;
  if (name.is("allow-missing")) return Option.AllowMissing;
  if (name.is("local")) return Option.Local;
  if (name.is("deep")) return Option.Deep;
  return name.is("allow-text") ? Option.AllowText : Option.None;
}

/** What stands for an option's value in the help. */
function valueOf(option: Option): string {
  switch (option) {
    case Option.Out: return "IMAGE";
    case Option.Base: return "ADDR";
    case Option.Define: return "SYM=ADDR";
    case Option.Local:
    case Option.Deep: return "FILE";
    default: return "DIR";
  }
}

/**
 * Reads what stands behind a command.
 *
 * @param kinds  four bits for each option: its Kind for this command
 */
export function argumentsOf(command: Text, typed: List, kinds: u64): Arguments {
  const made = newArguments(command);
  let isOver = false; // after "--" everything is a file
  for (let i: u32 = 1; i < typed.count; ++i) {
    const word = typed.at<Text>(i);
    if (isOver || word.bytes < 2 || word.byte(0) != DASH) made.files.add(changetype<usize>(word));
    else if (word.is("--")) isOver = true;
    else if (word.is("-h")) made.add(Option.Help, word);
    else if (!word.begins("--")) unknown(command, word.slice(0, 2));
    else if (takeOption(made, kinds, word, i + 1 < typed.count ? typed.at<Text>(i + 1) : null)) ++i;
  }
  return made;
}

/** Takes one option; whether it took the word after it, too. */
function takeOption(made: Arguments, kinds: u64, word: Text, next: Text | null): bool {
  const sign = word.find(0x3d), name = word.slice(2, sign < 0 ? word.bytes : sign);
  const option = named(name), kind = <u32>(kinds >> (<u64>option << 2)) & 15;
  if (!option || !kind) unknown(made.command, word.slice(0, sign < 0 ? word.bytes : sign));
  if (!(kind & Kind.Value)) {
    if (sign >= 0) misuse(words("--").text(name).words(" takes no value").held, made.command);
    made.add(option, name);
    return false;
  }
  const follows = sign < 0;
  if (follows && (!next || isOption(next))) {
    misuse(words("--").text(name).words(" needs a value: --").text(name).words(" ").words(valueOf(option)).held, made.command);
  }
  if (!(kind & Kind.Many) && made.has(option)) misuse(words("--").text(name).words(" is given twice").held, made.command);
  made.add(option, follows ? next! : word.slice(sign + 1));
  return follows;
}

// A value may begin with a dash if it is a number.
function isOption(word: Text): bool {
  return word.bytes > 0 && word.byte(0) == DASH && !(word.bytes > 1 && word.byte(1) - 0x30 < 10);
}

function unknown(command: Text, word: Text): void {
  misuse(newBuffer().text(command).words(" has no option ").text(word).held, command);
}
