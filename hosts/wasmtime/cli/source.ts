// Files as the core knows them: by number, with their bytes staged in the target.

import { newBuffer } from "./buffer";
import { fail } from "./failure";
import { newStat, openToRead, openedFd, errnoWords, readBytes, readSome, statOf } from "./file";
import { take } from "./heap";
import { List, newList } from "./list";
import { fileOf } from "./path";
import { byteAt, nameAt, put, violations } from "./target";
import { Text } from "./text";
import { Errno, FileType, Stat, close } from "./wasi";

@external("source", "open") declare function openSource(bytes: u64): u32;
@external("source", "area") export declare function areaOf(source: u32): u64;
@external("source", "complete") declare function complete(source: u32): i32;

/** A file that was opened. */
@unmanaged
export class Source {
  number: u32;
  name: Text;
  path: Text;
  device: u64;
  inode: u64;
  /** 32 or 64, and e_machine, as its first bytes say. */
  bits: u32;
  machine: u32;
  /** It is linked with its neighbours before it is loaded: an object, or an archive. */
  isObject: bool;
}

let sources: List = changetype<List>(0);

const CHUNK_BYTES: u32 = 1 << 16;
// All of a file is staged; one that is larger would fill the sandbox before it is refused.
const LARGEST: u64 = 1 << 30;

const IDENTIFIED_BYTES: u64 = 20; // up to e_machine

/** Why `sourceOf` answered null. */
export let failure: Text = changetype<Text>(0);

function refuse(message: Text): Source | null {
  failure = message;
  return null;
}

/** The file of a number. */
export function sourceAt(number: u32): Source | null {
  if (!changetype<usize>(sources)) return null;
  for (let i: u32 = 0; i < sources.count; ++i) {
    const source = sources.at<Source>(i);
    if (source.number == number) return source;
  }
  return null;
}

/** A file that is open already, by whatever path. */
export function openAlready(path: Text): Source | null {
  const stat = newStat();
  if (!changetype<usize>(sources) || statOf(path, stat)) return null;
  for (let i: u32 = 0; i < sources.count; ++i) {
    const source = sources.at<Source>(i);
    if (source.device == stat.device && source.inode == stat.inode) return source;
  }
  return null;
}

/** Forgets all files: the core is started over. */
export function forgetSources(): void {
  sources = newList();
}

/** The text at an offset of an open file, up to a NUL or so many bytes. */
export function textIn(source: Source, offset: u64, mostBytes: u64): Text {
  const start = areaOf(source.number) + offset;
  let bytes: u32 = 0;
  while (bytes < mostBytes && byteAt(start + bytes)) ++bytes;
  return nameAt(start, bytes);
}

/** Whether there is such a file. */
export function isFile(path: Text): bool {
  const stat = newStat();
  return statOf(path, stat) == Errno.Ok && stat.type == FileType.Regular;
}

/** Whether both are paths of one file. */
export function isSame(one: Text, other: Text): bool {
  const stat = newStat(), otherStat = newStat();
  return !statOf(one, stat) && !statOf(other, otherStat) && stat.device == otherStat.device && stat.inode == otherStat.inode;
}

/** Opens a file and stages all of it; null with `failure` if that can't be done. */
export function sourceOf(path: Text, name: Text): Source | null {
  const stat = newStat();
  let errno = statOf(path, stat);
  if (errno) return refuse(unreadable(path, errno));
  if (stat.type == FileType.Directory) return refuse(newBuffer().text(path).words(" is a folder").held);
  if (stat.bytes > LARGEST) return refuse(noRoom(name, stat));
  errno = openToRead(path);
  if (errno) return refuse(unreadable(path, errno));
  const fd = openedFd, number = openSource(stat.bytes);
  if (!number) return refuse(noRoom(name, stat));
  const problem = stage(fd, number, path, name, stat);
  close(fd);
  if (problem) return refuse(problem);

  const source = changetype<Source>(take(offsetof<Source>()));
  source.number = number;
  source.name = name;
  source.path = path;
  source.device = stat.device;
  source.inode = stat.inode;
  if (stat.bytes >= IDENTIFIED_BYTES) identify(source);
  source.isObject = stat.bytes >= AR_BYTES && isArchive(source) || stat.bytes >= IDENTIFIED_BYTES && isRelocatable(source);
  if (!changetype<usize>(sources)) sources = newList();
  sources.add(changetype<usize>(source));
  return source;
}

// EI_CLASS, and e_machine: gABI 4.1 "ELF Header". Whether it is a file of such a machine at all the core will say.
function identify(source: Source): void {
  const start = areaOf(source.number);
  source.bits = byteAt(start + 4) == 1 ? 32 : 64;
  source.machine = byteAt(start + 18) | byteAt(start + 19) << 8;
}

const AR_BYTES: u64 = 8;

/** "!<arch>" or "!<thin>", and a line feed. */
function isArchive(source: Source): bool {
  const magic = textIn(source, 0, AR_BYTES);
  return magic.bytes == AR_BYTES && magic.byte(7) == 0x0a && (magic.begins("!<arch>") || magic.begins("!<thin>"));
}

/** ET_REL. */
function isRelocatable(source: Source): bool {
  const start = areaOf(source.number);
  return byteAt(start) == 0x7f && byteAt(start + 1) == 0x45 && byteAt(start + 2) == 0x4c && byteAt(start + 3) == 0x46 && byteAt(start + 16) == 1 && byteAt(start + 17) == 0;
}

/** A file that is named on the command line. */
export function opened(path: Text): Source {
  const source = sourceOf(path, fileOf(path));
  if (!source) fail("SourceUnreadable", failure);
  return source!;
}

let chunk: usize = 0;

/** Reads the file into its staging area; what went wrong, or null. */
function stage(fd: u32, number: u32, path: Text, name: Text, stat: Stat): Text | null {
  if (!chunk) chunk = take(CHUNK_BYTES);
  const area = areaOf(number), before = violations();
  for (let done: u64 = 0; done < stat.bytes; done += readBytes) {
    const errno = readSome(fd, chunk, <u32>min<u64>(CHUNK_BYTES, stat.bytes - done));
    if (errno) return unreadable(path, errno);
    if (!readBytes) return newBuffer().text(path).words(" can't be read: it became shorter").held;
    put(area + done, chunk, readBytes);
  }
  // The sandbox counts a store that found no memory as refused.
  return complete(number) || violations() != before ? noRoom(name, stat) : null;
}

function noRoom(name: Text, stat: Stat): Text {
  return newBuffer().text(name).words(": the sandbox has no room for ").decimal(stat.bytes).words(" bytes").held;
}

function unreadable(path: Text, errno: u32): Text {
  if (errno == Errno.Noent) return newBuffer().words("there is no file ").text(path).held;
  if (errno == Errno.Notcapable) return newBuffer().words("there is no file ").text(path).words(" in the folders that wasmtime grants (--dir)").held;
  if (errno == Errno.Acces) return newBuffer().text(path).words(" may not be read").held;
  return newBuffer().text(path).words(" can't be read: ").words(errnoWords(errno)).held;
}
