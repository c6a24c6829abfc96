// AArch64, LP64, little-endian. GLOB_DAT and JUMP_SLOT are S + A here.
// Spec: ELF for the Arm 64-bit Architecture (AAELF64), 5.7 "Relocation".

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, Role, Width } from "./arch";

const enum R {
  NONE = 0, ABS64 = 257, ABS32 = 258, ABS16 = 259, PREL64 = 260, PREL32 = 261, PREL16 = 262, COPY = 1024, GLOB_DAT = 1025, JUMP_SLOT = 1026,
  RELATIVE = 1027, TLS_DTPMOD = 1028, TLS_DTPREL = 1029, TLS_TPREL = 1030, TLSDESC = 1031, IRELATIVE = 1032,
}

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE   | Role.Relative,
  R.GLOB_DAT   | Role.Word,
  R.JUMP_SLOT  | Role.Jump,
  R.ABS64      | Role.Word,
  R.TLSDESC    | Role.TlsDescriptor,
  R.TLS_TPREL  | Role.TlsPointer,
  R.TLS_DTPMOD | Role.TlsNumber,
  R.TLS_DTPREL | Role.TlsOffset,
  R.IRELATIVE  | Role.Indirect,
  R.COPY       | Role.Copy,
  R.ABS32      | Role.Word | Width.Any32,
  R.ABS16      | Role.Word | Width.Any16,
  R.PREL64     | Role.Pc,
  R.PREL32     | Role.Pc | Width.Any32,
  R.PREL16     | Role.Pc | Width.Any16,
  R.NONE       | Role.None,
]);

@lazy export const AARCH64: Arch = changetype<Arch>(memory.data<usize>([EM.AARCH64, 64, 0, 0, 16, 0, Lazy.SecondThird, DT.AARCH64_VARIANT_PCS, ROWS, 16]));
