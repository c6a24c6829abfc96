// Initialisers and finalisers: which functions are called, in which order, and which are not a module's own.

import { Answer, Code, PF, What } from "../../../assembly/words";
import { AARCH64 } from "../../../assembly/arch/aarch64";
import { ARM } from "../../../assembly/arch/arm";
import { DF_1, DT } from "../../../assembly/elf/dynamic";
import { ET } from "../../../assembly/elf/header";
import { Segment } from "../../../assembly/elf/segment";
import { take } from "../../../assembly/base/heap";
import { Image } from "../../../assembly/inspect/image";
import { Placement } from "../../../assembly/map/map";
import { Context, newContext } from "../../../assembly/registry/context";
import { openHandles } from "../../../assembly/registry/handle";
import { callFini, callInit, callPreinit, finiCount, initCount, preinitCount } from "../../../assembly/run/calls";
import { freshHeap } from "./support/heap";
import { answer, argument, callCount, forget } from "./support/host";
import { addSegment, imageOf, placementOf } from "./support/image";
import { putWord } from "./support/target";
import { newWork } from "./support/work";

const CODE: u64 = 0x10000;
const CODE_BYTES: u64 = 0x1000;
const DATA: u64 = 0x11000;
const DYNAMIC: u64 = 0x11800;
const INIT = DATA, FINI = DATA + 0x100, PREINIT = DATA + 0x200;

let image: Image = changetype<Image>(0);
let placement: Placement = changetype<Placement>(0);
let context: Context = changetype<Context>(0);

function open<A>(): void {
  freshHeap(1 << 16);
  openHandles();
  forget();
  answer("call", Answer.Done);
  image = imageOf(sizeof<A>() * 8, 2);
  image.arch = sizeof<A>() == 8 ? AARCH64 : ARM;
  image.type = ET.DYN;
  addSegment(image, CODE, CODE_BYTES, PF.R | PF.X);
  addSegment(image, DATA, 0x1000, PF.R | PF.W);
  image.dynamicSegment = changetype<Segment>(take(offsetof<Segment>()));
  image.dynamicSegment!.vaddr = DYNAMIC;
  placement = placementOf(image, CODE, 0x2000);
  context = newContext(3, 0x5000, 0x6000)!;
}

/** The n-th element of an array: a function of the module, or a number as it stands. */
function put<A>(array: u64, index: u64, value: u64): void { putWord<A>(placement.at(array + index * sizeof<A>()), value); }
function putCode<A>(array: u64, index: u64, vaddr: u64): void { put<A>(array, index, placement.at(vaddr)); }

function calledAt(index: i32): u64 { return <u64>argument("call", index, 1) - placement.bias & placement.mask; }

function beginnings<A>(): void {
  open<A>();
  const d = image.dynamic!;
  d.add(DT.INIT, CODE + 4);
  d.add(DT.INIT_ARRAY, INIT);
  d.add(DT.INIT_ARRAYSZ, 3 * sizeof<A>());
  for (let i: u64 = 0; i < 3; ++i) putCode<A>(INIT, i, CODE + 0x100 + i * 16);
  expect(initCount(image)).toBe(4);
  const work = newWork();
  work.handle = 0x20001;
  for (let i: u32 = 0; i < 4; ++i) expect(callInit(work, image, placement, context, i)).toBe(true);
  expect(callCount("call")).toBe(4);
  expect(calledAt(0)).toBe(CODE + 4, "DT_INIT comes first");
  for (let i = 0; i < 3; ++i) expect(calledAt(i + 1)).toBe(CODE + 0x100 + i * 16);
  expect(argument("call", 1, 0)).toBe(0x20001);
  expect(argument("call", 1, 2)).toBe(3);
  expect(argument("call", 1, 3)).toBe(0x5000);
  expect(argument("call", 1, 4)).toBe(0x6000);
}

function endings<A>(): void {
  open<A>();
  const d = image.dynamic!;
  d.add(DT.FINI, CODE + 8);
  d.add(DT.FINI_ARRAY, FINI);
  d.add(DT.FINI_ARRAYSZ, 3 * sizeof<A>());
  for (let i: u64 = 0; i < 3; ++i) putCode<A>(FINI, i, CODE + 0x200 + i * 16);
  expect(finiCount(image)).toBe(4);
  for (let i: u32 = 0; i < 4; ++i) expect(callFini(newWork(), image, placement, context, i)).toBe(true);
  for (let i = 0; i < 3; ++i) expect(calledAt(i)).toBe(CODE + 0x200 + (2 - i) * 16, "the last one first");
  expect(calledAt(3)).toBe(CODE + 8, "DT_FINI comes last");
}

