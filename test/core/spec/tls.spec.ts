// A module's thread-local block: what the host is asked for, and where a static linker has put an executable's.

import { Answer, Code, PF, What } from "../../../assembly/words";
import { NOWHERE } from "../../../assembly/host/answer";
import { archOf } from "../../../assembly/arch/machines";
import { DF_1, DT } from "../../../assembly/elf/dynamic";
import { EM, ET } from "../../../assembly/elf/header";
import { PT } from "../../../assembly/elf/segment";
import { newContext } from "../../../assembly/registry/context";
import { openHandles } from "../../../assembly/registry/handle";
import { Module, newModule } from "../../../assembly/registry/module";
import { Session, Task, newSession } from "../../../assembly/registry/session";
import { reserveTls, startTls } from "../../../assembly/registry/tls";
import { freshHeap } from "./support/heap";
import { answer, argument, callCount, forget } from "./support/host";
import { addSegment, imageOf, placementOf } from "./support/image";

const VADDR: u64 = 0x1000;

let session: Session = changetype<Session>(0);

/** A module with a block of so many bytes, at a vaddr that leaves `skew`. */
function moduleWith(machine: u32, bits: u32, blockBytes: u64, align: u64, skew: u64): Module {
  freshHeap(1 << 16);
  openHandles();
  forget();
  answer("tls_reserve", Answer.Done);
  const image = imageOf(bits, 2);
  image.arch = archOf(machine, bits)!;
  image.type = ET.DYN;
  addSegment(image, VADDR, 0x1000, PF.R | PF.W);
  const tls = image.segment(image.phnum++);
  tls.type = PT.TLS;
  tls.vaddr = VADDR + skew;
  tls.fileBytes = blockBytes / 2;
  tls.bytes = blockBytes;
  tls.align = align;
  image.tls = tls;
  const context = newContext(0, 0, 0)!;
  session = newSession(Task.Load, context)!;
  const module = newModule(context, image, 0)!;
  module.placement = placementOf(image, VADDR, 0x1000);
  return module;
}

/** The only offset that an executable of this machine can have its block at. */
function linked(machine: u32, bits: u32, blockBytes: u64, align: u64, skew: u64, offset: i64): void {
  for (let kind = 0; kind < 4; ++kind) {
    const module = moduleWith(machine, bits, blockBytes, align, skew), isExecutable = kind < 2;
    if (kind == 0) module.image.type = ET.EXEC;
    if (kind == 1) module.image.dynamic!.add(DT.FLAGS_1, DF_1.PIE);
    if (kind == 2) module.image.dynamic!.add(DT.FLAGS_1, ~<u64>DF_1.PIE);
    answer("tls_offset", offset);
    assert(reserveTls(session, module), "it is there");
    assert(module.hasTls, "and known");
    const wrong = moduleWith(machine, bits, blockBytes, align, skew);
    if (kind == 0) wrong.image.type = ET.EXEC;
    if (kind == 1) wrong.image.dynamic!.add(DT.FLAGS_1, DF_1.PIE);
    answer("tls_offset", offset + 1);
    assert(reserveTls(session, wrong) != isExecutable, "an executable's is nowhere else");
    if (!isExecutable) continue;
    expect(session.fault.code).toBe(Code.NoStaticTls);
    expect(session.fault.what).toBe(What.Phdr);
    expect(session.fault.at).toBe(wrong.image.phdrAt(1));
    expect(wrong.hasTls).toBe(true, "it is given back all the same");
  }
}

describe("registry: tls", () => {
  test("what the host is asked for", () => {
    const module = moduleWith(EM.AARCH64, 64, 0x28, 16, 4);
    expect(reserveTls(session, module)).toBe(true);
    const wanted: StaticArray<u64> = [session.handle, module.handle, EM.AARCH64, 64, module.placement.at(VADDR + 4), 0x14, 0x28, 4, 4];
    for (let i = 0; i < wanted.length; ++i) assert(<u64>argument("tls_reserve", 0, i) == wanted[i], "argument " + i.toString());
    expect(reserveTls(session, module)).toBe(true);
    expect(callCount("tls_reserve")).toBe(1, "once");
    const plain = moduleWith(EM.AARCH64, 64, 8, 0, 3);
    expect(reserveTls(session, plain)).toBe(true);
    expect(argument("tls_reserve", 0, 7)).toBe(0, "no alignment is that of a byte");
    expect(argument("tls_reserve", 0, 8)).toBe(0);
    plain.hasTls = false;
    plain.image.tls = null;
    expect(reserveTls(session, plain)).toBe(true);
    expect(callCount("tls_reserve")).toBe(1, "without a block nobody is asked");
  });

  test("a host that refuses, or waits", () => {
    let module = moduleWith(EM.AARCH64, 64, 8, 8, 0);
    answer("tls_reserve", Answer.Refused);
    expect(reserveTls(session, module)).toBe(false);
    expect(session.fault.code).toBe(Code.TlsRefused);
    expect(session.fault.value).toBe(8);
    expect(module.hasTls).toBe(false, "there is nothing to give back");
    module = moduleWith(EM.AARCH64, 64, 8, 8, 0);
    answer("tls_reserve", Answer.Pending);
    expect(reserveTls(session, module)).toBe(false);
    expect(session.answer).toBe(Answer.Pending);
    expect(module.hasTls).toBe(false);
    answer("tls_reserve", Answer.Done);
    expect(reserveTls(session, module)).toBe(true);
    answer("tls_start", Answer.Pending);
    expect(startTls(session, module)).toBe(false);
    expect(session.fault.code).toBe(Code.Ok);
    answer("tls_start", Answer.Done);
    expect(startTls(session, module) && startTls(session, module)).toBe(true);
    expect(callCount("tls_start")).toBe(2, "not again when it is done");
    module.isTlsStarted = false;
    answer("tls_start", Answer.Refused);
    expect(startTls(session, module)).toBe(false);
    expect(session.fault.code).toBe(Code.TlsRefused);
  });

  test("a library's block may be nowhere for certain", () => {
    const module = moduleWith(EM.X86_64, 64, 8, 8, 0);
    answer("tls_offset", NOWHERE);
    expect(reserveTls(session, module)).toBe(true);
  });

  // ELF Handling for Thread-Local Storage, 3.4; lld's getTlsTpOffset.
  test("an executable's block below the thread pointer", () => {
    linked(EM.X86_64, 64, 0x28, 16, 0, -0x30);
    linked(EM.X86_64, 64, 4, 16, 4, -12);
    linked(EM.X86_64, 64, 16, 16, 0, -16);
    linked(EM.X86_64, 64, 1, 256, 255, -1);
    linked(EM.I386, 32, 4, 4, 0, -4);
    linked(EM.I386, 32, 5, 1, 0, -5);
  });

  test("an executable's block above it, behind the machine's own words", () => {
    linked(EM.AARCH64, 64, 8, 8, 0, 16);
    linked(EM.AARCH64, 64, 8, 64, 0, 64);
    linked(EM.AARCH64, 64, 8, 64, 24, 24);
    linked(EM.AARCH64, 64, 8, 64, 8, 72);
    linked(EM.ARM, 32, 8, 4, 0, 8);
    linked(EM.ARM, 32, 8, 32, 0, 32);
    linked(EM.ARM, 32, 8, 32, 8, 8);
    linked(EM.RISCV, 64, 8, 8, 0, 0);
    linked(EM.RISCV, 64, 8, 64, 24, 24);
    linked(EM.RISCV, 32, 8, 16, 0, 0);
    linked(EM.LOONGARCH, 64, 8, 256, 0, 0);
  });
});
