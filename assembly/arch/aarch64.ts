// AArch64, LP64, little-endian. GLOB_DAT and JUMP_SLOT are S + A here.
// Spec: ELF for the Arm 64-bit Architecture (AAELF64), 5.7 "Relocation".

import { EM } from "../elf/header";
import { Arch, Role } from "./arch";

const enum R { NONE = 0, ABS64 = 257, COPY = 1024, GLOB_DAT = 1025, JUMP_SLOT = 1026, RELATIVE = 1027 }

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.JUMP_SLOT | Role.Word,
  R.GLOB_DAT  | Role.Word,
  R.ABS64     | Role.Word,
  R.COPY      | Role.Copy,
  R.NONE      | Role.None,
]);

@lazy export const AARCH64: Arch = changetype<Arch>(memory.data<usize>([EM.AARCH64, 64, 0, ROWS, 6]));
