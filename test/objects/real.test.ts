// Real libraries, compiled to objects and loaded as such, pass their own tests, in processes and in images: some, `npm run test:objects -- real`
// takes all in all ways.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { OWN_MACHINE } from "../../scripts/linux.js";
import { ownFolder } from "../support/folder.js";
import { clangFor } from "./compilers.js";
import { LIBRARIES, PLACES, type Place, prove, waysOf } from "./real.js";

const folder = ownFolder();

/** Where a library is tried on a machine: the large ones in one image each. */
const TRIED: Readonly<Record<string, (machine: Machine) => readonly Place[]>> = {
  zlib: () => PLACES,
  lua: (machine) => (machine === OWN_MACHINE ? PLACES : ["image"]),
  mbedtls: (machine) => (machine === "riscv32" ? ["image"] : []),
  sqlite: (machine) => (machine === "i386" ? ["image"] : []),
};

describe("real libraries as objects", () => {
  for (const [i, machine] of MACHINES.entries()) {
    const ways = waysOf(machine, "clang"), flags = ways[i % ways.length]!;
    for (const library of LIBRARIES) {
      const places = TRIED[library.name]!(machine);
      if (!places.length) continue;
      test(`${machine}: ${library.name} in ${places.join(" and ")}, ${flags.join(" ")}`, async () => {
        assert.deepEqual([...await prove(machine, library, clangFor(machine), flags, places, join(folder, `${machine}-${library.name}`), () => {})], []);
      });
    }
  }
});
