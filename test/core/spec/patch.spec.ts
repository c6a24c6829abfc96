// References that are led elsewhere and back: what their places hold, with addends in entries or in the places, and what a patch that
// fails has changed.

import { Answer, Code, PF, What } from "../../../assembly/words";
import { NONE } from "../../../assembly/host/answer";
import { archOf } from "../../../assembly/arch/machines";
import { Arena } from "../../../assembly/base/arena";
import { give, take, usedBytes } from "../../../assembly/base/heap";
import { DT } from "../../../assembly/elf/dynamic";
import { EM } from "../../../assembly/elf/header";
import { loadWord } from "../../../assembly/elf/word";
import { Bound, Leap, newBinding } from "../../../assembly/link/bond";
import { Context, newContext } from "../../../assembly/registry/context";
import { openHandles } from "../../../assembly/registry/handle";
import { Module, newModule } from "../../../assembly/registry/module";
import { beginPatch, patch } from "../../../assembly/registry/patch";
import { Session, Task, newSession } from "../../../assembly/registry/session";
import { freshHeap } from "./support/heap";
import { addSegment, imageOf, placementOf } from "./support/image";
import { Entry, tableOf } from "./support/symbols";
import { putText, putWord, room } from "./support/target";

const CODE: u64 = 0x1000;
const TABLE: u64 = 0x1800;
const DATA: u64 = 0x2000;

let module: Module = changetype<Module>(0);
let context: Context = changetype<Context>(0);
let scratch: u64 = 0;

/** A module of this machine whose "f" is bound to 0x5000, and is named by these entries; each place has the addend 4. */
function open<A>(machine: u32, types: u32[]): void {
  freshHeap(1 << 16);
  openHandles();
  context = newContext(0, 0, 0)!;
  const image = imageOf(sizeof<A>() * 8, 2), rela = machine == EM.X86_64;
  image.arch = archOf(machine, sizeof<A>() * 8)!;
  addSegment(image, CODE, 0x1000, PF.R | PF.X);
  addSegment(image, DATA, 0x1000, PF.R | PF.W);
  module = newModule(context, image, 0)!;
  module.placement = placementOf(image, CODE, 0x2000);
  const handle = module.symbols.module;
  module.symbols = tableOf<A>([new Entry("f", 0x12, 0), new Entry("g", 0x12, 0)]);
  module.symbols.module = handle;
  module.symbols.image = image;
  module.binding = newBinding(newSession(Task.Load, context)!, module.symbols, module.arena);
  module.binding!.at(1).bind(Bound.Plain, 0x5000, null, 0);
  const each: u64 = (rela ? 3 : 2) * sizeof<A>();
  for (let i = 0; i < types.length; ++i) {
    const entry = module.placement.at(TABLE + i * each);
    putWord<A>(entry, DATA + i * 8);
    putWord<A>(entry + sizeof<A>(), sizeof<A>() == 8 ? <u64>1 << 32 | types[i] : 1 << 8 | types[i]);
    if (rela) putWord<A>(entry + 2 * sizeof<A>(), 4);
  }
  image.dynamic!.add(rela ? DT.RELA : DT.REL, TABLE);
  image.dynamic!.add(rela ? DT.RELASZ : DT.RELSZ, types.length * each);
}

function at(index: u64): u64 { return module.placement.at(DATA + index * 8); }

/** Leads "f" elsewhere; the session is over. */
function lead(value: u64): Session {
  const session = newSession(Task.Patch, context)!;
  beginPatch(session, module, scratch, putText(scratch, "f"), value);
  patch(session);
  return session;
}

/** What the places of 32-bit entries hold that name S + A, S, S + A - P. */
function holds(s: u64): void {
  expect(loadWord<u32>(at(0))).toBe(s + 4, "S + A");
  expect(loadWord<u32>(at(1))).toBe(s, "S");
  expect(loadWord<u32>(at(2))).toBe(s + 4 - at(2) & 0xffffffff, "S + A - P");
}

/** Takes all memory but a few bytes. */
function exhaust(left: usize): void {
  const kept = take(left);
  for (let bytes: usize = 1 << 15; bytes >= 8; bytes >>= 1) while (take(bytes));
  give(kept);
}

/** Nothing is left of what an arena has taken at once. */
function fill(arena: Arena): void {
  chunk(arena);
  const room = chunk(arena);
  for (let bytes: usize = 8; bytes < room; bytes += 8) arena.take(8);
}

/** Takes 8 bytes and 8 bytes, until that takes a block; how many it were. */
function chunk(arena: Arena): usize {
  const used = usedBytes();
  let bytes: usize = 0;
  while (usedBytes() == used) {
    arena.take(8);
    bytes += 8;
  }
  return bytes;
}

/** Leads "f" elsewhere with ever more memory, until there is enough. */
function runsOut(kind: Bound): void {
  let failed = 0;
  for (let left: usize = 8; ; left += 8) {
    open<u64>(EM.X86_64, [7]);
    module.binding!.at(1).bind(kind, 0x5000, null, 0);
    putWord<u64>(at(0), 0x5004);
    const session = newSession(Task.Patch, context)!;
    beginPatch(session, module, scratch, putText(scratch, "f"), 0x6000);
    fill(session.arena);
    fill(module.arena);
    const used = usedBytes();
    exhaust(left);
    if (patch(session)) break;
    assert(session.fault.code == Code.OutOfMemory && usedBytes() > used, "there is too little");
    assert(loadWord<u64>(at(0)) == 0x5004, "the place is as it was");
    ++failed;
  }
  expect(failed).toBeGreaterThan(0);
  expect(loadWord<u64>(at(0))).toBe(0x6004);
}

