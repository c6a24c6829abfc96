// Every file that is wrong is refused with its whole fault, and leaves nothing behind.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINES } from "../../fixtures/list.js";
import { FaultError, Linkwright } from "../node/package.js";
import { libraryPath } from "../support/files.js";
import { WRONG } from "./wrong.js";

for (const machine of MACHINES) {
  describe(`faults: ${machine}`, () => {
    for (const one of WRONG.filter(({ machines }) => !machines || machines(machine))) {
      test(one.name, async () => {
        const { name: _name, make, library, machines: _machines, isUniversal: _isUniversal, call, defines, ...settings } = one;
        const { bytes, expected } = make(machine);
        await using linkwright = await Linkwright.create({ ...settings, ...(call && { call }), ...(settings.base && { end: settings.base * 4n }) });
        const context = linkwright.context({
          search: (name) => (defines ? true : library?.(machine, name) ?? libraryPath(machine, name)),
          ...(defines && { defines }),
        });
        const before = linkwright.usage;
        const error = await context.load(bytes, { name: "wrong.so" }).then(() => undefined, (why: unknown) => why);
        assert.ok(error instanceof FaultError, `it is refused: ${String(error)}`);
        const { code, what, at, value, file, name } = error.fault;
        assert.deepEqual({ code, what, at, value, file, name }, { file: "wrong.so", name: undefined, ...expected });
        const { modules, core, sources } = linkwright.usage;
        assert.deepEqual({ modules, core, sources }, { modules: before.modules, core: before.core, sources: before.sources }, "nothing of it stays");
        assert.equal(context.modules.length, 0);
      });
    }
  });
}
