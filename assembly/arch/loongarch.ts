// LoongArch, LP64. RELA; GOT entries use the plain word of the class.
// Spec: ELF for the LoongArch Architecture, "Relocations".

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, Role, Width } from "./arch";

const enum R {
  NONE = 0, R32 = 1, R64 = 2, RELATIVE = 3, COPY = 4, JUMP_SLOT = 5, TLS_DTPMOD64 = 7, TLS_DTPREL64 = 9, TLS_TPREL64 = 11, IRELATIVE = 12,
  TLS_DESC64 = 14,
}

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE     | Role.Relative,
  R.R64          | Role.Word,
  R.JUMP_SLOT    | Role.Jump,
  R.TLS_DTPMOD64 | Role.TlsNumber,
  R.TLS_DTPREL64 | Role.TlsOffset,
  R.TLS_TPREL64  | Role.TlsPointer,
  R.TLS_DESC64   | Role.TlsDescriptor,
  R.IRELATIVE    | Role.Indirect,
  R.COPY         | Role.Copy,
  R.R32          | Role.Word | Width.Any32,
  R.NONE         | Role.None,
]);

@lazy export const LOONGARCH64: Arch = changetype<Arch>(memory.data<usize>([EM.LOONGARCH, 64, 0, 0, 0, 0, Lazy.FirstSecond, DT.NULL, ROWS, 11]));
