// The payload: a cpio archive in the newc format, as an initramfs, that holds the modules and the script.

/** One file of the payload. */
export interface PayloadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const REGULAR = 0o100644;

/** A cpio archive (newc) of these files, in order. */
export function payloadOf(files: readonly PayloadFile[]): Uint8Array {
  const parts = files.flatMap((file, i) => entry(file, i + 1));
  parts.push(...entry({ name: "TRAILER!!!", bytes: new Uint8Array() }, 0));
  return Buffer.concat(parts);
}

function entry({ name, bytes }: PayloadFile, inode: number): Uint8Array[] {
  const nameBytes = Buffer.from(`${name}\0`);
  const mode = inode ? REGULAR : 0;
  // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
  const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, nameBytes.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return [header, nameBytes, padding(header.length + nameBytes.length), bytes, padding(bytes.length)];
}

function padding(bytes: number): Uint8Array {
  return new Uint8Array(-bytes & 3);
}
