// The layers of the core, and that a step out of line is noticed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { coreSources, layerFaults } from "../../scripts/layers.js";

describe("core: layers", () => {
  test("every file imports from its left", () => {
    const sources = coreSources();
    assert.ok(sources.size > 50, `${sources.size} files`);
    assert.deepEqual(layerFaults(sources), []);
  });

  test("an import from the right, from outside, or from nowhere is told", () => {
    const sources = new Map([
      ["base/heap.ts", 'import {\n  a,\n  b,\n} from "../host/log";\nimport { c } from "../elf/word";\n'],
      ["elf/word.ts", 'import * as t from "../../hosts/sandbox/index";\nexport { d } from "./none";\n'],
      ["host/log.ts", ""],
      ["load.ts", 'import { e } from "./base/heap";\nimport { f } from "./index";\nimport "./abi/find";'],
      ["index.ts", 'export { g } from "./load";'],
      ["abi/find.ts", ""],
      ["update/slots.ts", ""],
    ]);
    assert.deepEqual(layerFaults(sources), [
      "base/heap.ts imports elf/word.ts, which is to its right",
      "elf/word.ts imports ../hosts/sandbox/index.ts, which is not the core's",
      "elf/word.ts imports elf/none.ts, which is not the core's",
      "load.ts imports index.ts, which is to its right",
      "load.ts imports abi/find.ts, which is to its right",
      "update/slots.ts is in no layer",
    ]);
  });
});
