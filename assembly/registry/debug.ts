// What objects have for debuggers: relocated on request, where the host has put the contents. Nothing of it is the module's.

import { Code } from "../words";
import { wide } from "../elf/word";
import { placeIn } from "../map/objects";
import { Linker } from "../relocate/linker";
import { relocateSection } from "../relocate/objects";
import { Session } from "./session";

/** What references to a section count from: where the host says that it begins among all of its name. */
export function layDebug(session: Session, index: u32, offset: u64): void {
  session.debug(index).vaddr = offset - linkerOf(session).placement.bias;
}

/** Relocates one where its contents are; answers a Code. What is compressed in the file has other bytes there. */
export function relocateOne(session: Session, index: u32, addr: u64, bytes: u64, dead: u64): Code {
  const section = session.debug(index);
  section.bytes = section.fileBytes = bytes;
  section.object.turn(session);
  const linker = linkerOf(session);
  linker.isDebug = true;
  linker.start = addr;
  linker.dead = dead;
  const isDone = wide(section.object.bits) ? relocateSection<u64>(linker, section.object, section) : relocateSection<u32>(linker, section.object, section);
  return isDone ? Code.Ok : session.fault.code;
}

/** Where what is at an offset of a file's section lies in memory. */
export function placeOf(session: Session, index: u32, offset: u64): u64 {
  const section = session.section(index);
  return linkerOf(session).placement.at(wide(section.object.bits) ? placeIn<u64>(section, offset) : placeIn<u32>(section, offset));
}

@inline function linkerOf(session: Session): Linker { return changetype<Linker>(session.linker); }
