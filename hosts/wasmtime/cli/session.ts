// The drive of a session: it goes on until it is done, and between its steps the program answers what `link` was asked.

import { Answer } from "../../../assembly/words";
import { Question } from "../question";
import { newBuffer } from "./buffer";
import { lw_advance } from "./core";
import { fail } from "./failure";
import { reportFault } from "./fault";
import { answerMember, answerNeeded, answerResolve, cause } from "./answers";
import { violationAccess, violationAddr, violations } from "./target";

@external("link", "asked") declare function asked(): Question;

/** Advances a session to its end. A session that fails ends the program. */
export function drive(session: u32): void {
  if (!session) fail("OutOfMemory", newBuffer().words("the core has no memory left for another session").held);
  for (;;) {
    const before = violations(), answer = lw_advance(session);
    if (violations() != before) violated();
    if (answer == Answer.Done) return;
    if (answer == Answer.Refused) return reportFault(session, cause);
    switch (asked()) {
      case Question.Needed: answerNeeded(); break;
      case Question.Member: answerMember(); break;
      case Question.Resolve: answerResolve(); break;
      default: fail("Stuck", newBuffer().words("the core waits for an answer that nobody owes it").held);
    }
  }
}

function violated(): void {
  fail("Violation", newBuffer().words("the core ").words(violationAccess() == 2 ? "wrote to " : "read from ").hex(violationAddr())
    .words(", which it may not; please report this with the file").held);
}
