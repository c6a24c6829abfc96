// Paths, taken apart and put together without asking the system.

import { newBuffer, words } from "./buffer";
import { List, newList } from "./list";
import { Text } from "./text";

const SLASH: u32 = 0x2f;

/** The last part of a path. */
export function fileOf(path: Text): Text {
  return path.slice(path.findLast(SLASH) + 1);
}

/** The folder that a path leads into: all but its last part. */
export function folderOf(path: Text): Text {
  const slash = path.findLast(SLASH);
  if (slash < 0) return words(".").held;
  return path.slice(0, slash ? slash : 1);
}

/** Whether a name is a path: it is not looked for, but taken as it is. */
export function isPath(name: Text): bool {
  return name.find(SLASH) >= 0 && name.find(0) < 0;
}

/** A file in a folder. */
export function join(folder: Text, name: Text): Text {
  return (folder.bytes ? newBuffer().text(folder) : words(".")).byte(SLASH).text(name).held;
}

/** A path without "." and "..", as if no part of it were a link. */
export function normal(path: Text): Text {
  const isAbsolute = path.bytes > 0 && path.byte(0) == SLASH;
  const parts = newList();
  for (let from: u32 = 0; from <= path.bytes; ) {
    const slash = path.find(SLASH, from), to = slash < 0 ? path.bytes : <u32>slash;
    take(parts, path.slice(from, to), isAbsolute);
    from = to + 1;
  }
  const joined = newBuffer();
  for (let i: u32 = 0; i < parts.count; ++i) {
    if (i || isAbsolute) joined.byte(SLASH);
    joined.text(parts.at<Text>(i));
  }
  return joined.held;
}

function take(parts: List, part: Text, isAbsolute: bool): void {
  if (!part.bytes || part.is(".")) return;
  if (part.is("..")) {
    if (parts.count && !parts.at<Text>(parts.count - 1).is("..")) {
      --parts.count;
      return;
    }
    if (isAbsolute) return;
  }
  parts.add(changetype<usize>(part));
}

/** Whether a library's name is a name and no path: one from a file never leads out of a folder. */
export function isPlain(name: Text): bool {
  return name.bytes > 0 && !name.is(".") && !name.is("..") && name.find(SLASH) < 0 && name.find(0) < 0;
}

/** Whether a path leads out of the folder it begins in, if no part of it is a link. */
export function climbs(path: Text): bool {
  const short = normal(path);
  return short.is("..") || short.begins("../");
}

/** Whether `path` lies in `folder`; what is left of it then, "." for the folder itself. Null if it does not. */
export function within(folder: Text, path: Text): Text | null {
  let rest = path;
  if (folder.is(".")) {
    if (path.bytes && path.byte(0) == SLASH) return null;
  } else {
    let bytes = folder.bytes;
    while (bytes && folder.byte(bytes - 1) == SLASH) --bytes;
    if (path.bytes < bytes || memory.compare(path.at, folder.at, bytes) != 0) return null;
    if (path.bytes > bytes && path.byte(bytes) != SLASH) return null;
    rest = path.slice(bytes);
    while (rest.bytes && rest.byte(0) == SLASH) rest = rest.slice(1);
  }
  return rest.bytes ? rest : words(".").held;
}
