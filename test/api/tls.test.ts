// Where thread-local blocks lie: docs/abi.md has the rules.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BlockShape, Threads } from "../../hosts/node/tls.js";

const X86 = 3, ARM = 40, X86_64 = 62, AARCH64 = 183, RISCV = 243, LOONGARCH = 258;

function shape(machine: number, bytes: bigint, alignLog2 = 3, skew = 0n): BlockShape {
  return { machine, bits: machine === X86 || machine === ARM ? 32 : 64, bytes, alignLog2, skew };
}

/** Numbers and offsets of blocks that are reserved one after the other; modules are called 101, 102 and so on. */
function placed(...shapes: BlockShape[]): (readonly [number, bigint | undefined])[] {
  const threads = new Threads();
  shapes.forEach((one, i) => threads.reserve(101 + i, one));
  return shapes.map((_, i) => [threads.numberOf(101 + i), threads.offsetOf(101 + i)] as const);
}

describe("api: thread-local blocks", () => {
  test("lie below the thread pointer on x86", () => {
    for (const machine of [X86, X86_64]) assert.deepEqual(placed(shape(machine, 4n), shape(machine, 12n)), [[1, -8n], [2, -24n]]);
  });

  test("lie above it elsewhere, behind the control block", () => {
    for (const [machine, control] of [[ARM, 8n], [AARCH64, 16n], [RISCV, 0n], [LOONGARCH, 0n]] as const) {
      assert.deepEqual(placed(shape(machine, 4n), shape(machine, 12n)), [[1, control], [2, control + 8n]]);
    }
  });

  test("leave what their address leaves modulo the alignment", () => {
    for (const machine of [X86_64, AARCH64, RISCV]) {
      for (const [alignLog2, skew] of [[4, 8n], [6, 1n], [8, 255n], [12, 16n]] as const) {
        const [[, first], [, second]] = placed(shape(machine, 40n, alignLog2, skew), shape(machine, 24n, alignLog2, skew)) as [[number, bigint], [number, bigint | undefined]];
        assert.equal(BigInt.asUintN(alignLog2, first), skew);
        if (second !== undefined) assert.equal(BigInt.asUintN(alignLog2, second), skew);
      }
    }
  });

  test("never overlap", () => {
    for (const machine of [X86_64, AARCH64, RISCV]) {
      const shapes = [[40n, 4, 8n], [1n, 0, 0n], [100n, 8, 96n], [8n, 3, 0n], [300n, 6, 63n]].map(([bytes, log2, skew]) => shape(machine, bytes as bigint, Number(log2), skew as bigint));
      const ranges = placed(...shapes).map(([, offset], i) => [offset!, offset! + shapes[i]!.bytes] as const).sort(([a], [b]) => Number(a - b));
      for (const [i, [start]] of ranges.slice(1).entries()) assert.ok(ranges[i]![1] <= start);
      for (const [start, end] of ranges) assert.ok(machine === X86_64 ? end <= 0n : start >= 0n);
    }
  });

  test("have 4096 bytes in reserve, and no byte more", () => {
    assert.deepEqual(placed(shape(RISCV, 4096n)), [[1, 0n]]);
    assert.deepEqual(placed(shape(RISCV, 4097n)), [[1, undefined]]);
    assert.deepEqual(placed(shape(AARCH64, 4080n)), [[1, 16n]]);
    assert.deepEqual(placed(shape(AARCH64, 4081n)), [[1, undefined]]);
    assert.deepEqual(placed(shape(X86_64, 4096n)), [[1, -4096n]]);
    assert.deepEqual(placed(shape(X86_64, 1n, 13)), [[1, undefined]]);
    assert.deepEqual(placed(shape(X86_64, 2n ** 64n - 1n, 3, 7n)), [[1, undefined]]);
  });

  test("what does not fit takes nothing", () => assert.deepEqual(placed(shape(X86_64, 5000n), shape(X86_64, 8n)), [[1, undefined], [2, -8n]]));

  test("what is gone leaves its number, and its place when nothing lies behind it", () => {
    const threads = new Threads();
    for (const module of [101, 102, 103]) threads.reserve(module, shape(X86_64, 8n));
    threads.release(102);
    assert.equal(threads.numberOf(102), 0);
    assert.equal(threads.offsetOf(102), undefined);
    threads.reserve(104, shape(X86_64, 8n));
    assert.deepEqual([threads.numberOf(104), threads.offsetOf(104)], [2, -32n]);
    threads.release(104);
    threads.release(103);
    threads.release(999);
    threads.reserve(105, shape(X86_64, 8n));
    assert.deepEqual([threads.numberOf(105), threads.offsetOf(105)], [2, -16n]);
  });

  test("descriptors: of fixed offset, without, and nobody's", () => {
    const threads = new Threads();
    threads.reserve(101, shape(X86_64, 16n));
    threads.reserve(102, shape(X86_64, 5000n));
    threads.reserve(103, shape(X86, 70000n));
    assert.deepEqual(threads.describe(101, 4n), { entry: "lw_tls_static", argument: 2n ** 64n - 12n });
    assert.deepEqual(threads.describe(102, 4n), { entry: "lw_tls_dynamic", argument: 2n << 32n | 4n });
    assert.deepEqual(threads.describe(103, 0xffffn), { entry: "lw_tls_dynamic", argument: 3n << 16n | 0xffffn });
    assert.equal(threads.describe(103, 0x10000n), undefined, "its offset has more than half of a word's bits");
    assert.deepEqual(threads.describe(0, 7n), { entry: "lw_tls_absent", argument: 7n });
    assert.equal(threads.describe(999, 0n), undefined);
  });
});
