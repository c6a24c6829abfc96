// Files, in the folders that the program was given.

import { take } from "./heap";
import { List, newList } from "./list";
import { climbs, within } from "./path";
import { Text, textAt } from "./text";
import { Create, Errno, FOLLOW, Piece, Right, STAT_BYTES, Stat, fileStat, open, prestat, prestatName, read } from "./wasi";

/** A folder that the program was given (wasmtime's --dir). */
@unmanaged
class Folder {
  name: Text;
  fd: u32;
}

const FIRST_FD: u32 = 3;

let folders: List = changetype<List>(0);

function granted(): List {
  if (changetype<usize>(folders)) return folders;
  folders = newList();
  const kind = take(8);
  for (let fd = FIRST_FD; prestat(fd, kind) == Errno.Ok; ++fd) {
    const bytes = load<u32>(kind + 4), at = take(bytes);
    if (prestatName(fd, at, bytes)) continue;
    const folder = changetype<Folder>(take(offsetof<Folder>()));
    folder.name = textAt(at, bytes);
    folder.fd = fd;
    folders.add(changetype<usize>(folder));
  }
  return folders;
}

let folderFd: u32 = 0;
let rest: Text = changetype<Text>(0);

/** Finds the nearest folder that holds a path, before one that it seems to leave: `folderFd` and `rest`. */
function locate(path: Text): bool {
  const all = granted();
  let best: u32 = 0;
  for (let i: u32 = 0; i < all.count; ++i) {
    const folder = all.at<Folder>(i), inside = within(folder.name, path);
    if (!inside) continue;
    const rank: u32 = climbs(inside) ? 1 : folder.name.bytes + 2;
    if (rank <= best) continue;
    best = rank;
    folderFd = folder.fd;
    rest = inside;
  }
  return best > 0;
}

/** What the system says of a file; its errno, Notcapable if the file is in no folder of the program's. */
export function statOf(path: Text, stat: Stat): u32 {
  if (!locate(path)) return Errno.Notcapable;
  return fileStat(folderFd, FOLLOW, rest.at, rest.bytes, changetype<usize>(stat));
}

/** Room for what `statOf` says. */
export function newStat(): Stat {
  return changetype<Stat>(take(STAT_BYTES));
}

/** The last file that was opened. */
export let openedFd: u32 = 0;

/** Opens a file for reading. */
export function openToRead(path: Text): u32 {
  return openAs(path, Create.No, Right.Read);
}

/** Opens a file for writing, empty. */
export function openToWrite(path: Text): u32 {
  return openAs(path, Create.Yes | Create.Truncate, Right.Write);
}

function openAs(path: Text, create: u32, rights: u64): u32 {
  if (!locate(path)) return Errno.Notcapable;
  const into = take(4);
  const errno = open(folderFd, FOLLOW, rest.at, rest.bytes, create, rights, 0, 0, into);
  openedFd = load<u32>(into);
  return errno;
}

@lazy @inline const PIECE: usize = memory.data(8, 8);
@lazy @inline const DONE: usize = memory.data(4, 4);

/** Bytes that the last `readSome` got; 0 at the end of the file. */
export let readBytes: u32 = 0;

/** Reads at most so many bytes of an open file. */
export function readSome(fd: u32, into: usize, bytes: u32): u32 {
  const piece = changetype<Piece>(PIECE);
  piece.at = into;
  piece.bytes = bytes;
  const errno = read(fd, PIECE, 1, DONE);
  readBytes = load<u32>(DONE);
  return errno;
}

/** An errno in words. */
export function errnoWords(errno: u32): string {
  switch (errno) {
    case Errno.Acces: return "permission denied";
    case Errno.Isdir: return "it is a folder";
    case Errno.Loop: return "its links lead in a circle";
    case Errno.Noent: return "its folder does not exist";
    case Errno.Nospc: return "the disk is full";
    case Errno.Notdir: return "a part of its path is no folder";
    case Errno.Perm:
    case Errno.Notcapable: return "it lies outside of the folders that were granted (wasmtime --dir)";
    case Errno.Rofs: return "the disk is read-only";
    default: return "the system refused";
  }
}
