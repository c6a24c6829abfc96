// x86-64, LP64. RELA only. A function's slot leads to the entry's push of its index, then to the PLT's first entry.
// Spec: System V ABI, AMD64 supplement, 4.4 "Relocation", 5.2 "Procedure Linkage Table"; ELF Handling for Thread-Local Storage, 4.4.6.

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, NO_TCB, Role, Width } from "./arch";

const enum R {
  NONE = 0, R64 = 1, PC32 = 2, COPY = 5, GLOB_DAT = 6, JUMP_SLOT = 7, RELATIVE = 8, R32 = 10, R32S = 11, DTPMOD64 = 16, DTPOFF64 = 17,
  TPOFF64 = 18, PC64 = 24, SIZE32 = 32, SIZE64 = 33, TLSDESC = 36, IRELATIVE = 37,
}

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE  | Role.Relative,
  R.GLOB_DAT  | Role.Word,
  R.JUMP_SLOT | Role.Jump,
  R.R64       | Role.Word,
  R.DTPMOD64  | Role.TlsNumber,
  R.DTPOFF64  | Role.TlsOffset,
  R.TPOFF64   | Role.TlsPointer,
  R.TLSDESC   | Role.TlsDescriptor,
  R.IRELATIVE | Role.Indirect,
  R.COPY      | Role.Copy,
  R.PC64      | Role.Pc,
  R.PC32      | Role.Pc | Width.Signed32,
  R.R32       | Role.Word | Width.Unsigned32,
  R.R32S      | Role.Word | Width.Signed32,
  R.SIZE64    | Role.Size,
  R.SIZE32    | Role.Size | Width.Unsigned32,
  R.NONE      | Role.None,
]);

@lazy export const X86_64: Arch = changetype<Arch>(memory.data<usize>([EM.X86_64, 64, 0, 0, NO_TCB, 0, Lazy.SecondThird, DT.NULL, ROWS, 17]));
