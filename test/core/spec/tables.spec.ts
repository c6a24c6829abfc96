import { DT, Dynamic } from "../../../assembly/elf/dynamic";
import { take } from "../../../assembly/base/heap";
import { Entries, Table, entryBytes, hasAddend, tableCount, tableStart } from "../../../assembly/link/tables";
import { freshHeap } from "./support/heap";

function newDynamic(): Dynamic { return Dynamic.at(take(Dynamic.bytes(Dynamic.most, true)), Dynamic.most, true); }

function checkTables<A>(): void {
  const word: u64 = sizeof<A>(), dynamic = newDynamic();
  for (let table = 0; table < Table.COUNT; ++table) {
    expect(tableCount<A>(dynamic, table)).toBe(0, "there is none");
    expect(tableCount<A>(null, table)).toBe(0);
  }
  dynamic.add(DT.RELA, 0x1000);
  dynamic.add(DT.RELASZ, 5 * 3 * word);
  dynamic.add(DT.REL, 0x2000);
  dynamic.add(DT.RELSZ, 7 * 2 * word);
  dynamic.add(DT.JMPREL, 0x3000);
  dynamic.add(DT.PLTRELSZ, 6 * word);
  dynamic.add(DT.PLTREL, DT.REL);
  expect(tableStart(dynamic, Table.Rela)).toBe(0x1000);
  expect(tableStart(dynamic, Table.Rel)).toBe(0x2000);
  expect(tableStart(dynamic, Table.Plt)).toBe(0x3000);
  expect(hasAddend(dynamic, Table.Rela)).toBe(true);
  expect(hasAddend(dynamic, Table.Rel)).toBe(false);
  expect(hasAddend(dynamic, Table.Plt)).toBe(false);
  expect(tableCount<A>(dynamic, Table.Rela)).toBe(5);
  expect(tableCount<A>(dynamic, Table.Rel)).toBe(7);
  expect(tableCount<A>(dynamic, Table.Plt)).toBe(3);
  expect(entryBytes<A>(false)).toBe(2 * word);
  expect(entryBytes<A>(true)).toBe(3 * word);

  const rela = newDynamic();
  rela.add(DT.JMPREL, 0x3000);
  rela.add(DT.PLTRELSZ, 6 * word);
  rela.add(DT.PLTREL, DT.RELA);
  expect(hasAddend(rela, Table.Plt)).toBe(true);
  expect(tableCount<A>(rela, Table.Plt)).toBe(2);
  expect(tableCount<A>(rela, Table.Rela)).toBe(0);
}

/** DT_RELASZ counts the PLT's entries, which lie at the end of the same table. */
function checkShared<A>(tag: u64, sizeTag: u64, table: Table, each: u64): void {
  const inside = newDynamic();
  inside.add(tag, 0x1000);
  inside.add(sizeTag, 10 * each);
  inside.add(DT.JMPREL, 0x1000 + 6 * each);
  inside.add(DT.PLTRELSZ, 4 * each);
  inside.add(DT.PLTREL, tag);
  expect(tableCount<A>(inside, table)).toBe(6, "they are met once");
  expect(tableCount<A>(inside, Table.Plt)).toBe(4);

  const whole = newDynamic();
  whole.add(tag, 0x1000);
  whole.add(sizeTag, 4 * each);
  whole.add(DT.JMPREL, 0x1000);
  whole.add(DT.PLTRELSZ, 4 * each);
  whole.add(DT.PLTREL, tag);
  expect(tableCount<A>(whole, table)).toBe(0, "all of it is the PLT's");
  expect(tableCount<A>(whole, Table.Plt)).toBe(4);

  const apart = newDynamic();
  apart.add(tag, 0x1000);
  apart.add(sizeTag, 6 * each);
  apart.add(DT.JMPREL, 0x1000 + 6 * each);
  apart.add(DT.PLTRELSZ, 4 * each);
  apart.add(DT.PLTREL, tag);
  expect(tableCount<A>(apart, table)).toBe(6, "one lies right behind the other");

  const before = newDynamic();
  before.add(tag, 0x1000);
  before.add(sizeTag, 6 * each);
  before.add(DT.JMPREL, 0x1000 - 4 * each);
  before.add(DT.PLTRELSZ, 4 * each);
  before.add(DT.PLTREL, tag);
  expect(tableCount<A>(before, table)).toBe(6, "one lies before the other");
}

/** The walk meets each entry once, table by table, whether a table is there or not, and goes on where it was left. */
function checkEntries<A>(): void {
  const word: u64 = sizeof<A>(), dynamic = newDynamic(), entries = changetype<Entries>(take(offsetof<Entries>()));
  expect(entries.isOpen).toBe(false);
  entries.open<A>(null);
  expect(entries.isAtEnd).toBe(true);
  dynamic.add(DT.RELA, 0x1000);
  dynamic.add(DT.RELASZ, 2 * 3 * word);
  dynamic.add(DT.REL, 0x2000);
  dynamic.add(DT.RELSZ, 0);
  dynamic.add(DT.JMPREL, 0x3000);
  dynamic.add(DT.PLTRELSZ, 3 * 2 * word);
  dynamic.add(DT.PLTREL, DT.REL);
  entries.open<A>(dynamic);
  expect(entries.isOpen).toBe(true);
  for (let i: u64 = 0; i < 2; ++i, entries.next<A>()) {
    expect(entries.vaddr).toBe(0x1000 + i * 3 * word);
    expect(entries.isRela).toBe(true);
  }
  for (let i: u64 = 0; i < 3; ++i, entries.next<A>()) {
    expect(entries.vaddr).toBe(0x3000 + i * 2 * word);
    expect(entries.isRela).toBe(false);
  }
  expect(entries.isAtEnd).toBe(true);
}

describe("link: tables", () => {
  beforeEach(() => { freshHeap(1 << 14); });

  test("what a table is, 32 bits", () => checkTables<u32>());
  test("what a table is, 64 bits", () => checkTables<u64>());
  test("all entries, 32 bits", () => checkEntries<u32>());
  test("all entries, 64 bits", () => checkEntries<u64>());
  test("REL that shares its end with the PLT's, 32 bits", () => checkShared<u32>(DT.REL, DT.RELSZ, Table.Rel, 8));
  test("REL that shares its end with the PLT's, 64 bits", () => checkShared<u64>(DT.REL, DT.RELSZ, Table.Rel, 16));
  test("RELA that shares its end with the PLT's, 32 bits", () => checkShared<u32>(DT.RELA, DT.RELASZ, Table.Rela, 12));
  test("RELA that shares its end with the PLT's, 64 bits", () => checkShared<u64>(DT.RELA, DT.RELASZ, Table.Rela, 24));
});
