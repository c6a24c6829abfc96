// The core's `link`. Only the program can look for files and knows what was defined, and a provider can't call it: so each
// question is put down here and the core told to wait; the program answers it and lets the session go on.

import { Answer } from "../../assembly/words";
import { Question } from "./question";

let question: Question = Question.None;
let asker: u32 = 0;
let name: u64 = 0;
let nameBytes: u32 = 0;

let isAnswered: bool = false;
let answer: i32 = 0;
let foundAddr: u64 = 0;
let foundBytes: u64 = 0;

// The core asks the very same question again once it is answered. Another session's turn comes after that.
function ask(kind: Question, session: u32, nameAddr: u64, bytes: u32): i32 {
  if (question == Question.None) {
    question = kind;
    asker = session;
    name = nameAddr;
    nameBytes = bytes;
    return Answer.Pending;
  }
  if (!isAnswered || asker != session) return Answer.Pending;
  question = Question.None;
  isAnswered = false;
  return answer;
}

// for the core

/** The library that a file needs. */
export function needed(session: u32, from: u32, nameAddr: u64, bytes: u32): i32 {
  return ask(Question.Needed, session, nameAddr, bytes);
}

/** A symbol that no module in scope defines. */
export function resolve(session: u32, from: u32, nameAddr: u64, bytes: u32): i32 {
  return ask(Question.Resolve, session, nameAddr, bytes);
}

/** The address of what was found. */
export function found_addr(): u64 {
  return foundAddr;
}

/** Its size; 0: unknown. */
export function found_bytes(): u64 {
  return foundBytes;
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

/** Answers the open question; address and size are those of a symbol. */
export function reply(value: i32, addr: u64, bytes: u64): void {
  isAnswered = question != Question.None;
  answer = value;
  foundAddr = addr;
  foundBytes = bytes;
}
