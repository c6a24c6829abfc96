// The vocabulary of the relocations of objects (ET_REL). A machine's file is written in these words; arch/field.ts and
// relocate/objects.ts are their only interpreters.

/** What the relocation is about, X: what stands where the psABIs write S, G, L, GOT, TP ... */
export const enum Base {
  /** Nothing is computed: marks for a linker that relaxes. */
  None = 0 << 8,
  /** S: the symbol's address, with the bit that says how its code is encoded. */
  Symbol = 1 << 8,
  /** The same for a jump: where S is out of reach, or elsewhere, L: a stub that leads there. */
  Branch = 2 << 8,
  /** G: the address of the slot in the GOT that holds S. */
  Got = 3 << 8,
  /** GOT: where the table begins, or what the machine takes for that. */
  Table = 4 << 8,
  /** The address of a pair of slots: a block's number and the variable's offset in it (general dynamic). */
  TlsPair = 5 << 8,
  /** The same of the module's own block, with an offset of 0 (local dynamic). */
  TlsBlock = 6 << 8,
  /** The address of a slot that holds the variable's offset from the thread pointer (initial exec). */
  TlsSlot = 7 << 8,
  /** The same of the negated offset: what i386 subtracts. */
  TlsSlotBelow = 8 << 8,
  /** The address of a TLS descriptor. */
  TlsDescriptor = 9 << 8,
  /** The variable's offset from the thread pointer itself (local exec). */
  TlsPointer = 10 << 8,
  /** The same, negated. */
  TlsBelow = 11 << 8,
  /** The variable's offset in its block. */
  TlsOffset = 12 << 8,
  /** Z: the symbol's size. */
  Size = 13 << 8,
  /** The address of code that calls a descriptor's function: Arm's calls of it name the variable, and leave that to the linker. */
  TlsCall = 14 << 8,
  MASK = 0xff << 8,
}

/** What is made of X, A and P. Page(x) = x & ~0xfff. */
export const enum Form {
  /** X + A */
  Abs = 0,
  /** X + A - P */
  Pc = 1,
  /** X + A + 0x800: the upper part of what a signed lower part of 12 bits completes. */
  AbsHi = 2,
  /** X + A - P + 0x800 */
  PcHi = 3,
  /** Page(X + A) - Page(P) */
  Page = 4,
  /** Page(X + A + 0x800) - Page(P) */
  PageHi = 5,
  /** X + A - GOT */
  Got = 6,
  /** X + A - Page(GOT) */
  GotPage = 7,
  /** X + A - (P & ~3): Thumb instructions that count from a word's address. */
  PcWord = 8,
  /** S is a label, where the relocation of the upper part is: its value, X + A - P of there. RISC-V psABI, 8.4.9. */
  Partner = 9,
  /** What Page counts, of 64 bits, for LoongArch's lu32i.d, 8 bytes behind its pcalau12i. */
  PageFar = 10,
  /** The place is the start of padding, of which just what aligns the next instruction is to stay. */
  Align = 11,
  /** X + A - GOT; of an instruction whose ModRM, the byte before, names no register: X + A. i386 psABI, 4.4, R_386_GOT32X. */
  GotIndexed = 12,
  /** X + A - B(S): from the start of the segment that S lies in. AAELF32, 5.6.1, "Relocation types". */
  Segment = 13,
  /** The same as PageFar for lu52i.d, 12 bytes behind. */
  PageFarther = 14,
  MASK = 0xff,
}

/** What happens to the place, whose old content is V. */
export const enum Op {
  Set = 0 << 20,
  /** V + x */
  Add = 1 << 20,
  /** V - x */
  Sub = 2 << 20,
  MASK = 0xf << 20,
}

/** Bytes of the place: what is loaded, changed and stored. */
export const enum Size {
  B1 = 1 << 16,
  B2 = 2 << 16,
  B4 = 4 << 16,
  B8 = 8 << 16,
  /** As many as a ULEB128 has there; it keeps its length. */
  Uleb = 9 << 16,
  B3 = 3 << 16,
  B0 = 0,
  MASK = 0xf << 16,
}

