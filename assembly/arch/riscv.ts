// RISC-V, RV32 and RV64, little-endian. RELA; GOT entries use the plain word of the class. Offsets in a thread's block count from
// 0x800 on, so that an instruction's signed immediate reaches more of it.
// Spec: RISC-V ELF psABI, 8.4 "Relocations", 8.6 "Thread Local Storage".

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, Role } from "./arch";

const enum R {
  NONE = 0, R32 = 1, R64 = 2, RELATIVE = 3, COPY = 4, JUMP_SLOT = 5, TLS_DTPMOD32 = 6, TLS_DTPMOD64 = 7, TLS_DTPREL32 = 8, TLS_DTPREL64 = 9,
  TLS_TPREL32 = 10, TLS_TPREL64 = 11, TLSDESC = 12, IRELATIVE = 58,
}
const enum Tls { BIAS = 0x800 }

@lazy const ROWS32: usize = memory.data<u32>([
  R.RELATIVE     | Role.Relative,
  R.R32          | Role.Word,
  R.JUMP_SLOT    | Role.Jump,
  R.TLS_DTPMOD32 | Role.TlsNumber,
  R.TLS_DTPREL32 | Role.TlsOffset,
  R.TLS_TPREL32  | Role.TlsPointer,
  R.TLSDESC      | Role.TlsDescriptor,
  R.IRELATIVE    | Role.Indirect,
  R.COPY         | Role.Copy,
  R.NONE         | Role.None,
]);

@lazy const ROWS64: usize = memory.data<u32>([
  R.RELATIVE     | Role.Relative,
  R.R64          | Role.Word,
  R.JUMP_SLOT    | Role.Jump,
  R.TLS_DTPMOD64 | Role.TlsNumber,
  R.TLS_DTPREL64 | Role.TlsOffset,
  R.TLS_TPREL64  | Role.TlsPointer,
  R.TLSDESC      | Role.TlsDescriptor,
  R.IRELATIVE    | Role.Indirect,
  R.COPY         | Role.Copy,
  R.NONE         | Role.None,
]);

@lazy export const RISCV32: Arch = changetype<Arch>(memory.data<usize>([EM.RISCV, 32, 0, Tls.BIAS, 0, 0, Lazy.FirstSecond, DT.RISCV_VARIANT_CC, ROWS32, 10]));
@lazy export const RISCV64: Arch = changetype<Arch>(memory.data<usize>([EM.RISCV, 64, 0, Tls.BIAS, 0, 0, Lazy.FirstSecond, DT.RISCV_VARIANT_CC, ROWS64, 10]));
