// Instructions of x86 that load an address from the GOT, made into such as work it out themselves. They keep their length, and what
// they become reaches all of the module; so whether one does is known before anything has an address.
// Spec: AMD64 psABI, B.2 "Optimize GOTPCRELX Relocations"; Intel386 psABI, A.2 "Optimize R_386_GOT32X Relocation".

import { Fit, Form, Howto } from "./howto";
import * as target from "../host/memory";

/** What stays as it is. */
const AS_IS: u32 = 0;

/**
 * Whether an instruction may become another one, where its symbol is the module's own.
 *
 * @param section  address of the section's bytes
 * @param offset   the place, from there on
 */
export function isRelaxed(howto: Howto, section: u64, offset: u64, addend: u64): bool {
  return howto.has(Fit.Relax) && offset >= 2 && relaxed(howto, opcodeAt(section + offset), addend) != AS_IS;
}

/** What a slot of i386 is counted from: the table, unless the instruction's ModRM, the byte in front of the place, names no register. */
export function slotForm(section: u64, offset: u64): Form {
  return offset && (target.load8(section + offset - 1) & 0xc7) == 0x05 ? Form.Abs : Form.Got;
}

/** The opcode and the ModRM in front of a place. */
@inline export function opcodeAt(place: u64): u32 { return target.load8(place - 2) | target.load8(place - 1) << 8; }

/** The two bytes that take the place of the opcode and the ModRM. */
@inline export function relaxedOpcode(howto: Howto, opcode: u32, addend: u64): u32 { return relaxed(howto, opcode, addend) & 0xffff; }

/** What its value is counted from: Pc, Got or Abs. */
@inline export function relaxedForm(howto: Howto, opcode: u32, addend: u64): Form { return <Form>(relaxed(howto, opcode, addend) >> 16 & Form.MASK); }

/** The addend is that of %rip: it counts from the end of the instruction. */
@inline export function relaxedAddend(form: Form): u64 { return form == Form.Pc ? -4 : 0; }

/** AS_IS, or the new opcode and ModRM, and above them the Form. None of them is AS_IS. */
function relaxed(howto: Howto, word: u32, addend: u64): u32 {
  const isRip = howto.form == Form.Pc;
  // Any other asks for something beside the slot.
  if (addend != relaxedAddend(howto.form)) return AS_IS;
  const modRm = word >> 8;
  const opcode = word & 0xff;
  const register = modRm >> 3 & 7;
  // No register is named, or one, without an index.
  const isBare = (modRm & 0xc7) == 0x05;
  if (!isBare && (isRip || (modRm & 0xc0) != 0x80 || (modRm & 7) == 4)) return AS_IS;
  // call *: addr32 call; jmp *: nop, jmp
  if (opcode == 0xff) return register == 2 ? Form.Pc << 16 | 0xe867 : register == 4 ? Form.Pc << 16 | 0xe990 : AS_IS;
  // mov: lea of what %rip, or the same register, leads to
  if (opcode == 0x8b && (isRip || !isBare)) return (isRip ? Form.Pc : Form.Got) << 16 | 0x8d | modRm << 8;
  // Of 64 bits the address need not fit in the 32 of a number.
  if (isRip) return AS_IS;
  // mov, test, and add .. cmp of a number. The register moves to where the memory was.
  const isArithmetic = (opcode & 0xc7) == 0x03;
  const immediate: u32 = opcode == 0x8b ? 0xc0c7 : opcode == 0x85 ? 0xc0f7 : isArithmetic ? 0xc081 | (opcode & 0x38) << 8 : AS_IS;
  return immediate ? Form.Abs << 16 | immediate | register << 8 : AS_IS;
}