/** When the value is refused: or-ed. Limits follow from the field, so they cannot disagree with it. */
export const enum Fit {
  /** It is truncated. */
  Any = 0,
  Signed = 1 << 24,
  Unsigned = 2 << 24,
  /** Signed or unsigned. */
  Either = 3 << 24,
  RANGE = 3 << 24,
  /** The bits below the field must be 0. */
  Aligned = 4 << 24,
  /** Of REL: the addend is the field's bits as they are, not shifted to where the field takes them from. */
  Low = 8 << 24,
  /** The instruction may be another one where the symbol is at hand: arch/relax.ts. */
  Relax = 16 << 24,
  /** A jump of code whose addresses have Arch.codeTag (Thumb). */
  Tagged = 32 << 24,
  /** It can change into one that also changes how the code behind it is encoded: BL and BLX. */
  Exchanges = 64 << 24,
  /** A linker may lead it through a stub where it does not reach: that loses what calls may lose. Jumps that may not are refused. */
  Veneer = 128 << 24,
}

/** The whole place is one run: plain data. */
@inline export const WHOLE: u32 = 0;
/** Fields of this number and above are no runs of bits: arch/odd.ts has them. */
@inline export const ODD: u32 = 0xe0 << 16;

/** Fields that are more than bits moved, each `| value | form` of its own: the psABIs' instructions that change with what they hold. */
export const enum Odd {
  /** Thumb-2 BL, BLX, B.W of 25 bits: J1 and J2 are I1 and I2, exclusive-or S, negated. BL and BLX are made of each other by the target's lowest bit. */
  ThumbCall = 0xe0 << 16,
  /** The same of B.W, which can't change the state. */
  ThumbJump = 0xe1 << 16,
  /** Arm BL and BLX, made of each other by the target's lowest bit. */
  ArmCall = 0xe2 << 16,
  /** AArch64 MOVZ of a value that is not negative, MOVN of the complement of one that is: 16 bits from bit 0, 16, 32, 48 on. */
  MoveSigned0 = 0xe3 << 16,
  MoveSigned16 = 0xe4 << 16,
  MoveSigned32 = 0xe5 << 16,
  MoveSigned48 = 0xe6 << 16,
  /** RISC-V auipc and jalr, in 8 bytes; the value is rounded, as for the first of them. */
  AuipcPair = 0xe7 << 16,
  /** LoongArch pcaddu18i and jirl, in 8 bytes. */
  Pcaddu18iPair = 0xe8 << 16,
  /** RISC-V c.lui: 0 is no operand of it. */
  CompressedLui = 0xe9 << 16,
  /** LoongArch's lower 12 bits of an address, of which jirl takes none of the lowest two. */
  PageLow = 0xea << 16,
  /** Eight bits of an address, from bit 0, 8, 16, 24 on, in a Thumb instruction. */
  ThumbByte0 = 0xec << 16,
  ThumbByte8 = 0xed << 16,
  ThumbByte16 = 0xee << 16,
  ThumbByte24 = 0xef << 16,
  /** Arm ADD or SUB, by the value's sign, of eight bits of its magnitude: the highest, those behind them, and so on. AAELF32 5.6.1.4, "Group relocations". */
  ArmAdd0 = 0xf0 << 16,
  ArmAdd1 = 0xf1 << 16,
  ArmAdd2 = 0xf2 << 16,
  /** Arm LDR of what so many of those have left: a bit for the sign, and 12 bits. */
  ArmLoad0 = 0xf3 << 16,
  ArmLoad1 = 0xf4 << 16,
  ArmLoad2 = 0xf5 << 16,
  /** The same of LDRD, LDRH, LDRSB: 8 bits. */
  ArmLoadHalf0 = 0xf6 << 16,
  ArmLoadHalf1 = 0xf7 << 16,
  ArmLoadHalf2 = 0xf8 << 16,
  /** Thumb-2 ADR: ADD or SUB of 12 bits. */
  ThumbAdd = 0xf9 << 16,
  /** Thumb-2 LDR: a bit for the sign, and 12 bits. */
  ThumbLoad = 0xfa << 16,
  /** Thumb LDR and ADR of 8 bits, upwards, in words. */
  ThumbWord = 0xfb << 16,
  /** Thumb CBZ of 6 bits, upwards. */
  ThumbZero = 0xfc << 16,
  /** Arm's distance of a descriptor from behind the call of it, which the addend says where it is; odd: of a Thumb call. */
  CallDistance = 0xfd << 16,
}