describe("registry: patch", () => {
  beforeAll(() => { scratch = room(64); });

  test("addends in the places are what is left without the old symbol", () => {
    // R_386_32, GLOB_DAT, PC32
    open<u32>(EM.I386, [1, 6, 2]);
    putWord<u32>(at(0), 0x5004);
    putWord<u32>(at(1), 0x5000);
    putWord<u32>(at(2), 0x5004 - at(2));
    expect(lead(0x6000).result).toBe(3);
    holds(0x6000);
    expect(lead(0x7000).result).toBe(3);
    holds(0x7000);
    expect(lead(NONE).result).toBe(3);
    holds(0x5000);
    expect(lead(NONE).result).toBe(3);
    holds(0x5000);
    expect(lead(0x8000).result).toBe(3);
    holds(0x8000);
  });

  test("what the host made of a place counts for it alone", () => {
    open<u32>(EM.I386, [1, 6, 2]);
    putWord<u32>(at(0), 0x9004);
    putWord<u32>(at(1), 0x5000);
    putWord<u32>(at(2), 0x5004 - at(2));
    assert(module.binding!.divert(at(0), 0x9000), "there is memory");
    lead(0x6000);
    holds(0x6000);
    lead(NONE);
    expect(loadWord<u32>(at(0))).toBe(0x9004);
    expect(loadWord<u32>(at(1))).toBe(0x5000);
    lead(0x6000);
    holds(0x6000);
  });

  test("a call whose symbol stands for another address goes back to the function", () => {
    // R_X86_64_64, JUMP_SLOT
    open<u64>(EM.X86_64, [1, 7]);
    module.binding!.at(1).bind(Bound.Canonical, 0x5000, null, 0);
    const leap = changetype<Leap>(take(offsetof<Leap>()));
    leap.entry = TABLE + 24;
    leap.value = 0x5100;
    module.binding!.leaps = leap;
    lead(0x6000);
    expect(loadWord<u64>(at(0))).toBe(0x6004);
    expect(loadWord<u64>(at(1))).toBe(0x6004);
    lead(NONE);
    expect(loadWord<u64>(at(0))).toBe(0x5004);
    expect(loadWord<u64>(at(1))).toBe(0x5104);
  });

  test("a function that nothing has bound is led elsewhere, and back to what its slot held", () => {
    open<u64>(EM.X86_64, [7, 7]);
    module.binding!.at(1).bind(Bound.Not, 0, null, 0);
    putWord<u64>(at(0), 0x1006);
    putWord<u64>(at(1), 0x1016);
    expect(lead(NONE).result).toBe(0, "nothing to lead back");
    expect(loadWord<u64>(at(0))).toBe(0x1006);
    expect(lead(0x6000).result).toBe(2);
    expect(lead(0x7000).result).toBe(2);
    expect(loadWord<u64>(at(0))).toBe(0x7004);
    expect(lead(NONE).result).toBe(2);
    expect(loadWord<u64>(at(0))).toBe(0x1006);
    expect(loadWord<u64>(at(1))).toBe(0x1016);
    expect(lead(NONE).result).toBe(0, "they are back");
    // It is called, and so bound.
    putWord<u64>(at(0), 0x5000);
    lead(0x6000);
    expect(loadWord<u64>(at(0))).toBe(0x6004);
    lead(NONE);
    expect(loadWord<u64>(at(0))).toBe(0x5000);
    expect(loadWord<u64>(at(1))).toBe(0x1016);
  });

  test("nothing else is touched: other names, variables of threads, sizes, copies", () => {
    // DTPMOD64, COPY, SIZE64, RELATIVE
    open<u64>(EM.X86_64, [16, 5, 33, 8]);
    expect(lead(0x6000).result).toBe(0);
    for (let i: u64 = 0; i < 4; ++i) expect(loadWord<u64>(at(i))).toBe(0);
    open<u64>(EM.X86_64, [1]);
    module.binding!.at(1).bind(Bound.Tls, 8, null, 0);
    expect(lead(0x6000).result).toBe(0);
    open<u64>(EM.X86_64, [1]);
    const session = newSession(Task.Patch, context)!;
    beginPatch(session, module, scratch, putText(scratch, "ff"), 0x6000);
    expect(patch(session)).toBe(true);
    expect(session.result).toBe(0);
  });

  test("every place is looked at before the first is written", () => {
    open<u64>(EM.X86_64, [1, 1]);
    putWord<u64>(module.placement.at(TABLE + 24), CODE);
    const session = lead(0x6000);
    expect(session.fault.code).toBe(Code.RelocationOutside);
    expect(session.fault.what).toBe(What.Rel);
    expect(session.fault.at).toBe(TABLE + 24);
    expect(session.answer).toBe(Answer.Refused);
    expect(loadWord<u64>(at(0))).toBe(0);
  });

  test("too little memory changes nothing", () => { runsOut(Bound.Plain); });
  test("nor of a slot that nothing has bound", () => { runsOut(Bound.Not); });

  test("the module stays as long as the session", () => {
    open<u64>(EM.X86_64, [1]);
    const session = newSession(Task.Patch, context)!;
    beginPatch(session, module, scratch, putText(scratch, "f"), 0x6000);
    expect(module.pins).toBe(1);
    expect(patch(session)).toBe(true);
    expect(module.pins).toBe(0);
  });
});
