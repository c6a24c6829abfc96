// The fields of objects' relocations: their limits, the bits they own, and what clang encodes.

import { Fitting, addendIn, fitting, merged } from "../../../assembly/arch/field";
import { Fit, Form, Howto, Howtos, ODD, Op, Size } from "../../../assembly/arch/howto";
import { howtosOf } from "../../../assembly/arch/machines";
import { tagIn } from "../../../assembly/arch/odd";
import { isRelaxed, relaxedForm, relaxedOpcode } from "../../../assembly/arch/relax";
import { EM } from "../../../assembly/elf/header";
import { store64 } from "../../../assembly/host/memory";
import { random, seed } from "./support/random";
import { room } from "./support/target";

@external("oracle", "assemble") declare function assemble(target: string, text: string): void;
/** The n-th instruction of what was assembled, where all have so many bytes. */
@external("oracle", "encoded") declare function encoded(index: i32, bytes: u32): f64;

const TYPES: u32 = 2048;
const ARM = "armv7a-none-eabi", THUMB = "thumbv7a-none-eabi";

function row(machine: u32, bits: u32, type: u32): Howto { return howtosOf(machine, bits)!.row(type)!; }

/** Calls back with every row of a machine. */
function eachRow(machine: u32, bits: u32, least: u32, check: (howtos: Howtos, howto: Howto) => void): void {
  const howtos = howtosOf(machine, bits)!;
  let count: u32 = 0;
  for (let type: u32 = 0; type < TYPES; ++type) {
    const howto = howtos.row(type);
    if (!howto || howto.size == Size.B0 || howto.size == Size.Uleb) continue;
    check(howtos, howto);
    ++count;
  }
  expect(count).toBeGreaterThanOrEqual(least);
}

function eachMachine(check: (howtos: Howtos, howto: Howto) => void): void {
  seed(1);
  eachRow(EM.X86_64, 64, 31, check);
  eachRow(EM.I386, 32, 21, check);
  eachRow(EM.ARM, 32, 63, check);
  eachRow(EM.AARCH64, 64, 40, check);
  eachRow(EM.RISCV, 64, 30, check);
  eachRow(EM.RISCV, 32, 30, check);
  eachRow(EM.LOONGARCH, 64, 50, check);
}

function named(howto: Howto, text: string): string { return "type " + howto.type.toString() + text; }

function random64(): u64 { return <u64>random() << 32 | random(); }

/** A value that a row takes, if a few tries find one. */
function someValue(howtos: Howtos, howto: Howto): u64 {
  for (let tries = 0; tries < 64; ++tries) {
    const value = <u64>(<i64>random64() >> (random() & 63)) & ~<u64>15;
    if (fitting(howtos, howto, value) == Fitting.Fits) return value;
  }
  return 0;
}

/** What is between two limits is taken, and what is one step beyond is not. */
function limits(machine: u32, bits: u32, types: u32[], low: i64, high: i64, step: i64): u32 {
  for (let i = 0; i < types.length; ++i) {
    const howtos = howtosOf(machine, bits)!, howto = howtos.row(types[i])!;
    assert(fitting(howtos, howto, low) == Fitting.Fits, named(howto, " takes " + low.toString()));
    assert(fitting(howtos, howto, high) == Fitting.Fits, named(howto, " takes " + high.toString()));
    assert(fitting(howtos, howto, low - step) == Fitting.OutOfRange, named(howto, " refuses " + (low - step).toString()));
    assert(fitting(howtos, howto, high + step) == Fitting.OutOfRange, named(howto, " refuses " + (high + step).toString()));
    if (howto.has(Fit.Aligned)) for (let odd = 1; odd < step; ++odd) {
      // An odd address is Thumb's where the call can change the state.
      if (!howto.has(Fit.Exchanges) || !(odd & 1)) assert(fitting(howtos, howto, high - odd) == Fitting.Misaligned, named(howto, " wants what is aligned"));
    }
  }
  return types.length;
}

