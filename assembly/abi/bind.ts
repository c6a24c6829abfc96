// The export behind a PLT: binds a function when it is called for the first time.

import { Answer, Kind, PF, Policy } from "../words";
import { NONE, PENDING } from "../host/answer";
import * as hostLink from "../host/link";
import * as machine from "../host/machine";
import { Role, roleOf } from "../arch/arch";
import { infoSymbol, infoType, relInfo, relOffset, relaAddend } from "../elf/reloc";
import { STB, STT, bindOf, symInfo, typeOf } from "../elf/symbol";
import { storeWord, wide } from "../elf/word";
import { addressOf } from "../link/bind";
import { isCode, isOwn } from "../link/binder";
import { Found, Want, found, indexOf, ownerOf } from "../link/lookup";
import { Table, entryBytes, hasAddend, tableCount, tableStart } from "../link/tables";
import { recordOf } from "../registry/handle";
import { Module, moduleAt } from "../registry/module";

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
  if (!record) return NONE;
  const module = changetype<Module>(record);
  if (!module.home || !module.image.dynamic) return NONE;
  return wide(module.image.bits) ? bindSlot<u64>(module, slot, isLocked != 0) : bindSlot<u32>(module, slot, isLocked != 0);
}

function bindSlot<A>(module: Module, slot: u32, isLocked: bool): u64 {
  const image = module.image;
  const dynamic = image.dynamic!;
  if (slot >= tableCount<A>(dynamic, Table.Plt)) return NONE;
  const isRela = hasAddend(dynamic, Table.Plt);
  const entry = module.placement.at(tableStart(dynamic, Table.Plt) + slot * entryBytes<A>(isRela));
  const info = relInfo<A>(entry);
  const index = infoSymbol<A>(info);
  const segment = image.holding(relOffset<A>(entry), sizeof<A>());
  if (roleOf(image.arch.row(infoType<A>(info))) != Role.Jump || index >= module.symbols.count || !segment || !(segment.flags & PF.W)) return NONE;
  const place = module.placement.at(relOffset<A>(entry));
  const value = valueOf<A>(module, index, infoType<A>(info), place, isLocked);
  if (value >= PENDING) return value;
  const address = value + (isRela ? relaAddend<A>(entry) : 0) & module.placement.mask;
  storeWord<A>(place, address);
  return address;
}

function valueOf<A>(module: Module, index: u32, type: u32, place: u64, isLocked: bool): u64 {
  const symbols = module.symbols;
  const symbol = symbols.symbol<A>(index);
  const hashed = symbols.hashedName(symbol);
  if (hashed == NONE) return NONE;
  const name = symbols.name(symbol);
  const bytes = <u32>hashed;
  const version = symbols.versionOf(index);
  const versionAt = version ? symbols.strings + version.name : NONE;
  const versionBytes = version ? version.bytes : 0;
  const policy = module.context.policy;

  let value: u64 = 0;
  let owner: u32 = 0;
  let isResolver = false;
  if (policy & Policy.Before && !isOwn<A>(symbol)
    && hostLink.before(0, module.image.source, name, bytes, versionAt, versionBytes) == Answer.Done) {
    value = hostLink.foundAddr();
    isResolver = hostLink.foundType() == STT.GNU_IFUNC;
  } else {
    const definition: Found = isOwn<A>(symbol)
      ? found(symbols, index)
      : module.order.find(name, bytes, <u32>(hashed >> 32), versionAt, versionBytes, Want.Oldest, null);
    if (definition) {
      const there = ownerOf(definition);
      owner = there.module;
      if (!keeps(module, owner) && !(isLocked && module.depend(moduleAt(owner), false))) return isLocked ? NONE : PENDING;
      value = addressOf(there, indexOf(definition));
      const defined = wide(there.bits) ? symInfo<u64>(there.symbol<u64>(indexOf(definition))) : symInfo<u32>(there.symbol<u32>(indexOf(definition)));
      isResolver = typeOf(defined) == STT.GNU_IFUNC;
      if (typeOf(defined) == STT.TLS || isResolver && !isCode(there, value)) return NONE;
    } else if (hostLink.resolve(0, module.image.source, name, bytes, versionAt, versionBytes) == Answer.Done) {
      value = hostLink.foundAddr();
      isResolver = hostLink.foundType() == STT.GNU_IFUNC;
    } else if (bindOf(symInfo<A>(symbol)) != STB.WEAK) return NONE;
  }
  if (isResolver) {
    if (machine.choose(0, value) != Answer.Done) return NONE;
    value = machine.chosen();
  }
  if (policy & Policy.Intercept && hostLink.intercept(module.handle, name, bytes, type, place, owner, value) == Answer.Done) value = hostLink.foundAddr();
  return value;
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
