// What linking objects took is counted, and what is not needed behind it is given back: files with their relocations and symbols, and the core's own memory.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { Linkwright } from "../../hosts/node/linkwright.js";
import { ownFolder } from "../support/folder.js";
import { assembleTexts } from "./assemble.js";

const folder = ownFolder();
const WORDS = 4000;

/** A table of so many words, of which some hold addresses: of symbols that nobody else sees, one each. */
function table(bytes: number, relocated: number): string {
  const word = bytes === 8 ? ".8byte" : ".4byte", indices = Array.from({ length: relocated }, (_, i) => i);
  return [
    ".data", ".globl table", "table:", ...indices.map((i) => `${word} hidden_${i}`), `.zero ${(WORDS - relocated) * bytes}`,
    ...indices.map((i) => `.set hidden_${i}, table + ${i}`),
  ].join("\n");
}

const COUNTED = `.section .rodata.str1.1,"aMS",%progbits,1
.Lfirst: .asciz "hello"
.Lsecond: .asciz "hello"
.Lthird: .asciz "there"
.data
.globl texts
texts: WORD .Lfirst
WORD .Lsecond
WORD .Lthird
WORD outside
WORD outside
.weak nobody
WORD nobody`;

for (const machine of MACHINES) {
  const bytes = machine.endsWith("64") ? 8 : 4, progbits = machine === "arm" ? "%progbits" : "@progbits";
  const objects = assembleTexts(folder, machine, new Map([
    ["few", table(bytes, 3)], ["many", table(bytes, WORDS)],
    ["counted", COUNTED.replaceAll("WORD", bytes === 8 ? ".8byte" : ".4byte").replace("%progbits", progbits)],
  ]));

  describe(`what linking took: ${machine}`, () => {
    test("relocations and symbols of the files do not stay", async () => {
      const load = async (name: string): Promise<{ used: number; taken: bigint; scratch: number }> => {
        const linkwright = await Linkwright.create(), context = linkwright.context(), before = context.usedBytes;
        // A name that is looked up makes the area that names are put in.
        context.symbol("table");
        const { staged } = linkwright.usage, file = objects.get(name)!, module = await context.load(file, { run: false });
        assert.deepEqual(module.linked!.files, { count: 1, bytes: file.length });
        assert.equal(linkwright.usage.staged, staged, "the file can't be read any more");
        return { used: context.usedBytes - before, taken: linkwright.usage.modules, scratch: module.linked!.scratch };
      };
      const few = await load("few"), many = await load("many");
      assert.equal(many.used, few.used);
      assert.equal(many.taken, few.taken);
      // The core looked at every relocation and symbol, and keeps nothing of that.
      assert.ok(many.scratch > few.scratch + WORDS && many.used < few.scratch, `${many.scratch} and ${few.scratch} of scratch, ${many.used} stay`);
    });

    test("slots, relocations, imports, exports and what is kept once are counted", async () => {
      const linkwright = await Linkwright.create(), context = linkwright.context({ defines: { outside: 0x1234_5678n } });
      const { linked } = await context.load(objects.get("counted")!, { run: false });
      assert.ok(linked);
      const { imports, exports, merged, relocations, slots, stubs, inPlace } = linked;
      assert.deepEqual([imports.count, exports.count, merged, slots.count, stubs.count, inPlace.count], [2, 1, { count: 2, bytes: 6 }, 0, 0, 0]);
      assert.deepEqual(relocations, { count: 3, bytes: 3 * 3 * bytes });
    });
  });
}
