// Thin archives: their members are files of their own beside the archive. The core is given what an archive with the members in it would be.

import { dirname, resolve } from "node:path";
import { LinkwrightError } from "./error.js";

const MAGIC = "!<thin>\n", REGULAR = "!<arch>\n";
const HEADER_BYTES = 60, NAME_BYTES = 16, SIZE_AT = 48, SIZE_BYTES = 10, MAGIC_BYTES = 8;
/** Names of the members that a thin archive holds itself: symbols, symbols with 64-bit offsets, long names. */
const OWN = ["/", "/SYM64/", "//"];

/** True for the beginning of a thin archive. */
export function isThin(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, MAGIC_BYTES)).toString("latin1") === MAGIC;
}

/**
 * A thin archive with its members' bytes in it, at the offsets that its table of symbols then has.
 *
 * @param path  where the archive is: members are named from there
 * @param read  reads a member
 * @throws LinkwrightError for a member that can't be had, or an archive that makes no sense
 */
export async function thickened(path: string, archive: Buffer, read: (path: string) => Promise<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = [Buffer.from(REGULAR, "latin1")], places = new Map<number, number>();
  let names: Buffer = Buffer.alloc(0);
  let symbols: { readonly at: number; readonly piece: number; readonly width: 4 | 8 } | undefined;
  let length = MAGIC_BYTES;
  for (let at = MAGIC_BYTES; at + HEADER_BYTES <= archive.length; ) {
    const header = archive.subarray(at, at + HEADER_BYTES), name = header.toString("latin1", 0, NAME_BYTES).trimEnd();
    const bytes = Number(header.toString("latin1", SIZE_AT, SIZE_AT + SIZE_BYTES));
    const isOwn = OWN.includes(name);
    if (!Number.isInteger(bytes) || bytes < 0 || (isOwn && at + HEADER_BYTES + bytes > archive.length)) throw wrong(path, at);
    const content = isOwn ? archive.subarray(at + HEADER_BYTES, at + HEADER_BYTES + bytes) : Buffer.from(await read(resolve(dirname(path), memberName(name, names, path, at))));
    if (name === "//") names = content;
    else if (isOwn) symbols = { at: length + HEADER_BYTES, piece: pieces.length + 1, width: name === "/" ? 4 : 8 };
    else places.set(at, length);
    const own = Buffer.from(header);
    own.write(String(content.length).padEnd(SIZE_BYTES), SIZE_AT, "latin1");
    pieces.push(own, Buffer.from(content), Buffer.alloc(content.length % 2, "\n"));
    length += HEADER_BYTES + content.length + content.length % 2;
    at += HEADER_BYTES + (isOwn ? bytes + bytes % 2 : 0);
  }
  if (symbols) moveOffsets(pieces[symbols.piece]!, symbols.width, places, path);
  return Buffer.concat(pieces);
}

function memberName(name: string, names: Buffer, path: string, at: number): string {
  const long = /^\/(\d+)$/.exec(name);
  if (!long) return name.replace(/\/$/, "");
  const start = Number(long[1]), end = names.indexOf("\n", start);
  if (start >= names.length || end < 0) throw wrong(path, at);
  return names.toString("utf8", start, end).replace(/\/$/, "");
}

/** The table counts members from the archive's beginning, big-endian. */
function moveOffsets(table: Buffer, width: 4 | 8, places: ReadonlyMap<number, number>, path: string): void {
  const readAt = (at: number): number => (width === 4 ? table.readUInt32BE(at) : Number(table.readBigUInt64BE(at)));
  const count = table.length >= width ? readAt(0) : 0;
  if (count > (table.length - width) / width) throw wrong(path, MAGIC_BYTES);
  for (let at = width; at <= count * width; at += width) {
    const place = places.get(readAt(at));
    if (place === undefined) throw wrong(path, readAt(at));
    if (width === 4) table.writeUInt32BE(place, at);
    else table.writeBigUInt64BE(BigInt(place), at);
  }
}

function wrong(path: string, at: number): LinkwrightError {
  return new LinkwrightError("BadArchive", `${path}: the thin archive contradicts itself at byte ${at}`);
}
