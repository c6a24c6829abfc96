// Arm, 32-bit, little-endian. REL: addends are in the places, except that a JUMP_SLOT's place points into the PLT. A descriptor
// holds its argument, and its addend there, before its function.
// Bit 0 of a code address says Thumb; symbols carry it in their value, so S already has it.
// Spec: ELF for the Arm Architecture (AAELF32), 5.6 "Relocation".

import { DT } from "../elf/dynamic";
import { EM } from "../elf/header";
import { SHT } from "../elf/section";
import { Arch, Lazy, Role } from "./arch";
import { Base, Fit, Form, Howtos, Odd, Op, Size } from "./howto";

const enum R {
  NONE = 0, PC24 = 1, ABS32 = 2, REL32 = 3, LDR_PC_G0 = 4, ABS16 = 5, ABS8 = 8, SBREL32 = 9, THM_CALL = 10, THM_PC8 = 11, TLS_DESC = 13,
  TLS_DTPMOD32 = 17, TLS_DTPOFF32 = 18, TLS_TPOFF32 = 19, COPY = 20, GLOB_DAT = 21, JUMP_SLOT = 22, RELATIVE = 23, GOTOFF32 = 24,
  BASE_PREL = 25, GOT_BREL = 26, PLT32 = 27, CALL = 28, JUMP24 = 29, THM_JUMP24 = 30, TARGET1 = 38, V4BX = 40, TARGET2 = 41, PREL31 = 42,
  MOVW_ABS_NC = 43, MOVT_ABS = 44, MOVW_PREL_NC = 45, MOVT_PREL = 46, THM_MOVW_ABS_NC = 47, THM_MOVT_ABS = 48, THM_MOVW_PREL_NC = 49,
  THM_MOVT_PREL = 50, THM_JUMP19 = 51, THM_JUMP6 = 52, THM_ALU_PREL_11_0 = 53, THM_PC12 = 54, ALU_PC_G0_NC = 57, ALU_PC_G0 = 58,
  ALU_PC_G1_NC = 59, ALU_PC_G1 = 60, ALU_PC_G2 = 61, LDR_PC_G1 = 62, LDR_PC_G2 = 63, LDRS_PC_G0 = 64, LDRS_PC_G1 = 65, LDRS_PC_G2 = 66,
  MOVW_BREL_NC = 84, MOVT_BREL = 85, MOVW_BREL = 86, THM_MOVW_BREL_NC = 87, THM_MOVT_BREL = 88, THM_MOVW_BREL = 89, TLS_GOTDESC = 90,
  TLS_CALL = 91, TLS_DESCSEQ = 92, THM_TLS_CALL = 93, GOT_ABS = 95, GOT_PREL = 96, THM_JUMP11 = 102, THM_JUMP8 = 103, TLS_GD32 = 104,
  TLS_LDM32 = 105, TLS_LDO32 = 106, TLS_IE32 = 107, TLS_LE32 = 108, THM_TLS_DESCSEQ16 = 129, THM_TLS_DESCSEQ32 = 130,
  THM_ALU_ABS_G0_NC = 132, THM_ALU_ABS_G1_NC = 133, THM_ALU_ABS_G2_NC = 134, THM_ALU_ABS_G3 = 135, IRELATIVE = 160,
}

@lazy const ROWS: usize = memory.data<u32>([
  R.RELATIVE     | Role.Relative,
  R.GLOB_DAT     | Role.Slot,
  R.JUMP_SLOT    | Role.Jump,
  R.ABS32        | Role.Word,
  R.TLS_DTPMOD32 | Role.TlsNumber,
  R.TLS_DTPOFF32 | Role.TlsOffset,
  R.TLS_TPOFF32  | Role.TlsPointer,
  R.TLS_DESC     | Role.TlsDescriptor,
  R.IRELATIVE    | Role.Indirect,
  R.COPY         | Role.Copy,
  R.REL32        | Role.Pc,
  R.NONE         | Role.None,
]);

@lazy export const ARM: Arch = changetype<Arch>(memory.data<usize>([EM.ARM, 32, 1, 0, 8, 1, Lazy.SecondThird, DT.NULL, ROWS, 12]));