function preinits<A>(): void {
  open<A>();
  const d = image.dynamic!;
  d.add(DT.PREINIT_ARRAY, PREINIT);
  d.add(DT.PREINIT_ARRAYSZ, 2 * sizeof<A>());
  for (let i: u64 = 0; i < 2; ++i) putCode<A>(PREINIT, i, CODE + i * 16);
  expect(preinitCount(image)).toBe(0, "a shared object has none");
  image.type = ET.EXEC;
  expect(preinitCount(image)).toBe(2);
  image.type = ET.DYN;
  d.add(DT.FLAGS_1, DF_1.PIE | 1);
  expect(preinitCount(image)).toBe(2);
  expect(callPreinit(newWork(), image, placement, context, 1)).toBe(true);
  expect(calledAt(0)).toBe(CODE + 16);
}

function empty<A>(): void {
  open<A>();
  expect(initCount(image)).toBe(1);
  expect(callInit(newWork(), image, placement, context, 0)).toBe(true, "no DT_INIT");
  expect(callFini(newWork(), image, placement, context, 0)).toBe(true, "no DT_FINI");
  const d = image.dynamic!;
  d.add(DT.INIT_ARRAY, INIT);
  d.add(DT.INIT_ARRAYSZ, 2 * sizeof<A>());
  put<A>(INIT, 0, 0);
  put<A>(INIT, 1, u64.MAX_VALUE);
  expect(callInit(newWork(), image, placement, context, 1)).toBe(true);
  expect(callInit(newWork(), image, placement, context, 2)).toBe(true);
  expect(callCount("call")).toBe(0, "0 and -1 are no functions");
  image.dynamic = null;
  expect(initCount(image) + finiCount(image) + preinitCount(image)).toBe(0);
}

function outside<A>(addr: u64): void {
  put<A>(INIT, 0, addr);
  const work = newWork();
  expect(callInit(work, image, placement, context, 1)).toBe(false);
  expect(work.fault.code).toBe(Code.InitOutside);
  expect(work.fault.what).toBe(What.Place);
  expect(work.fault.at).toBe(INIT);
  expect(work.fault.value).toBe(addr);
}

function bounds<A>(): void {
  open<A>();
  const d = image.dynamic!;
  d.add(DT.INIT, DATA);
  d.add(DT.INIT_ARRAY, INIT);
  d.add(DT.INIT_ARRAYSZ, sizeof<A>());
  outside<A>(placement.at(DATA));
  outside<A>(placement.at(CODE - 4));
  outside<A>(placement.at(CODE + CODE_BYTES));
  outside<A>(4);
  const work = newWork();
  expect(callInit(work, image, placement, context, 0)).toBe(false, "DT_INIT in data");
  expect(work.fault.code).toBe(Code.InitOutside);
  expect(work.fault.at).toBe(DYNAMIC);
  expect(work.fault.value).toBe(placement.at(DATA));
  expect(callCount("call")).toBe(0);
  putCode<A>(INIT, 0, CODE + CODE_BYTES - 4);
  expect(callInit(newWork(), image, placement, context, 1)).toBe(true);
}

describe("run: calls", () => {
  test("a beginning, 32 bits", () => beginnings<u32>());
  test("a beginning, 64 bits", () => beginnings<u64>());
  test("an end, 32 bits", () => endings<u32>());
  test("an end, 64 bits", () => endings<u64>());
  test("preinitialisers are an executable's, 32 bits", () => preinits<u32>());
  test("preinitialisers are an executable's, 64 bits", () => preinits<u64>());
  test("nothing to call, 32 bits", () => empty<u32>());
  test("nothing to call, 64 bits", () => empty<u64>());
  test("only the module's own code is called, 32 bits", () => bounds<u32>());
  test("only the module's own code is called, 64 bits", () => bounds<u64>());

  test("a Thumb function is called at its odd address", () => {
    open<u32>();
    image.dynamic!.add(DT.INIT_ARRAY, INIT);
    image.dynamic!.add(DT.INIT_ARRAYSZ, 4);
    putCode<u32>(INIT, 0, CODE + CODE_BYTES - 3);
    expect(callInit(newWork(), image, placement, context, 1)).toBe(true);
    expect(calledAt(0)).toBe(CODE + CODE_BYTES - 3);
    image.segment(0).bytes -= 1;
    putCode<u32>(INIT, 0, CODE + CODE_BYTES - 1);
    expect(callInit(newWork(), image, placement, context, 1)).toBe(true, "its code begins a byte before");
    putCode<u32>(INIT, 0, CODE + CODE_BYTES + 1);
    expect(callInit(newWork(), image, placement, context, 1)).toBe(false);
  });

  test("a call that waits, and one that is refused", () => {
    open<u64>();
    image.dynamic!.add(DT.INIT, CODE);
    const work = newWork();
    answer("call", Answer.Pending);
    expect(callInit(work, image, placement, context, 0)).toBe(false);
    expect(work.answer).toBe(Answer.Pending);
    expect(work.fault.code).toBe(Code.Ok);
    answer("call", Answer.Refused);
    expect(callInit(work, image, placement, context, 0)).toBe(false);
    expect(work.fault.code).toBe(Code.CallRefused);
    expect(work.fault.at).toBe(placement.at(CODE));
  });
});
