// The machines' tables, against LLVM's: see support/relocations.js.

import { Lazy, NO_TCB, Role, Width, roleOf, widthOf } from "../../../assembly/arch/arch";
import { archOf } from "../../../assembly/arch/machines";
import { EM } from "../../../assembly/elf/header";

@external("oracle", "relocation_name") declare function relocationName(machine: u32, bits: u32, type: u32): string;

const X86_64_NAMES = "NONE RELATIVE COPY IRELATIVE JUMP_SLOT GLOB_DAT 64 PC32 PC64 32 32S SIZE32 SIZE64 DTPMOD64 DTPOFF64 TPOFF64 TLSDESC";
const I386_NAMES = "NONE RELATIVE COPY IRELATIVE JUMP_SLOT GLOB_DAT 32 PC32 16 PC16 SIZE32 TLS_DTPMOD32 TLS_DTPOFF32 TLS_TPOFF TLS_TPOFF32 TLS_DESC";
const AARCH64_NAMES = "NONE RELATIVE COPY IRELATIVE JUMP_SLOT GLOB_DAT ABS64 ABS32 ABS16 PREL64 PREL32 PREL16 TLS_DTPMOD64 TLS_DTPREL64 TLS_TPREL64 TLSDESC";
const ARM_NAMES = "NONE RELATIVE COPY IRELATIVE JUMP_SLOT GLOB_DAT ABS32 REL32 TLS_DTPMOD32 TLS_DTPOFF32 TLS_TPOFF32 TLS_DESC";
const RISCV32_NAMES = "NONE RELATIVE COPY IRELATIVE JUMP_SLOT 32 TLS_DTPMOD32 TLS_DTPREL32 TLS_TPREL32 TLSDESC";
const RISCV64_NAMES = "NONE RELATIVE COPY IRELATIVE JUMP_SLOT 64 TLS_DTPMOD64 TLS_DTPREL64 TLS_TPREL64 TLSDESC";
const LOONGARCH_NAMES = "NONE RELATIVE COPY IRELATIVE JUMP_SLOT 32 64 TLS_DTPMOD64 TLS_DTPREL64 TLS_TPREL64 TLS_DESC64";

/** What a dynamic type of this name asks for: the machines' ABIs. */
function roleNamed(machine: u32, name: string): Role {
  if (name == "NONE") return Role.None;
  if (name == "RELATIVE") return Role.Relative;
  if (name == "COPY") return Role.Copy;
  if (name == "IRELATIVE") return Role.Indirect;
  if (name == "JUMP_SLOT") return Role.Jump;
  // GOT entries of REL machines are S; where entries have addends, S + A.
  if (name == "GLOB_DAT") return machine == EM.I386 || machine == EM.ARM ? Role.Slot : Role.Word;
  if (name.startsWith("PC") || name.startsWith("PREL") || name.startsWith("REL32")) return Role.Pc;
  if (name.startsWith("SIZE")) return Role.Size;
  if (name.includes("DESC")) return Role.TlsDescriptor;
  if (name.includes("DTPMOD")) return Role.TlsNumber;
  if (name.includes("DTP")) return Role.TlsOffset;
  if (machine == EM.I386 && name == "TLS_TPOFF32") return Role.TlsBelow;
  if (name.includes("TPOFF") || name.includes("TPREL")) return Role.TlsPointer;
  return Role.Word;
}

/** How wide its place is. Only x86-64 says whether 32 bits are extended by zeros or the sign. */
function widthNamed(machine: u32, bits: u32, name: string): Width {
  if (name.endsWith("16")) return Width.Any16;
  if (bits == 32 || !name.endsWith("32") && name != "32S") return Width.Word;
  if (machine != EM.X86_64) return Width.Any32;
  return name == "PC32" || name == "32S" ? Width.Signed32 : Width.Unsigned32;
}