/** The fields that are runs of bits. Of a Thumb instruction of 32 bits the first halfword is the lower one. */
const enum F {
  DATA31 = 1 << 16, JUMP24 = 2 << 16, MOVW = 3 << 16, MOVT = 4 << 16, THM_MOVW = 5 << 16, THM_MOVT = 6 << 16, THM_JUMP19 = 7 << 16,
  THM_JUMP11 = 8 << 16, THM_JUMP8 = 9 << 16,
}

@lazy const FIELDS: usize = memory.data<u32>([
  /* bits 30..0 = x[30:0]                     */  0 |  0 << 8 | 31 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* b     imm24 = x[25:2]                    */  2 |  0 << 8 | 24 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* movw  imm12 = x[11:0],  imm4 = x[15:12]  */  0 |  0 << 8 | 12 << 16, 12 | 16 << 8 | 4 << 16, 0, 0, 0, 0, 0, 0,
  /* movt  imm12 = x[27:16], imm4 = x[31:28]  */ 16 |  0 << 8 | 12 << 16, 28 | 16 << 8 | 4 << 16, 0, 0, 0, 0, 0, 0,
  /* movw  imm8 = x[7:0], imm3 = x[10:8], i = x[11], imm4 = x[15:12] */
                                                  0 | 16 << 8 | 8 << 16,  8 | 28 << 8 | 3 << 16, 11 | 10 << 8 | 1 << 16, 12 | 0 << 8 | 4 << 16, 0, 0, 0, 0,
  /* movt  the same of x[31:16]               */ 16 | 16 << 8 | 8 << 16, 24 | 28 << 8 | 3 << 16, 27 | 10 << 8 | 1 << 16, 28 | 0 << 8 | 4 << 16, 0, 0, 0, 0,
  /* b.c   imm11 = x[11:1], imm6 = x[17:12], J1 = x[18], J2 = x[19], S = x[20] */
                                                  1 | 16 << 8 | 11 << 16, 12 | 0 << 8 | 6 << 16, 18 | 29 << 8 | 1 << 16, 19 | 27 << 8 | 1 << 16, 20 | 10 << 8 | 1 << 16, 0, 0, 0,
  /* b.n   imm11 = x[11:1]                    */  1 |  0 << 8 | 11 << 16, 0, 0, 0, 0, 0, 0, 0,
  /* b.c.n imm8 = x[8:1]                      */  1 |  0 << 8 |  8 << 16, 0, 0, 0, 0, 0, 0, 0,
]);

