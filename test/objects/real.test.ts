// Real libraries, compiled to objects and loaded as such, pass their own tests: some, `npm run test:objects -- real` takes all in all ways.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { OWN_MACHINE } from "../../scripts/linux.js";
import { ownFolder } from "../support/folder.js";
import { LIBRARIES, OPTIMISATIONS, POSITIONS, clangFor, prove } from "./real.js";

const folder = ownFolder();

describe("real libraries as objects", () => {
  for (const [i, machine] of MACHINES.entries()) {
    for (const library of LIBRARIES.filter(({ name }) => name === "zlib" || (name === "lua" && machine === OWN_MACHINE))) {
      const flags = [...OPTIMISATIONS[i % OPTIMISATIONS.length]!, POSITIONS[i % POSITIONS.length]!];
      test(`${machine}: ${library.name}, ${flags.join(" ")}`, async () => {
        assert.equal(await prove(machine, library, clangFor(machine), flags, join(folder, `${machine}-${library.name}`), () => {}), undefined);
      });
    }
  }
});
