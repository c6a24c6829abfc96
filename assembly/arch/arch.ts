// What the core knows of a machine: rows of data, written in the words of this file.

/** What a dynamic relocation asks for. S, A, B, P as in gABI 4.5 "Relocation Types". */
export const enum Role {
  /** Nothing to do. */
  None = 0 << 16,
  /** B + A: the machine's R_*_RELATIVE. */
  Relative = 1 << 16,
  /** S + A, a whole word. */
  Word = 2 << 16,
  /** S alone: the place's old content is no addend. */
  Slot = 3 << 16,
  /** The bytes of the symbol's other definition are copied here. */
  Copy = 4 << 16,
  /** The table has no such row. */
  Unknown = 5 << 16,
}

/** All the core knows of a machine: constants, no code. */
@unmanaged export class Arch {
  /** e_machine, gABI 4.1. */
  machine: usize;
  /** 32 or 64. */
  bits: usize;
  /** Bits of a code address that are not part of the address (Thumb). */
  codeTag: usize;
  private rows: usize;
  private rowCount: usize;

  /** What a relocation type asks for. */
  role(type: u32): Role {
    for (let i: usize = 0, n = this.rowCount; i < n; ++i) {
      const row = load<u32>(this.rows + (i << 2));
      if ((row & 0xffff) == type) return row & 0xffff0000;
    }
    return Role.Unknown;
  }
}
