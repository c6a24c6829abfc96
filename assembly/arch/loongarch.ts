// LoongArch, LP64. RELA; GOT entries use the plain word of the class.
// Spec: ELF for the LoongArch Architecture, "Relocations".

import { EM } from "../elf/header";
import { Arch, Role } from "./arch";

const enum R { NONE = 0, R64 = 2, RELATIVE = 3, COPY = 4, JUMP_SLOT = 5 }

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.JUMP_SLOT | Role.Slot,
  R.R64       | Role.Word,
  R.COPY      | Role.Copy,
  R.NONE      | Role.None,
]);

@lazy export const LOONGARCH64: Arch = changetype<Arch>(memory.data<usize>([EM.LOONGARCH, 64, 0, ROWS, 5]));
