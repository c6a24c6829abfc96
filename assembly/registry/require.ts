// Versions that a module needs of its libraries: all must be there before anything is bound. LSB Core, "Symbol Versioning".

import { Code, What } from "../words";
import { NONE } from "../host/answer";
import { DT } from "../elf/dynamic";
import { VERSYM, VER_FLG, Vernaux, Verneed } from "../elf/version";
import { isNamed } from "../link/lookup";
import { Lacking } from "../link/missing";
import { textBytes } from "../elf/text";
import { LONGEST_VERSION, Version, requirements } from "../link/version";
import { Module } from "./module";
import { Session } from "./session";

/** So many names are compared for one module at the most; real files need some thousands. */
export const MOST_COMPARED: u32 = 1 << 20;
/** A longer name counts as so many more. */
@inline const COMPARED_LOG2: u32 = 5;

/**
 * Notes every version that a module needs of its libraries and that these do not define. One without any versions stands for all of
 * them, and a weak requirement is none.
 *
 * @returns false if it failed
 * @fault BadVersionTable (Version, at = vaddr of the requirement, value = MOST_COMPARED)  there are too many to look for
 */
export function findVersions(session: Session, module: Module): bool {
  if (!module.image.dynamic) return true;
  const symbols = module.symbols;
  let left = MOST_COMPARED;
  for (let walk = requirements(module.image, module.placement); walk.at != NONE; walk.next()) {
    const file = walk.load32(walk.at + Verneed.FILE);
    if (left <= module.image.neededCount) return tooMany(session, module, walk.at);
    left -= module.image.neededCount;
    const library = libraryOf(module, file);
    // What the host stands for has whatever versions the host says it has.
    if (!library || !library.image.dynamic!.has(DT.VERDEF)) continue;
    for (walk.hang(); walk.aux != NONE; walk.nextAux()) {
      if (walk.load16(walk.aux + Vernaux.FLAGS) & VER_FLG.WEAK) continue;
      const version = symbols.version(walk.load16(walk.aux + Vernaux.OTHER) & VERSYM.VERSION);
      if (!version) continue;
      const compared = library.symbols.versionCount * (1 + (version.bytes >> COMPARED_LOG2));
      if (left <= compared) return tooMany(session, module, walk.aux);
      left -= compared;
      if (library.symbols.definesVersion(symbols.strings + version.name, version.bytes)) continue;
      if (!lack(session, module, file, version, walk.aux)) return false;
    }
  }
  return true;
}

function tooMany(session: Session, module: Module, at: u64): bool {
  session.source = module.image.source;
  return session.fail(Code.BadVersionTable, What.Version, at, MOST_COMPARED);
}

function lack(session: Session, module: Module, file: u32, version: Version, entry: u64): bool {
  const symbols = module.symbols;
  const lack = session.missing.add(session, symbols.strings + version.name, version.bytes, module.image.source, Lacking.Version);
  if (!lack) return false;
  lack.file = symbols.strings + file;
  lack.fileBytes = textBytes(lack.file, symbols.stringBytes - file);
  lack.entry = entry;
  return true;
}

/** The library of this name among what a module needs: by the name that it was asked for, then by its own. */
function libraryOf(module: Module, file: u32): Module | null {
  const symbols = module.symbols;
  if (file >= symbols.stringBytes) return null;
  const name = symbols.strings + file;
  const bytes = textBytes(name, min(symbols.stringBytes - file, LONGEST_VERSION));
  for (let i: u32 = 0; i < module.image.neededCount; ++i) {
    const library = module.needed(i);
    if (library && library.image.dynamic && isNamed(symbols, module.image.neededName(i), name, bytes)) return library;
  }
  for (let i: u32 = 0; i < module.image.neededCount; ++i) {
    const library = module.needed(i);
    if (!library) continue;
    const dynamic = library.image.dynamic;
    if (dynamic && dynamic.has(DT.SONAME) && isNamed(library.symbols, dynamic.value(DT.SONAME), name, bytes)) return library;
  }
  return null;
}
