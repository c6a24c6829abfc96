// Symbols -> Binding: everything that relocation will need, found before anything is written.

import { hasLazy } from "../base/features";
import { Answer, Code, What } from "../words";
import * as hostLink from "../host/link";
import { Role, roleOf } from "../arch/arch";
import { infoSymbol, infoType, relInfo, relOffset } from "../elf/reloc";
import { STB, STT, bindOf, symInfo, typeOf } from "../elf/symbol";
import { wide, wrap } from "../elf/word";
import { Image } from "../inspect/image";
import { Binder, bindOwn, bindSymbol } from "./binder";
import { Bound, Leap } from "./bond";
import { bindCopy } from "./copy";
import { Want, indexOf, ownerOf } from "./lookup";
import { Symbols } from "./symbols";

/**
 * Finds what every symbol stands for that the module's relocations name. A symbol that nobody defines goes on the list of missing
 * ones, and the search goes on.
 *
 * @returns false if the work must wait, or failed
 * @fault UnknownRelocation (Rel, at = vaddr of the entry, value = type)
 * @fault BadSymbolIndex (Rel, at = vaddr of the entry, value = index)
 * @fault BadSymbolType (Rel, at = vaddr of the entry, value = the symbol's type)
 * @fault BadString BadSymbolType ResolverOutside CopySource  see bindSymbol, bindCopy
 */
export function bind(binder: Binder): bool {
  binder.work.source = binder.image.source;
  return wide(binder.image.bits) ? bindAs<u64>(binder) : bindAs<u32>(binder);
}

function bindAs<A>(binder: Binder): bool {
  const entries = binder.binding.entries;
  if (!entries.isOpen) {
    entries.open<A>(binder.image.dynamic);
    entries.skipRelative<A>();
  }
  const arch = binder.image.arch;
  const bias = binder.placement.bias;
  const binding = binder.binding;
  let lastType: u32 = u32.MAX_VALUE;
  let role: Role = Role.Unknown;
  let wantsAddress = false;
  for (; !entries.isAtEnd; entries.next<A>()) {
    const info = relInfo<A>(wrap<A>(bias + entries.vaddr));
    const type = infoType<A>(info);
    if (type != lastType) {
      role = roleOf(arch.row(type));
      wantsAddress = isAddress(role) && !(role == Role.Jump && binder.isLazy);
      lastType = type;
    }
    const index = infoSymbol<A>(info);
    if (wantsAddress && binding.has(index)) {
      const kind = binding.at(index).kind;
      if (kind == Bound.Plain || kind == Bound.Not && bindOwn<A>(binder, index)) continue;
    }
    if (role != Role.Relative && role != Role.None && !bindEntry<A>(binder, entries.vaddr, info, role)) return false;
  }
  return true;
}

/** What wants a symbol's address, and nothing else of it. */
@inline function isAddress(role: Role): bool { return role >= Role.Word && role <= Role.Jump || role == Role.Pc; }

/** Binds what one relocation needs. */
function bindEntry<A>(binder: Binder, vaddr: u64, info: u64, role: Role): bool {
  const work = binder.work;
  const binding = binder.binding;
  switch (role) {
    case Role.Unknown:  return work.fail(Code.UnknownRelocation, What.Rel, vaddr, infoType<A>(info));
    case Role.Indirect: {
      binding.hasIndirect = true;
      return true;
    }
  }
  const index = infoSymbol<A>(info);
  if (index && !binding.has(index)) return work.fail(Code.BadSymbolIndex, What.Rel, vaddr, index);
  const offset = relOffset<A>(binder.placement.at(vaddr));
  if (role == Role.Copy) return bindCopy<A>(binder, vaddr, offset, index);
  if (hasLazy() && role == Role.Jump && binder.isLazy && mayWait(binder.image, offset)) {
    binding.isLazy = true;
    return true;
  }
  if (!index) return true;
  const bond = binding.at(index);
  if (bond.kind == Bound.Not && !bindSymbol<A>(binder, index)) return false;
  if (bond.isIndirect) binding.hasIndirect = true;
  if (bond.kind != Bound.Absent && bond.isTls != isTls(role) && role != Role.Size) {
    return work.fail(Code.BadSymbolType, What.Rel, vaddr, bond.isTls ? <u32>STT.TLS : typeOf(symInfo<A>(binder.symbols.symbol<A>(index))));
  }
  return role != Role.Jump || bond.kind != Bound.Canonical || bindLeap<A>(binder, vaddr, index);
}

/** A slot that becomes read-only can't be written when the function is called. */
export function mayWait(image: Image, place: u64): bool {
  const relro = image.relro;
  return !relro || place - relro.vaddr >= relro.bytes;
}

@inline function isTls(role: Role): bool { return role >= Role.TlsNumber && role <= Role.TlsDescriptor; }

/** A call goes to the function itself, not to the PLT entry of an executable that stands for it where its address is taken. */
function bindLeap<A>(binder: Binder, entry: u64, index: u32): bool {
  if (!binder.refer<A>(index)) return false;
  const definition = binder.look(Want.Oldest, null);
  let value: u64 = 0;
  let owner: Symbols | null = null;
  let isIndirect = false;
  if (definition) {
    owner = ownerOf(definition);
    value = addressOf(owner, indexOf(definition));
    isIndirect = isResolver(owner, indexOf(definition));
    if (isIndirect && !owner.image.isCode(owner.vaddr(value))) return binder.work.fail(Code.ResolverOutside, What.Sym, index, owner.vaddr(value));
  } else {
    const answer = binder.ask();
    if (answer == Answer.Pending) return binder.work.wait();
    if (answer == Answer.Done) {
      value = hostLink.foundAddr();
      isIndirect = hostLink.foundType() == STT.GNU_IFUNC;
    } else if (bindOf(symInfo<A>(binder.symbols.symbol<A>(index))) != STB.WEAK) {
      return binder.lackSymbol();
    }
  }
  const at = binder.work.took(binder.binding.arena.take(offsetof<Leap>()), offsetof<Leap>());
  if (!at) return false;
  const leap = changetype<Leap>(at);
  leap.entry = entry;
  leap.owner = owner;
  leap.value = value;
  leap.isIndirect = isIndirect;
  if (isIndirect) binder.binding.hasIndirect = true;
  binder.binding.addLeap(leap);
  return true;
}

function isResolver(symbols: Symbols, index: u32): bool {
  const info = wide(symbols.bits) ? symInfo<u64>(symbols.symbol<u64>(index)) : symInfo<u32>(symbols.symbol<u32>(index));
  return typeOf(info) == STT.GNU_IFUNC;
}

/** The address of a definition. */
export function addressOf(symbols: Symbols, index: u32): u64 {
  return wide(symbols.bits) ? symbols.address<u64>(symbols.symbol<u64>(index)) : symbols.address<u32>(symbols.symbol<u32>(index));
}
