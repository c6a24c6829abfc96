// What instructions say, as the architectures' manuals have it: the words of the fixtures' equations. Nothing here is shared with the loader.

/** Reads bytes of the linked module. */
export type Read = (address: bigint, bytes: number) => bigint;

type Decode = (at: bigint) => bigint;

/** Bits `from` to `from + width` of a value. */
function bits(value: bigint, from: bigint, width: bigint): bigint {
  return value >> from & ((1n << width) - 1n);
}

/** The low bits of a value, sign-extended. */
function signed(value: bigint, width: bigint): bigint {
  return BigInt.asIntN(Number(width), value);
}

function page(value: bigint): bigint {
  return value & ~0xfffn;
}

/** Runs of an instruction's bits, the highest first, as one signed number with so many zeroes below. */
function joined(word: bigint, zeroes: bigint, ...runs: readonly (readonly [from: bigint, width: bigint])[]): bigint {
  const value = runs.reduce((sum, [from, width]) => sum << width | bits(word, from, width), 0n);
  return signed(value, runs.reduce((sum, [, width]) => sum + width, 0n)) << zeroes;
}

/** What an instruction is, but for its registers' contents: a stub is code that does what it should, not just any. */
function expect(u32: Decode, at: bigint, mask: bigint, word: bigint): void {
  const is = u32(at) & mask;
  if (is !== word) throw new Error(`the stub has 0x${is.toString(16)} at 0x${at.toString(16)}, not 0x${word.toString(16)}`);
}

function aarch64(u32: Decode, u64: Decode): Record<string, Decode> {
  const adrp: Decode = (at) => page(at) + joined(u32(at), 12n, [5n, 19n], [29n, 2n]);
  return {
    adrp,
    /** Where adrp x16, ldr x17, br x17 lead. */
    stub: (at) => {
      expect(u32, at, 0x9f00001fn, 0x90000010n);
      expect(u32, at + 4n, 0xffc003ffn, 0xf9400211n);
      expect(u32, at + 8n, 0xffffffffn, 0xd61f0220n);
      return u64(adrp(at) + 8n * bits(u32(at + 4n), 10n, 12n));
    },
    b: (at) => at + joined(u32(at), 2n, [0n, 26n]),
    imm19: (at) => at + joined(u32(at), 2n, [5n, 19n]),
    imm14: (at) => at + joined(u32(at), 2n, [5n, 14n]),
    adr: (at) => at + joined(u32(at), 0n, [5n, 19n], [29n, 2n]),
    imm12: (at) => bits(u32(at), 10n, 12n),
    imm16: (at) => bits(u32(at), 5n, 16n),
    shift: (at) => 16n * bits(u32(at), 21n, 2n),
    /** What movz or movn leave. */
    move: (at) => {
      const value = bits(u32(at), 5n, 16n) << 16n * bits(u32(at), 21n, 2n);
      return bits(u32(at), 29n, 2n) === 0n ? ~value : value;
    },
  };
}

function riscv(u16: Decode, u32: Decode, word: Decode, isWide: boolean): Record<string, Decode> {
  const upper: Decode = (at) => signed(u32(at) & 0xfffff000n, 32n);
  const lower: Decode = (at) => joined(u32(at), 0n, [20n, 12n]);
  return {
    upper,
    lower,
    /** Where auipc t3, a load of t3, jr t3 lead. */
    stub: (at) => {
      expect(u32, at, 0xfffn, 0xe17n);
      expect(u32, at + 4n, 0xfffffn, isWide ? 0xe3e03n : 0xe2e03n);
      expect(u32, at + 8n, 0xffffffffn, 0xe0067n);
      return word(at + upper(at) + lower(at + 4n));
    },
    stored: (at) => joined(u32(at), 0n, [25n, 7n], [7n, 5n]),
    branch: (at) => at + joined(u32(at), 1n, [31n, 1n], [7n, 1n], [25n, 6n], [8n, 4n]),
    jal: (at) => at + joined(u32(at), 1n, [31n, 1n], [12n, 8n], [20n, 1n], [21n, 10n]),
    auipc: (at) => at + upper(at),
    /** Where auipc and jalr, or auipc and what follows it, lead. */
    pair: (at) => at + upper(at) + lower(at + 4n),
    cbranch: (at) => at + joined(u16(at), 1n, [12n, 1n], [5n, 2n], [2n, 1n], [10n, 2n], [3n, 2n]),
    cjump: (at) => at + joined(u16(at), 1n, [12n, 1n], [8n, 1n], [9n, 2n], [6n, 1n], [7n, 1n], [2n, 1n], [11n, 1n], [3n, 3n]),
    clui: (at) => joined(u16(at), 12n, [12n, 1n], [2n, 5n]),
  };
}

