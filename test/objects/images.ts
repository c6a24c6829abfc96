// Programs as this loader links them: their objects, loaded by the image of their machine in QEMU, many programs a boot.

import { readFileSync } from "node:fs";
import { boot } from "../../hosts/node/qemu/boot.js";
import type { ImageEvent } from "../../hosts/node/qemu/events.js";
import { machines } from "../../hosts/node/qemu/machine.js";
import type { PayloadFile } from "../../hosts/node/qemu/payload.js";
import type { Machine } from "../../fixtures/list.js";
import { type Compiled, INPUTS, type Outcome } from "./linked.js";

/** Seconds that nothing may happen. */
const PATIENCE = 60;

/** Objects and archives in order, as payloads call them: the folder's number and the file's name. */
function filesOf({ objects, archive }: Compiled, number: number): PayloadFile[] {
  const paths = [...objects, ...(archive === undefined ? [] : [archive])];
  return paths.map((path) => ({ name: `${number}/${path.slice(path.lastIndexOf("/") + 1)}`, bytes: readFileSync(path) }));
}

function scriptOf(files: readonly PayloadFile[], number: number): string[] {
  const [first, ...others] = files.map(({ name }) => name);
  return [`note ${number}`, ...others.map((name) => `with ${name}`), `load ${first} local`, ...INPUTS.map((input) => `call ${first} lw_program 0x${input}`), `unload ${first}`];
}

/** What went wrong, if an event says so. */
export function problemOf(event: ImageEvent): string | undefined {
  switch (event.event) {
    case "fault": return `fault ${JSON.stringify(event)}`;
    case "missing": return `nobody has ${event.symbol}`;
    case "trap": return `trap ${event.cause} at ${event.symbol ?? event.pc}${event.symbolOffset ?? ""} in ${event.module}, ${event.address}`;
    case "stays": return "it stays";
    default: return undefined;
  }
}

/** Runs programs of one machine. A trap ends a boot: those that are left get another. */
export async function runInImages(machine: Machine, programs: readonly Compiled[]): Promise<Outcome[]> {
  const image = machines().find(({ name }) => name === machine);
  if (!image) throw new Error(`there is no image of ${machine}`);
  const outcomes: Outcome[] = [];
  while (outcomes.length < programs.length) {
    const first = outcomes.length, files = programs.slice(first).map((one, i) => filesOf(one, first + i));
    let numbers: string[] = [], problem: string | undefined, isOpen = false;
    const close = (): void => {
      if (!isOpen) return;
      const isWhole = numbers.length === INPUTS.length && problem === undefined;
      outcomes.push(isWhole ? { numbers } : { numbers, problem: problem ?? "it did not answer" });
      [numbers, problem, isOpen] = [[], undefined, false];
    };
    const ending = await boot({
      machine: image, files: files.flat(), script: files.flatMap((one, i) => scriptOf(one, first + i)), timeout: PATIENCE, onText: () => {},
      onEvent: (event, restart) => {
        restart();
        if (event.event === "note") {
          close();
          isOpen = true;
        }
        if (event.event === "returned") numbers.push((BigInt(event.value) & 0xffff_ffffn).toString(16).padStart(8, "0"));
        problem ??= problemOf(event);
      },
    });
    if (ending.kind === "timeout") problem ??= `it hangs at ${ending.pc?.toString(16)}`;
    if (ending.kind === "ended") problem ??= `QEMU ended: ${ending.said}`;
    close();
    if (outcomes.length === first) throw new Error(`${machine}'s image does nothing: ${JSON.stringify(ending, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))}`);
  }
  return outcomes;
}
