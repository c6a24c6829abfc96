// Where the wasmtime host puts thread-local blocks: by the rules of docs/abi.md, and where a static linker takes them to be.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Answer } from "../../assembly/words.js";
import { ROOT } from "../support/files.js";

interface Provider {
  tls_reserve(session: number, module: number, machine: number, bits: number, image: bigint, fileBytes: bigint, bytes: bigint, alignLog2: number, skew: bigint): number;
  tls_number(module: number): bigint;
  tls_offset(module: number): bigint;
  tls_descriptor(session: number, module: number, offset: bigint): number;
  tls_entry(): bigint;
  tls_argument(): bigint;
  tls_start(session: number, module: number): number;
  tls_release(module: number): void;
  tls_entries(fixed: bigint, dynamic: bigint, absent: bigint): void;
}

const NONE = (1n << 64n) - 1n, NOWHERE = 1n << 63n;
const binary = new WebAssembly.Module(readFileSync(join(ROOT, "build/wasm/wasmtime-machine.wasm")));
const provider = (): Provider => new WebAssembly.Instance(binary, {}).exports as unknown as Provider;

/** Machines: e_machine, class, bytes of the thread control block, and whether blocks lie below the thread pointer. */
const MACHINES = [
  { name: "x86_64", machine: 62, bits: 64, control: 0n, isBelow: true },
  { name: "i386", machine: 3, bits: 32, control: 0n, isBelow: true },
  { name: "aarch64", machine: 183, bits: 64, control: 16n, isBelow: false },
  { name: "arm", machine: 40, bits: 32, control: 8n, isBelow: false },
  { name: "riscv64", machine: 243, bits: 64, control: 0n, isBelow: false },
  { name: "riscv32", machine: 243, bits: 32, control: 0n, isBelow: false },
  { name: "loongarch64", machine: 258, bits: 64, control: 0n, isBelow: false },
] as const;

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** Blocks of many shapes: bytes, alignment, skew. */
const SHAPES = [[4n, 2, 0n], [4n, 4, 4n], [1n, 0, 0n], [40n, 5, 24n], [256n, 8, 0n], [100n, 6, 63n], [0n, 3, 0n], [7n, 3, 5n]] as const;

for (const { name, machine, bits, control, isBelow } of MACHINES) {
  const reserve = (host: Provider, module: number, bytes: bigint, alignLog2: number, skew: bigint): bigint => {
    assert.equal(host.tls_reserve(1, module, machine, bits, 0x1000n, 0n, bytes, alignLog2, skew), Answer.Done);
    return host.tls_offset(module);
  };

  describe(`wasmtime: thread-local blocks of ${name}`, () => {
    test("the first is where a static linker takes an executable's to be", () => {
      for (const [bytes, alignLog2, skew] of SHAPES) {
        const align = 1n << BigInt(alignLog2);
        // lld's getTlsTpOffset, for a PT_TLS whose p_vaddr leaves skew
        const expected = isBelow ? -bytes - mod(-skew - bytes, align) : control + mod(skew - control, align);
        assert.equal(reserve(provider(), 7, bytes, alignLog2, skew), expected);
      }
    });

    test("they keep apart and within the reserve, at addresses that leave what they should", () => {
      const host = provider();
      const blocks = SHAPES.map(([bytes, alignLog2, skew], i) => ({ bytes, align: 1n << BigInt(alignLog2), skew, start: reserve(host, i + 1, bytes, alignLog2, skew) }));
      for (const { start, align, skew } of blocks) assert.equal(mod(start, align), skew);
      const inOrder = blocks.filter(({ bytes }) => bytes).sort((a, b) => (a.start < b.start ? -1 : 1));
      for (const [i, { start, bytes }] of inOrder.entries()) {
        assert.ok(start + bytes <= (inOrder[i + 1]?.start ?? (isBelow ? 0n : 4096n)));
        assert.ok(start >= (isBelow ? -4096n : control));
      }
    });

    test("numbers are the lowest that are free, and room is given back from the end", () => {
      const host = provider();
      const first = reserve(host, 11, 16n, 4, 0n), second = reserve(host, 12, 16n, 4, 0n);
      assert.deepEqual([11, 12, 13].map((module) => host.tls_number(module)), [1n, 2n, 0n]);
      host.tls_release(11);
      assert.notEqual(reserve(host, 13, 16n, 4, 0n), first);
      assert.deepEqual([11, 12, 13].map((module) => host.tls_number(module)), [0n, 2n, 1n]);
      host.tls_release(13);
      host.tls_release(12);
      assert.equal(reserve(host, 14, 16n, 4, 0n), first);
      assert.equal(reserve(host, 15, 16n, 4, 0n), second);
    });

    test("one that does not fit has no place, and takes none from the next", () => {
      const host = provider();
      for (const [bytes, alignLog2] of [[4097n, 0], [1n, 13], [1n << 62n, 0], [1n, 63]] as const) {
        assert.equal(BigInt.asUintN(64, reserve(host, 1, bytes, alignLog2, 0n)), NOWHERE);
        host.tls_release(1);
      }
      assert.equal(BigInt.asUintN(64, reserve(host, 1, 1n << 40n, 0, 0n)), NOWHERE);
      assert.equal(reserve(host, 2, 8n, 3, 0n), reserve(provider(), 2, 8n, 3, 0n));
      assert.equal(reserve(host, 3, 4000n - control, 0, 0n), isBelow ? -4008n + control : 8n + control + mod(-control, 8n));
      assert.equal(BigInt.asUintN(64, reserve(host, 4, 200n, 0, 0n)), NOWHERE);
    });

    test("descriptors lead to the functions that were defined, with arguments that fit", () => {
      const host = provider();
      const words = (module: number, offset: bigint): bigint[] => {
        assert.equal(host.tls_descriptor(1, module, offset), Answer.Done);
        return [host.tls_entry(), BigInt.asUintN(bits, host.tls_argument())];
      };
      const start = reserve(host, 5, 8n, 3, 0n), half = BigInt(bits / 2);
      reserve(host, 6, 8192n, 3, 0n);
      for (const module of [0, 5, 6, 9]) assert.equal(host.tls_descriptor(1, module, 0n), Answer.Refused);
      host.tls_entries(0x100n, 0x200n, 0x300n);
      assert.deepEqual(words(5, 4n), [0x100n, BigInt.asUintN(bits, start + 4n)]);
      assert.deepEqual(words(6, 4n), [0x200n, 2n << half | 4n]);
      assert.deepEqual(words(0, 4n), [0x300n, 4n]);
      assert.equal(host.tls_descriptor(1, 6, 1n << half), Answer.Refused);
      assert.equal(host.tls_descriptor(1, 9, 0n), Answer.Refused);
      host.tls_entries(NONE, 0x200n, 0x300n);
      assert.equal(host.tls_descriptor(1, 5, 0n), Answer.Refused);
    });
  });
}

describe("wasmtime: thread-local blocks", () => {
  test("a thousand get numbers of their own", () => {
    const host = provider();
    for (let module = 1; module <= 1000; ++module) assert.equal(host.tls_reserve(1, module, 62, 64, 0n, 0n, 64n, 3, 0n), Answer.Done);
    assert.deepEqual([1, 500, 1000].map((module) => host.tls_number(module)), [1n, 500n, 1000n]);
    assert.equal(host.tls_start(1, 1000), Answer.Done);
  });
});
