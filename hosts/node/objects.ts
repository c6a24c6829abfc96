// Which files are linked before they can be loaded: objects, and archives of them. Neighbours among these become one module.

import { open } from "node:fs/promises";
import { isArchive } from "./archive.js";

const HEAD_BYTES = 18;
const ET_REL = 1;

/** True if a file that begins like this is an object or an archive. */
export function isObject(head: Uint8Array): boolean {
  if (isArchive(head)) return true;
  return Buffer.from(head.subarray(0, 4)).toString("latin1") === "\x7fELF" && head.length >= HEAD_BYTES && head[16] === ET_REL && head[17] === 0;
}

/** The same of the file at a path; false for one that can't be read: whoever loads it will say why. */
export async function isObjectFile(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return isObject(buffer.subarray(0, bytesRead));
  } catch {
    return false;
  }
}

/** Files in order, objects beside each other as one group. */
export function groupsOf<T>(files: readonly T[], isLinked: (file: T) => boolean): T[][] {
  const groups: T[][] = [];
  let last: T | undefined;
  for (const file of files) {
    if (last !== undefined && isLinked(last) && isLinked(file)) groups.at(-1)!.push(file);
    else groups.push([file]);
    last = file;
  }
  return groups;
}
