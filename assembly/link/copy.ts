// COPY relocations: an executable has room for a variable that a library defines.

import { Answer, Code, Event, Level, What } from "../words";
import * as hostLink from "../host/link";
import { event } from "../host/log";
import { STB, STT, bindOf, symInfo, symSize, typeOf } from "../elf/symbol";
import { wide } from "../elf/word";
import { Binder } from "./binder";
import { Copy } from "./bond";
import { Want, indexOf, ownerOf } from "./lookup";
import { Symbols } from "./symbols";

/**
 * Finds what a COPY relocation copies: as many bytes as both definitions have.
 *
 * @param entry  vaddr of the relocation; `to` is the place's
 * @returns false if the work must wait, or failed
 * @fault CopySource (Rel, at = entry, value = bytes)
 * @fault BadSymbolType (Sym, at = index, value = its type)
 */
export function bindCopy<A>(binder: Binder, entry: u64, to: u64, index: u32): bool {
  if (!index) return binder.work.fail(Code.BadSymbolIndex, What.Rel, entry, index);
  if (!binder.refer<A>(index)) return false;
  const symbol = binder.symbols.symbol<A>(index);
  const own = symSize<A>(symbol);
  const definition = binder.look(Want.Oldest, binder.symbols);
  if (definition) {
    const other = ownerOf(definition);
    return wide(other.bits)
      ? copyFrom<u64>(binder, entry, to, own, index, other, indexOf(definition))
      : copyFrom<u32>(binder, entry, to, own, index, other, indexOf(definition));
  }
  const answer = binder.ask();
  if (answer == Answer.Pending) return binder.work.wait();
  if (answer != Answer.Done) return bindOf(symInfo<A>(symbol)) == STB.WEAK || binder.lackSymbol();
  const bytes = min(own, hostLink.foundBytes());
  // 0 says that nobody knows how much may be read there.
  if (own && !bytes) return binder.work.fail(Code.CopySource, What.Rel, entry, own);
  return keep(binder, null, entry, to, hostLink.foundAddr(), bytes);
}

function copyFrom<B>(binder: Binder, entry: u64, to: u64, own: u64, index: u32, other: Symbols, there: u32): bool {
  const symbol = other.symbol<B>(there);
  const type = typeOf(symInfo<B>(symbol));
  if (type == STT.TLS || type == STT.GNU_IFUNC) return binder.work.fail(Code.BadSymbolType, What.Sym, index, type);
  const from = other.address<B>(symbol);
  const bytes = symSize<B>(symbol);
  const shared = min(own, bytes);
  if (!other.image.readable(other.vaddr(from), shared)) return binder.work.fail(Code.CopySource, What.Rel, entry, shared);
  // The library goes on with a variable that is cut off: it was linked when it was shorter.
  if (bytes > own) event(Level.Warn, Event.CopyShort, binder.symbols.module, bytes);
  return keep(binder, other, entry, to, from, shared);
}

function keep(binder: Binder, owner: Symbols | null, entry: u64, to: u64, from: u64, bytes: u64): bool {
  const at = binder.work.took(binder.binding.arena.take(offsetof<Copy>()), offsetof<Copy>());
  if (!at) return false;
  const copy = changetype<Copy>(at);
  copy.next = binder.binding.copies;
  copy.owner = owner;
  copy.entry = entry;
  copy.to = to;
  copy.from = from;
  copy.bytes = bytes;
  binder.binding.copies = copy;
  return true;
}
