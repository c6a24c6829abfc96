// What the dynamic section's flags ask for: each by every sign that it has.

import { DF, DF_1, DT } from "../../../assembly/elf/dynamic";
import { EM } from "../../../assembly/elf/header";
import { archOf } from "../../../assembly/arch/machines";
import { hasTextRelocations, isSymbolic, mayBeLazy, staysLoaded } from "../../../assembly/inspect/dynamic";
import { Image } from "../../../assembly/inspect/image";
import { freshHeap } from "./support/heap";
import { imageOf } from "./support/image";

/** An image with a PLT and one more entry. */
function withEntry(machine: u32, bits: u32, tag: u64, value: u64): Image {
  const image = imageOf(bits, 0);
  image.arch = archOf(machine, bits)!;
  image.dynamic!.add(DT.JMPREL, 0x1000);
  image.dynamic!.add(DT.PLTGOT, 0x2000);
  if (tag) image.dynamic!.add(tag, value);
  return image;
}

function plain(tag: u64, value: u64): Image { return withEntry(EM.X86_64, 64, tag, value); }

describe("inspect: flags", () => {
  beforeEach(() => { freshHeap(1 << 16); });

  test("functions wait until they are called, unless the file wants them at once", () => {
    expect(mayBeLazy(plain(0, 0))).toBe(true);
    expect(mayBeLazy(plain(DT.BIND_NOW, 0))).toBe(false);
    expect(mayBeLazy(plain(DT.FLAGS, DF.BIND_NOW))).toBe(false);
    expect(mayBeLazy(plain(DT.FLAGS, ~<u64>DF.BIND_NOW))).toBe(true);
    expect(mayBeLazy(plain(DT.FLAGS_1, DF_1.NOW))).toBe(false);
    expect(mayBeLazy(plain(DT.FLAGS_1, ~<u64>DF_1.NOW))).toBe(true);
  });

  test("nothing waits without a PLT, or a place to lead it to the linker", () => {
    const image = imageOf(64, 0);
    image.arch = archOf(EM.X86_64, 64)!;
    expect(mayBeLazy(image)).toBe(false);
    image.dynamic!.add(DT.PLTGOT, 0x2000);
    expect(mayBeLazy(image)).toBe(false);
    image.dynamic!.add(DT.JMPREL, 0x1000);
    expect(mayBeLazy(image)).toBe(true);
    image.dynamic = null;
    expect(mayBeLazy(image)).toBe(false);
  });

  test("arguments in registers that no stub keeps: one tag for each of two machines, which means something else elsewhere", () => {
    expect(mayBeLazy(withEntry(EM.AARCH64, 64, DT.AARCH64_VARIANT_PCS, 0))).toBe(false);
    expect(mayBeLazy(withEntry(EM.RISCV, 64, DT.RISCV_VARIANT_CC, 0))).toBe(false);
    expect(mayBeLazy(withEntry(EM.RISCV, 32, DT.RISCV_VARIANT_CC, 0))).toBe(false);
    expect(mayBeLazy(withEntry(EM.AARCH64, 64, DT.RISCV_VARIANT_CC, 0))).toBe(true, "DT_AARCH64_BTI_PLT");
    expect(mayBeLazy(withEntry(EM.RISCV, 64, DT.AARCH64_VARIANT_PCS, 0))).toBe(true);
    expect(mayBeLazy(withEntry(EM.ARM, 32, DT.RISCV_VARIANT_CC, 0))).toBe(true);
    expect(mayBeLazy(withEntry(EM.X86_64, 64, DT.AARCH64_VARIANT_PCS, 0))).toBe(true);
  });

  test("symbols of its own first", () => {
    expect(isSymbolic(plain(0, 0))).toBe(false);
    expect(isSymbolic(plain(DT.SYMBOLIC, 0))).toBe(true);
    expect(isSymbolic(plain(DT.FLAGS, DF.SYMBOLIC))).toBe(true);
    expect(isSymbolic(plain(DT.FLAGS, ~<u64>DF.SYMBOLIC))).toBe(false);
  });

  test("text that is relocated, and files that stay", () => {
    expect(hasTextRelocations(plain(0, 0))).toBe(false);
    expect(hasTextRelocations(plain(DT.TEXTREL, 0))).toBe(true);
    expect(hasTextRelocations(plain(DT.FLAGS, DF.TEXTREL))).toBe(true);
    expect(hasTextRelocations(plain(DT.FLAGS, ~<u64>DF.TEXTREL))).toBe(false);
    expect(staysLoaded(plain(0, 0))).toBe(false);
    expect(staysLoaded(plain(DT.FLAGS_1, DF_1.NODELETE))).toBe(true);
    expect(staysLoaded(plain(DT.FLAGS_1, ~<u64>DF_1.NODELETE))).toBe(false);
    expect(staysLoaded(plain(DT.FLAGS, DF_1.NODELETE))).toBe(false, "the other flags");
  });

  test("a file without a dynamic section asks for nothing", () => {
    const image = imageOf(64, 0);
    image.dynamic = null;
    expect(isSymbolic(image) || hasTextRelocations(image) || staysLoaded(image)).toBe(false);
  });
});