/** These take all that their machine's addresses can be. */
function unlimited(machine: u32, bits: u32, types: u32[]): u32 {
  const top: i64 = bits == 64 ? i64.MAX_VALUE : i32.MAX_VALUE;
  for (let i = 0; i < types.length; ++i) {
    const howtos = howtosOf(machine, bits)!, howto = howtos.row(types[i])!;
    assert(fitting(howtos, howto, top) == Fitting.Fits && fitting(howtos, howto, ~top) == Fitting.Fits, named(howto, " takes everything"));
  }
  return types.length;
}

/** The instructions that differ only in a number: each is the first one with that number put in, and says that number. */
function encodes(target: string, type: u32, bytes: u32, before: string, after: string, values: i64[]): void {
  let text = before + "0" + after;
  for (let i = 0; i < values.length; ++i) text += "\n" + before + values[i].toString() + after;
  compare(target, type, bytes, text, values);
}

/** The same of lines that are told. */
function compare(target: string, type: u32, bytes: u32, text: string, values: i64[]): void {
  assemble(target, text);
  const howtos = howtosOf(EM.ARM, 32)!, howto = howtos.row(type)!, plain = <u64>encoded(0, bytes);
  for (let i = 0; i < values.length; ++i) {
    const value = values[i], word = <u64>encoded(i + 1, bytes);
    assert(fitting(howtos, howto, value) == Fitting.Fits, named(howto, " takes " + value.toString()));
    const is = merged(howtos, howto, plain, value);
    assert(is == word, named(howto, " of " + value.toString() + " is " + is.toString(16) + ", not " + word.toString(16)));
    const back = addendIn(howtos, howto, word);
    assert(back == value, named(howto, " has " + (<i64>back).toString() + ", not " + value.toString()));
  }
}

describe("field: every row", () => {
  test("owns its bits, and no others", () => eachMachine((howtos, howto) => {
    if (howto.field >= ODD || howto.op != Op.Set) return;
    const bits = merged(howtos, howto, 0, u64.MAX_VALUE);
    assert(merged(howtos, howto, u64.MAX_VALUE, 0) == ~bits, named(howto, ": what it clears is what it sets"));
    for (let i = 0; i < 32; ++i) {
      const word = random64(), value = random64();
      assert((merged(howtos, howto, word, value) & ~bits) == (word & ~bits), named(howto, " keeps the rest"));
      assert((merged(howtos, howto, word, value) & bits) == merged(howtos, howto, 0, value), named(howto, ": what was there is gone"));
    }
  }));

  test("stores the same a second time", () => eachMachine((howtos, howto) => {
    if (howto.op != Op.Set) return;
    for (let i = 0; i < 32; ++i) {
      const value = someValue(howtos, howto), once = merged(howtos, howto, random64() >> 32, value);
      assert(merged(howtos, howto, once, value) == once, named(howto, " of " + value.toString(16)));
    }
  }));
});

