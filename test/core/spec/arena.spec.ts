import { arenaOf } from "../../../assembly/base/arena";
import { peakBytes, take, usedBytes } from "../../../assembly/base/heap";
import { freshHeap } from "./support/heap";

const REGION: usize = 1 << 16;

describe("base: arena", () => {
  test("holds its owner's record, zeroed and aligned", () => {
    freshHeap(REGION);
    const arena = arenaOf(24)!;
    expect(arena.record & 7).toBe(0);
    for (let i: usize = 0; i < 24; i += 8) expect(load<u64>(arena.record + i)).toBe(0);
    memory.fill(arena.record, 0xff, 24);
    const after = arena.take(8);
    expect(load<u64>(after)).toBe(0, "what is taken is not the record");
  });

  test("gives everything back at once", () => {
    freshHeap(REGION);
    const before = take(100);
    const used = usedBytes();
    const arena = arenaOf(8)!;
    for (let i: usize = 1; i <= 100; ++i) {
      const at = arena.take(i);
      assert(at != 0 && (at & 7) == 0, "it is aligned");
      for (let k: usize = 0; k < i; ++k) assert(load<u8>(at + k) == 0, "it is zero");
      memory.fill(at, 0xaa, i);
    }
    expect(usedBytes()).toBeGreaterThan(used + 5050);
    arena.release();
    expect(usedBytes()).toBe(used);
    expect(before).not.toBe(0);
  });

  test("small things share a chunk, the first of which lies with the record", () => {
    freshHeap(REGION);
    const arena = arenaOf(8, 64, 24)!, alone = usedBytes();
    expect(arena.bytes).toBe(alone);
    arena.take(8);
    arena.take(16);
    expect(usedBytes()).toBe(alone, "there was room for both");
    arena.take(16);
    const chunk = usedBytes();
    expect(chunk).toBe(alone + 80, "64 bytes, the link and the tag");
    arena.take(49);
    expect(usedBytes()).toBe(chunk + 72, "what is large has a block of its own, and the chunk stays what is taken from");
    for (let i = 0; i < 3; ++i) arena.take(16);
    expect(usedBytes()).toBe(chunk + 72, "what was left of the chunk was taken");
    expect(arena.bytes).toBe(usedBytes());
    arena.take(1);
    expect(arena.bytes).toBe(chunk + 72 + 80);
    arena.release();
    expect(usedBytes()).toBe(0);
  });

  test("two of them do not mix", () => {
    freshHeap(REGION);
    const a = arenaOf(8)!, alone = usedBytes();
    const b = arenaOf(8)!;
    b.take(100);
    const kept = a.take(50);
    memory.fill(kept, 0x55, 50);
    b.take(200);
    b.release();
    expect(load<u8>(kept + 49)).toBe(0x55);
    expect(usedBytes()).toBe(alone + 72, "50 bytes, the link and the tag, in multiples of 8");
    a.release();
    expect(usedBytes()).toBe(0);
  });

  test("no memory is an answer, and what was taken stays", () => {
    freshHeap(256);
    expect(arenaOf(300) === null).toBe(true);
    expect(usedBytes()).toBe(0);
    const arena = arenaOf(16)!;
    const first = arena.take(64);
    const used = usedBytes();
    store<u64>(first, 42);
    expect(arena.take(512)).toBe(0);
    expect(load<u64>(first)).toBe(42);
    expect(usedBytes()).toBe(used);
    arena.release();
    expect(usedBytes()).toBe(0);
    expect(peakBytes()).toBe(used);
  });
});
