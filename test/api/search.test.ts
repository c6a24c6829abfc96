// What search paths mean, and what ld.so's cache says.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { identOf } from "../../hosts/node/ident.js";
import { foldersIn } from "../../hosts/node/runpath.js";
import { readCache } from "../../hosts/node/system.js";

const origin = { path: "/opt/app/libx.so", ident: { machine: 258, bits: 64 } };

describe("api: search paths", () => {
  for (const [text, folders] of [
    ["/a:/b", ["/a", "/b"]],
    ["$ORIGIN:${ORIGIN}/../lib", ["/opt/app", "/opt/app/../lib"]],
    ["/$LIB/${PLATFORM}", ["/lib/loongarch64"]],
    ["::/a:", ["/a"]],
    ["$NOTHING:$ORIGINAL:${ORIGIN:$:${}:$ORIGIN$:/a", ["/a"]],
    ["", []],
  ] as const) test(text || "nothing", () => assert.deepEqual(foldersIn(text, origin), folders));

  test("a file that is from no disk has no folder", () => {
    assert.deepEqual(foldersIn("$ORIGIN:/a:$PLATFORM", { path: undefined, ident: undefined }), ["/a"]);
  });
});

/** A cache as ldconfig writes it; entries have flags, name, path and hwcap. */
function cache(...entries: readonly (readonly [number, string, string, bigint?])[]): Buffer {
  const header = Buffer.alloc(48 + entries.length * 24);
  header.write("glibc-ld.so.cache1.1", "latin1");
  header.writeUInt32LE(entries.length, 20);
  const strings: Buffer[] = [];
  let end = header.length;
  const put = (text: string): number => {
    strings.push(Buffer.from(`${text}\0`));
    end += strings.at(-1)!.length;
    return end - strings.at(-1)!.length;
  };
  entries.forEach(([flags, name, path, hwcap = 0n], i) => {
    const at = 48 + i * 24;
    header.writeUInt32LE(flags, at);
    header.writeUInt32LE(put(name), at + 4);
    header.writeUInt32LE(put(path), at + 8);
    header.writeBigUInt64LE(hwcap, at + 16);
  });
  return Buffer.concat([header, ...strings]);
}

describe("api: ld.so.cache", () => {
  const good = cache([0x303, "liba.so", "/lib/liba.so"], [3, "libb.so", "/lib32/libb.so"]);

  test("is read", () => {
    assert.deepEqual(readCache(good), [{ flags: 0x303, name: "liba.so", path: "/lib/liba.so" }, { flags: 3, name: "libb.so", path: "/lib32/libb.so" }]);
  });

  test("what only some processors can use is left out", () => {
    assert.deepEqual(readCache(cache([0x303, "liba.so", "/lib/fast/liba.so", 1n << 62n], [0x303, "liba.so", "/lib/liba.so"])).map(({ path }) => path), ["/lib/liba.so"]);
  });

  test("one that ends too early says nothing, wherever it ends", () => {
    for (let bytes = 0; bytes < good.length; ++bytes) assert.deepEqual(readCache(good.subarray(0, bytes)), []);
  });

  test("counts and offsets that lead outside say nothing", () => {
    for (const [at, value] of [[20, 0xffffffff], [20, 10], [52, 0xffffffff], [52, good.length], [56, good.length], [0, 0]] as const) {
      const bad = Buffer.from(good);
      bad.writeUInt32LE(value, at);
      assert.deepEqual(readCache(bad), [], `${value} at ${at}`);
    }
  });

  test("the system's own names files that are there", { skip: !existsSync("/etc/ld.so.cache") }, () => {
    const entries = readCache(readFileSync("/etc/ld.so.cache"));
    assert.ok(entries.length > 0);
    assert.ok(entries.some(({ path }) => existsSync(path)));
  });
});

describe("api: which machine a file is for", () => {
  const head = Buffer.alloc(20);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.writeUInt16LE(243, 18);

  test("is in its first bytes", () => assert.deepEqual(identOf(head), { machine: 243, bits: 64 }));

  test("unless they are none of a little-endian ELF file", () => {
    for (const at of [0, 1, 2, 3, 4, 5]) {
      const bad = Buffer.from(head);
      bad[at] = 9;
      assert.equal(identOf(bad), undefined);
    }
    assert.equal(identOf(head.subarray(0, 19)), undefined);
  });
});
