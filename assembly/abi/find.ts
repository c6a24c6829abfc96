// Exports that look something up. They allocate nothing and store nothing; what changed meanwhile is looked up again.

import { Kind } from "../words";
import { NONE, PENDING } from "../host/answer";
import { generation, isStill } from "../base/generation";
import { gnuHash, hashedName } from "../elf/hash";
import { STT, symInfo, typeOf } from "../elf/symbol";
import { wide } from "../elf/word";
import { Found, UNSAID, Want, find, findPlain, found, indexOf, ownerOf } from "../link/lookup";
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
 * The address of what lw_find finds under a name without a version, in one step for what is most often asked.
 *
 * @param limit  bytes that may be read, with the NUL that ends the name among them
 * @returns NONE if nobody defines it; PENDING if it takes more than this: a resolver, a thread-local variable, a name that is not ended
 */
export function lw_locate(handle: u32, name: u64, limit: u32): u64 {
  const hashed = hashedName(name, limit);
  if (hashed == NONE) return PENDING;
  let seen: u32;
  let answer: u64;
  do {
    seen = generation();
    answer = locateOnce(handle, name, <u32>hashed, <u32>(hashed >> 32));
  } while (!isStill(seen));
  return answer;
}

function locateOnce(handle: u32, name: u64, bytes: u32, hash: u32): u64 {
  const module = publishedModule(handle);
  if (!module) return PENDING;
  return wide(module.symbols.bits) ? locateIn<u64>(module, name, bytes, hash) : locateIn<u32>(module, name, bytes, hash);
}

/** The module itself comes first in its scope, and mostly has the name. */
@inline function locateIn<A>(module: Module, name: u64, bytes: u32, hash: u32): u64 {
  const symbols = module.symbols;
  const index = findPlain<A>(symbols, name, bytes, hash);
  if (index && index != UNSAID) return symbols.address<A>(symbols.symbol<A>(index));
  const scope: Scope | null = module.scope;
  if (!index && scope && scope.count == 1) return NONE;
  const definition = findFrom(module, name, bytes, hash, NONE, 0, wantOf(NONE));
  return definition ? plainAddress<A>(ownerOf(definition), indexOf(definition)) : NONE;
}

function plainAddress<A>(symbols: Symbols, index: u32): u64 {
  const symbol = symbols.symbol<A>(index);
  const type = typeOf(symInfo<A>(symbol));
  return type == STT.TLS || type == STT.GNU_IFUNC ? PENDING : symbols.address<A>(symbol);
}

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
  const index = find(module.symbols, name, nameBytes, hash, version, versionBytes, want);
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

function moduleOf(context: u32, addr: u64): Module | null {
  const record = recordOf(context, Kind.Context);
  let module: Module | null = record ? changetype<Context>(record).modules.first : null;
  while (module && addr - module.placement.addr >= module.placement.bytes) module = module.next;
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
