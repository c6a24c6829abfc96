// What a module's symbols are bound to: everything that relocation will need, found before anything is written.

import { Answer, Code, What } from "../words";
import { NONE } from "../host/answer";
import * as hostLink from "../host/link";
import { Role } from "../arch/arch";
import { Work } from "../base/work";
import { gnuHash } from "../elf/hash";
import { infoSymbol, infoType, relInfo, relOffset } from "../elf/reloc";
import { SHN, STB, STT, STV, bindOf, symInfo, symOther, symShndx, symSize, typeOf, visibilityOf } from "../elf/symbol";
import { wide } from "../elf/word";
import { Image } from "../inspect/image";
import { Placement } from "../map/map";
import { Missing } from "./missing";
import { Scope } from "./scope";
import { Symbols } from "./symbols";
import { Table, entryBytes, hasAddend, tableCount, tableStart } from "./tables";

/** Bytes to copy from a symbol's other definition. */
@unmanaged export class Copy {
  next: Copy | null;
  owner: u32;
  /** vaddr of the relocation entry, for faults. */
  entry: u64;
  /** vaddr of the place. */
  to: u64;
  from: u64;
  bytes: u64;
}

/** The addresses of a module's symbols, by index, and where finding them goes on after a wait. */
@unmanaged export class Binding {
  count: u32;
  /** Table and entry to go on with. */
  table: Table;
  entry: u64;
  addresses: usize;
  owners: usize;
  copies: Copy | null;

  /** The address of a symbol, NONE if nothing asked for it. */
  @inline address(index: u32): u64 { return load<u64>(this.addresses + (<usize>index << 3)); }
  /** Whose definition it is: a module's handle, 0 for the host's or none. */
  @inline owner(index: u32): u32 { return load<u32>(this.owners + (<usize>index << 2)); }
  @inline isBound(index: u32): bool { return this.address(index) != NONE; }
  set(index: u32, address: u64, owner: u32): void {
    store<u64>(this.addresses + (<usize>index << 3), address);
    store<u32>(this.owners + (<usize>index << 2), owner);
  }
}

/** A binding with nothing bound yet; null with a fault if there is no memory. */
export function newBinding(work: Work, symbols: Symbols): Binding | null {
  const count = <u64>symbols.count;
  const at = work.take(offsetof<Binding>());
  const addresses = at ? work.take(max<u64>(count, 1) << 3) : 0;
  const owners = addresses ? work.take(max<u64>(count, 1) << 2) : 0;
  if (!owners) return null;
  const binding = changetype<Binding>(at);
  binding.count = symbols.count;
  binding.addresses = addresses;
  binding.owners = owners;
  memory.fill(addresses, 0xff, <usize>count << 3);
  return binding;
}

/**
 * Finds the address of every symbol that the module's relocations name. A symbol that nobody defines goes on the list of
 * missing ones, and the search goes on.
 *
 * @returns false if the work must wait, or failed
 * @fault UnknownRelocation (Rel, at = vaddr of the entry, value = type)
 * @fault BadSymbolIndex (Rel, at = vaddr of the entry, value = index)
 * @fault BadString (Sym, at = index, value = st_name)
 * @fault UnsupportedSymbol (Sym, at = index, value = its type)
 * @fault CopySource (Rel, at = vaddr of the entry, value = bytes)
 */
export function bind(work: Work, image: Image, placement: Placement, symbols: Symbols, scope: Scope, binding: Binding, missing: Missing): bool {
  work.source = image.source;
  return wide(image.bits)
    ? bindAs<u64>(work, image, placement, symbols, scope, binding, missing)
    : bindAs<u32>(work, image, placement, symbols, scope, binding, missing);
}

function bindAs<A>(work: Work, image: Image, placement: Placement, symbols: Symbols, scope: Scope, binding: Binding, missing: Missing): bool {
  const dynamic = image.dynamic;
  if (!dynamic) return true;
  for (; binding.table < Table.COUNT; ++binding.table, binding.entry = 0) {
    const start = tableStart(dynamic, binding.table);
    const each = entryBytes<A>(hasAddend(dynamic, binding.table));
    const count = tableCount<A>(dynamic, binding.table);
    for (; binding.entry < count; ++binding.entry) {
      const vaddr = start + binding.entry * each;
      const at = placement.at(vaddr);
      const info = relInfo<A>(at);
      const role = image.arch.role(infoType<A>(info));
      if (role == Role.Unknown) return work.fail(Code.UnknownRelocation, What.Rel, vaddr, infoType<A>(info));
      if (role == Role.None || role == Role.Relative) continue;
      const index = infoSymbol<A>(info);
      if (index >= binding.count && index) return work.fail(Code.BadSymbolIndex, What.Rel, vaddr, index);
      if (role == Role.Copy) {
        if (!bindCopy<A>(work, image, symbols, scope, binding, missing, vaddr, relOffset<A>(at), index)) return false;
      } else if (index && !binding.isBound(index)) {
        if (!bindSymbol<A>(work, image, symbols, scope, binding, missing, index)) return false;
      }
    }
  }
  return true;
}

