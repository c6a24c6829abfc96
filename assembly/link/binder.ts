// One module's references, one at a time: who defines the symbol, and what that makes of it.

import { Answer, Code, Policy, What } from "../words";
import { NONE } from "../host/answer";
import * as hostLink from "../host/link";
import * as target from "../host/memory";
import { Work } from "../base/work";
import { SHN, STB, STT, STV, bindOf, symInfo, symName, symOther, symShndx, symTraits, symValue, typeOf, visibilityOf } from "../elf/symbol";
import { wide, wrap } from "../elf/word";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { Binding, Bond, Bound } from "./bond";
import { Found, Want, found, indexOf, isPlain, ownerOf } from "./lookup";
import { Lacking, Missing } from "./missing";
import { Order } from "./order";
import { Symbols } from "./symbols";

/** What is at hand while a module's references are bound. */
@unmanaged export class Binder {
  work: Work;
  image: Image;
  placement: Placement;
  symbols: Symbols;
  order: Order;
  binding: Binding;
  missing: Missing;
  policy: u32;
  /** Functions are bound when they are called, where that can be. */
  isLazy: bool;
  /** Nobody outside has a say in what the module's own symbols are bound to. */
  isUnasked: bool;
  /** The module is the first that its own references are looked up in, but for what is global; its DT_GNU_HASH has their hashes. */
  isFirst: bool;
  /** The host owes an answer about the reference: the modules were looked through before it was asked, and are not again. */
  isWaiting: bool;

  // The reference that is being looked up: its name, and its version or NONE.
  name: u64;
  nameBytes: u32;
  hash: u32;
  versionBytes: u32;
  version: u64;

  /** Reads the name and the version of a reference. */
  refer<A>(index: u32): bool {
    const symbols = this.symbols;
    const symbol = symbols.symbol<A>(index);
    const hashed = symbols.hashedName(symbol);
    if (hashed == NONE) return this.work.fail(Code.BadString, What.Sym, index, symName(symbol));
    this.name = symbols.name(symbol);
    this.nameBytes = <u32>hashed;
    this.hash = <u32>(hashed >> 32);
    this.version = NONE;
    this.versionBytes = 0;
    const version = symbols.versionOf(index);
    if (!version) return true;
    this.version = symbols.strings + version.name;
    this.versionBytes = version.bytes;
    return true;
  }

  /** The definition of the reference in the modules; 0 if they have none. */
  look(want: Want, except: Symbols | null): Found {
    if (this.isWaiting) return 0;
    return this.order.find(this.name, this.nameBytes, this.hash, this.version, this.versionBytes, want, except);
  }

  /** Asks the host for the reference. */
  ask(): Answer {
    const answer = <Answer>hostLink.resolve(this.work.handle, this.image.source, this.name, this.nameBytes, this.version, this.versionBytes);
    this.isWaiting = answer == Answer.Pending;
    return answer;
  }

  /** The reference is nobody's: 0 if it is weak, otherwise one more that is missing. */
  lack(index: u32, isWeak: bool): bool {
    this.binding.at(index).bind(Bound.Absent, 0, null, 0);
    return isWeak || this.lackSymbol();
  }

  /** The reference is one more that is missing; false with a fault if there is no memory. */
  lackSymbol(): bool { return this.missing.add(this.work, this.name, this.nameBytes, this.image.source, Lacking.Symbol) != null; }
}

/**
 * Binds a symbol. gABI 4.4: what is local or protected is its own; everything else is the first definition in scope, then the host's.
 *
 * @returns false if the work must wait, or failed
 * @fault BadString (Sym, at = index, value = st_name)
 * @fault BadSymbolType (Sym, at = index, value = its type)
 * @fault ResolverOutside (Sym, at = index, value = its vaddr)
 */
