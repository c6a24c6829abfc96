// Versions that a module needs of its libraries: all must be there before anything is bound. LSB Core, "Symbol Versioning".

import { Code, What } from "../words";
import { NONE } from "../host/answer";
import { DT } from "../elf/dynamic";
import { VERSYM, VER_FLG, Vernaux, Verneed } from "../elf/version";
import { isNamed } from "../link/lookup";
import { textBytes } from "../link/text";
import { requirements } from "../link/version";
import { Module } from "./module";
import { Session } from "./session";

/**
 * True if each library of a module defines the versions that the module needs of it. One without any versions stands for all of them,
 * and a weak requirement is none.
 *
 * @fault MissingVersion (Version, at = vaddr of the requirement, name = the version)
 */
export function hasVersions(session: Session, module: Module): bool {
  if (!module.image.dynamic) return true;
  const symbols = module.symbols;
  for (let walk = requirements(module.image, module.placement); walk.at != NONE; walk.next()) {
    const library = libraryOf(module, walk.load32(walk.at + Verneed.FILE));
    // What the host stands for has whatever versions the host says it has.
    if (!library || !library.image.dynamic!.has(DT.VERDEF)) continue;
    for (; walk.aux != NONE; walk.nextAux()) {
      if (walk.load16(walk.aux + Vernaux.FLAGS) & VER_FLG.WEAK) continue;
      const version = symbols.version(walk.load16(walk.aux + Vernaux.OTHER) & VERSYM.VERSION);
      if (!version || library.symbols.definesVersion(symbols.strings + version.name, version.bytes)) continue;
      session.source = module.image.source;
      session.fail(Code.MissingVersion, What.Version, walk.aux, 0);
      session.fault.name = symbols.strings + version.name;
      session.fault.nameBytes = version.bytes;
      return false;
    }
  }
  return true;
}

/** The library of this name among what a module needs. */
function libraryOf(module: Module, file: u32): Module | null {
  const symbols = module.symbols;
  if (file >= symbols.stringBytes) return null;
  const bytes = textBytes(symbols.strings + file, symbols.stringBytes - file);
  let edge = module.dependencies;
  while (edge) {
    const on = edge.module;
    const dynamic = on.image.dynamic;
    if (edge.isNeeded && dynamic && dynamic.has(DT.SONAME) && isNamed(on.symbols, dynamic.value(DT.SONAME), symbols.strings + file, bytes)) return on;
    edge = edge.next;
  }
  return null;
}