/** gABI 4.4: what is local or protected is its own; everything else is the first definition in scope, then the host's. */
function bindSymbol<A>(work: Work, image: Image, symbols: Symbols, scope: Scope, binding: Binding, missing: Missing, index: u32): bool {
  const symbol = symbols.symbol<A>(index);
  const symbolBind = bindOf(symInfo<A>(symbol));
  const isDefined = symShndx<A>(symbol) != SHN.UNDEF;
  if (isDefined && (symbolBind == STB.LOCAL || visibilityOf(symOther<A>(symbol)) != STV.DEFAULT)) {
    if (!isPlain(symInfo<A>(symbol))) return work.fail(Code.UnsupportedSymbol, What.Sym, index, typeOf(symInfo<A>(symbol)));
    binding.set(index, symbols.address<A>(symbol), symbols.module);
    return true;
  }
  const bytes = symbols.nameBytes(symbol);
  if (bytes == NONE) return work.fail(Code.BadString, What.Sym, index, symbols.name(symbol) - symbols.strings);
  const name = symbols.name(symbol);
  const found = scope.find(name, <u32>bytes, gnuHash(name, <u32>bytes), null);
  if (found) {
    const owner = scope.at(<u32>(found >> 32) - 1);
    const info = infoIn(owner, <u32>found);
    if (!isPlain(info)) return work.fail(Code.UnsupportedSymbol, What.Sym, index, typeOf(info));
    binding.set(index, addressIn(owner, <u32>found), owner.module);
    return true;
  }
  return bindHost(work, image, binding, missing, index, name, <u32>bytes, symbolBind);
}

function bindHost(work: Work, image: Image, binding: Binding, missing: Missing, index: u32, name: u64, bytes: u32, symbolBind: u32): bool {
  const answer = hostLink.resolve(work.handle, image.source, name, bytes);
  if (answer == Answer.Pending) return work.wait();
  if (answer == Answer.Done) {
    binding.set(index, hostLink.foundAddr(), 0);
    return true;
  }
  binding.set(index, 0, 0); // gABI 4.4: an undefined weak symbol is 0
  return symbolBind == STB.WEAK || missing.add(work, name, bytes, image.source, false);
}

/** A COPY relocation: the executable has room for a variable that a library defines. */
function bindCopy<A>(work: Work, image: Image, symbols: Symbols, scope: Scope, binding: Binding, missing: Missing, entry: u64, to: u64, index: u32): bool {
  if (!index) return work.fail(Code.BadSymbolIndex, What.Rel, entry, index);
  const symbol = symbols.symbol<A>(index);
  const nameBytes = symbols.nameBytes(symbol);
  if (nameBytes == NONE) return work.fail(Code.BadString, What.Sym, index, symbols.name(symbol) - symbols.strings);
  const name = symbols.name(symbol);
  const own = symSize<A>(symbol);
  const found = scope.find(name, <u32>nameBytes, gnuHash(name, <u32>nameBytes), symbols);
  let from: u64 = 0;
  let bytes = own;
  let owner: u32 = 0;
  if (found) {
    const other = scope.at(<u32>(found >> 32) - 1);
    from = addressIn(other, <u32>found);
    const info = infoIn(other, <u32>found);
    if (!isPlain(info)) return work.fail(Code.UnsupportedSymbol, What.Sym, index, typeOf(info));
    bytes = min(own, bytesIn(other, <u32>found));
    owner = other.module;
    if (!other.image.readable(from - other.bias & other.mask, bytes)) return work.fail(Code.CopySource, What.Rel, entry, bytes);
  } else {
    const answer = hostLink.resolve(work.handle, image.source, name, <u32>nameBytes);
    if (answer == Answer.Pending) return work.wait();
    if (answer != Answer.Done) return bindOf(symInfo<A>(symbol)) == STB.WEAK || missing.add(work, name, <u32>nameBytes, image.source, false);
    from = hostLink.foundAddr();
    bytes = min(own, hostLink.foundBytes());
    // 0 says that nobody knows how much may be read there.
    if (own && !bytes) return work.fail(Code.CopySource, What.Rel, entry, own);
  }
  const at = work.take(offsetof<Copy>());
  if (!at) return false;
  const copy = changetype<Copy>(at);
  copy.next = binding.copies;
  copy.owner = owner;
  copy.entry = entry;
  copy.to = to;
  copy.from = from;
  copy.bytes = bytes;
  binding.copies = copy;
  return true;
}

/** A symbol whose value is an address: not the offset of a thread's variable, not a function that is yet to choose one. */
function isPlain(info: u32): bool { return typeOf(info) != STT.TLS && typeOf(info) != STT.GNU_IFUNC; }

function infoIn(symbols: Symbols, index: u32): u32 {
  return wide(symbols.bits) ? symInfo<u64>(symbols.symbol<u64>(index)) : symInfo<u32>(symbols.symbol<u32>(index));
}

function addressIn(symbols: Symbols, index: u32): u64 {
  return wide(symbols.bits) ? symbols.address<u64>(symbols.symbol<u64>(index)) : symbols.address<u32>(symbols.symbol<u32>(index));
}

function bytesIn(symbols: Symbols, index: u32): u64 {
  return wide(symbols.bits) ? symSize<u64>(symbols.symbol<u64>(index)) : symSize<u32>(symbols.symbol<u32>(index));
}