describe("field: limits", () => {
  test("x86_64", () => {
    let count = limits(EM.X86_64, 64, [2, 3, 4, 9, 11, 19, 20, 21, 22, 23, 26, 34, 41, 42], i32.MIN_VALUE, i32.MAX_VALUE, 1);
    count += limits(EM.X86_64, 64, [10, 32], 0, u32.MAX_VALUE, 1);
    count += limits(EM.X86_64, 64, [12], -0x8000, 0xffff, 1);
    count += limits(EM.X86_64, 64, [13], -0x8000, 0x7fff, 1);
    count += limits(EM.X86_64, 64, [14], -0x80, 0xff, 1);
    count += limits(EM.X86_64, 64, [15], -0x80, 0x7f, 1);
    count += unlimited(EM.X86_64, 64, [1, 17, 18, 24, 25, 27, 28, 29, 30, 31, 33]);
    expect(count).toBe(31);
  });

  test("i386", () => {
    let count = limits(EM.I386, 32, [20, 21], -0x8000, 0xffff, 1);
    count += limits(EM.I386, 32, [22], -0x80, 0xff, 1);
    count += limits(EM.I386, 32, [23], -0x80, 0x7f, 1);
    count += unlimited(EM.I386, 32, [1, 2, 3, 4, 9, 10, 15, 16, 17, 18, 19, 32, 33, 34, 38, 39, 43]);
    expect(count).toBe(21);
  });

  test("arm", () => {
    let count = limits(EM.ARM, 32, [1, 27, 28, 29, 91], -0x2000000, 0x1fffffc, 4);
    count += limits(EM.ARM, 32, [10, 93], -0x1000000, 0xfffffc, 4);
    count += limits(EM.ARM, 32, [30], -0x1000000, 0xfffffe, 2);
    count += limits(EM.ARM, 32, [51], -0x100000, 0xffffe, 2);
    count += limits(EM.ARM, 32, [102], -0x800, 0x7fe, 2);
    count += limits(EM.ARM, 32, [103], -0x100, 0xfe, 2);
    count += limits(EM.ARM, 32, [52], 0, 0x7e, 2);
    count += limits(EM.ARM, 32, [11], 0, 0x3fc, 4);
    count += limits(EM.ARM, 32, [42], -0x40000000, 0x3fffffff, 1);
    count += limits(EM.ARM, 32, [5, 86, 89], -0x8000, 0xffff, 1);
    count += limits(EM.ARM, 32, [8], -0x80, 0xff, 1);
    count += limits(EM.ARM, 32, [4, 53, 54], -0xfff, 0xfff, 1);
    count += limits(EM.ARM, 32, [64], -0xff, 0xff, 1);
    // Of a number of groups: the longest run of ones, and one more at its end.
    count += limits(EM.ARM, 32, [58], -0xff, 0xff, 0x100);
    count += limits(EM.ARM, 32, [60], -0xffff, 0xffff, 0x10000);
    count += limits(EM.ARM, 32, [61], -0xffffff, 0xffffff, 0x1000000);
    count += limits(EM.ARM, 32, [62], -0xfffff, 0xfffff, 0x100000);
    count += limits(EM.ARM, 32, [63], -0xfffffff, 0xfffffff, 0x10000000);
    count += limits(EM.ARM, 32, [65], -0xffff, 0xffff, 0x10000);
    count += limits(EM.ARM, 32, [66], -0xffffff, 0xffffff, 0x1000000);
    count += unlimited(EM.ARM, 32, [
      2, 3, 9, 24, 25, 26, 38, 41, 43, 44, 45, 46, 47, 48, 49, 50, 57, 59, 84, 85, 87, 88, 90, 95, 96, 104, 105, 106, 107, 108, 132, 133, 134, 135,
    ]);
    expect(count).toBe(63);
  });

  test("a Thumb call of Arm code counts from a word", () => {
    const howtos = howtosOf(EM.ARM, 32)!, howto = howtos.row(10)!;
    expect(fitting(howtos, howto, 0xfffffa)).toBe(Fitting.Fits);
    expect(fitting(howtos, howto, 0xfffffe)).toBe(Fitting.OutOfRange, "it would be rounded to what it can't hold");
    expect(fitting(howtos, howto, 0xffffff)).toBe(Fitting.Fits, "Thumb code is at any halfword");
    expect(merged(howtos, howto, 0xf800f000, 2)).toBe(merged(howtos, howto, 0xf800f000, 4));
  });
});

