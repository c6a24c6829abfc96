// What a relocation is about: Base of arch/howto.ts.

import { Code, What } from "../words";
import { Role } from "../arch/arch";
import { Base, Fit, Howto } from "../arch/howto";
import { hasTls } from "../base/features";
import { STT } from "../elf/symbol";
import { wrap } from "../elf/word";
import { Bond, Bound } from "../link/bond";
import { isAbsolute, isDead, vaddrOf } from "../map/objects";
import { Sym } from "../merge/objects";
import { Slot } from "../plan/layout";
import { slotOf, stubOf } from "../plan/slots";
import { Linker } from "./linker";
import { tlsWord, variableOf } from "./tls";

/** That of the relocation at hand. */
@unmanaged export class Subject {
  value: u64;
  /** A jump to it can't be made: it is out of reach, or waits for a resolver. */
  isFar: bool;
  /** It lies in what was dropped. */
  isDead: bool;
}
@lazy export const SUBJECT: Subject = changetype<Subject>(memory.data(offsetof<Subject>(), 8));

/** Finds what a relocation is about; false with a fault if there is no such thing. */
export function findSubject<A>(linker: Linker, at: u64, howto: Howto, sym: Sym | null, base: Base, addend: u64): bool {
  SUBJECT.isFar = SUBJECT.isDead = false;
  SUBJECT.value = 0;
  if (base == Base.Table) {
    SUBJECT.value = linker.tableAddr;
    return true;
  }
  if (base == Base.TlsCall) {
    if (!found(linker, at, linker.layout.tlsCall)) return false;
    // What the instruction holds is no addend: assemblers differ. The program counter is two instructions ahead.
    SUBJECT.value = linker.stubAddr(linker.layout.tlsCall!) - addend - (howto.has(Fit.Tagged) ? 4 : 8);
    return true;
  }
  if (base == Base.TlsBlock) return found(linker, at, linker.layout.block);
  if (!sym) return true;
  // What only debuggers name was never looked up.
  if (linker.debugs && sym.isImport && !sym.number) {
    SUBJECT.isDead = true;
    return true;
  }
  switch (base) {
    case Base.Symbol: case Base.Branch: return addressOf<A>(linker, at, howto, sym, base, addend);
    case Base.Got: case Base.TlsPair: case Base.TlsSlot: case Base.TlsSlotBelow: case Base.TlsDescriptor: return found(linker, at, slotOf(sym, base));
    case Base.Size:
      SUBJECT.value = sym.isImport ? linker.binding.at(sym.number).bytes : sym.bytes;
      return true;
    default: return offsetOf<A>(linker, at, sym, base, addend);
  }
}

/** Every slot that is asked for was counted, unless the file has changed. */
function found(linker: Linker, at: u64, slot: Slot | null): bool {
  if (!slot) return linker.work.fail(Code.UnknownRelocation, What.Entry, at, 0);
  SUBJECT.value = linker.slotAddr(slot);
  return true;
}

function addressOf<A>(linker: Linker, at: u64, howto: Howto, sym: Sym, base: Base, addend: u64): bool {
  if (sym.isImport) {
    const bond = linker.binding.at(sym.number);
    // What a resolver has yet to choose, or nobody has, is reached by its slot.
    SUBJECT.isFar = linker.isPatchable || bond.kind == Bound.Indirect || bond.kind == Bound.Absent;
    SUBJECT.value = bond.value;
    if (base == Base.Symbol && bond.kind == Bound.Indirect) {
      const stub = stubOf(sym, false, 0, 0);
      if (stub) SUBJECT.value = linker.stubAddr(stub);
    }
    return true;
  }
  if (isDead<A>(linker.layout.objects, sym)) {
    SUBJECT.isDead = true;
    return true;
  }
  if (sym.isIndirect && !linker.debugs) {
    const stub = base == Base.Branch ? stubOf(sym, howto.has(Fit.Tagged), linker.group, linker.island) : stubOf(sym, false, 0, 0);
    if (!stub) return linker.work.fail(Code.UnknownRelocation, What.Entry, at, howto.type);
    SUBJECT.value = linker.stubAddr(stub);
    return true;
  }
  SUBJECT.value = addrOf<A>(linker, sym, addend);
  return true;
}

/** The address of a definition. */
export function addrOf<A>(linker: Linker, sym: Sym, addend: u64 = 0): u64 {
  const value = vaddrOf<A>(linker.layout, linker.image, sym, addend);
  return isAbsolute<A>(linker.layout.objects, sym) || sym.type == STT.TLS ? wrap<A>(value) : linker.placement.at(value);
}

/** The offset of a thread-local variable, in its block or from the thread pointer. */
function offsetOf<A>(linker: Linker, at: u64, sym: Sym, base: Base, addend: u64): bool {
  if (!hasTls()) return linker.work.fail(Code.TlsRefused, What.Entry, at, addend);
  if (!sym.isImport && isDead<A>(linker.layout.objects, sym)) {
    SUBJECT.isDead = true;
    return true;
  }
  const bond: Bond | null = sym.isImport ? linker.binding.at(sym.number) : null;
  const own = bond ? 0 : vaddrOf<A>(linker.layout, linker.image, sym);
  const variable = variableOf(linker.symbols, bond, own);
  const role = base == Base.TlsPointer ? Role.TlsPointer : base == Base.TlsBelow ? Role.TlsBelow : Role.TlsOffset;
  SUBJECT.value = tlsWord(linker.places, at, role, variable);
  // The addend of a negated offset is one of the variable's, too.
  if (base == Base.TlsBelow) SUBJECT.value -= 2 * addend;
  if (linker.work.fault.code == Code.Ok) return true;
  // The entry is one of a file, not of the module.
  linker.work.fault.what = What.Entry;
  return false;
}
