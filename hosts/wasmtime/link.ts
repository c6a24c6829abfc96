// The core's `link`. Only the program can look for files and knows what was defined, and a provider can't call it: so each
// question is put down here and the core told to wait; the program answers it and lets the session go on.

import { Answer } from "../../assembly/words";
import { Question } from "./question";

/** A search path that the core told before a question; its number is its place in the table. */
@unmanaged
class Path {
  text: u64;
  bytes: u32;
  origin: u32;
  rank: u32;
}

let question: Question = Question.None;
let asker: u32 = 0;
let name: u64 = 0;
let nameBytes: u32 = 0;
let archive: u32 = 0;

let isAnswered: bool = false;
let answer: i32 = 0;
let foundAddr: u64 = 0;

let told: u32 = 0; // paths since the last question
let isCrowded: bool = false; // there was no memory for one of them
let pathCount: u32 = 0; // those of the open question

@inline
function at(index: u32): Path {
  return changetype<Path>(((__heap_base + 7) & ~7) + <usize>index * offsetof<Path>());
}

// The core asks the very same question again once it is answered. Another session's turn comes after that.
function ask(kind: Question, session: u32, nameAddr: u64, bytes: u32): i32 {
  if (question == Question.None) {
    question = kind;
    asker = session;
    name = nameAddr;
    nameBytes = bytes;
    pathCount = told;
    return Answer.Pending;
  }
  if (!isAnswered || asker != session) return Answer.Pending;
  question = Question.None;
  isAnswered = false;
  return answer;
}

// for the core

/** A search path for the library that is asked for next. */
export function search(session: u32, origin: u32, text: u64, textBytes: u32, rank: u32): void {
  // What an open question needs is in the table already, and the core only tells it again.
  if (question != Question.None) return;
  const end = changetype<usize>(at(told + 1));
  if (end > <usize>memory.size() << 16 && memory.grow(1) < 0) {
    isCrowded = true;
    return;
  }
  const path = at(told++);
  path.text = text;
  path.bytes = textBytes;
  path.origin = origin;
  path.rank = rank;
}

/** The library that a file needs. */
export function needed(session: u32, from: u32, nameAddr: u64, bytes: u32): i32 {
  const value = isCrowded ? Answer.Refused : ask(Question.Needed, session, nameAddr, bytes);
  told = 0;
  isCrowded = false;
  return value;
}

/** The file of a thin archive's member. */
export function member(session: u32, source: u32, nameAddr: u64, bytes: u32): i32 {
  archive = source;
  return ask(Question.Member, session, nameAddr, bytes);
}

/** A symbol that no module in scope defines. What the program defines, it defines in every version. */
export function resolve(session: u32, from: u32, nameAddr: u64, bytes: u32, version: u64, versionBytes: u32): i32 {
  return ask(Question.Resolve, session, nameAddr, bytes);
}

/** The program has nothing to say before a symbol is looked up: it asks for no policy. */
export function before(session: u32, from: u32, nameAddr: u64, bytes: u32, version: u64, versionBytes: u32): i32 {
  return Answer.Refused;
}

/** Nor does it change what a relocation is given. */
export function intercept(module: u32, nameAddr: u64, bytes: u32, type: u32, place: u64, owner: u32, value: u64): i32 {
  return Answer.Refused;
}

/** The address of what was found. */
export function found_addr(): u64 {
  return foundAddr;
}

/** Its size: unknown. */
export function found_bytes(): u64 {
  return 0;
}

/** Its type: unknown, STT_NOTYPE. */
export function found_type(): u32 {
  return 0;
}

// for the program

/** The open question. */
export function asked(): Question {
  return isAnswered ? Question.None : question;
}

/** The name that is asked for, in the target. */
export function asked_name(): u64 {
  return name;
}

/** Its length. */
export function asked_name_bytes(): u32 {
  return nameBytes;
}

/** The archive that a member is asked of. */
export function asked_archive(): u32 {
  return archive;
}

/** How many search paths came with the question. */
export function asked_path_count(): u32 {
  return pathCount;
}

/** The text of one of them, in the target. */
export function asked_path(index: u32): u64 {
  return at(index).text;
}

/** Its length. */
export function asked_path_bytes(index: u32): u32 {
  return at(index).bytes;
}

/** The file whose folder its $ORIGIN means. */
export function asked_path_origin(index: u32): u32 {
  return at(index).origin;
}

/** 0 if it comes before the host's own folders, 1 if behind them. */
export function asked_path_rank(index: u32): u32 {
  return at(index).rank;
}

/** Answers the open question; the address is that of a symbol. */
export function reply(value: i32, addr: u64): void {
  isAnswered = question != Question.None;
  answer = value;
  foundAddr = addr;
}
