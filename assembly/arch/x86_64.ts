// x86-64, LP64. RELA only.
// Spec: System V ABI, AMD64 supplement, 4.4 "Relocation".

import { EM } from "../elf/header";
import { Arch, Role } from "./arch";

const enum R { NONE = 0, R64 = 1, COPY = 5, GLOB_DAT = 6, JUMP_SLOT = 7, RELATIVE = 8 }

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.JUMP_SLOT | Role.Slot,
  R.GLOB_DAT  | Role.Slot,
  R.R64       | Role.Word,
  R.COPY      | Role.Copy,
  R.NONE      | Role.None,
]);

@lazy export const X86_64: Arch = changetype<Arch>(memory.data<usize>([EM.X86_64, 64, 0, ROWS, 6]));
