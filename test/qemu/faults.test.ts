// Files that are wrong, on the seven machines: each is refused with the fault that Node tells, and the machine goes on.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Code, What } from "../../assembly/words.js";
import { fixturesOf } from "../../fixtures/build.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { WRONG, type Wrong } from "../faults/wrong.js";
import { fixture } from "../support/files.js";
import { type Boot, type EventOf, run, section } from "./machines.js";

/** What is refused for the file's own sake, whatever the target is like. */
function wrongFor(machine: Machine): readonly Wrong[] {
  return WRONG.filter((one) => !one.machines || one.machines(machine))
    .filter(({ library, call, defines, pageBytes, memoryLimit, base, isUniversal, name }) => !isUniversal && !library && !call && !defines && !pageBytes && !memoryLimit && !base && !name.startsWith("NoSpace"));
}

for (const machine of MACHINES) {
  describe(`qemu faults: ${machine}`, () => {
    const all = wrongFor(machine), made = all.map((one) => one.make(machine));
    let boot: Promise<Boot> | undefined;
    const booted = (): Promise<Boot> => {
      const good = fixturesOf(machine).map(({ name }) => name).filter((name) => !name.startsWith("stub/"));
      boot ??= run(machine, [
        ...good.map((name) => ({ name, bytes: fixture(machine, name) })),
        ...made.map(({ bytes }, i) => ({ name: `wrong-${i}.so`, bytes })),
      ], [
        ...all.flatMap(({ name }, i) => [`note ${name}`, `load wrong-${i}.so`]),
        "note after all", "load call.so", "call call.so check", "unload call.so",
      ]);
      return boot;
    };

    for (const [i, one] of all.entries()) {
      test(one.name, async () => {
        const events = section((await booted()).events, one.name).filter(({ event }) => event !== "missing" && event !== "host");
        const { expected } = made[i]!;
        assert.equal(events.length, 1, JSON.stringify(events));
        const fault = events[0] as EventOf<"fault">;
        // What does not fit is an address: it depends on where the module was put.
        const value = expected.code === "OutOfRange" ? BigInt(fault.value) & ~0xfffn | expected.value & 0xfffn : expected.value;
        assert.deepEqual(
          { event: fault.event, code: Code[Number(fault.code)], what: What[Number(fault.what)], at: BigInt(fault.at), value: BigInt(fault.value), source: fault.source, member: fault.member, name: fault.name },
          { event: "fault", code: expected.code, what: expected.what, at: expected.at, value, source: `wrong-${i}.so`, member: expected.member, name: expected.name ?? "" },
        );
      });
    }

    test("the machine goes on, and nothing of them stays", async () => {
      const { events, ending } = await booted();
      assert.deepEqual(ending, { kind: "done" });
      const [loaded, returned, unloaded] = section(events, "after all") as [EventOf<"loaded">, EventOf<"returned">, EventOf<"unloaded">];
      assert.equal(loaded.memory, loaded.modules.reduce((sum, { bytes }) => sum + Number(bytes), 0));
      assert.equal(BigInt(returned.value), 17n);
      assert.equal(unloaded.memory, 0);
    });
  });
}
