// i386, ILP32. REL: addends are in the places.
// Spec: System V ABI, Intel386 supplement, 4.4 "Relocation".

import { EM } from "../elf/header";
import { Arch, Role } from "./arch";

const enum R { NONE = 0, R32 = 1, COPY = 5, GLOB_DAT = 6, JUMP_SLOT = 7, RELATIVE = 8 }

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.JUMP_SLOT | Role.Slot,
  R.GLOB_DAT  | Role.Slot,
  R.R32       | Role.Word,
  R.COPY      | Role.Copy,
  R.NONE      | Role.None,
]);

@lazy export const I386: Arch = changetype<Arch>(memory.data<usize>([EM.I386, 32, 0, ROWS, 6]));
