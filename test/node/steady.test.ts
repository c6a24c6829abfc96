// What is loaded and unloaded again and again takes no more each time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Linkwright } from "./package.js";
import { fixture, libraryPath } from "../support/files.js";

const ROUNDS = 200;

test("a thousand loads leave what one leaves", async () => {
  await using linkwright = await Linkwright.create();
  const context = linkwright.context({ search: (name) => libraryPath("aarch64", name) });
  const files = ["chain_top.so", "cycle_a.so", "diamond_top.so", "bss.so", "relative.so"].map((name) => fixture("aarch64", name));
  const round = async (): Promise<void> => {
    const modules = [];
    for (const file of files) modules.push(await context.load(file));
    for (const module of modules) await module.unload();
  };
  await round();
  const after = linkwright.usage;
  for (let i = 0; i < ROUNDS; ++i) await round();
  assert.deepEqual(linkwright.usage, after);
});

test("handles are not given twice", async () => {
  await using linkwright = await Linkwright.create();
  const context = linkwright.context(), file = fixture("arm", "relative.so");
  const seen = new Set<number>();
  for (let i = 0; i < ROUNDS; ++i) {
    const module = await context.load(file);
    assert.ok(!seen.has(module.handle));
    seen.add(module.handle);
    await module.unload();
  }
});
