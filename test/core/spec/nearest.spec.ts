// Which symbol an address is in: by tables made here, and by what looking at every address says.

import { archOf } from "../../../assembly/arch/machines";
import { EM } from "../../../assembly/elf/header";
import { store32 } from "../../../assembly/host/memory";
import { newImage } from "../../../assembly/inspect/image";
import { nearest } from "../../../assembly/link/nearest";
import { Symbols } from "../../../assembly/link/symbols";
import { freshHeap } from "./support/heap";
import { below, seed } from "./support/random";
import { Entry, tableOf } from "./support/symbols";
import { putWord } from "./support/target";

function tableWith<A>(machine: u32, entries: Entry[], sizes: u32[]): Symbols {
  const symbols = tableOf<A>(entries);
  symbols.image = newImage(1, false)!;
  symbols.image.arch = archOf(machine, sizeof<A>() * 8)!;
  symbols.bias = 0x10000;
  for (let i = 0; i < sizes.length; ++i) putWord<A>(symbols.symbol<A>(i + 1) + (sizeof<A>() == 8 ? 16 : 8), sizes[i]);
  return symbols;
}

describe("link: nearest", () => {
  beforeEach(() => { freshHeap(1 << 16); });

  test("the symbol that holds it, to its last byte", () => {
    const symbols = tableWith<u64>(EM.X86_64, [new Entry("a", 0x12, 7, 0x100), new Entry("b", 0x11, 7, 0x120), new Entry("label", 0x10, 7, 0x200)], [0x10, 8, 0]);
    expect(nearest(symbols, 0x100ff)).toBe(0);
    expect(nearest(symbols, 0x10100)).toBe(1);
    expect(nearest(symbols, 0x1010f)).toBe(1);
    expect(nearest(symbols, 0x10110)).toBe(0, "between two");
    expect(nearest(symbols, 0x10127)).toBe(2);
    expect(nearest(symbols, 0x10128)).toBe(0);
    expect(nearest(symbols, 0x10200)).toBe(3, "one without size holds where it begins");
    expect(nearest(symbols, 0x10201)).toBe(0);
    expect(nearest(symbols, 0)).toBe(0);
    expect(nearest(symbols, u64.MAX_VALUE)).toBe(0);
  });

  test("of several the one that begins last, and a global one before a local", () => {
    const symbols = tableWith<u64>(EM.X86_64, [new Entry("outer", 0x12, 7, 0x100), new Entry("local", 0x02, 7, 0x140), new Entry("inner", 0x12, 7, 0x140), new Entry("late", 0x12, 7, 0x140)], [0x100, 0x20, 0x10, 0x20]);
    expect(nearest(symbols, 0x10130)).toBe(1);
    expect(nearest(symbols, 0x10148)).toBe(3, "the first global one");
    expect(nearest(symbols, 0x10158)).toBe(4, "the only global one that is as long");
    expect(nearest(symbols, 0x10170)).toBe(1);
  });

  test("what is at no address is in none", () => {
    const symbols = tableWith<u64>(EM.X86_64, [
      new Entry("undefined", 0x12, 0, 0x100), new Entry("absolute", 0x11, 0xfff1, 0x100), new Entry("thread", 0x16, 7, 0x100), new Entry("section", 0x03, 7, 0x100),
      new Entry("file", 0x04, 7, 0x100),
    ], [16, 16, 16, 16, 16]);
    expect(nearest(symbols, 0x10100)).toBe(0);
    expect(nearest(symbols, 0x100)).toBe(0);
  });

  test("a Thumb function begins at its code, a variable where it says", () => {
    const symbols = tableWith<u32>(EM.ARM, [new Entry("thumb", 0x12, 7, 0x101), new Entry("odd", 0x11, 7, 0x201)], [8, 8]);
    expect(nearest(symbols, 0x10100)).toBe(1);
    expect(nearest(symbols, 0x10107)).toBe(1);
    expect(nearest(symbols, 0x10108)).toBe(0);
    expect(nearest(symbols, 0x10200)).toBe(0);
    expect(nearest(symbols, 0x10208)).toBe(2);
  });

  test("addresses of 32 bits wrap, and a size may be anything", () => {
    const symbols = tableWith<u32>(EM.I386, [new Entry("wrapped", 0x12, 7, 0xffff0100), new Entry("all", 0x12, 7, 0)], [0x10, 0xffffffff]);
    expect(nearest(symbols, 0x108)).toBe(1);
    expect(nearest(symbols, 0x10108)).toBe(2);
    expect(nearest(symbols, 0x1_0000_0108)).toBe(2, "no size wraps around");
    store32(symbols.symbol<u32>(2) + 8, 0);
    expect(nearest(symbols, 0x1_0000_0108)).toBe(0);
  });

  test("any table, any address", () => {
    let hits = 0;
    for (let round: u32 = 1; round <= 30; ++round) {
      freshHeap(1 << 16);
      seed(round);
      const entries: Entry[] = [], sizes: u32[] = [];
      for (let i = 0; i < 12; ++i) {
        entries.push(new Entry("s" + i.toString(), below(3) ? 0x12 : 0x02, below(8) ? 7 : 0, below(200)));
        sizes.push(below(3) ? below(60) : 0);
      }
      const symbols = tableWith<u64>(EM.X86_64, entries, sizes);
      for (let addr: u64 = 0; addr < 270; ++addr) {
        let best = 0;
        for (let i = 0; i < 12; ++i) {
          const start = entries[i].value;
          if (!entries[i].shndx || addr < start || addr >= start + max<u64>(sizes[i], 1)) continue;
          if (!best || start > entries[best - 1].value || start == entries[best - 1].value && entries[best - 1].info == 0x02 && entries[i].info == 0x12) best = i + 1;
        }
        const got = nearest(symbols, 0x10000 + addr);
        // Two locals at one place are the same to whoever asks.
        const isSame = got == best || got > 0 && best > 0 && entries[got - 1].value == entries[best - 1].value && entries[got - 1].info == entries[best - 1].info;
        assert(isSame, "the same symbol");
        if (best) ++hits;
      }
    }
    expect(hits).toBeGreaterThan(1000);
  });
});
