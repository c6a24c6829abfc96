// The folders of search paths (DT_RPATH, DT_RUNPATH), as the file that has them means them. ld.so(8), "Dynamic string tokens".

import { dirname } from "node:path";
import { machineName } from "./elf.js";
import type { Ident } from "./ident.js";
import { systemTokens } from "./system.js";

/** The file that has a search path. */
export interface Origin {
  /** The path that it was found by; undefined if it is not from a disk. */
  readonly path: string | undefined;
  readonly ident: Ident | undefined;
}

/**
 * Its folders, but for those that are empty (to ld.so: the current one) or have a token that means nothing here.
 *
 * @param isSystem  $LIB and $PLATFORM mean what they do to this system's linker
 */
export function foldersIn(text: string, origin: Origin, isSystem = false): string[] {
  return text.split(":").map((part) => expand(part, origin, isSystem)).filter((folder): folder is string => !!folder);
}

function expand(part: string, origin: Origin, isSystem: boolean): string | undefined {
  let isKnown = true;
  const folder = part.replace(/\$(?:\{(\w+)\}|(\w+)|)/g, (_, braced?: string, bare?: string) => {
    const value = valueOf(braced ?? bare, origin, isSystem);
    isKnown &&= value !== undefined;
    return value ?? "";
  });
  return isKnown ? folder : undefined;
}

function valueOf(token: string | undefined, { path, ident }: Origin, isSystem: boolean): string | undefined {
  if (isSystem && ident && (token === "LIB" || token === "PLATFORM")) return systemTokens(ident)[token];
  switch (token) {
    case "ORIGIN": return path === undefined ? undefined : dirname(path);
    case "LIB": return "lib";
    case "PLATFORM": return ident && machineName(ident.machine, ident.bits);
    default: return undefined;
  }
}
