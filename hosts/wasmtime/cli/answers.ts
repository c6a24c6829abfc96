// What the program says when the core asks for libraries and symbols.

import { Answer } from "../../../assembly/words";
import { words } from "./buffer";
import { NONE } from "./core";
import { List, newList } from "./list";
import { fileOf, folderOf, isPath, isPlain, join, normal } from "./path";
import { addFolders } from "./search";
import { failure, isFile, isSame, openAlready, sourceAt, sourceOf } from "./source";
import { nameAt } from "./target";
import { Text } from "./text";
import { take } from "./heap";

@external("link", "asked_name") declare function askedName(): u64;
@external("link", "asked_name_bytes") declare function askedNameBytes(): u32;
@external("link", "asked_archive") declare function askedArchive(): u32;
@external("link", "asked_path_count") declare function askedPathCount(): u32;
@external("link", "asked_path") declare function askedPath(index: u32): u64;
@external("link", "asked_path_bytes") declare function askedPathBytes(index: u32): u32;
@external("link", "asked_path_origin") declare function askedPathOrigin(index: u32): u32;
@external("link", "asked_path_rank") declare function askedPathRank(index: u32): u32;
@external("link", "reply") declare function reply(value: i32, addr: u64): void;

@external("machine", "tls_entries") declare function tlsEntries(fixed: u64, dynamic: u64, absent: u64): void;

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

/** Says where libraries are looked for besides the folders that files name themselves: among these files, and in these folders. */
export function search(named: List, inFolders: List): void {
  files = named;
  folders = inFolders;
}

/** Defines a symbol, in every version; the last definition of a name holds. */
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
  if (!path) return reply(Answer.Refused, 0);
  const known = openAlready(path);
  const source = known ? known : sourceOf(path, name);
  if (!source) cause = failure;
  reply(source ? <i32>source.number : Answer.Refused, 0);
}

/** Answers which file the member of a thin archive is: it is named from the archive's folder. */
export function answerMember(): void {
  const name = asked(), archive = sourceAt(askedArchive()), isAbsolute = name.bytes > 0 && name.byte(0) == 0x2f;
  const path = isAbsolute ? name : shorter(join(folderOf(archive!.path), name));
  const known = openAlready(path);
  const source = known ? known : sourceOf(path, fileOf(path));
  if (!source) cause = failure;
  reply(source ? <i32>source.number : Answer.Refused, 0);
}

/** The path of a library, if somebody has it: docs/abi.md says in what order they are asked. */
function find(name: Text): Text | null {
  if (isPath(name)) return isFile(name) ? name : null;
  for (let i: u32 = 0; i < files.count; ++i) if (fileOf(files.at<Text>(i)).equals(name)) return files.at<Text>(i);
  if (!isPlain(name)) return null;
  let path = findIn(foldersOfRank(0), name);
  if (!path) path = findIn(folders, name);
  return path ? path : findIn(foldersOfRank(1), name);
}

function findIn(some: List, name: Text): Text | null {
  for (let i: u32 = 0; i < some.count; ++i) {
    const path = join(some.at<Text>(i), name);
    if (isFile(path)) return shorter(path);
  }
  return null;
}

// What is before ".." may be a link: then the path without both is another one.
function shorter(path: Text): Text {
  const short = normal(path);
  return isSame(short, path) ? short : path;
}

/** The folders of the search paths that came with the question. */
function foldersOfRank(rank: u32): List {
  const some = newList();
  for (let i: u32 = 0; i < askedPathCount(); ++i) {
    const origin = sourceAt(askedPathOrigin(i));
    if (origin && askedPathRank(i) == rank) addFolders(nameAt(askedPath(i), askedPathBytes(i)), origin, some);
  }
  return some;
}

/** Answers what the command line says a symbol is. */
export function answerResolve(): void {
  const definition = definitionOf(asked());
  reply(definition ? Answer.Done : Answer.Refused, definition ? definition.addr : 0);
}

function definitionOf(name: Text): Definition | null {
  if (!changetype<usize>(definitions)) return null;
  for (let i = <i32>definitions.count - 1; i >= 0; --i) {
    const definition = definitions.at<Definition>(i);
    if (definition.name.equals(name)) return definition;
  }
  return null;
}

function addrOf(name: string): u64 {
  const definition = definitionOf(words(name).held);
  return definition ? definition.addr : NONE;
}

/** Says where the functions are that find thread-local variables by their descriptors, if they were defined. */
export function defineThreads(): void {
  tlsEntries(addrOf("lw_tls_static"), addrOf("lw_tls_dynamic"), addrOf("lw_tls_absent"));
}
