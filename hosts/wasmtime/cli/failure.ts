// How the program ends when something went wrong that is no fault of the core's: a wrong call, a file that can't be read.

import { newBuffer } from "./buffer";
import { note, quit } from "./console";
import * as json from "./json";
import { Text } from "./text";

/** Whether the answer is to be JSON; then failures are, too. */
export let answersJson: bool = false;

export function answerJson(): void {
  answersJson = true;
}

/** A wrong call: says so and ends with status 2. */
export function misuse(message: Text, command: Text | null): void {
  headline(message);
  const hint = newBuffer().words("see: linkwright ");
  if (command) hint.text(command).words(" ");
  note(hint.words("--help").held);
  quit(2);
}

/** Something failed: says so and ends with status 1. */
export function fail(code: string, message: Text, status: u32 = 1): void {
  headline(message);
  if (answersJson) {
    json.beginObject();
    json.key("error");
    json.beginObject();
    json.key("code");
    json.words(code);
    json.key("message");
    json.text(message);
    json.endObject();
    json.endObject();
  }
  quit(status);
}

/** The first line of what is said of a failure. */
export function headline(message: Text): void {
  note(newBuffer().words("linkwright: ").text(message).held);
}
