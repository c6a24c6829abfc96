// What the program says when the core asks for libraries and symbols.

import { Answer } from "../../../assembly/words";
import { List, newList } from "./list";
import { fileOf, isPlain, join } from "./path";
import { failure, isFile, openAlready, sourceOf } from "./source";
import { nameAt } from "./target";
import { Text } from "./text";
import { take } from "./heap";

@external("link", "asked_name") declare function askedName(): u64;
@external("link", "asked_name_bytes") declare function askedNameBytes(): u32;
@external("link", "reply") declare function reply(value: i32, addr: u64, bytes: u64): void;

/** A symbol that was defined by --define. */
@unmanaged
class Definition {
  name: Text;
  addr: u64;
}

let files: List = changetype<List>(0);
let folders: List = changetype<List>(0);
let definitions: List = changetype<List>(0);

/** Why a library that is there could not be used. */
export let cause: Text | null = null;

/** Says where libraries are looked for: among these files, then in these folders, and nowhere else. */
export function search(named: List, inFolders: List): void {
  files = named;
  folders = inFolders;
}

/** Defines a symbol; the last definition of a name holds. */
export function define(name: Text, addr: u64): void {
  if (!changetype<usize>(definitions)) definitions = newList();
  const definition = changetype<Definition>(take(offsetof<Definition>()));
  definition.name = name;
  definition.addr = addr;
  definitions.add(changetype<usize>(definition));
}

function asked(): Text {
  return nameAt(askedName(), askedNameBytes());
}

/** Answers which file a library is. */
export function answerNeeded(): void {
  const name = asked(), path = find(name);
  if (!path) return reply(Answer.Refused, 0, 0);
  const known = openAlready(path);
  const source = known ? known : sourceOf(path, name);
  if (!source) cause = failure;
  reply(source ? <i32>source.number : Answer.Refused, 0, 0);
}

/** The path of a library, if somebody has it. */
function find(name: Text): Text | null {
  for (let i: u32 = 0; i < files.count; ++i) if (fileOf(files.at<Text>(i)).equals(name)) return files.at<Text>(i);
  if (!isPlain(name)) return null;
  for (let i: u32 = 0; i < folders.count; ++i) {
    const path = join(folders.at<Text>(i), name);
    if (isFile(path)) return path;
  }
  return null;
}

/** Answers what the command line says a symbol is. */
export function answerResolve(): void {
  const name = asked();
  if (changetype<usize>(definitions)) {
    for (let i = <i32>definitions.count - 1; i >= 0; --i) {
      const definition = definitions.at<Definition>(i);
      if (definition.name.equals(name)) return reply(Answer.Done, definition.addr, 0);
    }
  }
  reply(Answer.Refused, 0, 0);
}
