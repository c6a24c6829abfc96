// Real libraries, compiled to objects and loaded as such, pass their own tests: some, `npm run test:objects -- real` takes all in all ways.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { OWN_MACHINE } from "../../scripts/linux.js";
import { ownFolder } from "../support/folder.js";
import { LIBRARIES, clangFor, prove, waysOf } from "./real.js";

const folder = ownFolder();

describe("real libraries as objects", () => {
  for (const [i, machine] of MACHINES.entries()) {
    for (const library of LIBRARIES.filter(({ name }) => name === "zlib" || (name === "lua" && machine === OWN_MACHINE))) {
      const ways = waysOf(machine, "clang"), flags = ways[i % ways.length]!;
      test(`${machine}: ${library.name}, ${flags.join(" ")}`, async () => {
        assert.equal(await prove(machine, library, clangFor(machine), flags, join(folder, `${machine}-${library.name}`), () => {}), undefined);
      });
    }
  }
});
