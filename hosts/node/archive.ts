// Archives as files, for what looks at them without linking them: their members, in GNU's format and BSD's, and those of thin ones, which are files of their own.

import { dirname, resolve } from "node:path";
import { LinkwrightError } from "./error.js";

const REGULAR = "!<arch>\n", THIN = "!<thin>\n", MAGIC_BYTES = 8;
const HEADER_BYTES = 60, NAME_BYTES = 16, SIZE_AT = 48, SIZE_BYTES = 10, END_AT = 58;

/** A member as its archive has it. */
interface Entry {
  readonly name: string;
  /** Its bytes; none of a thin archive's. */
  readonly bytes: Uint8Array;
  /** Of a thin archive's member that is in an archive itself: where its header is there. */
  readonly origin: number | undefined;
}

/** A member, and what is in it. */
export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const textOf = (bytes: Uint8Array, start: number, end: number): string => Buffer.from(bytes.subarray(start, end)).toString("latin1");
const magicOf = (bytes: Uint8Array): string => textOf(bytes, 0, MAGIC_BYTES);

/** True for what begins an archive. */
export function isArchive(head: Uint8Array): boolean {
  return [REGULAR, THIN].includes(magicOf(head));
}

/** True for what begins one whose members are files of their own. */
export function isThin(head: Uint8Array): boolean {
  return magicOf(head) === THIN;
}

/** The members of an archive. Tables of symbols and of names are none. */
export function membersOf(archive: Uint8Array): Member[] {
  return [...entriesOf(archive)];
}

function* entriesOf(archive: Uint8Array): Generator<Entry> {
  let names = "";
  for (let at = MAGIC_BYTES; at < archive.length; ) {
    const name = textOf(archive, at, at + NAME_BYTES).trimEnd(), length = sizeAt(archive, at), start = at + HEADER_BYTES;
    const isOwn = /^\/(?!\d)/.test(name), isHere = isOwn || !isThin(archive), bytes = archive.subarray(start, isHere ? start + length : start);
    if (isHere && bytes.length < length) throw wrong(at);
    if (name === "//") names = textOf(bytes, 0, length);
    if (!isOwn) {
      const entry = entryOf(name, bytes, names);
      if (entry === undefined) throw wrong(at);
      if (!entry.name.startsWith("__.SYMDEF")) yield entry;
    }
    at = start + (isHere ? length + length % 2 : 0);
  }
}

function sizeAt(archive: Uint8Array, at: number): number {
  const size = textOf(archive, at + SIZE_AT, at + SIZE_AT + SIZE_BYTES).trimEnd();
  if (textOf(archive, at + END_AT, at + HEADER_BYTES) !== "`\n" || !/^\d+$/.test(size)) throw wrong(at);
  return Number(size);
}

function entryOf(name: string, bytes: Uint8Array, names: string): Entry | undefined {
  const [, inFront] = /^#1\/(\d+)$/.exec(name) ?? [], [, offset, origin] = /^\/(\d+)(?::(\d+))?$/.exec(name) ?? [];
  if (Number(inFront) > bytes.length) return undefined;
  if (inFront !== undefined) return { name: textOf(bytes, 0, Number(inFront)).replace(/\0+$/, ""), bytes: bytes.subarray(Number(inFront)), origin: undefined };
  if (offset === undefined) return { name: name.replace(/(?<=.)\/$/, ""), bytes, origin: undefined };
  const end = names.indexOf("\n", Number(offset));
  if (end < 0) return undefined;
  return { name: Buffer.from(names.slice(Number(offset), end).replace(/\/$/, ""), "latin1").toString(), bytes, origin: origin === undefined ? undefined : Number(origin) };
}

/** Where the file of a thin archive's member is: it is named from the archive's folder. */
export function memberPath(archive: string, name: string): string {
  return resolve(dirname(archive), name);
}

/**
 * A thin archive with its members' bytes in it: for whoever can't read them from where they are.
 *
 * @param read  reads a member's file
 * @throws LinkwrightError BadArchive for one that makes no sense, and what `read` throws
 */
export async function gathered(path: string, archive: Uint8Array, read: (path: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [Buffer.from(REGULAR, "latin1")];
  for (const { name, origin } of entriesOf(archive)) {
    const file = await read(memberPath(path, name)), start = origin === undefined ? 0 : origin + HEADER_BYTES;
    const bytes = origin === undefined ? file : file.subarray(start, start + sizeAt(file, origin)), own = Buffer.from(name);
    const size = own.length + bytes.length;
    pieces.push(Buffer.from(`#1/${own.length}`.padEnd(SIZE_AT) + String(size).padEnd(SIZE_BYTES) + "`\n", "latin1"), own, bytes, Buffer.alloc(size % 2, "\n"));
  }
  return Buffer.concat(pieces);
}

function wrong(at: number): LinkwrightError {
  return new LinkwrightError("BadArchive", `the archive contradicts itself at byte ${at}`);
}
