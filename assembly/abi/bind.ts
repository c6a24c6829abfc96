// The export behind a PLT: binds a function when it is called for the first time.

import { Answer, Kind, PF, Policy } from "../words";
import { NONE, PENDING } from "../host/answer";
import * as hostLink from "../host/link";
import * as machine from "../host/machine";
import { hasLazy } from "../base/features";
import { generation, isStill } from "../base/generation";
import { Role, roleOf } from "../arch/arch";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { SHN, STB, STT, bindOf, symInfo, symShndx, typeOf } from "../elf/symbol";
import { storeWord, wide } from "../elf/word";
import { addressOf } from "../link/bind";
import { isOwn } from "../link/binder";
import { Found, Want, found, indexOf, ownerOf } from "../link/lookup";
import { Symbols } from "../link/symbols";
import { Table, entryBytes, hasAddend, tableCount, tableStart } from "../link/tables";
import { recordOf } from "../registry/handle";
import { Module, State, moduleAt } from "../registry/module";

/**
 * Binds an entry of a module's DT_JMPREL: its slot leads to the function from now on. A resolver may call such a function before its
 * module is published.
 *
 * @param isLocked  0: nothing is changed but the slot, and where the module would have to keep another one alive for it the answer is
 *                  PENDING; 1: the caller holds the lock, and it is done
 * @returns the function's address; NONE if nobody defines it, or there is no such entry
 */
export function lw_bind(handle: u32, slot: u32, isLocked: u32): u64 {
  const record = recordOf(handle, Kind.Module);
  if (!hasLazy() || !record) return NONE;
  const module = changetype<Module>(record);
  if (!module.home || !module.image.dynamic) return NONE;
  return wide(module.image.bits) ? bindSlot<u64>(module, slot, isLocked != 0) : bindSlot<u32>(module, slot, isLocked != 0);
}

function bindSlot<A>(module: Module, slot: u32, isLocked: bool): u64 {
  const image = module.image;
  const dynamic = image.dynamic!;
  const symbols = module.symbols;
  if (slot >= tableCount<A>(dynamic, Table.Plt)) return NONE;
  const entry = module.placement.at(tableStart(dynamic, Table.Plt) + slot * entryBytes<A>(hasAddend(dynamic, Table.Plt)));
  const index = infoSymbol<A>(relInfo<A>(entry));
  const segment = image.holding(relOffset<A>(entry), sizeof<A>());
  if (roleOf(image.arch.row(infoType<A>(relInfo<A>(entry)))) != Role.Jump || index >= symbols.count || !segment || !(segment.flags & PF.W)) return NONE;

  const symbol = symbols.symbol<A>(index);
  const hashed = symbols.hashedName(symbol);
  if (hashed == NONE) return NONE;
  const name = symbols.name(symbol);
  const bytes = <u32>hashed;
  const version = symbols.versionOf(index);
  const versionAt = version ? symbols.strings + version.name : NONE;
  const versionBytes = version ? version.bytes : 0;
  const own = isOwn<A>(symbol);
  const policy = module.context.policy;
  if (!own && (policy & Policy.Before || policy & Policy.Foreign && symShndx<A>(symbol) == SHN.UNDEF)
    && hostLink.before(0, image.source, name, bytes, versionAt, versionBytes) == Answer.Done) return leadToHost<A>(module, entry, bytes);
  const definition = own ? found(symbols, index) : look(module, name, bytes, <u32>(hashed >> 32), versionAt, versionBytes);
  if (definition) return leadTo<A>(module, entry, bytes, ownerOf(definition), indexOf(definition), isLocked);
  if (hostLink.resolve(0, image.source, name, bytes, versionAt, versionBytes) == Answer.Done) return leadToHost<A>(module, entry, bytes);
  return bindOf(symInfo<A>(symbol)) == STB.WEAK ? lead<A>(module, entry, bytes, 0, 0, false, true) : NONE;
}

/** The definition in scope. What is on its way out may call what goes with it. */
function look(module: Module, name: u64, bytes: u32, gnu: u32, version: u64, versionBytes: u32): Found {
  const want = module.state == State.Dying ? Want.Oldest | Want.Dying : Want.Oldest;
  let seen: u32;
  let definition: Found;
  do {
    seen = generation();
    definition = module.order.find(name, bytes, gnu, version, versionBytes, want, null);
  } while (!isStill(seen));
  return definition;
}

/** A module that is not published yet, or is on its way out, keeps nobody new alive: its slot stays as it is. */
function leadTo<A>(module: Module, entry: u64, nameBytes: u32, there: Symbols, index: u32, isLocked: bool): u64 {
  let isKept = keeps(module, there.module);
  if (!isKept && module.isPublished) {
    if (!isLocked) return PENDING;
    if (!module.depend(moduleAt(there.module), false)) return NONE;
    isKept = true;
  }
  const type = typeOf(wide(there.bits) ? symInfo<u64>(there.symbol<u64>(index)) : symInfo<u32>(there.symbol<u32>(index)));
  const value = addressOf(there, index);
  const isResolver = type == STT.GNU_IFUNC;
  if (type == STT.TLS || isResolver && !there.image.isCode(there.vaddr(value))) return NONE;
  return lead<A>(module, entry, nameBytes, there.module, value, isResolver, isKept);
}

function leadToHost<A>(module: Module, entry: u64, nameBytes: u32): u64 {
  return lead<A>(module, entry, nameBytes, 0, hostLink.foundAddr(), hostLink.foundType() == STT.GNU_IFUNC, true);
}

/** Leads a slot to a function, and says where that is. */
function lead<A>(module: Module, entry: u64, nameBytes: u32, owner: u32, found: u64, isResolver: bool, isKept: bool): u64 {
  let value = found;
  if (isResolver) {
    if (machine.choose(0, value) != Answer.Done) return NONE;
    value = machine.chosen();
  }
  const place = module.placement.at(relOffset<A>(entry));
  if (module.context.policy & Policy.Intercept) {
    const info = relInfo<A>(entry);
    const name = module.symbols.name(module.symbols.symbol<A>(infoSymbol<A>(info)));
    if (hostLink.intercept(module.handle, name, nameBytes, infoType<A>(info), place, owner, value) == Answer.Done) value = hostLink.foundAddr();
  }
  const address = value + (hasAddend(module.image.dynamic!, Table.Plt) ? relaAddend<A>(entry) : 0) & module.placement.mask;
  if (isKept) storeWord<A>(place, address);
  return address;
}

/** True if a module keeps another one alive, whose handle this is. */
function keeps(module: Module, handle: u32): bool {
  if (handle == module.handle) return true;
  let edge = module.dependencies;
  while (edge) {
    if (edge.module.handle == handle) return true;
    edge = edge.next;
  }
  return false;
}
