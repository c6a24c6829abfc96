// inspect FILE: all that a file says of itself.

import { answersJson } from "../failure";
import { Text } from "../text";
import { factsOf } from "./facts";
import { writeJson } from "./json";
import { writeText } from "./text";

/** Does it. */
export function inspect(path: Text): void {
  const facts = factsOf(path);
  if (answersJson) writeJson(facts);
  else writeText(facts);
}