// TARGET1 is an absolute word, TARGET2 a slot's distance, as on Linux. V4BX marks what an Armv4 without Thumb would have to change.
@lazy const HOWTO_ROWS: usize = memory.data<u32>([
  R.ABS32             | Size.B4 | Op.Set, Form.Abs | Base.Symbol,
  R.REL32             | Size.B4 | Op.Set, Form.Pc | Base.Symbol,
  R.PREL31            | Size.B4 | Op.Set, Form.Pc | Base.Symbol | F.DATA31 | Fit.Signed,
  R.TARGET1           | Size.B4 | Op.Set, Form.Abs | Base.Symbol,
  R.TARGET2           | Size.B4 | Op.Set, Form.Pc | Base.Got,
  R.ABS16             | Size.B2 | Op.Set, Form.Abs | Base.Symbol | Fit.Either,
  R.ABS8              | Size.B1 | Op.Set, Form.Abs | Base.Symbol | Fit.Either,
  R.CALL              | Size.B4 | Op.Set, Form.Pc | Base.Branch | Odd.ArmCall | Fit.Signed | Fit.Aligned | Fit.Exchanges | Fit.Veneer,
  R.JUMP24            | Size.B4 | Op.Set, Form.Pc | Base.Branch | F.JUMP24 | Fit.Signed | Fit.Aligned | Fit.Veneer,
  R.PLT32             | Size.B4 | Op.Set, Form.Pc | Base.Branch | F.JUMP24 | Fit.Signed | Fit.Aligned | Fit.Veneer,
  R.PC24              | Size.B4 | Op.Set, Form.Pc | Base.Branch | F.JUMP24 | Fit.Signed | Fit.Aligned | Fit.Veneer,
  R.THM_CALL          | Size.B4 | Op.Set, Form.Pc | Base.Branch | Odd.ThumbCall | Fit.Signed | Fit.Tagged | Fit.Exchanges | Fit.Veneer,
  R.THM_JUMP24        | Size.B4 | Op.Set, Form.Pc | Base.Branch | Odd.ThumbJump | Fit.Signed | Fit.Tagged | Fit.Veneer,
  R.THM_JUMP19        | Size.B4 | Op.Set, Form.Pc | Base.Branch | F.THM_JUMP19 | Fit.Signed | Fit.Tagged | Fit.Veneer,
  R.THM_JUMP11        | Size.B2 | Op.Set, Form.Pc | Base.Branch | F.THM_JUMP11 | Fit.Signed | Fit.Tagged,
  R.THM_JUMP8         | Size.B2 | Op.Set, Form.Pc | Base.Branch | F.THM_JUMP8 | Fit.Signed | Fit.Tagged,
  R.THM_JUMP6         | Size.B2 | Op.Set, Form.Pc | Base.Branch | Odd.ThumbZero | Fit.Unsigned | Fit.Tagged,
  R.MOVW_ABS_NC       | Size.B4 | Op.Set, Form.Abs | Base.Symbol | F.MOVW,
  R.MOVT_ABS          | Size.B4 | Op.Set, Form.Abs | Base.Symbol | F.MOVT | Fit.Low,
  R.MOVW_PREL_NC      | Size.B4 | Op.Set, Form.Pc | Base.Symbol | F.MOVW,
  R.MOVT_PREL         | Size.B4 | Op.Set, Form.Pc | Base.Symbol | F.MOVT | Fit.Low,
  R.MOVW_BREL_NC      | Size.B4 | Op.Set, Form.Segment | Base.Symbol | F.MOVW,
  R.MOVW_BREL         | Size.B4 | Op.Set, Form.Segment | Base.Symbol | F.MOVW | Fit.Either,
  R.MOVT_BREL         | Size.B4 | Op.Set, Form.Segment | Base.Symbol | F.MOVT | Fit.Low,
  R.THM_MOVW_ABS_NC   | Size.B4 | Op.Set, Form.Abs | Base.Symbol | F.THM_MOVW,
  R.THM_MOVT_ABS      | Size.B4 | Op.Set, Form.Abs | Base.Symbol | F.THM_MOVT | Fit.Low,
  R.THM_MOVW_PREL_NC  | Size.B4 | Op.Set, Form.Pc | Base.Symbol | F.THM_MOVW,
  R.THM_MOVT_PREL     | Size.B4 | Op.Set, Form.Pc | Base.Symbol | F.THM_MOVT | Fit.Low,
  R.THM_MOVW_BREL_NC  | Size.B4 | Op.Set, Form.Segment | Base.Symbol | F.THM_MOVW,
  R.THM_MOVW_BREL     | Size.B4 | Op.Set, Form.Segment | Base.Symbol | F.THM_MOVW | Fit.Either,
  R.THM_MOVT_BREL     | Size.B4 | Op.Set, Form.Segment | Base.Symbol | F.THM_MOVT | Fit.Low,
  R.THM_ALU_ABS_G0_NC | Size.B2 | Op.Set, Form.Abs | Base.Symbol | Odd.ThumbByte0,
  R.THM_ALU_ABS_G1_NC | Size.B2 | Op.Set, Form.Abs | Base.Symbol | Odd.ThumbByte8,
  R.THM_ALU_ABS_G2_NC | Size.B2 | Op.Set, Form.Abs | Base.Symbol | Odd.ThumbByte16,
  R.THM_ALU_ABS_G3    | Size.B2 | Op.Set, Form.Abs | Base.Symbol | Odd.ThumbByte24,
  R.SBREL32           | Size.B4 | Op.Set, Form.Segment | Base.Symbol,
  R.ALU_PC_G0_NC      | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmAdd0,
  R.ALU_PC_G0         | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmAdd0 | Fit.Signed,
  R.ALU_PC_G1_NC      | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmAdd1,
  R.ALU_PC_G1         | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmAdd1 | Fit.Signed,
  R.ALU_PC_G2         | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmAdd2 | Fit.Signed,
  R.LDR_PC_G0         | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmLoad0 | Fit.Signed,
  R.LDR_PC_G1         | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmLoad1 | Fit.Signed,
  R.LDR_PC_G2         | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmLoad2 | Fit.Signed,
  R.LDRS_PC_G0        | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmLoadHalf0 | Fit.Signed,
  R.LDRS_PC_G1        | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmLoadHalf1 | Fit.Signed,
  R.LDRS_PC_G2        | Size.B4 | Op.Set, Form.Pc | Base.Symbol | Odd.ArmLoadHalf2 | Fit.Signed,
  R.THM_ALU_PREL_11_0 | Size.B4 | Op.Set, Form.PcWord | Base.Symbol | Odd.ThumbAdd | Fit.Signed,
  R.THM_PC12          | Size.B4 | Op.Set, Form.PcWord | Base.Symbol | Odd.ThumbLoad | Fit.Signed,
  R.THM_PC8           | Size.B2 | Op.Set, Form.PcWord | Base.Symbol | Odd.ThumbWord | Fit.Unsigned | Fit.Aligned,
  R.BASE_PREL         | Size.B4 | Op.Set, Form.Pc | Base.Table,
  R.GOTOFF32          | Size.B4 | Op.Set, Form.Got | Base.Symbol,
  R.GOT_BREL          | Size.B4 | Op.Set, Form.Got | Base.Got,
  R.GOT_PREL          | Size.B4 | Op.Set, Form.Pc | Base.Got,
  R.GOT_ABS           | Size.B4 | Op.Set, Form.Abs | Base.Got,
  R.TLS_GD32          | Size.B4 | Op.Set, Form.Pc | Base.TlsPair,
  R.TLS_LDM32         | Size.B4 | Op.Set, Form.Pc | Base.TlsBlock,
  R.TLS_LDO32         | Size.B4 | Op.Set, Form.Abs | Base.TlsOffset,
  R.TLS_IE32          | Size.B4 | Op.Set, Form.Pc | Base.TlsSlot,
  R.TLS_LE32          | Size.B4 | Op.Set, Form.Abs | Base.TlsPointer,
  R.TLS_GOTDESC       | Size.B4 | Op.Set, Form.Pc | Base.TlsDescriptor | Odd.CallDistance,
  R.TLS_CALL          | Size.B4 | Op.Set, Form.Pc | Base.TlsCall | Odd.ArmCall | Fit.Signed | Fit.Aligned | Fit.Exchanges,
  R.THM_TLS_CALL      | Size.B4 | Op.Set, Form.Pc | Base.TlsCall | Odd.ThumbCall | Fit.Signed | Fit.Tagged | Fit.Exchanges,
  R.TLS_DESCSEQ       | Size.B0,          Base.None,
  R.THM_TLS_DESCSEQ16 | Size.B0,          Base.None,
  R.THM_TLS_DESCSEQ32 | Size.B0,          Base.None,
  R.V4BX              | Size.B0,          Base.None,
  R.NONE              | Size.B0,          Base.None,
]);

