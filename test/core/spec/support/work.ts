// A piece of work as a session would be one.

import { arenaOf } from "../../../../assembly/base/arena";
import { Fault } from "../../../../assembly/base/fault";
import { take } from "../../../../assembly/base/heap";
import { Work } from "../../../../assembly/base/work";

/** New work with an arena of its own, and no fault yet. */
export function newWork(): Work {
  const work = changetype<Work>(take(offsetof<Work>()));
  work.fault = changetype<Fault>(take(offsetof<Fault>()));
  work.arena = arenaOf(0)!;
  return work;
}