describe("field: addends in the place", () => {
  test("i386", () => eachRow(EM.I386, 32, 21, (howtos, howto) => {
    for (let i = 0; i < 32; ++i) {
      const value = <u64><i64><i32>someValue(howtos, howto), word = merged(howtos, howto, random64() >> 32, value);
      const bits: u64 = 64 - howto.bytes * 8;
      assert(addendIn(howtos, howto, word) == <u64>(<i64>(value << bits) >> bits), named(howto, " of " + value.toString(16)));
    }
  }));

  test("arm: the upper half of an address has an addend of 16 bits, as it is", () => {
    const types: u32[] = [44, 46, 48, 50, 85, 88];
    for (let i = 0; i < types.length; ++i) {
      const howtos = howtosOf(EM.ARM, 32)!, howto = howtos.row(types[i])!;
      expect(addendIn(howtos, howto, merged(howtos, howto, 0, 0x12348765))).toBe(0x1234);
      expect(<i64>addendIn(howtos, howto, merged(howtos, howto, 0, 0x8001ffff))).toBe(-0x7fff);
    }
  });

  test("arm: the bytes of an address have no sign", () => {
    const howtos = howtosOf(EM.ARM, 32)!;
    for (let type: u32 = 132; type < 136; ++type) expect(addendIn(howtos, howtos.row(type)!, 0x20ff)).toBe(0xff);
  });

  test("arm: what counts upwards alone has the 4 that the program counter is ahead as -4", () => {
    const howtos = howtosOf(EM.ARM, 32)!;
    expect(<i64>addendIn(howtos, howtos.row(11)!, 0x48ff)).toBe(-4);
    expect(<i64>addendIn(howtos, howtos.row(52)!, 0xb3f8)).toBe(-2);
    expect(<i64>addendIn(howtos, howtos.row(52)!, 0xb3f0)).toBe(-4);
  });

  test("arm: what counts from a call counts from behind it, where the link register points to", () => {
    const howtos = howtosOf(EM.ARM, 32)!;
    expect(addendIn(howtos, howtos.row(90)!, 0x20)).toBe(0x1c);
    expect(addendIn(howtos, howtos.row(90)!, 0x21)).toBe(0x1b);
    expect(<i64>addendIn(howtos, howtos.row(90)!, 0)).toBe(-4);
  });

  test("arm: the examples of AAELF32", () => {
    const howtos = howtosOf(EM.ARM, 32)!;
    expect(<i64>addendIn(howtos, howtos.row(58)!, 0xe2410fff)).toBe(-1020);
    expect(<i64>addendIn(howtos, howtos.row(63)!, 0xe59f0010 | 1 << 23)).toBe(16);
    expect(<i64>addendIn(howtos, howtos.row(10)!, 0xfffef7ff)).toBe(-4);
    expect(<i64>addendIn(howtos, howtos.row(8)!, 0xf0)).toBe(-16);
  });
});

