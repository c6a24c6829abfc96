// Every file that is wrong is refused with its whole fault, and leaves nothing behind.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Event, Stage } from "../../assembly/words.js";
import { MACHINES } from "../../fixtures/list.js";
import { FaultError, Linkwright } from "../node/package.js";
import { libraryPath } from "../support/files.js";
import { WRONG } from "./wrong.js";

/** The stage that a group of codes is named after. */
const STAGES: Readonly<Record<number, Stage>> = { 1: Stage.Gather, 2: Stage.Plan, 3: Stage.Map, 4: Stage.Link, 5: Stage.Relocate, 6: Stage.Init };
/** Where else some are found, as docs/faults.md says: as soon as what they are about can be looked at, or where it changes once more. */
const ELSEWHERE: Readonly<Record<string, readonly Stage[]>> = {
  UnsupportedType: [Stage.Gather], MissingLibrary: [Stage.Gather], MachineMismatch: [Stage.Gather], MissingMember: [Stage.Gather], OnlyLto: [Stage.Gather],
  AddressWraps: [Stage.Plan],
  BadHashTable: [Stage.Map], HashLoop: [Stage.Map], BadVersionTable: [Stage.Map],
  // Objects are put together before anything is mapped.
  BadSymbolIndex: [Stage.Gather, Stage.Relocate], BadSymbolType: [Stage.Gather], DuplicateSymbol: [Stage.Gather], WritableCode: [Stage.Gather],
  BadString: [Stage.Link], UnknownRelocation: [Stage.Link, Stage.Gather], ResolverOutside: [Stage.Link, Stage.Indirect],
  NoStaticTls: [Stage.Map, Stage.Relocate], RelocationOutside: [Stage.Indirect, Stage.Gather],
};

for (const machine of MACHINES) {
  describe(`faults: ${machine}`, () => {
    for (const one of WRONG.filter(({ machines }) => !machines || machines(machine))) {
      test(one.name, async () => {
        const { name: _name, make, library, machines: _machines, isUniversal: _isUniversal, call, defines, ...settings } = one;
        const { bytes, expected } = make(machine);
        let stage = Stage.Gather;
        const log = (_level: number, event: number, _session: bigint, entered: bigint): void => {
          if (event === Event.Stage && entered < BigInt(Stage.Settled)) stage = Number(entered);
        };
        await using linkwright = await Linkwright.create({ log, ...settings, ...(call && { call }), ...(settings.base && { end: settings.base * 4n }) });
        const context = linkwright.context({
          search: (name) => (defines ? true : library?.(machine, name) ?? libraryPath(machine, name)),
          ...(defines && { defines }),
        });
        const before = linkwright.usage;
        const error = await context.load(bytes, { name: "wrong.so" }).then(() => undefined, (why: unknown) => why);
        assert.ok(error instanceof FaultError, `it is refused: ${String(error)}`);
        const { code, what, at, value, file, member, name } = error.fault;
        assert.deepEqual({ code, what, at, value, file, member, name }, { file: "wrong.so", member: undefined, name: undefined, ...expected });
        const found = [STAGES[error.fault.number >> 8]!, ...(ELSEWHERE[code] ?? [])];
        assert.ok(found.includes(stage), `${code} is found in ${Stage[stage]}`);
        const { modules, core, sources } = linkwright.usage;
        assert.deepEqual({ modules, core, sources }, { modules: before.modules, core: before.core, sources: before.sources }, "nothing of it stays");
        assert.equal(context.modules.length, 0);
      });
    }
  });
}