/** A row: `type | Size | Op`, `Form | Base | field | Fit`. */
@unmanaged export class Howto {
  private lead: u32;
  private tail: u32;
  @inline get type(): u32 { return this.lead & 0xffff; }
  @inline get size(): Size { return this.lead & Size.MASK; }
  @inline get op(): Op { return this.lead & Op.MASK; }
  @inline get form(): Form { return this.tail & Form.MASK; }
  @inline get base(): Base { return this.tail & Base.MASK; }
  /** 1 and up: runs; 0: WHOLE; from ODD on: an Odd. */
  @inline get field(): u32 { return this.tail & 0xff << 16; }
  @inline has(fit: Fit): bool { return (this.tail & fit) != 0; }
  @inline get range(): Fit { return this.tail & Fit.RANGE; }
  /** Bytes that are there for certain: at least one of a ULEB128. */
  @inline get bytes(): u32 {
    const size = this.lead >> 16 & 0xf;
    return size == Size.Uleb >> 16 ? 1 : size;
  }
}
if (offsetof<Howto>() != 8) ERROR("a howto row is two u32");

/** A run moves `width` bits from value bit `from` to place bit `to`: `from | to << 8 | width << 16`. A run of width 0 ends the field. */
@unmanaged export class Run {
  from: u8; to: u8; width: u8; private pad: u8;
}
if (offsetof<Run>() != 4) ERROR("a run is one u32");
@inline export const RUNS: u32 = 8;

/** How the relocations of a machine's objects are applied. Every field is one word, so the whole of it is a constant. */
@unmanaged export class Howtos {
  private rows: usize;
  private rowCount: usize;
  private fields: usize;
  /** Entries have no addend of their own: it is in the place. */
  isRel: usize;
  /** A stub: code that jumps to what a slot of the GOT holds, and `offset | type << 8 | addend << 24` of each relocation that leads it to the slot. */
  stub: usize;
  stubBytes: usize;
  stubFixes: usize;
  stubFixCount: usize;
  /** The same for code whose addresses have Arch.codeTag; 0 bytes: the machine has no such. */
  taggedStub: usize;
  taggedStubBytes: usize;
  taggedStubFixes: usize;
  taggedStubFixCount: usize;
  /** What Base.Table counts from the GOT's first byte. */
  tableBias: usize;
  /** Instructions that do nothing, of 4 and of 2 bytes, for what is left of padding that was trimmed; 0: what is left is that already. */
  nop: usize;
  shortNop: usize;
  /** Code that Base.TlsCall stands for, and the same for code whose addresses have Arch.codeTag; both of so many bytes. */
  tlsCall: usize;
  taggedTlsCall: usize;
  tlsCallBytes: usize;
  /** sh_type of tables by which unwinders find functions, if they are sections of their own in the order of the code; SHT_NULL: there are none. */
  indexType: usize;

  @inline get count(): usize { return this.rowCount; }
  @inline at(index: usize): Howto { return changetype<Howto>(this.rows + index * offsetof<Howto>()); }

  /** Whether there is a row of padding. */
  aligns(): bool {
    for (let i: usize = 0, n = this.count; i < n; ++i) if (this.at(i).form == Form.Align) return true;
    return false;
  }

  /** The row for an r_type, or null. Tables begin with what compilers emit most. */
  row(type: u32): Howto | null {
    for (let i: usize = 0, n = this.rowCount; i < n; ++i) {
      const row = this.at(i);
      if (row.type == type) return row;
    }
    return null;
  }

  /** The first of a field's runs. */
  @inline runs(field: u32): usize { return this.fields + ((field >> 16) - 1) * RUNS * offsetof<Run>(); }
}
