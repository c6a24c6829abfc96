// The command line for wasmtime: no JavaScript, the same core, the same answers.

import { argumentsOf, Arguments, Kind, Option, typedWords } from "./arguments";
import { Buffer, newBuffer, words } from "./buffer";
import { ERR, OUT, quit } from "./console";
import { answerJson, misuse } from "./failure";
import { inspect } from "./inspect/inspect";
import { link } from "./link/link";
import { Text } from "./text";

const COMMON: u64 = <u64>Kind.Plain << (Option.Json << 2) | <u64>Kind.Plain << (Option.Help << 2);
const INSPECT: u64 = COMMON;
const LINK: u64 = COMMON | <u64>Kind.Value << (Option.Out << 2) | <u64>Kind.Value << (Option.Base << 2) |
  <u64>(Kind.Value | Kind.Many) << (Option.Define << 2) | <u64>(Kind.Value | Kind.Many) << (Option.Search << 2) |
  <u64>(Kind.Value | Kind.Many) << (Option.Local << 2) | <u64>(Kind.Value | Kind.Many) << (Option.Deep << 2) |
  <u64>Kind.Plain << (Option.AllowMissing << 2) | <u64>Kind.Plain << (Option.AllowText << 2);

/** Where the program begins. */
export function _start(): void {
  const typed = typedWords();
  if (!typed.count) {
    help(ERR);
    quit(2);
  }
  const command = typed.at<Text>(0);
  if (command.is("--help") || command.is("-h") || command.is("help")) {
    help(OUT);
    quit(0);
  }
  const isLink = command.is("link");
  if (!isLink && !command.is("inspect")) {
    misuse(words("the wasmtime host has no command \"").text(command).words("\": it has link and inspect").held, null);
  }
  for (let i: u32 = 1; i < typed.count; ++i) if (typed.at<Text>(i).is("--json")) answerJson();
  run(argumentsOf(command, typed, isLink ? LINK : INSPECT), isLink);
  quit(0);
}

function run(typed: Arguments, isLink: bool): void {
  if (typed.has(Option.Help)) return help(OUT);
  const files = typed.files;
  if (!files.count) misuse(newBuffer().text(typed.command).words(" needs a FILE").held, typed.command);
  if (isLink) return link(typed);
  if (files.count > 1) {
    misuse(words("inspect takes one FILE: what is \"").text(files.at<Text>(1)).words("\"?").held, typed.command);
  }
  inspect(files.at<Text>(0));
}

function help(to: Buffer): void {
  to.words("linkwright inspect FILE [--json]\n")
    .words("linkwright link FILE... --out IMAGE [--base ADDR] [--define SYM=ADDR]... [--search DIR]...\n    [--local FILE]... [--deep FILE]... [--allow-missing] [--allow-text] [--json]\n\n")
    .words("inspect shows headers, segments, needs, exports, imports, versions, TLS and relocations of a file.\n")
    .words("link writes the relocated memory image of the files as a target would see it: one flat file that\n")
    .words("starts at the lowest mapped address, so that vaddr v of a module lies at offset v + bias - start.\n\n")
    .words("Files and folders must lie in folders that wasmtime grants (--dir).\n");
}
