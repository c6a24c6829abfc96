// Readers that take no lock, while another thread loads and unloads: test/threads/threads.c says how they are checked.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { ownMachine } from "../bench/kinds.js";
import { type Libraries, makeLibraries } from "../bench/libraries.js";
import { makeThreads } from "../bench/native/build.js";
import { compilerFor, runnerFor } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";

const run = promisify(execFile);

const LIBRARIES = 24;
const READERS = 3;
/** Each reader asks at least so often. */
const QUERIES = 20_000;
const OPERATIONS = 400;

/** What the program says of its work. */
interface Said {
  readonly queries: number;
  readonly elsewhere: number;
  readonly modules: number;
  readonly leftBytes: number;
  readonly leftReserved: number;
  readonly leftFiles: number;
  /** By question: how often there was an answer, and how often none. */
  readonly answers: Readonly<Record<string, { readonly found: number; readonly absent: number }>>;
}

/** A machine's program and libraries, and what runs them here. */
interface Made {
  readonly command: readonly string[];
  readonly libraries: Libraries;
}

/** For this machine, and for one whose memory is in weaker order: qemu-user keeps this machine's order, so that it shows what is not
 * atomic in that machine's code, and not what is out of order in its memory. */
const MACHINES: readonly { readonly machine: string; readonly seeds: readonly number[]; readonly make: (machine: string) => Promise<readonly string[]> }[] = [
  { machine: ownMachine(), seeds: [1, 2, 3], make: async (machine) => [join(ROOT, await makeThreads(machine, () => undefined))] },
  ...["aarch64"].filter((machine) => machine !== ownMachine()).map((machine) => ({
    machine,
    seeds: [1],
    make: async () => [...runnerFor(machine), join(ROOT, await makeThreads(machine, () => undefined, [...compilerFor(machine), "-static"]))],
  })),
];

for (const { machine, seeds, make } of MACHINES) {
  describe(`threads: readers without a lock, ${machine}`, () => {
    let made: Made;
    const start = (seed: number, ...more: readonly string[]) => {
      const [program, ...before] = made.command;
      return run(program!, [...before, made.libraries.folder, String(LIBRARIES), String(OPERATIONS), String(READERS), String(seed), ...more]);
    };

    before(async () => {
      made = { command: await make(machine), libraries: await makeLibraries(machine, [LIBRARIES], () => undefined) };
    });

    for (const seed of seeds) {
      test(`every answer held at some time of the call, and nothing stays behind: seed ${seed}`, async () => {
        const said = JSON.parse((await start(seed)).stdout) as Said;
        assert.ok(said.queries >= READERS * QUERIES && said.modules >= OPERATIONS, JSON.stringify(said));
        assert.equal(Object.keys(said.answers).length, 6);
        for (const [question, { found, absent }] of Object.entries(said.answers)) assert.ok(found > 0 && absent > 0, `${question}: ${found} found, ${absent} absent`);
        assert.deepEqual([said.leftBytes, said.leftReserved, said.leftFiles], [0, 0, 0]);
      });
    }

    test("a writer that does not write down what goes is found out", async () => {
      const error = await start(1, "forgetful").then(() => undefined, (thrown: { code: number; stderr: string }) => thrown);
      assert.equal(error?.code, 3);
      assert.match(error?.stderr ?? "", /^lw_\w+.*: (module 0 of library \d+ (between \d+ and \d+|behind \w+)|f{16} for slot \d+ of module \w+)$/m);
    });
  });
}
