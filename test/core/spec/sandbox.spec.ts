// The sandbox itself: the other tests believe it when it counts no violation.

import { Answer, PF } from "../../../assembly/words";
import { NONE, REFUSED } from "../../../assembly/host/answer";
import {
  copy, load16, load32, load64, load8, pageBytes, place, protect, release, reserve, store32, store64, syncCode,
} from "../../../assembly/host/memory";
import { below, random, seed } from "./support/random";
import { store16, store8, violations } from "./support/target";

@external("memory", "fill") declare function fill(addr: u64, value: u32, bytes: u64): void;
@external("memory", "permissions") declare function permissions(addr: u64): u32;
@external("memory", "violation_addr") declare function violationAddr(): u64;
@external("memory", "violation_access") declare function violationAccess(): u32;
@external("memory", "reserved_bytes") declare function reservedBytes(): u64;
@external("memory", "stage") declare function stage(source: u32, bytes: u64): u64;
@external("memory", "stage_at") declare function stageAt(source: u32, bytes: u64, addr: u64): u64;
@external("memory", "staged") declare function staged(source: u32, offset: u64, bytes: u64): i32;
@external("memory", "staged_bytes") declare function stagedBytes(): u64;
@external("memory", "unstage") declare function unstage(source: u32): void;
@external("memory", "frame_bytes") declare function frameBytes(): u64;

const PAGE: u64 = 4096;
const RW: u32 = PF.R | PF.W;

function pages(count: u64, prot: u32): u64 {
  const addr = reserve(count * PAGE, 12, 0, NONE, NONE, 0);
  assert(addr != REFUSED, "there is room");
  assert(place(0, addr, 0, 0, 0, count * PAGE, prot) == Answer.Done, "it is placed");
  return addr;
}

/** That the last access of any kind was refused, there, and for this. */
function refused(before: u32, addr: u64, access: u32): void {
  expect(violations()).toBe(before + 1);
  expect(violationAddr()).toBe(addr);
  expect(violationAccess()).toBe(access);
}

