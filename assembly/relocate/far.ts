// LoongArch's addresses of 64 bits: two instructions count from a page, and two behind them hold the rest. LoongArch ELF psABI, "Extreme code model".

import { Form } from "../arch/howto";
import { infoType, relInfo, relOffset } from "../elf/reloc";
import { Object, Section } from "../inspect/object";
import { entryBytesOf } from "../plan/slots";
import { page } from "./form";

/**
 * What the upper 32 bits of an address count from a page, when the lower ones are made of a signed 12-bit part and a 20-bit part that
 * wraps; `place` is pcalau12i's. LoongArch ELF psABI, R_LARCH_PCALA64_LO20.
 */
export function farOf(value: u64, place: u64): u64 {
  let result = page(value) - page(place);
  if (value & 0x800) result += 0x1000 - 0x100000000;
  if (result & 0x80000000) result += 0x100000000;
  return result;
}

/** Whether the instruction two behind has more of the same distance. */
export function isContinued<A>(object: Object, table: Section, at: u64, offset: u64): bool {
  const end = object.addr + table.offset + table.bytes;
  let left = MOST_BEHIND;
  for (let entry = object.addr + at, each = entryBytesOf<A>(table); left-- && entry + each <= end && relOffset<A>(entry) - offset <= 8; entry += each) {
    const howto = object.howtos.row(infoType<A>(relInfo<A>(entry)));
    if (howto && howto.form == Form.PageFar && relOffset<A>(entry) - offset == 8) return true;
  }
  return false;
}

/** Entries that three instructions may have, those for linkers that relax included. */
@inline const MOST_BEHIND: u32 = 16;