describe("field: Arm's instructions, as clang has them", () => {
  test("bl, b", () => {
    const values: i64[] = [0, 4, -4, 0x1000, -0x1000, 0x800000, -0x7ffffc, 0x1fffffc, -0x2000000];
    encodes(ARM, 28, 4, "bl #", "", values);
    encodes(ARM, 29, 4, "b #", "", values);
    encodes(ARM, 1, 4, "blne #", "", values);
  });

  test("bl becomes blx, and blx bl", () => {
    const howtos = howtosOf(EM.ARM, 32)!, howto = howtos.row(28)!;
    assemble(ARM, "bl #0\nblx #8\nblx #-6\nblx #33554430\nbl #-16\nblx #0");
    expect(merged(howtos, howto, <u64>encoded(0, 4), 9)).toBe(<u64>encoded(1, 4));
    expect(merged(howtos, howto, <u64>encoded(0, 4), -5)).toBe(<u64>encoded(2, 4));
    expect(merged(howtos, howto, <u64>encoded(0, 4), 33554431)).toBe(<u64>encoded(3, 4));
    expect(merged(howtos, howto, <u64>encoded(5, 4), -16)).toBe(<u64>encoded(4, 4));
    expect(<i64>addendIn(howtos, howto, <u64>encoded(2, 4))).toBe(-6);
    expect(tagIn(howto.field, <u64>encoded(0, 4))).toBe(0);
    expect(tagIn(howto.field, <u64>encoded(1, 4))).toBe(1);
  });

  test("movw, movt", () => {
    encodes(ARM, 43, 4, "movw r3, #", "", [1, 0x1234, 0x7fff]);
    encodes(THUMB, 47, 4, "movw r3, #", "", [1, 0x1234, 0x7fff]);
    const howtos = howtosOf(EM.ARM, 32)!;
    assemble(ARM, "movt r3, #0\nmovt r3, #0x9abc");
    expect(merged(howtos, howtos.row(44)!, <u64>encoded(0, 4), 0x9abcdef0)).toBe(<u64>encoded(1, 4));
    assemble(THUMB, "movt r3, #0\nmovt r3, #0x9abc");
    expect(merged(howtos, howtos.row(48)!, <u64>encoded(0, 4), 0x9abcdef0)).toBe(<u64>encoded(1, 4));
  });

  test("ldr, ldrh, ldrd, add of the program counter", () => {
    encodes(ARM, 4, 4, "ldr r3, [pc, #", "]", [1, -1, 0x123, 4095, -4095]);
    encodes(ARM, 64, 4, "ldrh r3, [pc, #", "]", [1, -1, 0x12, 255, -255]);
    encodes(ARM, 64, 4, "ldrd r2, r3, [pc, #", "]", [1, -1, 0x12, 255, -255]);
    compare(ARM, 58, 4, "add r3, pc, #0\nadd r3, pc, #255\nadd r3, pc, #0xff00\nsub r3, pc, #0x3fc\nsub r3, pc, #0xff000000\nadd r3, pc, #0x3fc0000",
      [255, 0xff00, -0x3fc, -0xff000000, 0x3fc0000]);
  });

  test("groups take an address apart", () => {
    const howtos = howtosOf(EM.ARM, 32)!, value: u64 = 0x12345678;
    assemble(ARM, "add r3, r3, #0\nldr r3, [r3]\nldrh r3, [r3]");
    // Each says what it adds.
    const types: u32[] = [57, 59, 61, 63, 66], adds: u64[] = [0x12000000, 0x344000, 0x1640, 0x1678 & 0xfff, 0x1678 & 0xff], words: i32[] = [0, 0, 0, 1, 2];
    for (let i = 0; i < types.length; ++i) {
      const howto = howtos.row(types[i])!, word = <u64>encoded(words[i], 4);
      // Loads are of what fits: the rest is less than their reach.
      const whole = i == 3 ? value & ~<u64>0x1000 : i == 4 ? value & ~<u64>0x1600 : value, sum = i < 3 ? adds[i] : i == 3 ? 0x678 : 0x78;
      expect(addendIn(howtos, howto, merged(howtos, howto, word, whole))).toBe(sum);
      expect(addendIn(howtos, howto, merged(howtos, howto, word, -whole))).toBe(-sum);
    }
    expect(fitting(howtos, howtos.row(61)!, value)).toBe(Fitting.OutOfRange);
    expect(fitting(howtos, howtos.row(61)!, value & ~<u64>0x3f)).toBe(Fitting.Fits);
  });

  test("Thumb jumps", () => {
    encodes(THUMB, 30, 4, "b.w #", "", [4, -4, 0x400000, 0x800000, -0x400002, -0x800002, 0xfffffe, -0x1000000]);
    encodes(THUMB, 51, 4, "beq.w #", "", [4, -4, 0x40000, 0x80000, -0x40002, -0x80002, 0xffffe, -0x100000]);
    encodes(THUMB, 102, 2, "b #", "", [4, -4, 0x7fe, -0x800]);
    encodes(THUMB, 103, 2, "beq #", "", [4, -4, 0xfe, -0x100]);
    const howtos = howtosOf(EM.ARM, 32)!, howto = howtos.row(52)!;
    assemble(THUMB, "cbz r3, #0\ncbz r3, #2\ncbz r3, #62\ncbz r3, #64\ncbz r3, #126");
    for (let i = 0, values: i64[] = [0, 2, 62, 64, 126]; i < values.length; ++i) expect(merged(howtos, howto, <u64>encoded(0, 2), values[i])).toBe(<u64>encoded(i, 2));
  });

  test("Thumb calls, of Thumb and of Arm", () => {
    const values: i64[] = [0, 4, -4, 0x400000, 0x800000, -0x400004, -0x800004, 0xfffffc, -0x1000000];
    encodes(THUMB, 10, 4, "blx #", "", values);
    let text = "blx #0";
    for (let i = 0; i < values.length; ++i) text += "\nbl #" + values[i].toString();
    assemble(THUMB, text);
    const howtos = howtosOf(EM.ARM, 32)!, howto = howtos.row(10)!;
    for (let i = 0; i < values.length; ++i) expect(merged(howtos, howto, <u64>encoded(0, 4), values[i] | 1)).toBe(<u64>encoded(i + 1, 4));
    expect(tagIn(howto.field, <u64>encoded(0, 4))).toBe(0);
    expect(tagIn(howto.field, <u64>encoded(1, 4))).toBe(1);
  });

  test("Thumb adr, ldr", () => {
    encodes(THUMB, 53, 4, "adr.w r3, #", "", [1, -1, 0x123, 0x7ff, 0x800, 4095, -4095]);
    encodes(THUMB, 54, 4, "ldr.w r3, [pc, #", "]", [1, -1, 0x123, 4095, -4095]);
    const howtos = howtosOf(EM.ARM, 32)!, howto = howtos.row(11)!;
    assemble(THUMB, "ldr r3, [pc, #0]\nldr r3, [pc, #4]\nldr r3, [pc, #1020]\nadr r3, #0\nadr r3, #512");
    expect(merged(howtos, howto, <u64>encoded(0, 2), 4)).toBe(<u64>encoded(1, 2));
    expect(merged(howtos, howto, <u64>encoded(0, 2), 1020)).toBe(<u64>encoded(2, 2));
    expect(merged(howtos, howto, <u64>encoded(3, 2), 512)).toBe(<u64>encoded(4, 2));
  });

  test("Thumb movs, adds of a byte", () => {
    const howtos = howtosOf(EM.ARM, 32)!;
    assemble("thumbv6m-none-eabi", "movs r3, #0\nmovs r3, #0x12\nmovs r3, #0x34\nmovs r3, #0x56\nmovs r3, #0x78");
    for (let i = 0; i < 4; ++i) expect(merged(howtos, howtos.row(135 - i)!, <u64>encoded(0, 2), 0x12345678)).toBe(<u64>encoded(i + 1, 2));
  });
});

