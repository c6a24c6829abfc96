import { Code, Kind } from "../../../assembly/words";
import { endHandle, handleFault, kindOf, newHandle, openHandles, recordOf } from "../../../assembly/registry/handle";
import { usedBytes } from "../../../assembly/base/heap";
import { below, random, seed } from "./support/random";
import { freshHeap } from "./support/heap";

/** 16 + 32 + ... in 12 chunks. */
const MOST: u32 = 16 * 4095;

describe("registry: handle", () => {
  beforeEach(() => {
    freshHeap(1 << 20);
    openHandles();
  });

  test("stands for a record of one kind", () => {
    const module = newHandle(Kind.Module, 4000), session = newHandle(Kind.Session, 5000);
    expect(module).not.toBe(0);
    expect(session).not.toBe(module);
    expect(kindOf(module)).toBe(Kind.Module);
    expect(kindOf(session)).toBe(Kind.Session);
    expect(recordOf(module, Kind.Module)).toBe(4000);
    expect(recordOf(session, Kind.Session)).toBe(5000);
    expect(recordOf(module, Kind.Session)).toBe(0);
    expect(handleFault(module)).toBe(Code.WrongKind);
  });

  test("is never 0, and what was never issued is nothing", () => {
    expect(kindOf(0)).toBe(Kind.None, "before there is any");
    expect(handleFault(0)).toBe(Code.StaleHandle);
    const handle = newHandle(Kind.Image, 1);
    expect(kindOf(0)).toBe(Kind.None);
    expect(kindOf(handle + 1)).toBe(Kind.None, "the next slot");
    expect(kindOf(handle + 0x10000)).toBe(Kind.None, "the next generation");
    expect(kindOf(handle - 0x10000)).toBe(Kind.None, "the one before");
    expect(kindOf(handle | 0xffff)).toBe(Kind.None, "a slot beyond all");
    expect(kindOf(u32.MAX_VALUE)).toBe(Kind.None);
    expect(handleFault(u32.MAX_VALUE)).toBe(Code.StaleHandle);
  });

  test("one that was forged is nothing, unless it is one that was issued", () => {
    const issued = new Set<u32>();
    for (let i: usize = 1; i <= 100; ++i) issued.add(newHandle(Kind.Module, i));
    seed(3);
    for (let i = 0; i < 100_000; ++i) {
      const forged = i & 1 ? random() : random() & 0x000f00ff;
      assert((kindOf(forged) != Kind.None) == issued.has(forged), "only those that were issued");
    }
    expect(issued.size).toBe(100);
  });

  test("a slot that was never used is nothing, in any generation", () => {
    for (let i: usize = 1; i <= 20; ++i) newHandle(Kind.Module, i);
    // Where its chunk would be, there is other memory, which may look like anything.
    let seen = 0;
    for (let slot: u32 = 20; slot < 2000; slot += 9) {
      for (let generation: u32 = 0; generation <= 0xffff; ++generation) if (kindOf(slot | generation << 16) != Kind.None) ++seen;
    }
    expect(seen).toBe(0);
  });

  test("is stale once it ended, and its slot serves again", () => {
    const first = newHandle(Kind.Module, 10), other = newHandle(Kind.Module, 11);
    endHandle(first);
    expect(kindOf(first)).toBe(Kind.None);
    expect(recordOf(first, Kind.Module)).toBe(0);
    expect(handleFault(first)).toBe(Code.StaleHandle, "as for one that is closed twice");
    const second = newHandle(Kind.Session, 12);
    expect(second & 0xffff).toBe(first & 0xffff);
    expect(second).not.toBe(first);
    expect(kindOf(first)).toBe(Kind.None, "the old one stays stale");
    expect(recordOf(second, Kind.Session)).toBe(12);
    expect(recordOf(other, Kind.Module)).toBe(11);
  });

  test("a slot that has used up its generations is retired", () => {
    const first = newHandle(Kind.Module, 1);
    let last = first;
    for (let i = 1; i < 0xffff; ++i) {
      endHandle(last);
      const next = newHandle(Kind.Module, 1);
      assert((next & 0xffff) == (first & 0xffff) && next != last, "the same slot, another generation");
      last = next;
    }
    expect(last >> 16).toBe(0xffff);
    expect(kindOf(last)).toBe(Kind.Module);
    endHandle(last);
    const fresh = newHandle(Kind.Module, 2);
    expect(fresh & 0xffff).not.toBe(first & 0xffff);
    expect(kindOf(last)).toBe(Kind.None);
    expect(kindOf(first & 0xffff)).toBe(Kind.None, "generation 0 was never issued");
    let seen = 0;
    for (let generation: u32 = 0; generation <= 0xffff; ++generation) if (kindOf(first & 0xffff | generation << 16) != Kind.None) ++seen;
    expect(seen).toBe(0, "no generation of it is anything, for good");
  });

  test("any order of beginnings and ends agrees with a model", () => {
    const handles = new StaticArray<u32>(500), records = new StaticArray<usize>(500);
    const ended = new Set<u32>();
    let count: u32 = 0;
    seed(4);
    for (let step: usize = 1; step <= 20_000; ++step) {
      if (count < 500 && below(100) < (step / 1000 & 1 ? 30 : 70)) {
        const handle = newHandle(Kind.Module, step);
        assert(handle != 0 && !ended.has(handle), "no handle comes twice");
        handles[count] = handle;
        records[count++] = step;
      } else if (count) {
        const index = below(count);
        assert(recordOf(handles[index], Kind.Module) == records[index], "it stands for its record");
        endHandle(handles[index]);
        ended.add(handles[index]);
        assert(kindOf(handles[index]) == Kind.None, "it is stale");
        handles[index] = handles[--count];
        records[index] = records[count];
      }
    }
    for (let i: u32 = 0; i < count; ++i) assert(recordOf(handles[i], Kind.Module) == records[i], "it still does");
    expect(ended.size).toBeGreaterThan(5000);
  });

  test("there is an end to slots", () => {
    for (let i: u32 = 1; i <= MOST; ++i) assert(newHandle(Kind.Module, i) != 0, "there is a slot");
    expect(newHandle(Kind.Module, 1)).toBe(0);
    for (let i: u32 = 0; i < MOST; ++i) assert(recordOf(i | 0x10000, Kind.Module) == i + 1, "chunks do not overlap");
    const used = usedBytes();
    endHandle(5 | 0x10000);
    expect(newHandle(Kind.Module, 7)).toBe(5 | 0x20000);
    expect(newHandle(Kind.Module, 1)).toBe(0);
    expect(usedBytes()).toBe(used);
  });

  test("no memory is an answer, and nothing is lost by it", () => {
    freshHeap(200);
    openHandles();
    for (let i: usize = 1; i <= 16; ++i) assert(newHandle(Kind.Module, i) != 0, "the first chunk fits");
    expect(newHandle(Kind.Module, 17)).toBe(0, "the second, of 256 bytes, does not");
    expect(newHandle(Kind.Module, 17)).toBe(0);
    endHandle(0x10003);
    expect(newHandle(Kind.Module, 18)).toBe(0x20003);
  });
});
