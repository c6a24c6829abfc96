// What the core knows of a machine: rows of data, written in the words of this file.

/** What a dynamic relocation asks for. S, A, B, P, Z as in gABI 4.5 "Relocation Types"; the names of TLS are those of the psABIs. */
export const enum Role {
  /** Nothing to do. */
  None = 0 << 16,
  /** B + A: the machine's R_*_RELATIVE. */
  Relative = 1 << 16,
  /** S + A. */
  Word = 2 << 16,
  /** S alone: the place's old content is no addend. */
  Slot = 3 << 16,
  /** A slot of the PLT; S, and it may wait until the function is called. */
  Jump = 4 << 16,
  /** The bytes of the symbol's other definition are copied here. */
  Copy = 5 << 16,
  /** What the resolver at B + A returns: R_*_IRELATIVE. */
  Indirect = 6 << 16,
  /** S + A - P. */
  Pc = 7 << 16,
  /** Z + A: the symbol's size. */
  Size = 8 << 16,
  /** The number of the block that holds the variable: DTPMOD. */
  TlsNumber = 9 << 16,
  /** The variable's offset in its block, + A: DTPOFF, DTPREL. */
  TlsOffset = 10 << 16,
  /** Its offset from the thread pointer, + A: TPOFF, TPREL. */
  TlsPointer = 11 << 16,
  /** The same, negated: what i386 subtracts. */
  TlsBelow = 12 << 16,
  /** Two words: a function that finds the variable, and its argument. */
  TlsDescriptor = 13 << 16,
  /** The table has no such row. */
  Unknown = 14 << 16,
  MASK = 0xff << 16,
}

/** How wide the place is, and what must fit; the machine's word unless told. */
export const enum Width {
  Word = 0,
  /** 16 bits, signed or unsigned. */
  Any16 = 1 << 24,
  /** 32 bits: zero-extended, sign-extended, or either. */
  Unsigned32 = 2 << 24,
  Signed32 = 3 << 24,
  Any32 = 4 << 24,
  MASK = 0xff << 24,
}

/** Where the words are that lead an unbound function's first call to the linker, from DT_PLTGOT on, and which is which. */
export const enum Lazy {
  /** GOT[1] is handed on, GOT[2] is jumped to. */
  SecondThird = 0,
  /** GOT[0] is jumped to, GOT[1] is handed on. */
  FirstSecond = 1,
}

/** All the core knows of a machine: constants, no code. */
@unmanaged export class Arch {
  /** e_machine, gABI 4.1. */
  machine: usize;
  /** 32 or 64. */
  bits: usize;
  /** Bits of a code address that are not part of the address (Thumb). */
  codeTag: usize;
  /** What a thread-local offset in a block is less than counted from the block's start. */
  tlsBias: usize;
  /** Bytes above the thread pointer that are the machine's own; NO_TCB where blocks lie below it. */
  tcbBytes: usize;
  /** A TLS descriptor holds its argument first. */
  argumentFirst: usize;
  lazy: usize;
  /** The tag of the dynamic section that says: some functions take arguments in registers that no stub keeps. DT_NULL: none does. */
  variantTag: usize;
  private rows: usize;
  private rowCount: usize;

  /** The row of a relocation type: its Role and Width. */
  row(type: u32): u32 {
    for (let i: usize = 0, n = this.rowCount; i < n; ++i) {
      const row = load<u32>(this.rows + (i << 2));
      if ((row & 0xffff) == type) return row & (Role.MASK | Width.MASK);
    }
    return Role.Unknown;
  }

  /** The relocation type of a role, of a place as wide as the machine's word. */
  typeOf(role: Role): u32 {
    for (let i: usize = 0, n = this.rowCount; i < n; ++i) {
      const row = load<u32>(this.rows + (i << 2));
      if ((row & (Role.MASK | Width.MASK)) == role) return row & 0xffff;
    }
    return 0;
  }

  /** Blocks lie below the thread pointer: variant II of ELF's thread-local storage. */
  @inline get isTlsBelow(): bool { return this.tcbBytes == NO_TCB; }
}

/** See Arch.tcbBytes. */
@inline export const NO_TCB: usize = 0xffffffff;

@inline export function roleOf(row: u32): Role { return row & Role.MASK; }
@inline export function widthOf(row: u32): Width { return row & Width.MASK; }
