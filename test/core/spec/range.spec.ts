import { alignDown, alignUp, isPowerOfTwo, within } from "../../../assembly/base/range";

const TOP: u64 = u64.MAX_VALUE;

describe("base: range", () => {
  test("a range lies within another", () => {
    expect(within(10, 5, 10, 5)).toBe(true);
    expect(within(10, 0, 10, 0)).toBe(true);
    expect(within(15, 0, 10, 5)).toBe(true, "nothing, at the end");
    expect(within(0, 0, 0, 0)).toBe(true);
    expect(within(9, 1, 10, 5)).toBe(false, "it starts before");
    expect(within(14, 2, 10, 5)).toBe(false, "it ends after");
    expect(within(16, 0, 10, 5)).toBe(false, "nothing, behind the end");
    expect(within(10, 6, 10, 5)).toBe(false);
  });

  test("no sum of its numbers wraps", () => {
    expect(within(TOP, 1, 0, TOP)).toBe(false);
    expect(within(TOP - 1, 1, 0, TOP)).toBe(true);
    expect(within(TOP, TOP, TOP, 1)).toBe(false);
    expect(within(2, TOP, 0, 4)).toBe(false);
    expect(within(TOP, 0, TOP, 0)).toBe(true);
    expect(within(8, TOP - 7, 0, 16)).toBe(false, "offset + bytes is 0");
    expect(within(TOP - 4, 2, TOP - 8, 8)).toBe(true);
    expect(within(TOP - 4, 5, TOP - 8, 8)).toBe(false);
    expect(within(3, 1, TOP - 8, 8)).toBe(false, "before a range at the very top");
  });

  test("powers of two", () => {
    for (let i: u64 = 0; i < 64; ++i) expect(isPowerOfTwo(<u64>1 << i)).toBe(true);
    for (let i: u64 = 2; i < 64; ++i) {
      expect(isPowerOfTwo((<u64>1 << i) - 1)).toBe(false);
      expect(isPowerOfTwo((<u64>1 << i) + 1)).toBe(false);
    }
    expect(isPowerOfTwo(0)).toBe(false);
    expect(isPowerOfTwo(TOP)).toBe(false);
  });

  test("multiples of a power of two", () => {
    for (let log2: u64 = 0; log2 < 63; ++log2) {
      const align = <u64>1 << log2;
      expect(alignDown(align, align)).toBe(align);
      expect(alignUp(align, align)).toBe(align);
      expect(alignUp(align + 1, align)).toBe(log2 ? 2 * align : align + 1);
      expect(alignDown(2 * align - 1, align)).toBe(align);
      expect(alignDown(TOP, align)).toBe(TOP - (align - 1));
    }
    expect(alignUp(0, 4096)).toBe(0);
    expect(alignUp(TOP - 4095, 4096)).toBe(TOP - 4095);
    expect(alignUp(TOP - 4094, 4096)).toBe(0, "beyond the last multiple it wraps: plan.ts notices that its end is below its start");
  });
});
