// Exports that look something up. They allocate nothing and store nothing; what all look for and changed meanwhile is looked up again.

import { hasObjects } from "../base/features";
import { Kind } from "../words";
import { BEHIND, NONE, PENDING } from "../host/answer";
import { generation, glimpse, isStill, wasStill } from "../base/generation";
import { gnuHash } from "../elf/hash";
import { wide } from "../elf/word";
import { Found, Want, find, found, indexOf, locate, mayDefine, ownerOf } from "../link/lookup";
import { nearest } from "../link/nearest";
import { Scope } from "../link/scope";
import { Symbols } from "../link/symbols";
import { Context } from "../registry/context";
import { recordOf } from "../registry/handle";
import { Module, publishedModule } from "../registry/module";

/**
 * Looks a name up in a module and what it needs, or in a context's global modules.
 *
 * @param version  where the version's name is; NONE for the default one
 * @returns the owner's handle << 32 | symbol index; 0 if nobody defines it
 */
export function lw_find(handle: u32, name: u64, nameBytes: u32, version: u64, versionBytes: u32): u64 {
  let seen: u32;
  let answer: u64;
  do {
    seen = generation();
    answer = findOnce(handle, name, nameBytes, version, versionBytes);
  } while (!isStill(seen));
  return answer;
}

function findOnce(handle: u32, name: u64, nameBytes: u32, version: u64, versionBytes: u32): u64 {
  const hash = gnuHash(name, nameBytes);
  const want = wantOf(version);
  const module = publishedModule(handle);
  if (module) return told(findFrom(module, name, nameBytes, hash, version, versionBytes, want));
  const context = recordOf(handle, Kind.Context);
  return context ? told(changetype<Context>(context).globals.find(null, name, nameBytes, hash, version, versionBytes, want, null)) : 0;
}

/**
 * The address of what lw_find finds under a name without a version, in few steps for what is most often asked: first in the module itself.
 *
 * @param hash     the name's for DT_GNU_HASH: whoever has its length knows it by then
 * @param isBehind in what the module needs
 * @returns NONE if nobody defines it; BEHIND if what the module needs is to be asked; PENDING if lw_find is: a resolver, a thread-local
 *          variable, one of several versions, what changes meanwhile
 */
export function lw_locate(handle: u32, name: u64, nameBytes: u32, hash: u32, isBehind: u32): u64 {
  const seen = glimpse();
  const module = publishedModule(handle);
  if (!module) return PENDING;
  const answer = isBehind ? locateBehind(module, name, nameBytes, hash) : locateIn(module.symbols, name, nameBytes, hash);
  if (!wasStill(seen)) return PENDING;
  return answer == NONE && !isBehind && among(module.scope, 1) ? BEHIND : answer;
}

@inline function locateIn(symbols: Symbols, name: u64, bytes: u32, hash: u32): u64 {
  return wide(symbols.bits) ? locate<u64>(symbols, name, bytes, hash) : locate<u32>(symbols, name, bytes, hash);
}

function locateBehind(module: Module, name: u64, bytes: u32, hash: u32): u64 {
  let answer = NONE;
  let symbols: Symbols | null;
  for (let i: u32 = 1; answer == NONE && (symbols = among(module.scope, i)); ++i) answer = locateIn(symbols, name, bytes, hash);
  return answer;
}

@inline function among(scope: Scope | null, index: u32): Symbols | null { return scope && index < scope.count ? scope.at(index) : null; }

/**
 * Looks a name up behind a module: among the global modules if it is one of them, then in what it was loaded with.
 *
 * @returns as lw_find
 */
export function lw_next(handle: u32, name: u64, nameBytes: u32, version: u64, versionBytes: u32): u64 {
  let seen: u32;
  let answer: u64;
  do {
    seen = generation();
    answer = nextOnce(handle, name, nameBytes, version, versionBytes);
  } while (!isStill(seen));
  return answer;
}

function nextOnce(handle: u32, name: u64, nameBytes: u32, version: u64, versionBytes: u32): u64 {
  const module = publishedModule(handle);
  if (!module) return 0;
  const hash = gnuHash(name, nameBytes);
  const want = wantOf(version);
  if (module.isGlobal) {
    const global = module.context.globals.findNext(module.symbols, name, nameBytes, hash, version, versionBytes, want);
    if (global) return told(global);
  }
  const home = module.home;
  return home ? told(home.find(home.positionOf(module.symbols) + 1, name, nameBytes, hash, version, versionBytes, want, null)) : 0;
}

@inline function wantOf(version: u64): Want { return (version == NONE ? Want.Newest : Want.Exact) | Want.Address | Want.Dying; }

/** A module the host does not hold is searched alone. */
function findFrom(module: Module, name: u64, nameBytes: u32, hash: u32, version: u64, versionBytes: u32, want: Want): Found {
  const definition = findWithin(module, name, nameBytes, hash, version, versionBytes, want);
  return definition ? module.context.roll.onlyOf(definition, name, nameBytes, hash, want, null) : 0;
}

@inline function findWithin(module: Module, name: u64, nameBytes: u32, hash: u32, version: u64, versionBytes: u32, want: Want): Found {
  const scope: Scope | null = module.scope;
  if (scope) return scope.find(0, name, nameBytes, hash, version, versionBytes, want, null);
  const index = mayDefine(module.symbols, hash) ? find(module.symbols, name, nameBytes, hash, version, versionBytes, want) : 0;
  return index ? found(module.symbols, index) : 0;
}

@inline function told(definition: Found): u64 { return definition ? <u64>ownerOf(definition).module << 32 | indexOf(definition) : 0; }

/** The module of a context whose reservation holds an address; 0: none. */
export function lw_at(context: u32, addr: u64): u32 {
  let seen: u32;
  let answer: u32;
  do {
    seen = generation();
    answer = atOnce(context, addr);
  } while (!isStill(seen));
  return answer;
}

function atOnce(context: u32, addr: u64): u32 {
  const module = moduleOf(context, addr);
  return module ? module.handle : 0;
}

/** True if an address is a module's: in what was reserved for it, or in a file that it is used from. */
function holds(module: Module, addr: u64): bool {
  return module.placement.holds(addr) || hasObjects() && module.files != null && module.image.holding(module.placement.vaddr(addr), 1) != null;
}

function moduleOf(context: u32, addr: u64): Module | null {
  const record = recordOf(context, Kind.Context);
  let module: Module | null = record ? changetype<Context>(record).modules.first : null;
  while (module && !holds(module, addr)) module = module.next;
  return module;
}

/** The module and the symbol that hold an address, as lw_find tells them; index 0 where no symbol does; 0: no module. */
export function lw_symbol_at(context: u32, addr: u64): u64 {
  let seen: u32;
  let answer: u64;
  do {
    seen = generation();
    const module = moduleOf(context, addr);
    answer = module ? <u64>module.handle << 32 | nearest(module.symbols, addr) : 0;
  } while (!isStill(seen));
  return answer;
}
