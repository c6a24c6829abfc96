// What a debugger sees on the seven machines: _dl_debug_state is called when modules come and go, and the list at _r_debug is right.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ElfFile, PT } from "../../fixtures/elf.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { ROOT, fixture } from "../support/files.js";
import { Debugger, type View } from "./debugger.js";
import { type EventOf, run } from "./machines.js";

/** The words of struct r_debug and struct link_map, and r_state. */
const DEBUG = { version: 0, map: 1, changed: 2, state: 3 } as const;
const MAP = { bias: 0, name: 1, dynamic: 2, next: 3, before: 4 } as const;
const STATES = ["consistent", "add", "delete"] as const;

const FILES = ["chain_top.so", "chain_middle.so", "chain_bottom.so"];

/** What the list says at a stop. */
interface Stop {
  readonly state: string;
  readonly modules: readonly { readonly name: string; readonly bias: bigint; readonly dynamic: bigint }[];
}

/** Where an image's symbol is. */
function symbolAt(machine: Machine, name: string): bigint {
  const text = execFileSync("llvm-nm-19", [join(ROOT, `build/images/${machine}.elf`)], { encoding: "utf8" });
  return BigInt(`0x${new RegExp(`^([0-9a-f]+) . ${name}$`, "m").exec(text)![1]!}`);
}

async function stopAt(view: View, debug: bigint): Promise<Stop> {
  assert.equal(await view.word(debug, DEBUG.version) & 0xffff_ffffn, 1n);
  const modules = [];
  let before = 0n;
  for (let map = await view.word(debug, DEBUG.map); map; before = map, map = await view.word(map, MAP.next)) {
    assert.equal(await view.word(map, MAP.before), before);
    modules.push({ name: await view.text(await view.word(map, MAP.name)), bias: await view.word(map, MAP.bias), dynamic: await view.word(map, MAP.dynamic) });
  }
  return { state: STATES[Number(await view.word(debug, DEBUG.state) & 0xffff_ffffn)]!, modules };
}

/** All stops of a boot that loads a chain of three and gives it back, and what the image told of it. */
async function stopsOf(machine: Machine): Promise<{ stops: Stop[]; loaded: EventOf<"loaded"> }> {
  const folder = mkdtempSync(join(tmpdir(), "linkwright-debugger-"));
  try {
    const debug = symbolAt(machine, "_r_debug"), changed = symbolAt(machine, "_dl_debug_state");
    const stops: Stop[] = [];
    const gdb = new Debugger(join(folder, "stub"), machine.endsWith("64") ? 8 : 4, changed, async (view) => {
      // Thumb code has a mark in its address.
      assert.equal(await view.word(debug, DEBUG.changed), machine === "arm" ? changed | 1n : changed, "r_brk is where it stopped");
      stops.push(await stopAt(view, debug));
    });
    const [boot] = await Promise.all([
      run(machine, FILES.map((name) => ({ name, bytes: fixture(machine, name) })), ["load chain_top.so", "call chain_top.so check", "unload chain_top.so"], gdb.args).finally(() => gdb.end()),
      gdb.done,
    ]);
    assert.deepEqual(boot.ending, { kind: "done" });
    return { stops, loaded: boot.events.find(({ event }) => event === "loaded") as EventOf<"loaded"> };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("qemu: a debugger", () => {
  for (const machine of MACHINES) {
    test(`${machine}: is told of each module, before and behind`, async () => {
      const { stops, loaded } = await stopsOf(machine);
      const names = stops.map(({ state, modules }) => `${state}: ${modules.map(({ name }) => name).join(" ")}`);
      const [top, middle, bottom] = FILES as [string, string, string];
      assert.deepEqual(names, [
        "add: ", `consistent: ${top}`, `add: ${top}`, `consistent: ${top} ${middle}`, `add: ${top} ${middle}`, `consistent: ${top} ${middle} ${bottom}`,
        `delete: ${top} ${middle} ${bottom}`, `consistent: ${middle} ${bottom}`, `delete: ${middle} ${bottom}`, `consistent: ${bottom}`, `delete: ${bottom}`, "consistent: ",
      ]);
      for (const { name, bias, dynamic } of stops[5]!.modules) {
        assert.equal(bias, BigInt(loaded.modules.find((one) => one.name === name)!.bias));
        assert.equal(dynamic, bias + new ElfFile(fixture(machine, name)).segment(PT.DYNAMIC).get("vaddr"));
      }
    });
  }
});
