import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "./fuzz.js";

const LOADS = 6000;

test("mutated files do no harm", () => {
  const { loads, loaded, codes, harms } = fuzz(LOADS, 20240607);
  assert.deepEqual(harms.slice(0, 5), []);
  assert.equal(loads, LOADS);
  // The mutations reach deep: some files still load, and most codes that a file can provoke are told.
  assert.ok(loaded > LOADS / 50, `${loaded} files were loaded`);
  assert.ok(loaded < LOADS * 9 / 10);
  assert.ok(codes.size > 20, [...codes.keys()].join(" "));
});

test("harm is noticed", () => {
  // A host that says how large its symbols are, and has no memory where it says they are.
  const { harms } = fuzz(LOADS / 4, 20240607, undefined, { foundBytes: 64n });
  assert.ok(harms.length > 0);
  for (const { fixture, what } of harms) assert.match(`${fixture}: ${what}`, /^copy: it touched 0x7/);
});
