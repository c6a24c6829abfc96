import { give, openHeap, peakBytes, take, usedBytes } from "../../../assembly/base/heap";
import { freshHeap, newPages } from "./support/heap";
import { below, seed } from "./support/random";

const REGION: usize = 1 << 16;
/** Bytes that a block has beside its payload at least; at most one grain and the rest that no block fits in come on top. */
const TAG: usize = 8;
const MOST_WASTE: usize = 8 + 15;

const LIVE = 256;
const at = new StaticArray<usize>(LIVE);
const size = new StaticArray<u32>(LIVE);
let live = 0;

function isFilled(payload: usize, bytes: u32, value: u8): bool {
  for (let i: u32 = 0; i < bytes; ++i) if (load<u8>(payload + i) != value) return false;
  return true;
}

/** The byte that the model fills a block with. */
function mark(index: i32): u8 { return <u8>(at[index] >> 3 ^ size[index]) | 1; }

function takeOne(start: usize): void {
  const bytes = below(8) ? below(200) : below(6000);
  const payload = take(bytes);
  if (!payload) return;
  assert((payload & 7) == 0, "a payload is aligned");
  assert(payload >= start + TAG && payload + bytes <= start + REGION, "a payload lies in the region");
  assert(isFilled(payload, bytes, 0), "a payload is zero");
  for (let i = 0; i < live; ++i) assert(payload >= at[i] + size[i] + TAG || payload + bytes + TAG <= at[i], "blocks do not overlap");
  at[live] = payload;
  size[live] = bytes;
  memory.fill(payload, mark(live), bytes);
  ++live;
}

function giveOne(): void {
  const index = below(live);
  assert(isFilled(at[index], size[index], mark(index)), "nobody wrote into a block");
  give(at[index]);
  --live;
  at[index] = at[live];
  size[index] = size[live];
}

function payloadBytes(): usize {
  let sum: usize = 0;
  for (let i = 0; i < live; ++i) sum += size[i];
  return sum;
}

describe("base: heap", () => {
  test("any order of taking and giving agrees with a model", () => {
    for (let round: u32 = 1; round <= 8; ++round) {
      const start = freshHeap(REGION);
      let most: usize = 0;
      let refused = 0;
      live = 0;
      seed(round);
      for (let step = 0; step < 3000; ++step) {
        // Filling up and emptying take turns, so that the region runs full and falls apart.
        const fills = step % 600 < 350;
        const before = live;
        if (live < LIVE && (!live || below(4) ? fills : !fills)) takeOne(start);
        else if (live) giveOne();
        if (live == before) ++refused;
        const used = usedBytes();
        assert(used >= payloadBytes() + TAG * live && used <= payloadBytes() + (TAG + MOST_WASTE) * live, "used counts blocks that are taken");
        most = max(most, used);
      }
      assert(peakBytes() == most, "the peak is the most that ever was used");
      assert(refused > 0, "the region ran full");
      while (live) giveOne();
      assert(usedBytes() == 0, "nothing is used");
      assert(take(REGION - TAG) == start + TAG, "all pieces came together again");
    }
    expect(usedBytes()).toBe(REGION);
  });

  test("neighbours come together, whichever is given first", () => {
    // Three blocks with a fourth above, given in all six orders: their room serves one block again.
    for (let order = 0; order < 6; ++order) {
      const start = freshHeap(REGION);
      const a = take(24), b = take(40), c = take(56), guard = take(8);
      const first = order / 2, second = (first + 1 + order % 2) % 3, third = 3 - first - second;
      const blocks: StaticArray<usize> = [a, b, c];
      give(blocks[first]);
      give(blocks[second]);
      give(blocks[third]);
      assert(usedBytes() == 16, "the guard is used");
      assert(take(24 + 40 + 56 + 2 * TAG) == start + TAG, "the three are one");
      assert(take(8) > guard, "nothing is left below the guard");
    }
    expect(usedBytes()).toBe(24 + 40 + 56 + 3 * TAG + 2 * 16);
  });

  test("a block is split only where a block is left", () => {
    freshHeap(REGION);
    const a = take(64), guard = take(8);
    give(a);
    const b = take(56);
    expect(b).toBe(a);
    expect(usedBytes()).toBe(64 + TAG + 16, "the last 8 bytes hold no block");
    give(b);
    const c = take(48);
    expect(c).toBe(a);
    expect(usedBytes()).toBe(48 + TAG + 16);
    expect(take(8)).toBe(a + 48 + TAG);
    expect(guard).toBe(a + 64 + TAG);
  });

  test("no memory is an answer", () => {
    const start = freshHeap(REGION);
    const all = take(REGION - TAG);
    expect(all).toBe(start + TAG);
    expect(take(0)).toBe(0);
    expect(take(1)).toBe(0);
    expect(peakBytes()).toBe(REGION);
    give(all);
    expect(take(REGION - TAG + 1)).toBe(0, "one byte too many");
    expect(take(0x7fffff00)).toBe(0);
    expect(take(0x7fffff01)).toBe(0);
    expect(take(usize.MAX_VALUE)).toBe(0, "the sum with the tag would wrap");
    expect(take(usize.MAX_VALUE - TAG)).toBe(0);
    expect(usedBytes()).toBe(0);
    expect(take(REGION - TAG)).toBe(start + TAG);
  });

  test("nothing is a block, too", () => {
    freshHeap(REGION);
    const a = take(0), b = take(0);
    expect(a).not.toBe(0);
    expect(b).toBe(a + 16);
    expect(usedBytes()).toBe(32);
  });

  test("a region need not be aligned", () => {
    const start = newPages(1);
    openHeap(start + 3, start + 61);
    const a = take(8), b = take(8), c = take(8);
    expect(a).toBe(start + 8 + TAG);
    expect(b).toBe(start + 24 + TAG);
    expect(c).toBe(start + 40 + TAG);
    expect(take(0)).toBe(0, "the region ends at 61");
  });

  test("opening forgets what was taken", () => {
    const start = newPages(1);
    openHeap(start, start + REGION);
    const first = take(100);
    give(take(50));
    openHeap(start, start + REGION);
    expect(usedBytes()).toBe(0);
    expect(peakBytes()).toBe(0);
    expect(take(100)).toBe(first);
  });

  test("without an end, linear memory grows", () => {
    const pages = memory.size();
    openHeap(<usize>pages << 16, 0);
    const payload = take(3 * REGION);
    const grown = memory.size() - pages;
    openHeap(0, 1);
    expect(payload).toBe((<usize>pages << 16) + TAG);
    expect(grown).toBe(4, "three pages and the tag");
    expect(take(1)).toBe(0, "an end below the start leaves nothing");
  });
});
