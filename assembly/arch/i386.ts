// i386, ILP32. REL: addends are in the places, except that a JMP_SLOT's place points into the PLT. A descriptor's addend is in its
// second word.
// Spec: System V ABI, Intel386 supplement, 4.4 "Relocation"; ELF Handling for Thread-Local Storage, 4.4.4.

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, NO_TCB, Role, Width } from "./arch";
import { Base, Fit, Form, Howtos, Op, Size } from "./howto";

const enum R {
  NONE = 0, R32 = 1, PC32 = 2, GOT32 = 3, PLT32 = 4, COPY = 5, GLOB_DAT = 6, JUMP_SLOT = 7, RELATIVE = 8, GOTOFF = 9, GOTPC = 10,
  TLS_TPOFF = 14, TLS_IE = 15, TLS_GOTIE = 16, TLS_LE = 17, TLS_GD = 18, TLS_LDM = 19, R16 = 20, PC16 = 21, R8 = 22, PC8 = 23,
  TLS_LDO_32 = 32, TLS_IE_32 = 33, TLS_LE_32 = 34, TLS_DTPMOD32 = 35, TLS_DTPOFF32 = 36, TLS_TPOFF32 = 37, SIZE32 = 38,
  TLS_GOTDESC = 39, TLS_DESC_CALL = 40, TLS_DESC = 41, IRELATIVE = 42, GOT32X = 43,
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

// 16-bit code counts modulo 2^16: what PC16 leads to is as well above as below.
@lazy const HOWTO_ROWS: usize = memory.data<u32>([
  R.R32           | Size.B4 | Op.Set, Form.Abs | Base.Symbol,
  R.PC32          | Size.B4 | Op.Set, Form.Pc | Base.Symbol,
  R.PLT32         | Size.B4 | Op.Set, Form.Pc | Base.Branch,
  R.GOTOFF        | Size.B4 | Op.Set, Form.Got | Base.Symbol,
  R.GOTPC         | Size.B4 | Op.Set, Form.Pc | Base.Table,
  R.GOT32X        | Size.B4 | Op.Set, Form.GotIndexed | Base.Got | Fit.Relax,
  R.GOT32         | Size.B4 | Op.Set, Form.GotIndexed | Base.Got,
  R.R16           | Size.B2 | Op.Set, Form.Abs | Base.Symbol | Fit.Either,
  R.R8            | Size.B1 | Op.Set, Form.Abs | Base.Symbol | Fit.Either,
  R.PC16          | Size.B2 | Op.Set, Form.Pc | Base.Symbol | Fit.Either,
  R.PC8           | Size.B1 | Op.Set, Form.Pc | Base.Symbol | Fit.Signed,
  R.TLS_GD        | Size.B4 | Op.Set, Form.Got | Base.TlsPair,
  R.TLS_LDM       | Size.B4 | Op.Set, Form.Got | Base.TlsBlock,
  R.TLS_LDO_32    | Size.B4 | Op.Set, Form.Abs | Base.TlsOffset,
  R.TLS_IE        | Size.B4 | Op.Set, Form.Abs | Base.TlsSlot,
  R.TLS_GOTIE     | Size.B4 | Op.Set, Form.Got | Base.TlsSlot,
  R.TLS_IE_32     | Size.B4 | Op.Set, Form.Got | Base.TlsSlotBelow,
  R.TLS_LE        | Size.B4 | Op.Set, Form.Abs | Base.TlsPointer,
  R.TLS_LE_32     | Size.B4 | Op.Set, Form.Abs | Base.TlsBelow,
  R.TLS_GOTDESC   | Size.B4 | Op.Set, Form.Got | Base.TlsDescriptor,
  R.TLS_DESC_CALL | Size.B0,          Base.None,
  R.SIZE32        | Size.B4 | Op.Set, Form.Abs | Base.Size,
  R.NONE          | Size.B0,          Base.None,
]);

/** jmp *slot; int3; int3 */
@lazy const STUB: usize = memory.data<u8>([0xff, 0x25, 0, 0, 0, 0, 0xcc, 0xcc]);
@lazy const STUB_FIXES: usize = memory.data<u32>([2 | R.R32 << 8]);

@lazy export const I386_HOWTOS: Howtos = changetype<Howtos>(memory.data<usize>([HOWTO_ROWS, 23, 0, 1, STUB, 8, STUB_FIXES, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