/** ldr ip, [pc]; ldr pc, [ip]; .word slot */
@lazy const STUB: usize = memory.data<u32>([0xe59fc000, 0xe59cf000, 0]);
@lazy const STUB_FIXES: usize = memory.data<u32>([8 | R.ABS32 << 8]);

/** push {r0}; ldr r0, [pc, #8]; ldr r0, [r0]; mov ip, r0; pop {r0}; bx ip; .word slot: what the smallest cores know, too, with the stack that AAELF32 5.6.1.4 lets a veneer have. */
@lazy const THUMB_STUB: usize = memory.data<u16>([0xb401, 0x4802, 0x6800, 0x4684, 0xbc01, 0x4760, 0, 0]);
@lazy const THUMB_STUB_FIXES: usize = memory.data<u32>([12 | R.ABS32 << 8]);

/** add r0, lr, r0; ldr r1, [r0, #4]; bx r1: the word counts from behind the call. */
@lazy const TLS_CALL: usize = memory.data<u32>([0xe08e0000, 0xe5901004, 0xe12fff11]);
/** add r0, lr; ldr r1, [r0, #4]; bx r1; nop; nop; nop */
@lazy const THUMB_TLS_CALL: usize = memory.data<u16>([0x4470, 0x6841, 0x4708, 0x46c0, 0x46c0, 0x46c0]);

@lazy export const ARM_HOWTOS: Howtos = changetype<Howtos>(memory.data<usize>([HOWTO_ROWS, 68, FIELDS, 1, STUB, 12, STUB_FIXES, 1, THUMB_STUB, 16, THUMB_STUB_FIXES, 1, 0, 0, 0, TLS_CALL, THUMB_TLS_CALL, 12, SHT.ARM_EXIDX]));
