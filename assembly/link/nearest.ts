// Which symbol an address is in.

import { SHN, STB, STT, bindOf, symInfo, symShndx, symSize, symValue, typeOf } from "../elf/symbol";
import { wide } from "../elf/word";
import { Symbols } from "./symbols";

/**
 * The index of the symbol that holds an address; of several the one that begins last, a global one before a local. One without size
 * holds the address it begins at. 0: none.
 */
export function nearest(symbols: Symbols, addr: u64): u32 { return wide(symbols.bits) ? nearestAs<u64>(symbols, addr) : nearestAs<u32>(symbols, addr); }

function nearestAs<A>(symbols: Symbols, addr: u64): u32 {
  let best: u32 = 0;
  let bestStart: u64 = 0;
  for (let index: u32 = 1; index < symbols.count; ++index) {
    const symbol = symbols.symbol<A>(index);
    const type = typeOf(symInfo<A>(symbol));
    if (symShndx<A>(symbol) == SHN.UNDEF || symShndx<A>(symbol) == SHN.ABS || type == STT.TLS || type == STT.SECTION || type == STT.FILE) continue;
    const start = (type == STT.FUNC || type == STT.GNU_IFUNC ? symValue<A>(symbol) & ~<u64>symbols.image.arch.codeTag : symValue<A>(symbol)) + symbols.bias & symbols.mask;
    const bytes = symSize<A>(symbol);
    if (addr - start >= max<u64>(bytes, 1) || addr < start) continue;
    const isBetter = !best || start > bestStart || start == bestStart && bindOf(symInfo<A>(symbols.symbol<A>(best))) == STB.LOCAL;
    if (!isBetter) continue;
    best = index;
    bestStart = start;
  }
  return best;
}
