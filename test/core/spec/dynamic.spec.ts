import { DT, Dynamic } from "../../../assembly/elf/dynamic";
import { take } from "../../../assembly/base/heap";
import { freshHeap } from "./support/heap";

/** Every tag that the core asks for, other than NULL and NEEDED. */
const TAGS: StaticArray<u64> = [
  DT.PLTRELSZ, DT.PLTGOT, DT.HASH, DT.STRTAB, DT.SYMTAB, DT.RELA, DT.RELASZ, DT.RELAENT, DT.STRSZ, DT.SYMENT, DT.INIT, DT.FINI, DT.SONAME,
  DT.RPATH, DT.SYMBOLIC, DT.REL, DT.RELSZ, DT.RELENT, DT.PLTREL, DT.DEBUG, DT.TEXTREL, DT.JMPREL, DT.BIND_NOW, DT.INIT_ARRAY, DT.FINI_ARRAY,
  DT.INIT_ARRAYSZ, DT.FINI_ARRAYSZ, DT.RUNPATH, DT.FLAGS, DT.PREINIT_ARRAY, DT.PREINIT_ARRAYSZ, DT.SYMTAB_SHNDX, DT.RELRSZ, DT.RELR, DT.RELRENT,
  DT.GNU_HASH, DT.VERSYM, DT.RELACOUNT, DT.RELCOUNT, DT.FLAGS_1, DT.VERDEF, DT.VERDEFNUM, DT.VERNEED, DT.VERNEEDNUM,
  DT.RISCV_VARIANT_CC, DT.AARCH64_VARIANT_PCS,
];

/** Bytes behind the record that nothing may write. */
const GUARD: usize = 64;

function newDynamic(): Dynamic { return Dynamic.at(take(Dynamic.bytes(Dynamic.most, true) + GUARD), Dynamic.most, true); }

function noMoreThanTwo(isWide: bool): void {
  const dynamic = Dynamic.at(take(Dynamic.bytes(2, isWide) + GUARD), 2, isWide);
  for (let i = 0; i < TAGS.length; ++i) dynamic.add(TAGS[i], 7 + i);
  for (let i = 0; i < TAGS.length; ++i) assert(dynamic.has(TAGS[i]) == (i < 2) && dynamic.value(TAGS[i]) == (i < 2 ? 7 + i : 0), "the first two");
  const end = changetype<usize>(dynamic) + Dynamic.bytes(2, isWide);
  for (let i: usize = 0; i < GUARD; ++i) assert(load<u8>(end + i) == 0, "nothing is written behind the record");
}

describe("elf: dynamic", () => {
  beforeEach(() => { freshHeap(1 << 16); });

  test("every tag has a slot of its own", () => {
    const all = newDynamic();
    for (let i = 0; i < TAGS.length; ++i) {
      assert(!all.has(TAGS[i]) && all.value(TAGS[i]) == 0, "it is absent at first");
      all.add(TAGS[i], 1000 + i);
    }
    for (let i = 0; i < TAGS.length; ++i) assert(all.has(TAGS[i]) && all.value(TAGS[i]) == 1000 + i, "it keeps its value");
    for (let i = 0; i < TAGS.length; ++i) {
      const one = newDynamic();
      one.add(TAGS[i], u64.MAX_VALUE);
      for (let k = 0; k < TAGS.length; ++k) assert(one.has(TAGS[k]) == (i == k), "only this one is there");
    }
    expect(TAGS.length).toBe(46);
  });

  test("the first of equal tags counts", () => {
    const dynamic = newDynamic();
    dynamic.add(DT.STRTAB, 0);
    dynamic.add(DT.STRTAB, 5);
    expect(dynamic.has(DT.STRTAB)).toBe(true);
    expect(dynamic.value(DT.STRTAB)).toBe(0);
  });

  test("no more is kept than there is room for", () => {
    noMoreThanTwo(true);
    noMoreThanTwo(false);
    expect(Dynamic.keeps(DT.RELR) && !Dynamic.keeps(38)).toBe(true);
  });

  test("values that fit are kept in 4 bytes each", () => {
    const dynamic = Dynamic.at(take(Dynamic.bytes(3, false) + GUARD), 3, false);
    dynamic.add(DT.STRTAB, 0xffffffff);
    dynamic.add(DT.SYMTAB, 0x1_0000_0009);
    dynamic.add(DT.HASH, 0x80000000);
    expect(dynamic.value(DT.STRTAB)).toBe(0xffffffff);
    expect(dynamic.value(DT.HASH)).toBe(0x80000000);
    expect(dynamic.value(DT.SYMTAB)).toBe(9, "it was smaller when room was made, and is checked like any other");
    expect(Dynamic.isLarge(0x1_0000_0000) && !Dynamic.isLarge(0xffffffff)).toBe(true);
    expect(Dynamic.bytes(10, true) - Dynamic.bytes(10, false)).toBe(40);
  });

  test("a tag that nobody asks for changes nothing", () => {
    const dynamic = newDynamic();
    const others: StaticArray<u64> = [
      38, 39, 47, 48, 63, 64, 0x6000000d, DT.GNU_HASH - 1, DT.GNU_HASH + 1, DT.VERSYM - 1, DT.VERSYM + 1, DT.RELACOUNT - 1, DT.VERNEEDNUM + 1,
      0x70000000, 0x70000003, 0x7fffffff, 0x80000000, 0xffffffff, 0x1_0000_0000 + DT.STRTAB, 0x1_0000_0000 + DT.RELACOUNT, u64.MAX_VALUE,
    ];
    for (let i = 0; i < others.length; ++i) dynamic.add(others[i], u64.MAX_VALUE);
    for (let i = 0; i < TAGS.length; ++i) assert(!dynamic.has(TAGS[i]) && dynamic.value(TAGS[i]) == 0, "no other tag is taken for it");
    for (let i = 0; i < others.length; ++i) assert(!dynamic.has(others[i]), "it is not kept");
    const end = changetype<usize>(dynamic) + Dynamic.bytes(Dynamic.most, true);
    for (let i: usize = 0; i < GUARD; ++i) assert(load<u8>(end + i) == 0, "nothing is written behind the record");
    expect(others.length).toBe(21);
  });
});
