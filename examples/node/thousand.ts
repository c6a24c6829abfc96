// A thousand loads under way at once, on files whose bytes arrive when they like.
//
//   node build/js/examples/node/thousand.js FILE
//
// Each load has a namespace and an asynchronous source of its own. Every wait ends at a time of its own, so the sessions
// take turns in no order at all; then each module is compared with one that was loaded alone.

import { readFile } from "node:fs/promises";
import { type AsyncSource, Linkwright, type Module } from "../../hosts/node/index.js";

const LOADS = 1000;

let waiting = 0;
let most = 0;

/** A file somewhere far away: every read takes up to 20 ms. */
function distant(bytes: Uint8Array, name: string): AsyncSource {
  return {
    bytes: bytes.length,
    name,
    async read(offset, length) {
      most = Math.max(most, ++waiting);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      --waiting;
      return bytes.slice(offset, offset + length);
    },
  };
}

/** Whether two loads of the same file differ in nothing but where they are. */
function agree(one: Module, other: Module): boolean {
  const a = one.bytes(), b = other.bytes();
  if (a.length !== b.length) return false;
  const wordBytes = one.class / 8;
  const shift = BigInt.asUintN(one.class, other.bias - one.bias);
  const halvesA = new Uint32Array(a.buffer), halvesB = new Uint32Array(b.buffer);
  for (let i = 0; i < halvesA.length; ++i) {
    if (halvesA[i] === halvesB[i]) continue;
    const at = i * 4 - (i * 4) % wordBytes; // the word that holds the half which differs
    if (BigInt.asUintN(one.class, wordAt(b, at, wordBytes) - wordAt(a, at, wordBytes)) !== shift) return false;
  }
  return true;
}

function wordAt(bytes: Uint8Array, at: number, wordBytes: number): bigint {
  const view = new DataView(bytes.buffer, at);
  return wordBytes === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
}

const path = process.argv[2];
if (path === undefined) {
  process.stderr.write("usage: node build/js/examples/node/thousand.js FILE\n");
  process.exit(2);
}
const bytes = await readFile(path);

await using linkwright = await Linkwright.create({ base: 0x1000_0000n });
const alone = await linkwright.context().load(bytes, { name: "alone", allowMissing: true });

const started = performance.now();
const modules = await Promise.all(Array.from({ length: LOADS }, (_, i) =>
  linkwright.context().load(distant(bytes, `number ${i}`), { allowMissing: true })));
const seconds = (performance.now() - started) / 1000;

const good = modules.filter((module) => agree(alone, module)).length;
const places = new Set(modules.map((module) => module.base)).size;
process.stdout.write(`${good} of ${LOADS} loads agree, at ${places} places; up to ${most} waited at once; ${seconds.toFixed(2)} s\n`);

for (const module of modules) await module.unload();
const left = linkwright.usage.modules - alone.size;
process.stdout.write(`after unloading, ${left} bytes of theirs are mapped\n`);
if (good !== LOADS || places !== LOADS || left !== 0n) process.exitCode = 1;
