// Boots of the images, for tests.

import assert from "node:assert/strict";
import type { Machine } from "../../fixtures/list.js";
import { type Ending, boot } from "../../hosts/node/qemu/boot.js";
import type { ImageEvent } from "../../hosts/node/qemu/events.js";
import { machines } from "../../hosts/node/qemu/machine.js";
import type { PayloadFile } from "../../hosts/node/qemu/payload.js";

/** Seconds that a boot may take; none takes as long as that on a machine that is not overloaded. */
const PATIENCE = 90;

/** An event of one name. */
export type EventOf<Name extends ImageEvent["event"]> = Extract<ImageEvent, { event: Name }>;

/** A boot that has ended: what the image said, and how it ended. */
export interface Boot {
  readonly events: readonly ImageEvent[];
  readonly ending: Ending;
}

/** Boots a machine's image with these files and this script, and more arguments for the emulator. */
export async function run(name: Machine, files: readonly PayloadFile[], script: readonly string[], args: readonly string[] = []): Promise<Boot> {
  const machine = machines().find((one) => one.name === name);
  assert.ok(machine, `there is an image for ${name}`);
  const events: ImageEvent[] = [];
  const ending = await boot({ machine, files, script, args, timeout: PATIENCE, onEvent: (event) => void events.push(event), onText: () => undefined });
  return { events, ending };
}

/** The events behind a note, up to the next one. */
export function section(events: readonly ImageEvent[], note: string): ImageEvent[] {
  const start = events.findIndex((event) => event.event === "note" && event.text === note);
  assert.ok(start >= 0, `the machine got as far as "${note}"`);
  const length = events.slice(start + 1).findIndex((event) => event.event === "note" || event.event === "done");
  return events.slice(start + 1, length < 0 ? undefined : start + 1 + length);
}
