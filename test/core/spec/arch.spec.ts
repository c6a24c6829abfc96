// The machines' tables, against LLVM's: see support/relocations.js.

import { Role } from "../../../assembly/arch/arch";
import { archOf } from "../../../assembly/arch/machines";
import { EM } from "../../../assembly/elf/header";

@external("oracle", "relocation_name") declare function relocationName(machine: u32, bits: u32, type: u32): string;

/** What a type of this name asks for. GOT entries are S + A on AArch64 and S elsewhere: the machines' ABIs. */
function roleOf(machine: u32, bits: u32, name: string): Role {
  if (name == "NONE") return Role.None;
  if (name == "RELATIVE") return Role.Relative;
  if (name == bits.toString() || name == "ABS" + bits.toString()) return Role.Word;
  if (name == "COPY") return Role.Copy;
  if (name == "JUMP_SLOT" || name == "GLOB_DAT") return machine == EM.AARCH64 ? Role.Word : Role.Slot;
  return Role.Unknown;
}

/** Every type there can be; all but a few of them are unknown. */
function checkMachine(machine: u32, bits: u32, codeTag: usize, known: i32): void {
  const arch = archOf(machine, bits)!;
  expect(arch.machine).toBe(machine);
  expect(arch.bits).toBe(bits);
  expect(arch.codeTag).toBe(codeTag);
  let count = 0;
  for (let type: u32 = 0; type < 2048; ++type) {
    const role = arch.role(type);
    assert(role == roleOf(machine, bits, relocationName(machine, bits, type)), "type " + type.toString() + " has another role");
    if (role != Role.Unknown) ++count;
  }
  for (let type: u32 = 2048; type < 0x20000; ++type) assert(arch.role(type) == Role.Unknown, "no type is as large");
  expect(count).toBe(known);
  expect(arch.role(0x10000)).toBe(Role.Unknown, "the lower half alone is no type");
  expect(arch.role(u32.MAX_VALUE)).toBe(Role.Unknown);
}

describe("arch: tables", () => {
  test("x86_64", () => checkMachine(EM.X86_64, 64, 0, 6));
  test("i386", () => checkMachine(EM.I386, 32, 0, 6));
  test("aarch64", () => checkMachine(EM.AARCH64, 64, 0, 6));
  test("arm, whose code addresses may have bit 0 set", () => checkMachine(EM.ARM, 32, 1, 6));
  test("riscv64", () => checkMachine(EM.RISCV, 64, 0, 5));
  test("riscv32", () => checkMachine(EM.RISCV, 32, 0, 5));
  test("loongarch64", () => checkMachine(EM.LOONGARCH, 64, 0, 5));

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
