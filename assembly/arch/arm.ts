// Arm, 32-bit, little-endian. REL: addends are in the places, except that a JUMP_SLOT's place points into the PLT. A descriptor
// holds its argument, and its addend there, before its function.
// Bit 0 of a code address says Thumb; symbols carry it in their value, so S already has it.
// Spec: ELF for the Arm Architecture (AAELF32), 5.6 "Relocation".

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, Role } from "./arch";

const enum R {
  NONE = 0, ABS32 = 2, REL32 = 3, TLS_DESC = 13, TLS_DTPMOD32 = 17, TLS_DTPOFF32 = 18, TLS_TPOFF32 = 19, COPY = 20,
  GLOB_DAT = 21, JUMP_SLOT = 22, RELATIVE = 23, IRELATIVE = 160,
}

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE     | Role.Relative,
  R.GLOB_DAT     | Role.Slot,
  R.JUMP_SLOT    | Role.Jump,
  R.ABS32        | Role.Word,
  R.TLS_DTPMOD32 | Role.TlsNumber,
  R.TLS_DTPOFF32 | Role.TlsOffset,
  R.TLS_TPOFF32  | Role.TlsPointer,
  R.TLS_DESC     | Role.TlsDescriptor,
  R.IRELATIVE    | Role.Indirect,
  R.COPY         | Role.Copy,
  R.REL32        | Role.Pc,
  R.NONE         | Role.None,
]);

@lazy export const ARM: Arch = changetype<Arch>(memory.data<usize>([EM.ARM, 32, 1, 0, 8, 1, Lazy.SecondThird, DT.NULL, ROWS, 12]));