export function bindSymbol<A>(binder: Binder, index: u32): bool {
  const symbols = binder.symbols;
  const symbol = symbols.symbol<A>(index);
  const bond = binder.binding.at(index);
  if (isOwn<A>(symbol)) {
    // Nobody looks for its name, but whoever intercepts is told it.
    if (binder.policy & Policy.Intercept && !binder.refer<A>(index)) return false;
    return bindTo(binder, bond, index, found(symbols, index));
  }
  if (!binder.refer<A>(index)) return false;
  if (!binder.isWaiting && (binder.policy & Policy.Before || binder.policy & Policy.Foreign && symShndx<A>(symbol) == SHN.UNDEF)) {
    const answer = hostLink.before(binder.work.handle, binder.image.source, binder.name, binder.nameBytes, binder.version, binder.versionBytes);
    if (answer == Answer.Pending) return binder.work.wait();
    if (answer == Answer.Done) return bindToHost(binder, bond, index);
  }
  const definition = binder.look(Want.Address, null);
  if (definition) return bindTo(binder, bond, index, definition);
  const answer = binder.ask();
  if (answer == Answer.Pending) return binder.work.wait();
  if (answer == Answer.Done) return bindToHost(binder, bond, index);
  return binder.lack(index, bindOf(symInfo<A>(symbol)) == STB.WEAK);
}

/**
 * Binds what is plainly the module's own, as most of what a large library refers to is, in few steps: nobody else's definition can be meant,
 * or nobody in front of it has any, and nobody is to be asked. Then its name is wanted by nobody; it has one.
 *
 * @returns false for whatever is not as simple
 */
@inline export function bindOwn<A>(binder: Binder, index: u32): bool {
  const symbols = binder.symbols;
  const symbol = symbols.symbol<A>(index);
  const traits = symTraits<A>(symbol);
  if (!binder.isUnasked || binder.isWaiting || !isPlain(traits) || symName(symbol) >= symbols.stringBytes) return false;
  if (visibilityOf(traits >> 8) == STV.DEFAULT && !isAlone(binder, index)) return false;
  binder.binding.at(index).bind(Bound.Plain, wrap<A>(symbols.bias + symValue<A>(symbol)), symbols, index);
  return true;
}

/** True if nobody in front of a module that defines a name defines it, too. */
@inline function isAlone(binder: Binder, index: u32): bool {
  const symbols = binder.symbols;
  return binder.isFirst && index >= symbols.first && !binder.order.globals.mayHave(target.load32(symbols.chain + <u64>index * 4));
}

/** True if nobody else's definition can be meant. */
export function isOwn<A>(symbol: u64): bool {
  return symShndx<A>(symbol) != SHN.UNDEF && (bindOf(symInfo<A>(symbol)) == STB.LOCAL || visibilityOf(symOther<A>(symbol)) != STV.DEFAULT);
}

function bindTo(binder: Binder, bond: Bond, index: u32, definition: Found): bool {
  const owner = ownerOf(definition);
  const there = indexOf(definition);
  if (owner != binder.symbols) binder.binding.foreignEnd = max(binder.binding.foreignEnd, index + 1);
  return wide(owner.bits) ? bindToAs<u64>(binder, bond, index, owner, there) : bindToAs<u32>(binder, bond, index, owner, there);
}

function bindToAs<A>(binder: Binder, bond: Bond, index: u32, owner: Symbols, there: u32): bool {
  const symbol = owner.symbol<A>(there);
  const info = symInfo<A>(symbol);
  const type = typeOf(info);
  if (bindOf(info) == STB.GNU_UNIQUE) binder.binding.hasUnique = true;
  if (type == STT.TLS) {
    if (!owner.image.tls) return binder.work.fail(Code.BadSymbolType, What.Sym, index, type);
    bond.bind(Bound.Tls, symValue<A>(symbol), owner, there);
    return true;
  }
  const address = owner.address<A>(symbol);
  if (type == STT.GNU_IFUNC) {
    if (!owner.image.isCode(owner.vaddr(address))) return binder.work.fail(Code.ResolverOutside, What.Sym, index, owner.vaddr(address));
    bond.bind(Bound.Indirect, address, owner, there);
  } else bond.bind(symShndx<A>(symbol) == SHN.UNDEF ? Bound.Canonical : Bound.Plain, address, owner, there);
  return true;
}

function bindToHost(binder: Binder, bond: Bond, index: u32): bool {
  const type = hostLink.foundType();
  if (type == STT.TLS) return binder.work.fail(Code.BadSymbolType, What.Sym, index, type);
  bond.bind(type == STT.GNU_IFUNC ? Bound.Indirect : Bound.Plain, hostLink.foundAddr(), null, type & 15);
  return true;
}
