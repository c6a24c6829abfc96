// RISC-V, RV32 and RV64, little-endian. RELA; GOT entries use the plain word of the class.
// Spec: RISC-V ELF psABI, 8.4 "Relocations".

import { EM } from "../elf/header";
import { Arch, Role } from "./arch";

const enum R { NONE = 0, R32 = 1, R64 = 2, RELATIVE = 3, COPY = 4, JUMP_SLOT = 5 }

@lazy const ROWS32: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.JUMP_SLOT | Role.Slot,
  R.R32       | Role.Word,
  R.COPY      | Role.Copy,
  R.NONE      | Role.None,
]);

@lazy const ROWS64: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.JUMP_SLOT | Role.Slot,
  R.R64       | Role.Word,
  R.COPY      | Role.Copy,
  R.NONE      | Role.None,
]);

@lazy export const RISCV32: Arch = changetype<Arch>(memory.data<usize>([EM.RISCV, 32, 0, ROWS32, 5]));
@lazy export const RISCV64: Arch = changetype<Arch>(memory.data<usize>([EM.RISCV, 64, 0, ROWS64, 5]));