function loongarch(u32: Decode, u64: Decode): Record<string, Decode> {
  const si20: Decode = (at) => joined(u32(at), 0n, [5n, 20n]);
  const si12: Decode = (at) => joined(u32(at), 0n, [10n, 12n]);
  const ui12: Decode = (at) => bits(u32(at), 10n, 12n);
  const jirl: Decode = (at) => joined(u32(at), 2n, [10n, 16n]);
  return {
    si20, si12, ui12, jirl,
    /** Where pcalau12i $t3, ld.d $t3, jr $t3 lead. */
    stub: (at) => {
      expect(u32, at, 0xfe00001fn, 0x1a00000fn);
      expect(u32, at + 4n, 0xffc003ffn, 0x28c001efn);
      expect(u32, at + 8n, 0xffffffffn, 0x4c0001e0n);
      return u64(page(at + (si20(at) << 12n)) + si12(at + 4n));
    },
    offs16: (at) => at + jirl(at),
    offs21: (at) => at + joined(u32(at), 2n, [0n, 5n], [10n, 16n]),
    offs26: (at) => at + joined(u32(at), 2n, [0n, 10n], [10n, 16n]),
    pcaddi: (at) => at + (si20(at) << 2n),
    pcaddu18i: (at) => at + (si20(at) << 18n),
    pcalau12i: (at) => page(at + (si20(at) << 12n)),
    /** What lu12i.w and ori leave. */
    absolute: (at) => (si20(at) << 12n) | ui12(at + 4n),
    /** What lu12i.w, ori, lu32i.d, lu52i.d leave. */
    absolute64: (at) => BigInt.asUintN(64, si12(at + 12n) << 52n | bits(si20(at + 8n), 0n, 20n) << 32n | bits((si20(at) << 12n) | ui12(at + 4n), 0n, 32n)),
    /** What pcalau12i, addi.d of zero, lu32i.d, lu52i.d and their sum leave. */
    far: (at) => {
      const upper = page(at + (si20(at) << 12n)), lower = BigInt.asUintN(64, si12(at + 4n));
      const distance = bits(si12(at + 12n), 0n, 12n) << 52n | bits(si20(at + 8n), 0n, 20n) << 32n | bits(lower, 0n, 32n);
      return BigInt.asUintN(64, upper + distance);
    },
  };
}

function anyMachine(read: Read): Record<string, unknown> {
  const uleb = (at: bigint): bigint => {
    const byte = read(at, 1);
    return byte & 0x80n ? byte & 0x7fn | uleb(at + 1n) << 7n : byte;
  };
  return {
    u8: (at: bigint) => read(at, 1), u16: (at: bigint) => read(at, 2), u32: (at: bigint) => read(at, 4), u64: (at: bigint) => read(at, 8),
    s8: (at: bigint) => signed(read(at, 1), 8n), s16: (at: bigint) => signed(read(at, 2), 16n), s32: (at: bigint) => signed(read(at, 4), 32n), s64: (at: bigint) => signed(read(at, 8), 64n),
    u24: (at: bigint) => read(at, 3), uleb, bits, signed, page,
    w32: (value: bigint) => BigInt.asUintN(32, value), w64: (value: bigint) => BigInt.asUintN(64, value),
  };
}

/** The words of a machine's equations. */
export function wordsFor(machine: string, read: Read): Record<string, unknown> {
  const u16: Decode = (at) => read(at, 2), u32: Decode = (at) => read(at, 4), u64: Decode = (at) => read(at, 8);
  const own: Readonly<Record<string, () => Record<string, Decode>>> = {
    aarch64: () => aarch64(u32, u64), riscv32: () => riscv(u16, u32, u32, false), riscv64: () => riscv(u16, u32, u64, true), loongarch64: () => loongarch(u32, u64),
  };
  return { ...anyMachine(read), ...own[machine]?.() };
}