/** Every type there can be; all but these are unknown. */
function checkMachine(machine: u32, bits: u32, codeTag: usize, names: string): void {
  const arch = archOf(machine, bits)!, known = names.split(" ");
  expect(arch.machine).toBe(machine);
  expect(arch.bits).toBe(bits);
  expect(arch.codeTag).toBe(codeTag);
  let count = 0;
  for (let type: u32 = 0; type < 2048; ++type) {
    // LLVM has no name for R_386_SIZE32.
    const name = machine == EM.I386 && type == 38 ? "SIZE32" : relocationName(machine, bits, type), row = arch.row(type);
    if (!known.includes(name)) {
      assert(row == Role.Unknown, "type " + type.toString() + ", " + name + ", is unknown");
      continue;
    }
    ++count;
    assert(roleOf(row) == roleNamed(machine, name), "type " + type.toString() + ", " + name + ", has another role");
    assert(widthOf(row) == widthNamed(machine, bits, name), "type " + type.toString() + ", " + name + ", has another width");
  }
  for (let type: u32 = 2048; type < 0x20000; ++type) assert(arch.row(type) == Role.Unknown, "no type is as large");
  expect(count).toBe(known.length);
  expect(arch.row(0x10000)).toBe(Role.Unknown, "the lower half alone is no type");
  expect(arch.row(u32.MAX_VALUE)).toBe(Role.Unknown);
}

/** Where blocks lie, what their offsets count from, a descriptor's first word, and the first entry of the PLT. */
function checkTls(machine: u32, bits: u32, tcbBytes: usize, bias: usize, argumentFirst: usize, lazy: usize): void {
  const arch = archOf(machine, bits)!;
  expect(arch.tcbBytes).toBe(tcbBytes);
  expect(arch.isTlsBelow).toBe(tcbBytes == NO_TCB);
  expect(arch.tlsBias).toBe(bias);
  expect(arch.argumentFirst).toBe(argumentFirst);
  expect(arch.lazy).toBe(lazy);
}

describe("arch: tables", () => {
  test("x86_64", () => checkMachine(EM.X86_64, 64, 0, X86_64_NAMES));
  test("i386", () => checkMachine(EM.I386, 32, 0, I386_NAMES));
  test("aarch64", () => checkMachine(EM.AARCH64, 64, 0, AARCH64_NAMES));
  test("arm, whose code addresses may have bit 0 set", () => checkMachine(EM.ARM, 32, 1, ARM_NAMES));
  test("riscv64", () => checkMachine(EM.RISCV, 64, 0, RISCV64_NAMES));
  test("riscv32", () => checkMachine(EM.RISCV, 32, 0, RISCV32_NAMES));
  test("loongarch64", () => checkMachine(EM.LOONGARCH, 64, 0, LOONGARCH_NAMES));

  test("thread-local blocks, and the words of a PLT", () => {
    checkTls(EM.X86_64, 64, NO_TCB, 0, 0, Lazy.SecondThird);
    checkTls(EM.I386, 32, NO_TCB, 0, 0, Lazy.SecondThird);
    checkTls(EM.AARCH64, 64, 16, 0, 0, Lazy.SecondThird);
    checkTls(EM.ARM, 32, 8, 0, 1, Lazy.SecondThird);
    checkTls(EM.RISCV, 64, 0, 0x800, 0, Lazy.FirstSecond);
    checkTls(EM.RISCV, 32, 0, 0x800, 0, Lazy.FirstSecond);
    checkTls(EM.LOONGARCH, 64, 0, 0, 0, Lazy.FirstSecond);
  });

  test("there are no others", () => {
    let count = 0;
    for (let machine: u32 = 0; machine < 0x10000; ++machine) {
      if (archOf(machine, 32)) ++count;
      if (archOf(machine, 64)) ++count;
    }
    expect(count).toBe(7);
    expect(archOf(EM.X86_64, 32) === null).toBe(true, "x32 is not there");
    expect(archOf(EM.I386, 64) === null).toBe(true);
    expect(archOf(EM.X86_64, 0) === null).toBe(true);
  });
});
