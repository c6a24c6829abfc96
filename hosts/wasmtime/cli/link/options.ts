// The options of link, as the loader takes them. A wrong one ends the program.

import { Field } from "../../../../assembly/words";
import { define, defineThreads } from "../answers";
import { Arguments, Option } from "../arguments";
import { words } from "../buffer";
import { lw_inspect, lw_open, lw_result, lw_value } from "../core";
import { fail, misuse } from "../failure";
import { Parsed, parse, parsed } from "../number";
import { drive } from "../session";
import { forgetSources, opened } from "../source";
import { PAGE_BYTES, settle } from "../target";
import { Text } from "../text";

const DEFAULT_BASE: u64 = 0x10000000;
const FOUR_GIB: u64 = 1 << 32;
const STAGING: u64 = 1 << 62; // where the sandbox keeps files, up to 2^63
const LAST_PAGE: u64 = u64.MAX_VALUE - PAGE_BYTES + 1;
const MEMORY_LIMIT: u64 = 1 << 30;
const ET_EXEC: u64 = 2;

/** Defines the symbols of --define. */
export function readDefinitions(typed: Arguments): void {
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
  defineThreads();
}

/** Makes the target, with its first module at --base, and starts the core. */
export function settleTarget(typed: Arguments): void {
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
