// Thread-local storage: what a variable's block and offset are, as the host lays blocks out.
// Spec: ELF Handling for Thread-Local Storage (Drepper); the psABIs, "Thread Local Storage".

import { Answer, Code, What } from "../words";
import { NOWHERE } from "../host/answer";
import * as machine from "../host/machine";
import { Role } from "../arch/arch";
import { loadWord, storeWord, wrap } from "../elf/word";
import { Bond } from "../link/bond";
import { Symbols } from "../link/symbols";
import { Places } from "./place";

/** A variable: its block, and its offset there. */
@unmanaged export class Variable {
  /** The module whose block it is in; 0 for a weak reference that nobody defines. */
  module: u32;
  offset: u64;
  /** Bytes of the block. */
  blockBytes: u64;
}

/**
 * The variable that an entry names, in a record that the next call fills again.
 *
 * @param bond  null where the entry names no symbol: the module's own block
 */
export function variableOf(own: Symbols, bond: Bond | null, addend: u64): Variable {
  const owner = bond ? bond.owner : own;
  VARIABLE.module = owner ? owner.module : 0;
  VARIABLE.blockBytes = owner && owner.image.tls ? owner.image.tls!.bytes : 0;
  VARIABLE.offset = (bond ? bond.value : 0) + addend;
  return VARIABLE;
}
@lazy const VARIABLE: Variable = changetype<Variable>(memory.data(offsetof<Variable>(), 8));

/**
 * The word that a DTPMOD, DTPOFF or TPOFF asks for.
 *
 * @fault NoStaticTls (Rel, at = entry, value = bytes of the block)  it has no fixed offset from the thread pointer
 */
export function tlsWord(places: Places, entry: u64, role: Role, variable: Variable): u64 {
  switch (role) {
    case Role.TlsNumber: return variable.module ? machine.tlsNumber(variable.module) : 0;
    case Role.TlsOffset: return variable.offset - places.image.arch.tlsBias;
  }
  // Nobody's: its address is to be the addend, wherever the thread pointer is; so it is for what tests it against 0 only.
  if (!variable.module) return role == Role.TlsBelow ? 0 - variable.offset : variable.offset;
  const block = machine.tlsOffset(variable.module);
  if (block == NOWHERE) places.work.fail(Code.NoStaticTls, What.Rel, entry, variable.blockBytes);
  return role == Role.TlsBelow ? 0 - block - variable.offset : block + variable.offset;
}

/**
 * Writes the two words of a descriptor.
 *
 * @param at  address of the first
 * @fault TlsRefused (Rel, at = entry, value = offset)
 */
export function storeDescriptor<A>(places: Places, entry: u64, at: u64, variable: Variable): bool {
  if (machine.tlsDescriptor(places.work.handle, variable.module, wrap<A>(variable.offset)) != Answer.Done) {
    return places.work.fail(Code.TlsRefused, What.Rel, entry, variable.offset);
  }
  const argumentAt = places.image.arch.argumentFirst ? at : at + sizeof<A>();
  storeWord<A>(places.image.arch.argumentFirst ? at + sizeof<A>() : at, machine.tlsEntry());
  storeWord<A>(argumentAt, machine.tlsArgument());
  return true;
}

/** A REL entry's addend is in the word that the argument takes the place of. */
export function descriptorAddend<A>(places: Places, at: u64): u64 {
  return loadWord<A>(places.image.arch.argumentFirst ? at : at + sizeof<A>());
}
