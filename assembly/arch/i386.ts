// i386, ILP32. REL: addends are in the places, except that a JMP_SLOT's place points into the PLT. A descriptor's addend is in its
// second word.
// Spec: System V ABI, Intel386 supplement, 4.4 "Relocation"; ELF Handling for Thread-Local Storage, 4.4.4.

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, NO_TCB, Role, Width } from "./arch";

const enum R {
  NONE = 0, R32 = 1, PC32 = 2, COPY = 5, GLOB_DAT = 6, JUMP_SLOT = 7, RELATIVE = 8, TLS_TPOFF = 14, R16 = 20, PC16 = 21,
  TLS_DTPMOD32 = 35, TLS_DTPOFF32 = 36, TLS_TPOFF32 = 37, SIZE32 = 38, TLS_DESC = 41, IRELATIVE = 42,
}

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE     | Role.Relative,
  R.GLOB_DAT     | Role.Slot,
  R.JUMP_SLOT    | Role.Jump,
  R.R32          | Role.Word,
  R.TLS_DTPMOD32 | Role.TlsNumber,
  R.TLS_DTPOFF32 | Role.TlsOffset,
  R.TLS_TPOFF    | Role.TlsPointer,
  R.TLS_TPOFF32  | Role.TlsBelow,
  R.TLS_DESC     | Role.TlsDescriptor,
  R.IRELATIVE    | Role.Indirect,
  R.COPY         | Role.Copy,
  R.PC32         | Role.Pc,
  R.SIZE32       | Role.Size,
  R.R16          | Role.Word | Width.Any16,
  R.PC16         | Role.Pc | Width.Any16,
  R.NONE         | Role.None,
]);

@lazy export const I386: Arch = changetype<Arch>(memory.data<usize>([EM.I386, 32, 0, 0, NO_TCB, 0, Lazy.SecondThird, DT.NULL, ROWS, 16]));
