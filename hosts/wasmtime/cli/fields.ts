// Fields of a JSON object: a key and its value in one.

import * as json from "./json";
import { Text } from "./text";

export function textField(key: string, value: Text): void {
  json.key(key);
  json.text(value);
}

export function wordsField(key: string, value: string): void {
  json.key(key);
  json.words(value);
}

export function hexField(key: string, value: u64): void {
  json.key(key);
  json.hex(value);
}

export function numberField(key: string, value: u64): void {
  json.key(key);
  json.number(value);
}