/** Two instructions of x86: the first, of a type and with the addend that it has, becomes the second, or stays. */
function relaxes(machine: u32, bits: u32, type: u32, is: string, becomes: string, form: Form): void {
  const howto = row(machine, bits, type), target = bits == 64 ? "x86_64-unknown-elf" : "i386-unknown-elf";
  // The place is the last four bytes; a number in it would be shortened if it were less.
  assemble(target, ".byte 0\n" + is + "\n.byte 0, 0, 0, 0");
  const addend: u64 = howto.form == Form.Pc ? -4 : 0;
  // Behind the byte: perhaps a prefix, then the opcode and the ModRM.
  const at = bits == 64 && type == 42 ? 2 : 1;
  const opcode = <u32>encoded(at, 1) | <u32>encoded(at + 1, 1) << 8;
  const now = relaxedOpcode(howto, opcode, addend);
  if (!becomes.length) {
    assert(now == 0, is + " stays");
    return;
  }
  assemble(target, ".byte 0\n" + becomes + "\n.byte 0, 0, 0, 0");
  const want = <u32>encoded(at, 1) | <u32>encoded(at + 1, 1) << 8;
  assert(now == want, is + ": " + now.toString(16) + ", not " + want.toString(16));
  assert(relaxedForm(howto, opcode, addend) == form, is + " counts from elsewhere");
  assert(relaxedOpcode(howto, opcode, addend + 4) == 0, is + " stays where something beside the slot is asked for");
}

