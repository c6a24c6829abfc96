// Arm, 32-bit, little-endian. REL: addends are in the places, except that a JUMP_SLOT's place points into the PLT.
// Bit 0 of a code address says Thumb; symbols carry it in their value, so S already has it.
// Spec: ELF for the Arm Architecture (AAELF32), 5.6 "Relocation".

import { EM } from "../elf/header";
import { Arch, Role } from "./arch";

const enum R { NONE = 0, ABS32 = 2, COPY = 20, GLOB_DAT = 21, JUMP_SLOT = 22, RELATIVE = 23 }

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.JUMP_SLOT | Role.Slot,
  R.GLOB_DAT  | Role.Slot,
  R.ABS32     | Role.Word,
  R.COPY      | Role.Copy,
  R.NONE      | Role.None,
]);

@lazy export const ARM: Arch = changetype<Arch>(memory.data<usize>([EM.ARM, 32, 1, ROWS, 6]));
