// Where a file says that its libraries are: told to the host before it is asked for one. gABI 5.3 "Shared Object Dependencies".

import * as hostLink from "../host/link";
import * as target from "../host/memory";
import { DT } from "../elf/dynamic";
import { Part } from "../inspect/image";
import { textBytes } from "../elf/text";
import { Module, State } from "./module";
import { Session } from "./session";

/** Whose folders come first: those before the host's own list, and those behind it. */
const enum Rank { Before = 0, Behind = 1 }

/**
 * Tells the host the search paths that hold for what a module needs: its DT_RUNPATH alone; or without one its DT_RPATH, and those of
 * the modules that brought it, up to the one that was asked for. A name with a slash is searched nowhere.
 */
export function tellPaths(session: Session, module: Module, name: u64, nameBytes: u32): void {
  for (let i: u32 = 0; i < nameBytes; ++i) if (target.load8(name + i) == SLASH) return;
  if (has(module, DT.RUNPATH)) {
    tell(session, module, DT.RUNPATH, Rank.Behind);
    return;
  }
  let each = module.pathFrom;
  while (each) {
    tell(session, each, DT.RPATH, Rank.Before);
    each = each.broughtBy ? each.broughtBy!.pathFrom : null;
  }
}

/** The nearest on the way up from a module, itself first, whose DT_RPATH holds for what it needs. */
export function searchesFrom(module: Module): Module | null {
  if (has(module, DT.RPATH) && !has(module, DT.RUNPATH)) return module;
  return module.broughtBy ? module.broughtBy!.pathFrom : null;
}

@inline const SLASH: u32 = 0x2f;

function has(module: Module, tag: u64): bool { return module.image.dynamic != null && module.image.dynamic!.has(tag); }

function tell(session: Session, module: Module, tag: u64, rank: Rank): void {
  if (!has(module, tag)) return;
  const image = module.image;
  const offset = image.dynamic!.value(tag);
  // While its file is looked at a module's names are in a view of it; later they are in its memory.
  const isPlaced = module.state != State.Loading;
  const strings = isPlaced ? module.symbols.strings : image.part(Part.Strings).addr;
  const limit = image.dynamic!.value(DT.STRSZ) - offset;
  hostLink.search(session.handle, image.source, strings + offset, textBytes(strings + offset, limit), rank);
}
