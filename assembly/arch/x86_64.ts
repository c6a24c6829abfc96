// x86-64, LP64. RELA only. A function's slot leads to the entry's push of its index, then to the PLT's first entry.
// Spec: System V ABI, AMD64 supplement, 4.4 "Relocation", 5.2 "Procedure Linkage Table"; ELF Handling for Thread-Local Storage, 4.4.6.

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, NO_TCB, Role, Width } from "./arch";
import { Base, Fit, Form, Howtos, Op, Size } from "./howto";

const enum R {
  NONE = 0, R64 = 1, PC32 = 2, GOT32 = 3, PLT32 = 4, COPY = 5, GLOB_DAT = 6, JUMP_SLOT = 7, RELATIVE = 8, GOTPCREL = 9, R32 = 10,
  R32S = 11, R16 = 12, PC16 = 13, R8 = 14, PC8 = 15, DTPMOD64 = 16, DTPOFF64 = 17, TPOFF64 = 18, TLSGD = 19, TLSLD = 20, DTPOFF32 = 21,
  GOTTPOFF = 22, TPOFF32 = 23, PC64 = 24, GOTOFF64 = 25, GOTPC32 = 26, GOT64 = 27, GOTPCREL64 = 28, GOTPC64 = 29, GOTPLT64 = 30,
  PLTOFF64 = 31, SIZE32 = 32, SIZE64 = 33, GOTPC32_TLSDESC = 34, TLSDESC_CALL = 35, TLSDESC = 36, IRELATIVE = 37, GOTPCRELX = 41,
  REX_GOTPCRELX = 42,
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

@lazy const HOWTO_ROWS: usize = memory.data<u32>([
  R.NONE                   | Size.B0,          Base.None,
  R.R64                    | Size.B8 | Op.Set, Form.Abs | Base.Symbol,
  R.PC32                   | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Fit.Signed,
  R.PLT32                  | Size.B4 | Op.Set, Form.Pc | Base.Branch | Fit.Signed,
  R.R32S                   | Size.B4 | Op.Set, Form.Abs | Base.Symbol | Fit.Signed,
  R.REX_GOTPCRELX          | Size.B4 | Op.Set, Form.Pc | Base.Got | Fit.Signed | Fit.Relax,
  R.GOTPCRELX              | Size.B4 | Op.Set, Form.Pc | Base.Got | Fit.Signed | Fit.Relax,
  R.GOTPCREL               | Size.B4 | Op.Set, Form.Pc | Base.Got | Fit.Signed,
  R.R32                    | Size.B4 | Op.Set, Form.Abs | Base.Symbol | Fit.Unsigned,
  R.R16                    | Size.B2 | Op.Set, Form.Abs | Base.Symbol | Fit.Either,
  R.R8                     | Size.B1 | Op.Set, Form.Abs | Base.Symbol | Fit.Either,
  R.PC64                   | Size.B8 | Op.Set, Form.Pc | Base.Symbol,
  R.PC16                   | Size.B2 | Op.Set, Form.Pc | Base.Symbol | Fit.Signed,
  R.PC8                    | Size.B1 | Op.Set, Form.Pc | Base.Symbol | Fit.Signed,
  R.GOT32                  | Size.B4 | Op.Set, Form.Got | Base.Got | Fit.Signed,
  R.GOT64                  | Size.B8 | Op.Set, Form.Got | Base.Got,
  R.GOTPLT64               | Size.B8 | Op.Set, Form.Got | Base.Got,
  R.GOTPCREL64             | Size.B8 | Op.Set, Form.Pc | Base.Got,
  R.GOTOFF64               | Size.B8 | Op.Set, Form.Got | Base.Symbol,
  R.PLTOFF64               | Size.B8 | Op.Set, Form.Got | Base.Branch,
  R.GOTPC32                | Size.B4 | Op.Set, Form.Pc | Base.Table | Fit.Signed,
  R.GOTPC64                | Size.B8 | Op.Set, Form.Pc | Base.Table,
  R.TLSGD                  | Size.B4 | Op.Set, Form.Pc | Base.TlsPair | Fit.Signed,
  R.TLSLD                  | Size.B4 | Op.Set, Form.Pc | Base.TlsBlock | Fit.Signed,
  R.GOTTPOFF               | Size.B4 | Op.Set, Form.Pc | Base.TlsSlot | Fit.Signed,
  R.GOTPC32_TLSDESC        | Size.B4 | Op.Set, Form.Pc | Base.TlsDescriptor | Fit.Signed,
  R.TLSDESC_CALL           | Size.B0,          Base.None,
  R.DTPOFF32               | Size.B4 | Op.Set, Form.Abs | Base.TlsOffset | Fit.Signed,
  R.DTPOFF64               | Size.B8 | Op.Set, Form.Abs | Base.TlsOffset,
  R.TPOFF32                | Size.B4 | Op.Set, Form.Abs | Base.TlsPointer | Fit.Signed,
  R.TPOFF64                | Size.B8 | Op.Set, Form.Abs | Base.TlsPointer,
  R.SIZE32                 | Size.B4 | Op.Set, Form.Abs | Base.Size | Fit.Unsigned,
  R.SIZE64                 | Size.B8 | Op.Set, Form.Abs | Base.Size,
]);

/** jmp *slot(%rip); int3; int3 */
@lazy const STUB: usize = memory.data<u8>([0xff, 0x25, 0, 0, 0, 0, 0xcc, 0xcc]);
@lazy const STUB_FIXES: usize = memory.data<u32>([2 | R.PC32 << 8 | -4 << 24]);

@lazy export const X86_64_HOWTOS: Howtos = changetype<Howtos>(memory.data<usize>([HOWTO_ROWS, 33, 0, 0, STUB, 8, STUB_FIXES, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
