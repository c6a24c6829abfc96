// Archives of every format, linked: the members that are wanted, and no others.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Event } from "../../assembly/words.js";
import { MACHINES } from "../../fixtures/list.js";
import { FaultError, Linkwright, type LoadOptions } from "../node/package.js";
import { ownFolder } from "../support/folder.js";
import { COMPLETE, layOut } from "./archives.js";

const folder = ownFolder();

for (const machine of MACHINES) {
  describe(`archives: ${machine}`, () => {
    const own = layOut(folder, machine), path = (name: string): string => join(own, name);
    const load = async (name: string, options: LoadOptions) => {
      const skipped: bigint[] = [];
      const linkwright = await Linkwright.create({ log: (_level, event, _source, at) => void (event === Event.Skipped && skipped.push(at)) });
      after(() => linkwright[Symbol.asyncDispose]());
      const module = await linkwright.context({ search: [] }).load(path(name), { run: false, ...options });
      const word = (address: bigint): bigint => BigInt(`0x${Buffer.from(linkwright.read(address, module.class / 8)).reverse().toString("hex")}`);
      return { module, skipped, word };
    };

    for (const name of COMPLETE) {
      test(`${name}: members that are wanted`, async () => {
        const { module, word, skipped } = await load("main.o", { with: [path(`${name}.a`)] });
        const wants = module.symbol("wants")!, bytes = BigInt(module.class / 8);
        assert.deepEqual([word(word(wants)), word(word(wants + bytes)), module.symbol("three")], [1n, 2n, undefined]);
        assert.equal(skipped.length, name === "mixed" ? 2 : 0);
      });

      test(`${name}: all of it, asked for itself`, async () => {
        const { module, word } = await load(`${name}.a`, {});
        assert.deepEqual(["one", "two", "three"].map((symbol) => word(module.symbol(symbol)!)), [1n, 2n, 3n]);
      });
    }

    test("an empty one beside an object", async () => {
      const { module } = await load("one.o", { with: [path("empty.a")] });
      assert.notEqual(module.symbol("one"), undefined);
    });

    test("a thin one whose member is gone: the fault names both, and what was looked for", async () => {
      renameSync(path("parts"), path("gone"));
      const error = await load("main.o", { with: [path("thin.a")] }).then(() => undefined, (why: unknown) => why);
      renameSync(path("gone"), path("parts"));
      assert.ok(error instanceof FaultError);
      const { code, file, member } = error.fault;
      assert.deepEqual({ code, file, member }, { code: "MissingMember", file: "thin.a", member: "parts/a_member_with_a_long_name.o" });
      assert.match(String((error.cause as Error).message), /there is no file .*parts\/a_member_with_a_long_name\.o/);
    });

    test("a thin one whose member is a pipe: nobody waits for it", async () => {
      renameSync(path("parts"), path("gone"));
      mkdirSync(path("parts"));
      execFileSync("mkfifo", [path("parts/a_member_with_a_long_name.o")]);
      const error = await load("main.o", { with: [path("thin.a")] }).then(() => undefined, (why: unknown) => why);
      rmSync(path("parts"), { recursive: true });
      renameSync(path("gone"), path("parts"));
      assert.ok(error instanceof FaultError);
      assert.equal(error.code, "MissingMember");
      assert.match(String((error.cause as Error).message), /is a pipe/);
    });
  });
}
