// Program headers, as an image or a module has them.

import { Field, List, PF } from "../../assembly/words.js";
import type { Handles } from "./handles.js";

/** A program header. */
export interface Segment {
  /** p_type. */
  readonly type: number;
  /** p_flags: PF bits. */
  readonly flags: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly fileBytes: bigint;
  readonly bytes: bigint;
  readonly align: bigint;
}

/** All program headers of an image or a module, in file order. */
export function segmentsOf(handles: Handles, handle: number): Segment[] {
  return handles.list(handle, List.Phdr, (entry) => ({
    type: entry.number(Field.Type),
    flags: entry.number(Field.Flags),
    offset: entry.raw(Field.Offset),
    vaddr: entry.raw(Field.Vaddr),
    fileBytes: entry.raw(Field.FileBytes),
    bytes: entry.raw(Field.Bytes),
    align: entry.raw(Field.Align),
  }));
}

/** Permissions as people write them: "r-x". */
export function permissionText(flags: number): string {
  return `${flags & PF.R ? "r" : "-"}${flags & PF.W ? "w" : "-"}${flags & PF.X ? "x" : "-"}`;
}
