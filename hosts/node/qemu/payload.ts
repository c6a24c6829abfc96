// The payload: a cpio archive in the newc format, as an initramfs, that holds the modules and the script.

/** One file of the payload. */
export interface PayloadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** It lies in pages of its own, so that it can be used in place. */
  readonly ownPages?: boolean;
}

const REGULAR = 0o100644;
/** A multiple of every machine's page. */
const PAGE_BYTES = 16384;

/** A cpio archive (newc) of these files, in order. What lies behind a file with pages of its own begins on a page, too. */
export function payloadOf(files: readonly PayloadFile[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  const add = (file: PayloadFile, inode: number, align: number): void => {
    const made = entry(file, inode, at, align);
    parts.push(...made);
    at += made.reduce((sum, one) => sum + one.length, 0);
  };
  files.forEach((file, i) => add(file, i + 1, file.ownPages || files[i - 1]?.ownPages ? PAGE_BYTES : 4));
  add({ name: "TRAILER!!!", bytes: new Uint8Array() }, 0, 4);
  return Buffer.concat(parts);
}

/** An entry at an offset whose bytes lie at a multiple of `align`: as many zeros end its name as that takes. */
function entry({ name, bytes }: PayloadFile, inode: number, at: number, align: number): Uint8Array[] {
  const text = Buffer.from(`${name}\0`), start = at + HEADER_BYTES + text.length;
  const nameBytes = Buffer.concat([text, Buffer.alloc(align > 4 ? -start & (align - 1) : 0)]);
  const mode = inode ? REGULAR : 0;
  // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
  const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, nameBytes.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return [header, nameBytes, padding(header.length + nameBytes.length), bytes, padding(bytes.length)];
}
const HEADER_BYTES = 110;

function padding(bytes: number): Uint8Array {
  return new Uint8Array(-bytes & 3);
}
