// ELF's numbers in words, and as numbers where they have none.

import { PF } from "../../../../assembly/words";
import {
  bindName as bindWord, relocationName, segmentName as segmentWord, symbolTypeName as symbolWord, typeName as typeWord,
  visibilityName as visibilityWord,
} from "../../../../build/wasmtime/words";
import { Buffer, newBuffer } from "../buffer";
import { lengthOf } from "../text";
import { RELR } from "./facts";

function named(name: string, number: u32): Buffer {
  return lengthOf(name) ? newBuffer().words(name) : newBuffer().hex(number);
}

/** e_type. */
export function typeName(type: u32): Buffer {
  return named(typeWord(type), type);
}

/** p_type. */
export function segmentName(machine: u32, type: u32): Buffer {
  return named(segmentWord(machine, type), type);
}

/** A symbol's type (STT). */
export function symbolTypeName(type: u32): Buffer {
  return named(symbolWord(type), type);
}

/** A symbol's binding (STB). */
export function bindName(bind: u32): Buffer {
  return named(bindWord(bind), bind);
}

/** A symbol's visibility (STV). */
export function visibilityName(visibility: u32): Buffer {
  return named(visibilityWord(visibility), visibility);
}

/** A relocation's type. */
export function relocationType(machine: u32, type: u32): Buffer {
  if (type == RELR) return newBuffer().words("RELR");
  const name = relocationName(machine, type);
  return lengthOf(name) ? newBuffer().words(name) : newBuffer().words("type ").decimal(type);
}

/** Permissions as people write them: "r-x". */
export function permissions(flags: u64): Buffer {
  return newBuffer().words(flags & PF.R ? "r" : "-").words(flags & PF.W ? "w" : "-").words(flags & PF.X ? "x" : "-");
}
