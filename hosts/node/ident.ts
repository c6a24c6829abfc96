// What the first bytes of an ELF file say of the machine it is for: enough to tell libraries apart before one is loaded.

import { closeSync, openSync, readSync } from "node:fs";

/** A machine and its class. */
export interface Ident {
  /** e_machine. */
  readonly machine: number;
  /** 32 or 64. */
  readonly bits: number;
}

/** As much of a file as says it. */
export const IDENT_BYTES = 20;

/** The machine of a file; undefined if these are not the first bytes of a little-endian ELF file. */
export function identOf(head: Uint8Array): Ident | undefined {
  if (head.length < IDENT_BYTES || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return undefined;
  const [bits] = head[4] === 1 ? [32] : head[4] === 2 ? [64] : [];
  if (bits === undefined || head[5] !== 1) return undefined;
  return { machine: head[18]! | head[19]! << 8, bits };
}

/** The machine of the file at a path; undefined if it is no such file or can't be read. */
export function identAt(path: string): Ident | undefined {
  const head = new Uint8Array(IDENT_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return readSync(file, head) === IDENT_BYTES ? identOf(head) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
