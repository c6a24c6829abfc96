// LoongArch, LP64. RELA; GOT entries use the plain word of the class.
// Spec: ELF for the LoongArch Architecture, "Relocations".

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, Role, Width } from "./arch";
import { Base, Fit, Form, Howtos, Odd, Op, Size } from "./howto";

const enum R {
  NONE = 0, R32 = 1, R64 = 2, RELATIVE = 3, COPY = 4, JUMP_SLOT = 5, TLS_DTPMOD64 = 7, TLS_DTPREL32 = 8, TLS_DTPREL64 = 9, TLS_TPREL64 = 11, IRELATIVE = 12,
  TLS_DESC64 = 14,
  MARK_LA = 20, MARK_PCREL = 21, ADD8 = 47, ADD16 = 48, ADD24 = 49, ADD32 = 50, ADD64 = 51, SUB8 = 52, SUB16 = 53, SUB24 = 54, SUB32 = 55,
  SUB64 = 56, B16 = 64, B21 = 65, B26 = 66, ABS_HI20 = 67, ABS_LO12 = 68, ABS64_LO20 = 69, ABS64_HI12 = 70, PCALA_HI20 = 71, PCALA_LO12 = 72,
  PCALA64_LO20 = 73, PCALA64_HI12 = 74, GOT_PC_HI20 = 75, GOT_PC_LO12 = 76, GOT64_PC_LO20 = 77, GOT64_PC_HI12 = 78, GOT_HI20 = 79,
  GOT_LO12 = 80, GOT64_LO20 = 81, GOT64_HI12 = 82, TLS_LE_HI20 = 83, TLS_LE_LO12 = 84, TLS_LE64_LO20 = 85, TLS_LE64_HI12 = 86,
  TLS_IE_PC_HI20 = 87, TLS_IE_PC_LO12 = 88, TLS_IE64_PC_LO20 = 89, TLS_IE64_PC_HI12 = 90, TLS_IE_HI20 = 91, TLS_IE_LO12 = 92,
  TLS_IE64_LO20 = 93, TLS_IE64_HI12 = 94, TLS_LD_PC_HI20 = 95, TLS_LD_HI20 = 96, TLS_GD_PC_HI20 = 97, TLS_GD_HI20 = 98, R32_PCREL = 99,
  RELAX = 100, ALIGN = 102, PCREL20_S2 = 103, ADD6 = 105, SUB6 = 106, ADD_ULEB128 = 107, SUB_ULEB128 = 108, R64_PCREL = 109, CALL36 = 110,
  TLS_DESC_PC_HI20 = 111, TLS_DESC_PC_LO12 = 112, TLS_DESC64_PC_LO20 = 113, TLS_DESC64_PC_HI12 = 114, TLS_DESC_HI20 = 115, TLS_DESC_LO12 = 116,
  TLS_DESC64_LO20 = 117, TLS_DESC64_HI12 = 118, TLS_DESC_LD = 119, TLS_DESC_CALL = 120, TLS_LE_HI20_R = 121, TLS_LE_ADD_R = 122,
  TLS_LE_LO12_R = 123, TLS_LD_PCREL20_S2 = 124, TLS_GD_PCREL20_S2 = 125, TLS_DESC_PCREL20_S2 = 126,
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

// Objects: ELF for the LoongArch Architecture, "Relocation types". Upper parts of absolute addresses are not looked at for what fits, as
// further instructions may set what is above them. TLS_LD is TLS_GD by another name: there is no offset in the block to go with it.
const enum F {
  OFFS16 = 1 << 16, OFFS21 = 2 << 16, OFFS26 = 3 << 16, SI20_S2 = 4 << 16, HIGH20 = 5 << 16, LOW12 = 6 << 16, FAR20 = 7 << 16, FAR12 = 8 << 16, LOW6 = 9 << 16,
}

@lazy const FIELDS: usize = memory.data<u32>([
  /* beq, jirl  offs[17:2]                */  2 | 10 << 8 | 16 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* beqz       offs[17:2]|offs[22:18]    */  2 | 10 << 8 | 16 << 16, 18 | 0 << 8 |  5 << 16, 0, 0, 0, 0, 0, 0,
  /* b, bl      offs[17:2]|offs[27:18]    */  2 | 10 << 8 | 16 << 16, 18 | 0 << 8 | 10 << 16, 0, 0, 0, 0, 0, 0,
  /* pcaddi     si20 = x[21:2]            */  2 |  5 << 8 | 20 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* lu12i.w, pcalau12i  si20 = x[31:12]  */ 12 |  5 << 8 | 20 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* ori, addi.d, ld.d   si12 = x[11:0]   */  0 | 10 << 8 | 12 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* lu32i.d    si20 = x[51:32]           */ 32 |  5 << 8 | 20 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* lu52i.d    si12 = x[63:52]           */ 52 | 10 << 8 | 12 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* the low six bits of a byte           */  0 |  0 << 8 |  6 << 16, 0, 0, 0, 0, 0, 0, 0,
]);

@lazy const HOWTOS: usize = memory.data<u32>([
  R.B26                 | Size.B4 | Op.Set,   Form.Pc | Base.Branch | F.OFFS26 | Fit.Signed | Fit.Aligned | Fit.Veneer,
  R.PCALA_HI20          | Size.B4 | Op.Set,   Form.PageHi | Base.Symbol | F.HIGH20 | Fit.Signed,
  R.PCALA_LO12          | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | Odd.PageLow,
  R.RELAX               | Size.B0,            Base.None,
  R.GOT_PC_HI20         | Size.B4 | Op.Set,   Form.PageHi | Base.Got | F.HIGH20 | Fit.Signed,
  R.GOT_PC_LO12         | Size.B4 | Op.Set,   Form.Abs | Base.Got | F.LOW12,
  R.R64                 | Size.B8 | Op.Set,   Form.Abs | Base.Symbol,
  R.R32_PCREL           | Size.B4 | Op.Set,   Form.Pc | Base.Symbol | Fit.Signed,
  R.ADD32               | Size.B4 | Op.Add,   Form.Abs | Base.Symbol,
  R.SUB32               | Size.B4 | Op.Sub,   Form.Abs | Base.Symbol,
  R.CALL36              | Size.B8 | Op.Set,   Form.Pc | Base.Branch | Odd.Pcaddu18iPair | Fit.Signed | Fit.Aligned,
  R.B21                 | Size.B4 | Op.Set,   Form.Pc | Base.Branch | F.OFFS21 | Fit.Signed | Fit.Aligned,
  R.B16                 | Size.B4 | Op.Set,   Form.Pc | Base.Branch | F.OFFS16 | Fit.Signed | Fit.Aligned,
  R.ALIGN               | Size.B0,            Form.Align | Base.None,
  R.ADD6                | Size.B1 | Op.Add,   Form.Abs | Base.Symbol | F.LOW6,
  R.SUB6                | Size.B1 | Op.Sub,   Form.Abs | Base.Symbol | F.LOW6,
  R.ADD8                | Size.B1 | Op.Add,   Form.Abs | Base.Symbol,
  R.SUB8                | Size.B1 | Op.Sub,   Form.Abs | Base.Symbol,
  R.NONE                | Size.B0,            Base.None,
  R.MARK_LA             | Size.B0,            Base.None,
  R.MARK_PCREL          | Size.B0,            Base.None,
  R.TLS_LE_ADD_R        | Size.B0,            Base.None,
  R.TLS_DESC_LD         | Size.B0,            Base.None,
  R.TLS_DESC_CALL       | Size.B0,            Base.None,
  R.R32                 | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | Fit.Either,
  R.R64_PCREL           | Size.B8 | Op.Set,   Form.Pc | Base.Symbol,
  R.PCREL20_S2          | Size.B4 | Op.Set,   Form.Pc | Base.Symbol | F.SI20_S2 | Fit.Signed | Fit.Aligned,
  R.ABS_HI20            | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.HIGH20,
  R.ABS_LO12            | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.LOW12,
  R.ABS64_LO20          | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.FAR20,
  R.ABS64_HI12          | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.FAR12,
  R.PCALA64_LO20        | Size.B4 | Op.Set,   Form.PageFar | Base.Symbol | F.FAR20,
  R.PCALA64_HI12        | Size.B4 | Op.Set,   Form.PageFarther | Base.Symbol | F.FAR12,
  R.GOT64_PC_LO20       | Size.B4 | Op.Set,   Form.PageFar | Base.Got | F.FAR20,
  R.GOT64_PC_HI12       | Size.B4 | Op.Set,   Form.PageFarther | Base.Got | F.FAR12,
  R.GOT_HI20            | Size.B4 | Op.Set,   Form.Abs | Base.Got | F.HIGH20,
  R.GOT_LO12            | Size.B4 | Op.Set,   Form.Abs | Base.Got | F.LOW12,
  R.GOT64_LO20          | Size.B4 | Op.Set,   Form.Abs | Base.Got | F.FAR20,
  R.GOT64_HI12          | Size.B4 | Op.Set,   Form.Abs | Base.Got | F.FAR12,
  R.TLS_LE_HI20         | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.HIGH20,
  R.TLS_LE_LO12         | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.LOW12,
  R.TLS_LE64_LO20       | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.FAR20,
  R.TLS_LE64_HI12       | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.FAR12,
  R.TLS_LE_HI20_R       | Size.B4 | Op.Set,   Form.AbsHi | Base.TlsPointer | F.HIGH20 | Fit.Signed,
  R.TLS_LE_LO12_R       | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.LOW12,
  R.TLS_IE_PC_HI20      | Size.B4 | Op.Set,   Form.PageHi | Base.TlsSlot | F.HIGH20 | Fit.Signed,
  R.TLS_IE_PC_LO12      | Size.B4 | Op.Set,   Form.Abs | Base.TlsSlot | F.LOW12,
  R.TLS_IE64_PC_LO20    | Size.B4 | Op.Set,   Form.PageFar | Base.TlsSlot | F.FAR20,
  R.TLS_IE64_PC_HI12    | Size.B4 | Op.Set,   Form.PageFarther | Base.TlsSlot | F.FAR12,
  R.TLS_IE_HI20         | Size.B4 | Op.Set,   Form.Abs | Base.TlsSlot | F.HIGH20,
  R.TLS_IE_LO12         | Size.B4 | Op.Set,   Form.Abs | Base.TlsSlot | F.LOW12,
  R.TLS_IE64_LO20       | Size.B4 | Op.Set,   Form.Abs | Base.TlsSlot | F.FAR20,
  R.TLS_IE64_HI12       | Size.B4 | Op.Set,   Form.Abs | Base.TlsSlot | F.FAR12,
  R.TLS_LD_PC_HI20      | Size.B4 | Op.Set,   Form.PageHi | Base.TlsPair | F.HIGH20 | Fit.Signed,
  R.TLS_LD_HI20         | Size.B4 | Op.Set,   Form.Abs | Base.TlsPair | F.HIGH20,
  R.TLS_LD_PCREL20_S2   | Size.B4 | Op.Set,   Form.Pc | Base.TlsPair | F.SI20_S2 | Fit.Signed | Fit.Aligned,
  R.TLS_GD_PC_HI20      | Size.B4 | Op.Set,   Form.PageHi | Base.TlsPair | F.HIGH20 | Fit.Signed,
  R.TLS_GD_HI20         | Size.B4 | Op.Set,   Form.Abs | Base.TlsPair | F.HIGH20,
  R.TLS_GD_PCREL20_S2   | Size.B4 | Op.Set,   Form.Pc | Base.TlsPair | F.SI20_S2 | Fit.Signed | Fit.Aligned,
  R.TLS_DESC_PC_HI20    | Size.B4 | Op.Set,   Form.PageHi | Base.TlsDescriptor | F.HIGH20 | Fit.Signed,
  R.TLS_DESC_PC_LO12    | Size.B4 | Op.Set,   Form.Abs | Base.TlsDescriptor | F.LOW12,
  R.TLS_DESC64_PC_LO20  | Size.B4 | Op.Set,   Form.PageFar | Base.TlsDescriptor | F.FAR20,
  R.TLS_DESC64_PC_HI12  | Size.B4 | Op.Set,   Form.PageFarther | Base.TlsDescriptor | F.FAR12,
  R.TLS_DESC_HI20       | Size.B4 | Op.Set,   Form.Abs | Base.TlsDescriptor | F.HIGH20,
  R.TLS_DESC_LO12       | Size.B4 | Op.Set,   Form.Abs | Base.TlsDescriptor | F.LOW12,
  R.TLS_DESC64_LO20     | Size.B4 | Op.Set,   Form.Abs | Base.TlsDescriptor | F.FAR20,
  R.TLS_DESC64_HI12     | Size.B4 | Op.Set,   Form.Abs | Base.TlsDescriptor | F.FAR12,
  R.TLS_DESC_PCREL20_S2 | Size.B4 | Op.Set,   Form.Pc | Base.TlsDescriptor | F.SI20_S2 | Fit.Signed | Fit.Aligned,
  R.TLS_DTPREL32        | Size.B4 | Op.Set,   Form.Abs | Base.TlsOffset | Fit.Signed,
  R.TLS_DTPREL64        | Size.B8 | Op.Set,   Form.Abs | Base.TlsOffset,
  R.ADD16               | Size.B2 | Op.Add,   Form.Abs | Base.Symbol,
  R.ADD24               | Size.B3 | Op.Add,   Form.Abs | Base.Symbol,
  R.ADD64               | Size.B8 | Op.Add,   Form.Abs | Base.Symbol,
  R.SUB16               | Size.B2 | Op.Sub,   Form.Abs | Base.Symbol,
  R.SUB24               | Size.B3 | Op.Sub,   Form.Abs | Base.Symbol,
  R.SUB64               | Size.B8 | Op.Sub,   Form.Abs | Base.Symbol,
  R.ADD_ULEB128         | Size.Uleb | Op.Add, Form.Abs | Base.Symbol,
  R.SUB_ULEB128         | Size.Uleb | Op.Sub, Form.Abs | Base.Symbol,
]);

/** pcalau12i $t3, slot; ld.d $t3, $t3, slot; jr $t3. */
@lazy const STUB: usize = memory.data<u32>([0x1a00000f, 0x28c001ef, 0x4c0001e0]);
@lazy const STUB_FIXES: usize = memory.data<u32>([0 | R.PCALA_HI20 << 8, 4 | R.PCALA_LO12 << 8]);

@lazy export const LOONGARCH64_HOWTOS: Howtos = changetype<Howtos>(memory.data<usize>([HOWTOS, 78, FIELDS, 0, STUB, 12, STUB_FIXES, 2, 0, 0, 0, 0, 0, 0x03400000, 0, 0, 0, 0, 0]));
