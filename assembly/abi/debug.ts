// Exports for whoever makes a debugger's file of a module of objects: after its load, before the session is closed.

import { hasDebug } from "../base/features";
import { NONE } from "../host/answer";
import { handleFault, recordOf } from "../registry/handle";
import { layDebug, placeOf, relocateOne } from "../registry/debug";
import { publishedModule } from "../registry/module";
import { Session } from "../registry/session";
import { Code, Kind } from "../words";

/** The session of a load whose module is there; null if it is none. */
function debugSession(handle: u32): Session | null {
  const record = recordOf(handle, Kind.Session);
  if (!hasDebug() || !record) return null;
  const session = changetype<Session>(record);
  return session.linker && publishedModule(session.result) ? session : null;
}

function noSession(handle: u32): Code { return recordOf(handle, Kind.Session) ? Code.BadFlags : handleFault(handle); }

/** Says where an entry of List.Debug begins in what the host makes of all of its name: what references to it count from. Before `lw_relocate`. Answers a Code. */
export function lw_lay(session: u32, index: u32, offset: u64): i32 {
  const work = debugSession(session);
  if (!work || index >= work.debugCount) return noSession(session);
  layDebug(work, index, offset);
  return Code.Ok;
}

/**
 * Relocates an entry of List.Debug, once. Answers a Code; the session's fault says more.
 *
 * @param addr   where the host has put its contents, which may be written, with a byte of room behind them
 * @param bytes  how many these are: the section may be compressed in its file
 * @param dead   what its words hold that are about code and data that was dropped
 */
export function lw_relocate(session: u32, index: u32, addr: u64, bytes: u64, dead: u64): i32 {
  const work = debugSession(session);
  if (!work || index >= work.debugCount) return noSession(session);
  return relocateOne(work, index, addr, bytes, dead);
}

/** Where what is at an offset of the file's section lies, of an entry of List.Section: padding may be gone in front of it. NONE: there is no such entry. */
export function lw_placed(session: u32, index: u32, offset: u64): u64 {
  const work = debugSession(session);
  return work && index < work.sectionCount ? placeOf(work, index, offset) : NONE;
}
