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

function x86(u16: Decode, u32: Decode, word: Decode, isRelative: boolean): Record<string, Decode> {
  return {
    /** Where jmp * leads. */
    stub: (at) => {
      expect(u16, at, 0xffffn, 0x25ffn);
      return word(isRelative ? at + 6n + signed(u32(at + 2n), 32n) : u32(at + 2n));
    },
  };
}

/** Of two halfwords of Thumb the first is the lower one. */
function arm(u16: Decode, u32: Decode): Record<string, Decode> {
  const sign = (word: bigint, up: bigint, value: bigint): bigint => (word & up ? value : -value);
  const thumb25: Decode = (at) => {
    const word = u32(at), s = bits(word, 10n, 1n), top = s << 2n | (bits(word, 29n, 1n) ^ s ^ 1n) << 1n | (bits(word, 27n, 1n) ^ s ^ 1n);
    return signed(top << 22n | bits(word, 0n, 10n) << 12n | bits(word, 16n, 11n) << 1n, 25n);
  };
  const rotated: Decode = (at) => {
    const word = u32(at), by = 2n * bits(word, 8n, 4n), value = bits(word, 0n, 8n);
    return sign(word, 1n << 23n, bits(value >> by | value << (32n - by), 0n, 32n));
  };
  return {
    rotated,
    /** Where ldr ip, [pc]; ldr pc, [ip] lead. */
    stub: (at) => {
      expect(u32, at, 0xffffffffn, 0xe59fc000n);
      expect(u32, at + 4n, 0xffffffffn, 0xe59cf000n);
      return u32(u32(at + 8n));
    },
    /** Where push {r0}; ldr r0, [pc, #8]; ldr r0, [r0]; mov ip, r0; pop {r0}; bx ip lead. */
    tstub: (at) => {
      for (const [index, word] of [0xb401n, 0x4802n, 0x6800n, 0x4684n, 0xbc01n, 0x4760n].entries()) expect(u16, at + 2n * BigInt(index), 0xffffn, word);
      return u32(u32(at + 12n));
    },
    b: (at) => at + 8n + joined(u32(at), 2n, [0n, 24n]),
    /** BLX, with the bit of what it leads to. */
    blx: (at) => at + 8n + joined(u32(at), 2n, [0n, 24n]) + 2n * bits(u32(at), 24n, 1n) + 1n,
    movw: (at) => bits(u32(at), 16n, 4n) << 12n | bits(u32(at), 0n, 12n),
    ldr: (at) => sign(u32(at), 1n << 23n, bits(u32(at), 0n, 12n)),
    ldrh: (at) => sign(u32(at), 1n << 23n, bits(u32(at), 8n, 4n) << 4n | bits(u32(at), 0n, 4n)),
    tb: (at) => at + 4n + thumb25(at),
    tblx: (at) => (at + 4n & ~3n) + thumb25(at),
    tbc: (at) => at + 4n + joined(u32(at), 1n, [10n, 1n], [27n, 1n], [29n, 1n], [0n, 6n], [16n, 11n]),
    tb11: (at) => at + 4n + joined(u16(at), 1n, [0n, 11n]),
    tb8: (at) => at + 4n + joined(u16(at), 1n, [0n, 8n]),
    tcbz: (at) => at + 4n + (bits(u16(at), 9n, 1n) << 6n | bits(u16(at), 3n, 5n) << 1n),
    tmovw: (at) => bits(u32(at), 0n, 4n) << 12n | bits(u32(at), 10n, 1n) << 11n | bits(u32(at), 28n, 3n) << 8n | bits(u32(at), 16n, 8n),
    tadr: (at) => {
      const word = u32(at), value = bits(word, 10n, 1n) << 11n | bits(word, 28n, 3n) << 8n | bits(word, 16n, 8n);
      return (at + 4n & ~3n) + (bits(word, 4n, 4n) === 10n ? -value : value);
    },
    tldr: (at) => (at + 4n & ~3n) + sign(u32(at), 1n << 7n, bits(u32(at), 16n, 12n)),
    tldr8: (at) => (at + 4n & ~3n) + 4n * bits(u16(at), 0n, 8n),
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
    arm: () => arm(u16, u32), i386: () => x86(u16, u32, u32, false), x86_64: () => x86(u16, u32, u64, true),
  };
  return { ...anyMachine(read), ...own[machine]?.() };
}