describe("sandbox: memory", () => {
  test("has pages", () => expect(pageBytes()).toBe(4096));

  test("reservations are aligned, apart, and counted", () => {
    const before = reservedBytes();
    const a = reserve(PAGE, 12, 0, NONE, NONE, 0), b = reserve(2 * PAGE, 16, 0, NONE, NONE, 0), c = reserve(PAGE, 20, 0, NONE, NONE, 0);
    expect(a % PAGE).toBe(0);
    expect(b % 0x10000).toBe(0);
    expect(c % 0x100000).toBe(0);
    expect(a + PAGE <= b || b + 2 * PAGE <= a).toBe(true);
    expect(reservedBytes()).toBe(before + 4 * PAGE);
    expect(reserve(PAGE, 12, 0, b + PAGE, NONE, 0)).toBe(REFUSED, "that page is taken");
    expect(reserve(PAGE, 12, 0, a + 1, NONE, 0)).toBe(REFUSED, "that is no page");
    expect(reserve(PAGE + 1, 12, 0, NONE, NONE, 0)).toBe(REFUSED);
    expect(reserve(0, 12, 0, NONE, NONE, 0)).toBe(REFUSED);
    expect(reserve(1 << 40, 12, 0, NONE, NONE, 0)).toBe(REFUSED);
    release(b, 2 * PAGE);
    expect(reserve(PAGE, 12, 0, b + PAGE, NONE, 0)).toBe(b + PAGE);
    release(b + PAGE, PAGE);
    release(a, PAGE);
    release(c, PAGE);
    expect(reservedBytes()).toBe(before);
  });

  test("what is to lie low lies below, where there is room", () => {
    const a = reserve(PAGE, 12, 0, NONE, NONE, 0), b = reserve(PAGE, 12, 0, NONE, a + 2 * PAGE, 0), c = reserve(PAGE, 12, 0, NONE, 0xffff, 0);
    expect(b).toBe(a + PAGE);
    assert(c != REFUSED && c > 0xffff, "there is none so low, and that is told when it matters");
    release(a, PAGE);
    release(b, PAGE);
    release(c, PAGE);
  });

  test("only what was reserved is released, and whole", () => {
    const a = pages(2, RW), before = violations(), reserved = reservedBytes();
    release(a, PAGE);
    release(a + PAGE, PAGE);
    release(a - PAGE, PAGE);
    expect(violations()).toBe(before + 3);
    expect(reservedBytes()).toBe(reserved);
    release(a, 2 * PAGE);
    release(a, 2 * PAGE);
    expect(violations()).toBe(before + 4, "and once");
  });

  test("nothing may be touched before it is placed, nor after it is released", () => {
    const a = reserve(PAGE, 12, 0, NONE, NONE, 0);
    let before = violations();
    expect(load8(a)).toBe(0);
    refused(before, a, PF.R);
    store8(a, 1);
    refused(before + 1, a, PF.W);
    place(0, a, 0, 0, 0, PAGE, RW);
    before = violations();
    store64(a, 0x1122334455667788);
    expect(load64(a)).toBe(0x1122334455667788);
    expect(violations()).toBe(before);
    release(a, PAGE);
    expect(load64(a)).toBe(0);
    refused(before, a, PF.R);
    expect(reserve(PAGE, 12, 0, a, NONE, 0)).toBe(a);
    place(0, a, 0, 0, 0, PAGE, RW);
    expect(load64(a)).toBe(0, "memory that comes back is zero");
  });

  test("every width at every place of a page's edge, against bytes", () => {
    const a = pages(2, RW), model = new StaticArray<u8>(32), before = violations();
    seed(9);
    for (let step = 0; step < 2000; ++step) {
      const offset = below(25), at = a + PAGE - 16 + offset;
      const value = <u64>random() << 32 | random(), log2 = below(4), bytes = 1 << log2;
      if (log2 == 0) store8(at, <u32>value & 0xff);
      else if (log2 == 1) store16(at, <u32>value & 0xffff);
      else if (log2 == 2) store32(at, <u32>value);
      else store64(at, value);
      for (let i = 0; i < bytes; ++i) model[offset + i] = <u8>(value >> i * 8);
      const from = below(25);
      let wanted: u64 = 0;
      for (let i = 0; i < 8; ++i) wanted |= <u64>model[from + i] << i * 8;
      const place = a + PAGE - 16 + from;
      assert(load64(place) == wanted && load32(place) == <u32>wanted, "words");
      assert(load16(place) == (<u32>wanted & 0xffff) && load8(place) == (<u32>wanted & 0xff), "parts of words");
    }
    expect(violations()).toBe(before);
  });

  test("an access over an edge needs both pages, and stores nothing if it has one", () => {
    const a = pages(1, RW), before = violations();
    store32(a + PAGE - 4, 0xaabbccdd);
    store64(a + PAGE - 4, u64.MAX_VALUE);
    refused(before, a + PAGE + 3, PF.W);
    expect(load32(a + PAGE - 4)).toBe(0xaabbccdd);
    expect(load64(a + PAGE - 4)).toBe(0);
    expect(violations()).toBe(before + 2);
  });

  test("permissions", () => {
    const a = pages(3, PF.R), before = violations();
    store8(a, 1);
    refused(before, a, PF.W);
    expect(permissions(a)).toBe(PF.R);
    expect(protect(0, a + PAGE, PAGE, RW)).toBe(Answer.Done);
    expect(permissions(a)).toBe(PF.R);
    expect(permissions(a + PAGE)).toBe(RW);
    expect(permissions(a + 2 * PAGE)).toBe(PF.R);
    store8(a + PAGE, 7);
    expect(load8(a + PAGE)).toBe(7);
    expect(protect(0, a + PAGE, PAGE, 0)).toBe(Answer.Done);
    expect(load8(a + PAGE)).toBe(0, "what was cached is forgotten");
    expect(violations()).toBe(before + 2);
    expect(protect(0, a, PAGE, PF.X)).toBe(Answer.Done);
    expect(permissions(a)).toBe(PF.R | PF.X, "code may be read");
    expect(protect(0, a, PAGE, PF.W | PF.X)).toBe(Answer.Refused);
    expect(protect(0, a, 3 * PAGE, PF.R | PF.W | PF.X)).toBe(Answer.Refused);
    expect(protect(0, a + 8, PAGE, PF.R)).toBe(Answer.Refused);
    expect(protect(0, a, PAGE - 8, PF.R)).toBe(Answer.Refused);
    expect(protect(0, a, 4 * PAGE, PF.R)).toBe(Answer.Refused, "beyond the reservation");
    expect(permissions(a + 3 * PAGE)).toBe(u32.MAX_VALUE);
    expect(syncCode(0, a, 3 * PAGE)).toBe(Answer.Done);
    expect(syncCode(0, a, 3 * PAGE + 1)).toBe(Answer.Refused);
  });

  test("copies as memmove, or not at all", () => {
    const a = pages(3, RW), model = new StaticArray<u8>(3 * 4096);
    seed(11);
    for (let i = 0; i < model.length; ++i) {
      model[i] = <u8>random();
      store8(a + i, model[i]);
    }
    for (let step = 0; step < 60; ++step) {
      const bytes = below(5000), from = below(model.length - bytes), to = step & 1 ? min<u32>(from + below(9), model.length - bytes) : below(model.length - bytes);
      copy(a + to, a + from, bytes);
      memory.copy(changetype<usize>(model) + to, changetype<usize>(model) + from, bytes);
      for (let i = 0; i < model.length; i += 8) assert(load64(a + i) == load<u64>(changetype<usize>(model) + i), "memory is as the model");
    }
    const before = violations();
    const first = load64(a), end = load64(a + 3 * PAGE - 8);
    copy(a, a + 3 * PAGE - 8, 9);
    refused(before, a + 3 * PAGE, PF.R);
    copy(a + 3 * PAGE - 8, a, 9);
    refused(before + 1, a + 3 * PAGE, PF.W);
    copy(a + 16, a, u64.MAX_VALUE);
    expect(violations()).toBe(before + 3);
    fill(a + 3 * PAGE - 8, 0xee, 9);
    refused(before + 3, a + 3 * PAGE, PF.W);
    expect(load64(a)).toBe(first);
    expect(load64(a + 3 * PAGE - 8)).toBe(end);
    fill(a + PAGE - 3, 0xee, 6);
    expect(load64(a + PAGE - 3) & 0xffffffffffff).toBe(0xeeeeeeeeeeee);
    expect(load8(a + PAGE - 4)).toBe(model[4092]);
    expect(load8(a + PAGE + 3)).toBe(model[4099]);
  });

  test("a file that lies in the target may be used there; one that is only looked at may not", () => {
    const before = stagedBytes(), page: u64 = 0x30000000, lies = page + 100;
    expect(stageAt(7, 5000, lies)).toBe(lies);
    expect(stageAt(8, 10, lies + PAGE)).toBe(REFUSED, "something is there");
    for (let i: u64 = 0; i < 5000; ++i) store8(lies + i, <u32>(i * 7 & 255));
    expect(staged(7, 0, 5000)).toBe(Answer.Done);
    expect(protect(0, page, 2 * PAGE, PF.R | PF.X)).toBe(Answer.Done);
    expect(syncCode(0, lies, 5000)).toBe(Answer.Done);
    expect(protect(0, page, 2 * PAGE, RW)).toBe(Answer.Refused, "nobody writes there");
    expect(protect(0, page, 3 * PAGE, PF.R)).toBe(Answer.Refused, "beyond it");
    const looked = stage(9, 10), a = reserve(PAGE, 12, 0, NONE, NONE, 0);
    expect(protect(0, looked, PAGE, PF.R | PF.X)).toBe(Answer.Refused);
    expect(place(0, a, 7, 4000, 1000, 1000, RW)).toBe(Answer.Done);
    for (let i: u64 = 0; i < 1000; ++i) assert(load8(a + i) == <u32>((i + 4000) * 7 & 255), "the file's bytes, from where it begins in its first page");
    expect(place(0, a, 7, 4000, 1001, 1001, RW)).toBe(Answer.Done, "the rest of its last page is zeros");
    release(a, PAGE);
    unstage(7);
    unstage(9);
    expect(stagedBytes()).toBe(before);
  });

  test("files are staged, read-only when they are complete, and placed from there", () => {
    const before = stagedBytes(), at = stage(5, 5000);
    expect(at).not.toBe(REFUSED);
    expect(stage(5, 10)).toBe(REFUSED, "a file has one area");
    expect(stagedBytes()).toBe(before + 2 * PAGE);
    for (let i: u64 = 0; i < 5000; ++i) store8(at + i, <u32>(i * 7 & 255));
    const a = reserve(3 * PAGE, 12, 0, NONE, NONE, 0);
    expect(place(0, a + 100, 5, 50, 4900, 6000, RW)).toBe(Answer.Refused, "it is not complete");
    expect(staged(5, 0, 5000)).toBe(Answer.Done);
    const unruly = violations();
    store8(at, 1);
    refused(unruly, at, PF.W);
    expect(place(0, a + 100, 5, 50, 4900, 6000, RW)).toBe(Answer.Done);
    for (let i: u64 = 0; i < 6000; ++i) assert(load8(a + 100 + i) == (i < 4900 ? <u32>((i + 50) * 7 & 255) : 0), "the file's bytes, then zeros");
    expect(place(0, a, 5, 4000, 4193, 5000, RW)).toBe(Answer.Refused, "beyond the area");
    expect(place(0, a, 6, 0, 10, 10, RW)).toBe(Answer.Refused, "no such file");
    expect(place(0, a, 5, 0, 11, 10, RW)).toBe(Answer.Refused, "more from the file than there is room");
    expect(place(0, a, 5, 0, 10, 10, PF.W | PF.X)).toBe(Answer.Refused);
    expect(place(0, a + 3 * PAGE - 8, 5, 0, 9, 9, RW)).toBe(Answer.Refused, "beyond the reservation");
    expect(place(0, at, 5, 0, 8, 8, RW)).toBe(Answer.Refused, "a file's area is no module's");
    unstage(5);
    expect(stagedBytes()).toBe(before);
    expect(load8(at)).toBe(0);
    expect(violations()).toBe(unruly + 2);
  });

  test("pages cost memory from their first store on", () => {
    const a = pages(64, RW), before = frameBytes();
    expect(load64(a + 5 * PAGE)).toBe(0);
    expect(frameBytes()).toBe(before);
    store8(a + 5 * PAGE, 1);
    expect(frameBytes()).toBe(before + PAGE);
    release(a, 64 * PAGE);
    expect(frameBytes()).toBe(before);
  });
});
