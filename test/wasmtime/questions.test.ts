// How the wasmtime host hands the core's questions to its program, which answers them between two steps of a session.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Answer } from "../../assembly/words.js";
import { ROOT } from "../support/files.js";

interface Provider {
  search(session: number, origin: number, text: bigint, textBytes: number, rank: number): void;
  needed(session: number, from: number, name: bigint, nameBytes: number): number;
  member(session: number, archive: number, name: bigint, nameBytes: number): number;
  before(session: number, from: number, name: bigint, nameBytes: number, version: bigint, versionBytes: number): number;
  resolve(session: number, from: number, name: bigint, nameBytes: number, version: bigint, versionBytes: number): number;
  intercept(module: number, name: bigint, nameBytes: number, type: number, place: bigint, owner: number, value: bigint): number;
  found_addr(): bigint;
  found_bytes(): bigint;
  found_type(): number;
  asked(): number;
  asked_name(): bigint;
  asked_name_bytes(): number;
  asked_archive(): number;
  asked_path_count(): number;
  asked_path(index: number): bigint;
  asked_path_bytes(index: number): number;
  asked_path_origin(index: number): number;
  asked_path_rank(index: number): number;
  reply(value: number, addr: bigint): void;
}

const NOTHING = 0, NEEDED = 1, RESOLVE = 2, MEMBER = 3; // hosts/wasmtime/question.ts
const binary = new WebAssembly.Module(readFileSync(join(ROOT, "build/wasm/wasmtime-link.wasm")));
const provider = (): Provider => new WebAssembly.Instance(binary, {}).exports as unknown as Provider;

/** The search paths that came with the open question. */
const pathsOf = (host: Provider): unknown[] => Array.from({ length: host.asked_path_count() }, (_, i) =>
  [host.asked_path_origin(i), host.asked_path(i), host.asked_path_bytes(i), host.asked_path_rank(i)]);

describe("wasmtime: questions", () => {
  test("a library is asked for until it is answered", () => {
    const host = provider();
    assert.equal(host.asked(), NOTHING);
    for (let i = 0; i < 2; ++i) assert.equal(host.needed(5, 1, 0x1000n, 9), Answer.Pending);
    assert.deepEqual([host.asked(), host.asked_name(), host.asked_name_bytes()], [NEEDED, 0x1000n, 9]);
    host.reply(3, 0n);
    assert.equal(host.asked(), NOTHING);
    assert.equal(host.needed(5, 1, 0x1000n, 9), 3);
    assert.equal(host.needed(5, 1, 0x2000n, 4), Answer.Pending);
  });

  test("search paths are those of the library that is asked for next", () => {
    const host = provider();
    const tell = (): void => {
      host.search(5, 1, 0x100n, 7, 0);
      host.search(5, 2, 0x200n, 8, 1);
    };
    tell();
    assert.equal(host.needed(5, 1, 0x1000n, 9), Answer.Pending);
    const told = [[1, 0x100n, 7, 0], [2, 0x200n, 8, 1]];
    assert.deepEqual(pathsOf(host), told);
    tell(); // before it asks again
    assert.equal(host.needed(5, 1, 0x1000n, 9), Answer.Pending);
    assert.deepEqual(pathsOf(host), told);
    host.reply(3, 0n);
    tell();
    assert.equal(host.needed(5, 1, 0x1000n, 9), 3);
    host.search(5, 4, 0x300n, 2, 1);
    assert.equal(host.needed(5, 1, 0x2000n, 4), Answer.Pending);
    assert.deepEqual(pathsOf(host), [[4, 0x300n, 2, 1]]);
    host.reply(4, 0n);
    host.search(5, 4, 0x300n, 2, 1);
    assert.equal(host.needed(5, 1, 0x2000n, 4), 4);
    assert.equal(host.needed(5, 1, 0x3000n, 4), Answer.Pending);
    assert.deepEqual(pathsOf(host), []);
  });

  test("ten thousand search paths are kept", () => {
    const host = provider();
    for (let i = 0; i < 10_000; ++i) host.search(5, i, BigInt(i), i, i & 1);
    assert.equal(host.needed(5, 1, 0x1000n, 9), Answer.Pending);
    assert.deepEqual(pathsOf(host).at(-1), [9999, 9999n, 9999, 1]);
  });

  test("a symbol is what the program says, in every version", () => {
    const host = provider();
    for (const version of [(1n << 64n) - 1n, 0x4000n]) {
      assert.equal(host.resolve(5, 1, 0x1000n, 9, version, 3), Answer.Pending);
      assert.equal(host.asked(), RESOLVE);
      host.reply(Answer.Done, 0x7777n);
      assert.equal(host.resolve(5, 1, 0x1000n, 9, version, 3), Answer.Done);
      assert.deepEqual([host.found_addr(), host.found_bytes(), host.found_type()], [0x7777n, 0n, 0]);
    }
  });

  test("the file of a thin archive's member is asked for with the archive", () => {
    const host = provider();
    assert.equal(host.member(5, 7, 0x1000n, 9), Answer.Pending);
    assert.deepEqual([host.asked(), host.asked_archive(), host.asked_name(), host.asked_name_bytes()], [MEMBER, 7, 0x1000n, 9]);
    host.reply(4, 0n);
    assert.equal(host.member(5, 7, 0x1000n, 9), 4);
    assert.equal(host.asked(), NOTHING);
  });

  test("another session waits for its turn", () => {
    const host = provider();
    assert.equal(host.needed(5, 1, 0x1000n, 9), Answer.Pending);
    assert.equal(host.resolve(6, 1, 0x2000n, 4, 0n, 0), Answer.Pending);
    assert.equal(host.asked_name(), 0x1000n);
    host.reply(3, 0n);
    assert.equal(host.resolve(6, 1, 0x2000n, 4, 0n, 0), Answer.Pending);
    assert.equal(host.needed(5, 1, 0x1000n, 9), 3);
  });

  test("nothing is said before a lookup, and nothing is changed", () => {
    const host = provider();
    assert.equal(host.before(5, 1, 0x1000n, 9, 0n, 0), Answer.Refused);
    assert.equal(host.intercept(5, 0x1000n, 9, 1, 0x2000n, 0, 0n), Answer.Refused);
    assert.equal(host.asked(), NOTHING);
  });
});
