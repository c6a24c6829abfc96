// link FILE... --out IMAGE: the relocated memory image, byte for byte what every other host writes.

import { search } from "../answers";
import { Arguments, Option } from "../arguments";
import { words } from "../buffer";
import { answersJson, misuse } from "../failure";
import { writeImage } from "../image";
import { writeJson } from "./json";
import { loadAll } from "./loading";
import { readDefinitions, settleTarget } from "./options";
import { writeText } from "./text";

/** Does it. */
export function link(typed: Arguments): void {
  const out = typed.one(Option.Out);
  if (!out || !out.bytes) return misuse(words("link needs --out IMAGE").held, typed.command);
  readDefinitions(typed);
  search(typed.files, typed.all(Option.Search));
  settleTarget(typed);
  loadAll(typed);
  writeImage(out);
  if (answersJson) writeJson();
  else writeText(out);
}
