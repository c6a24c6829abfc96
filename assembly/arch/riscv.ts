// RISC-V, RV32 and RV64, little-endian. RELA; GOT entries use the plain word of the class. Offsets in a thread's block count from
// 0x800 on, so that an instruction's signed immediate reaches more of it.
// Spec: RISC-V ELF psABI, 8.4 "Relocations", 8.6 "Thread Local Storage".

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { Arch, Lazy, Role } from "./arch";
import { Base, Fit, Form, Howtos, Odd, Op, Size } from "./howto";

const enum R {
  NONE = 0, R32 = 1, R64 = 2, RELATIVE = 3, COPY = 4, JUMP_SLOT = 5, TLS_DTPMOD32 = 6, TLS_DTPMOD64 = 7, TLS_DTPREL32 = 8, TLS_DTPREL64 = 9,
  TLS_TPREL32 = 10, TLS_TPREL64 = 11, TLSDESC = 12, IRELATIVE = 58,
  BRANCH = 16, JAL = 17, CALL = 18, CALL_PLT = 19, GOT_HI20 = 20, TLS_GOT_HI20 = 21, TLS_GD_HI20 = 22, PCREL_HI20 = 23, PCREL_LO12_I = 24,
  PCREL_LO12_S = 25, HI20 = 26, LO12_I = 27, LO12_S = 28, TPREL_HI20 = 29, TPREL_LO12_I = 30, TPREL_LO12_S = 31, TPREL_ADD = 32, ADD8 = 33,
  ADD16 = 34, ADD32 = 35, ADD64 = 36, SUB8 = 37, SUB16 = 38, SUB32 = 39, SUB64 = 40, GOT32_PCREL = 41, ALIGN = 43, RVC_BRANCH = 44,
  RVC_JUMP = 45, RVC_LUI = 46, RELAX = 51, SUB6 = 52, SET6 = 53, SET8 = 54, SET16 = 55, SET32 = 56, R32_PCREL = 57, PLT32 = 59,
  SET_ULEB128 = 60, SUB_ULEB128 = 61, TLSDESC_HI20 = 62, TLSDESC_LOAD_LO12 = 63, TLSDESC_ADD_LO12 = 64, TLSDESC_CALL = 65,
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

// Objects: RISC-V ELF psABI, 8.4 "Relocations"; the formats of instructions: RISC-V ISA vol. I, 2.3 and 16.2. Upper parts are rounded, as the
// lower part that completes them is signed.
const enum F { I = 1 << 16, S = 2 << 16, B = 3 << 16, U = 4 << 16, J = 5 << 16, CB = 6 << 16, CJ = 7 << 16, LOW6 = 8 << 16 }

@lazy const FIELDS: usize = memory.data<u32>([
  /* I  imm[11:0]                   */  0 | 20 << 8 | 12 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* S  imm[11:5]|imm[4:0]          */  5 | 25 << 8 |  7 << 16,  0 |  7 << 8 | 5 << 16, 0, 0, 0, 0, 0, 0,
  /* B  imm[12|10:5]|imm[4:1|11]    */ 12 | 31 << 8 |  1 << 16,  5 | 25 << 8 | 6 << 16,  1 |  8 << 8 | 4 << 16, 11 |  7 << 8 | 1 << 16, 0, 0, 0, 0,
  /* U  imm[31:12]                  */ 12 | 12 << 8 | 20 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* J  imm[20|10:1|11|19:12]       */ 20 | 31 << 8 |  1 << 16,  1 | 21 << 8 | 10 << 16, 11 | 20 << 8 | 1 << 16, 12 | 12 << 8 | 8 << 16, 0, 0, 0, 0,
  /* CB imm[8|4:3]|imm[7:6|2:1|5]   */  8 | 12 << 8 |  1 << 16,  3 | 10 << 8 | 2 << 16,  6 |  5 << 8 | 2 << 16,  1 |  3 << 8 | 2 << 16,  5 |  2 << 8 | 1 << 16, 0, 0, 0,
  /* CJ imm[11|4|9:8|10|6|7|3:1|5]  */ 11 | 12 << 8 |  1 << 16,  4 | 11 << 8 | 1 << 16,  8 |  9 << 8 | 2 << 16, 10 |  8 << 8 | 1 << 16,
                                        6 |  7 << 8 |  1 << 16,  7 |  6 << 8 | 1 << 16,  1 |  3 << 8 | 3 << 16,  5 |  2 << 8 | 1 << 16,
  /* the low six bits of a byte     */  0 |  0 << 8 |  6 << 16, 0, 0, 0, 0, 0, 0, 0,
]);

@lazy const HOWTOS32: usize = memory.data<u32>([
  R.RELAX             | Size.B0,            Base.None,
  R.CALL_PLT          | Size.B8 | Op.Set,   Form.PcHi | Base.Branch | Odd.AuipcPair | Fit.Signed,
  R.PCREL_HI20        | Size.B4 | Op.Set,   Form.PcHi | Base.Symbol | F.U | Fit.Signed,
  R.PCREL_LO12_I      | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.I,
  R.GOT_HI20          | Size.B4 | Op.Set,   Form.PcHi | Base.Got | F.U | Fit.Signed,
  R.BRANCH            | Size.B4 | Op.Set,   Form.Pc | Base.Branch | F.B | Fit.Signed | Fit.Aligned,
  R.RVC_BRANCH        | Size.B2 | Op.Set,   Form.Pc | Base.Branch | F.CB | Fit.Signed | Fit.Aligned,
  R.JAL               | Size.B4 | Op.Set,   Form.Pc | Base.Branch | F.J | Fit.Signed | Fit.Aligned | Fit.Veneer,
  R.RVC_JUMP          | Size.B2 | Op.Set,   Form.Pc | Base.Branch | F.CJ | Fit.Signed | Fit.Aligned,
  R.PCREL_LO12_S      | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.S,
  R.ADD32             | Size.B4 | Op.Add,   Form.Abs | Base.Symbol,
  R.SUB32             | Size.B4 | Op.Sub,   Form.Abs | Base.Symbol,
  R.HI20              | Size.B4 | Op.Set,   Form.AbsHi | Base.Symbol | F.U | Fit.Signed,
  R.LO12_I            | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.I,
  R.LO12_S            | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.S,
  R.R32               | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | Fit.Either,
  R.R32_PCREL         | Size.B4 | Op.Set,   Form.Pc | Base.Symbol | Fit.Signed,
  R.SET6              | Size.B1 | Op.Set,   Form.Abs | Base.Symbol | F.LOW6,
  R.SUB6              | Size.B1 | Op.Sub,   Form.Abs | Base.Symbol | F.LOW6,
  R.SET8              | Size.B1 | Op.Set,   Form.Abs | Base.Symbol,
  R.SUB8              | Size.B1 | Op.Sub,   Form.Abs | Base.Symbol,
  R.SET16             | Size.B2 | Op.Set,   Form.Abs | Base.Symbol,
  R.SUB16             | Size.B2 | Op.Sub,   Form.Abs | Base.Symbol,
  R.NONE              | Size.B0,            Base.None,
  R.TPREL_ADD         | Size.B0,            Base.None,
  R.TLSDESC_CALL      | Size.B0,            Base.None,
  R.ALIGN             | Size.B0,            Form.Align | Base.None,
  R.PLT32             | Size.B4 | Op.Set,   Form.Pc | Base.Branch | Fit.Signed,
  R.GOT32_PCREL       | Size.B4 | Op.Set,   Form.Pc | Base.Got | Fit.Signed,
  R.CALL              | Size.B8 | Op.Set,   Form.PcHi | Base.Branch | Odd.AuipcPair | Fit.Signed,
  R.RVC_LUI           | Size.B2 | Op.Set,   Form.AbsHi | Base.Symbol | Odd.CompressedLui | Fit.Signed,
  R.TLS_GOT_HI20      | Size.B4 | Op.Set,   Form.PcHi | Base.TlsSlot | F.U | Fit.Signed,
  R.TLS_GD_HI20       | Size.B4 | Op.Set,   Form.PcHi | Base.TlsPair | F.U | Fit.Signed,
  R.TLSDESC_HI20      | Size.B4 | Op.Set,   Form.PcHi | Base.TlsDescriptor | F.U | Fit.Signed,
  R.TLSDESC_LOAD_LO12 | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.I,
  R.TLSDESC_ADD_LO12  | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.I,
  R.TPREL_HI20        | Size.B4 | Op.Set,   Form.AbsHi | Base.TlsPointer | F.U | Fit.Signed,
  R.TPREL_LO12_I      | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.I,
  R.TPREL_LO12_S      | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.S,
  R.TLS_DTPREL32      | Size.B4 | Op.Set,   Form.Abs | Base.TlsOffset | Fit.Signed,
  R.ADD8              | Size.B1 | Op.Add,   Form.Abs | Base.Symbol,
  R.ADD16             | Size.B2 | Op.Add,   Form.Abs | Base.Symbol,
  R.ADD64             | Size.B8 | Op.Add,   Form.Abs | Base.Symbol,
  R.SUB64             | Size.B8 | Op.Sub,   Form.Abs | Base.Symbol,
  R.SET32             | Size.B4 | Op.Set,   Form.Abs | Base.Symbol,
  R.SET_ULEB128       | Size.Uleb | Op.Set, Form.Abs | Base.Symbol,
  R.SUB_ULEB128       | Size.Uleb | Op.Sub, Form.Abs | Base.Symbol,
]);

@lazy const HOWTOS64: usize = memory.data<u32>([
  R.RELAX             | Size.B0,            Base.None,
  R.CALL_PLT          | Size.B8 | Op.Set,   Form.PcHi | Base.Branch | Odd.AuipcPair | Fit.Signed,
  R.PCREL_HI20        | Size.B4 | Op.Set,   Form.PcHi | Base.Symbol | F.U | Fit.Signed,
  R.PCREL_LO12_I      | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.I,
  R.GOT_HI20          | Size.B4 | Op.Set,   Form.PcHi | Base.Got | F.U | Fit.Signed,
  R.BRANCH            | Size.B4 | Op.Set,   Form.Pc | Base.Branch | F.B | Fit.Signed | Fit.Aligned,
  R.RVC_BRANCH        | Size.B2 | Op.Set,   Form.Pc | Base.Branch | F.CB | Fit.Signed | Fit.Aligned,
  R.JAL               | Size.B4 | Op.Set,   Form.Pc | Base.Branch | F.J | Fit.Signed | Fit.Aligned | Fit.Veneer,
  R.RVC_JUMP          | Size.B2 | Op.Set,   Form.Pc | Base.Branch | F.CJ | Fit.Signed | Fit.Aligned,
  R.PCREL_LO12_S      | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.S,
  R.ADD32             | Size.B4 | Op.Add,   Form.Abs | Base.Symbol,
  R.SUB32             | Size.B4 | Op.Sub,   Form.Abs | Base.Symbol,
  R.R64               | Size.B8 | Op.Set,   Form.Abs | Base.Symbol,
  R.HI20              | Size.B4 | Op.Set,   Form.AbsHi | Base.Symbol | F.U | Fit.Signed,
  R.LO12_I            | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.I,
  R.LO12_S            | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | F.S,
  R.R32               | Size.B4 | Op.Set,   Form.Abs | Base.Symbol | Fit.Either,
  R.R32_PCREL         | Size.B4 | Op.Set,   Form.Pc | Base.Symbol | Fit.Signed,
  R.SET6              | Size.B1 | Op.Set,   Form.Abs | Base.Symbol | F.LOW6,
  R.SUB6              | Size.B1 | Op.Sub,   Form.Abs | Base.Symbol | F.LOW6,
  R.SET8              | Size.B1 | Op.Set,   Form.Abs | Base.Symbol,
  R.SUB8              | Size.B1 | Op.Sub,   Form.Abs | Base.Symbol,
  R.SET16             | Size.B2 | Op.Set,   Form.Abs | Base.Symbol,
  R.SUB16             | Size.B2 | Op.Sub,   Form.Abs | Base.Symbol,
  R.NONE              | Size.B0,            Base.None,
  R.TPREL_ADD         | Size.B0,            Base.None,
  R.TLSDESC_CALL      | Size.B0,            Base.None,
  R.ALIGN             | Size.B0,            Form.Align | Base.None,
  R.PLT32             | Size.B4 | Op.Set,   Form.Pc | Base.Branch | Fit.Signed,
  R.GOT32_PCREL       | Size.B4 | Op.Set,   Form.Pc | Base.Got | Fit.Signed,
  R.CALL              | Size.B8 | Op.Set,   Form.PcHi | Base.Branch | Odd.AuipcPair | Fit.Signed,
  R.RVC_LUI           | Size.B2 | Op.Set,   Form.AbsHi | Base.Symbol | Odd.CompressedLui | Fit.Signed,
  R.TLS_GOT_HI20      | Size.B4 | Op.Set,   Form.PcHi | Base.TlsSlot | F.U | Fit.Signed,
  R.TLS_GD_HI20       | Size.B4 | Op.Set,   Form.PcHi | Base.TlsPair | F.U | Fit.Signed,
  R.TLSDESC_HI20      | Size.B4 | Op.Set,   Form.PcHi | Base.TlsDescriptor | F.U | Fit.Signed,
  R.TLSDESC_LOAD_LO12 | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.I,
  R.TLSDESC_ADD_LO12  | Size.B4 | Op.Set,   Form.Partner | Base.Symbol | F.I,
  R.TPREL_HI20        | Size.B4 | Op.Set,   Form.AbsHi | Base.TlsPointer | F.U | Fit.Signed,
  R.TPREL_LO12_I      | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.I,
  R.TPREL_LO12_S      | Size.B4 | Op.Set,   Form.Abs | Base.TlsPointer | F.S,
  R.TLS_DTPREL32      | Size.B4 | Op.Set,   Form.Abs | Base.TlsOffset | Fit.Signed,
  R.TLS_DTPREL64      | Size.B8 | Op.Set,   Form.Abs | Base.TlsOffset,
  R.ADD8              | Size.B1 | Op.Add,   Form.Abs | Base.Symbol,
  R.ADD16             | Size.B2 | Op.Add,   Form.Abs | Base.Symbol,
  R.ADD64             | Size.B8 | Op.Add,   Form.Abs | Base.Symbol,
  R.SUB64             | Size.B8 | Op.Sub,   Form.Abs | Base.Symbol,
  R.SET32             | Size.B4 | Op.Set,   Form.Abs | Base.Symbol,
  R.SET_ULEB128       | Size.Uleb | Op.Set, Form.Abs | Base.Symbol,
  R.SUB_ULEB128       | Size.Uleb | Op.Sub, Form.Abs | Base.Symbol,
]);

/** auipc t3, slot; lw or ld t3, slot(t3); jr t3. What sets auipc and jalr sets auipc and a load, as their fields are the same. */
@lazy const STUB32: usize = memory.data<u32>([0x00000e17, 0x000e2e03, 0x000e0067]);
@lazy const STUB64: usize = memory.data<u32>([0x00000e17, 0x000e3e03, 0x000e0067]);
@lazy const STUB_FIXES: usize = memory.data<u32>([0 | R.CALL << 8]);

@lazy export const RISCV32_HOWTOS: Howtos = changetype<Howtos>(memory.data<usize>([HOWTOS32, 47, FIELDS, 0, STUB32, 12, STUB_FIXES, 1, 0, 0, 0, 0, 0, 0x00000013, 0x0001, 0, 0, 0, 0]));
@lazy export const RISCV64_HOWTOS: Howtos = changetype<Howtos>(memory.data<usize>([HOWTOS64, 49, FIELDS, 0, STUB64, 12, STUB_FIXES, 1, 0, 0, 0, 0, 0, 0x00000013, 0x0001, 0, 0, 0, 0]));