describe("field: instructions that need no slot", () => {
  test("x86_64", () => {
    relaxes(EM.X86_64, 64, 42, "movq 0x12345678(%rip), %rbx", "leaq 0x12345678(%rip), %rbx", Form.Pc);
    relaxes(EM.X86_64, 64, 42, "movq 0x12345678(%rip), %r11", "leaq 0x12345678(%rip), %r11", Form.Pc);
    relaxes(EM.X86_64, 64, 41, "movl 0x12345678(%rip), %ebx", "leal 0x12345678(%rip), %ebx", Form.Pc);
    relaxes(EM.X86_64, 64, 41, "callq *0x12345678(%rip)", "addr32 callq 0x12345678", Form.Pc);
    relaxes(EM.X86_64, 64, 41, "jmpq *0x12345678(%rip)", "nop\njmp 0x12345678", Form.Pc);
    relaxes(EM.X86_64, 64, 42, "addq 0x12345678(%rip), %rbx", "", Form.Pc);
    relaxes(EM.X86_64, 64, 42, "testq %rbx, 0x12345678(%rip)", "", Form.Pc);
    relaxes(EM.X86_64, 64, 41, "pushq 0x12345678(%rip)", "", Form.Pc);
    relaxes(EM.X86_64, 64, 42, "movq 0x12345678(%rbx), %rbx", "", Form.Pc);
  });

  test("only of types that may change, and of an instruction that is all there", () => {
    const at = room(16);
    store64(at, 0x058b48);
    expect(isRelaxed(row(EM.X86_64, 64, 42), at, 3, -4)).toBe(true);
    expect(isRelaxed(row(EM.X86_64, 64, 42), at + 2, 1, -4)).toBe(false);
    expect(isRelaxed(row(EM.X86_64, 64, 9), at, 3, -4)).toBe(false);
    store64(at, 0x838b);
    expect(isRelaxed(row(EM.I386, 32, 43), at, 2, 0)).toBe(true);
    expect(isRelaxed(row(EM.I386, 32, 3), at, 2, 0)).toBe(false);
  });

  test("i386", () => {
    relaxes(EM.I386, 32, 43, "movl 0x12345678(%ebx), %ecx", "leal 0x12345678(%ebx), %ecx", Form.Got);
    relaxes(EM.I386, 32, 43, "movl 0x12345678, %ecx", ".byte 0xc7, 0xc1, 0, 0, 0, 0", Form.Abs);
    relaxes(EM.I386, 32, 43, "calll *0x12345678(%ebx)", "addr16 calll 0x12345678", Form.Pc);
    relaxes(EM.I386, 32, 43, "calll *0x12345678", "addr16 calll 0x12345678", Form.Pc);
    relaxes(EM.I386, 32, 43, "jmpl *0x12345678(%ebx)", "nop\njmp 0x12345678", Form.Pc);
    relaxes(EM.I386, 32, 43, "testl %ecx, 0x12345678(%ebx)", "testl $0x12345678, %ecx", Form.Abs);
    relaxes(EM.I386, 32, 43, "addl 0x12345678(%ebx), %ecx", "addl $0x12345678, %ecx", Form.Abs);
    relaxes(EM.I386, 32, 43, "orl 0x12345678, %edx", "orl $0x12345678, %edx", Form.Abs);
    relaxes(EM.I386, 32, 43, "adcl 0x12345678(%ebx), %edx", "adcl $0x12345678, %edx", Form.Abs);
    relaxes(EM.I386, 32, 43, "sbbl 0x12345678(%ebx), %edx", "sbbl $0x12345678, %edx", Form.Abs);
    relaxes(EM.I386, 32, 43, "andl 0x12345678(%ebx), %edx", "andl $0x12345678, %edx", Form.Abs);
    relaxes(EM.I386, 32, 43, "subl 0x12345678(%ebx), %edx", "subl $0x12345678, %edx", Form.Abs);
    relaxes(EM.I386, 32, 43, "xorl 0x12345678(%ebx), %edx", "xorl $0x12345678, %edx", Form.Abs);
    relaxes(EM.I386, 32, 43, "cmpl 0x12345678(%ebx), %edx", "cmpl $0x12345678, %edx", Form.Abs);
    relaxes(EM.I386, 32, 43, "movl %ecx, 0x12345678(%ebx)", "", Form.Abs);
    relaxes(EM.I386, 32, 43, "movl 0x12345678(,%ebx,2), %ecx", "", Form.Abs);
    relaxes(EM.I386, 32, 43, "pushl 0x12345678(%ebx)", "", Form.Abs);
  });
});
