// All relocations of a file as one list.

import { Field, PF } from "../../../assembly/words";
import { NONE } from "../../../assembly/host/answer";
import { DT } from "../../../assembly/elf/dynamic";
import { Image } from "../../../assembly/inspect/image";
import { relocationCount, relocationField } from "../../../assembly/link/walk";
import { Placement } from "../../../assembly/map/map";
import { freshHeap } from "./support/heap";
import { addSegment, imageOf, placementOf } from "./support/image";
import { putWord } from "./support/target";

const LOW: u64 = 0x1000;

let image: Image = changetype<Image>(0);
let placement: Placement = changetype<Placement>(0);

function put<A>(vaddr: u64, index: u64, value: u64): void { putWord<A>(placement.at(vaddr + index * sizeof<A>()), value); }

function infoOf<A>(symbol: u64, type: u64): u64 { return sizeof<A>() == 8 ? symbol << 32 | type : symbol << 8 | type; }

function entry<A>(index: u32, type: u64, vaddr: u64, symbol: u64, addend: u64): void {
  expect(relocationField(image, placement, index, Field.Type)).toBe(type);
  expect(relocationField(image, placement, index, Field.Vaddr)).toBe(vaddr);
  expect(relocationField(image, placement, index, Field.Symbol)).toBe(symbol);
  expect(relocationField(image, placement, index, Field.Addend)).toBe(addend);
  expect(relocationField(image, placement, index, Field.Name)).toBe(NONE);
}

function check<A>(): void {
  const word: u64 = sizeof<A>(), minus = sizeof<A>() == 8 ? <u64>-4 : <u64>0xfffffffc;
  freshHeap(1 << 14);
  image = imageOf(sizeof<A>() * 8, 1);
  addSegment(image, LOW, 0x1000, PF.R);
  placement = placementOf(image, LOW, 0x1000);
  expect(relocationCount(image)).toBe(0);
  const d = image.dynamic!;
  d.add(DT.RELA, LOW + 0x100);
  d.add(DT.RELASZ, 2 * 3 * word);
  d.add(DT.REL, LOW + 0x200);
  d.add(DT.RELSZ, 2 * word);
  d.add(DT.JMPREL, LOW + 0x300);
  d.add(DT.PLTRELSZ, 3 * word);
  d.add(DT.PLTREL, DT.RELA);
  d.add(DT.RELR, LOW + 0x400);
  d.add(DT.RELRSZ, 2 * word);
  put<A>(LOW + 0x100, 0, 0x5000);
  put<A>(LOW + 0x100, 1, infoOf<A>(7, 0x21));
  put<A>(LOW + 0x100, 2, <u64>-4);
  put<A>(LOW + 0x100, 3, 0x5008);
  put<A>(LOW + 0x100, 4, infoOf<A>(0xabcdef, 0xff));
  put<A>(LOW + 0x100, 5, 16);
  put<A>(LOW + 0x200, 0, 0x5010);
  put<A>(LOW + 0x200, 1, infoOf<A>(3, 8));
  put<A>(LOW + 0x300, 0, 0x5018);
  put<A>(LOW + 0x300, 1, infoOf<A>(2, 9));
  put<A>(LOW + 0x300, 2, 0);
  put<A>(LOW + 0x400, 0, 0x5020);
  put<A>(LOW + 0x400, 1, 0x33);
  expect(relocationCount(image)).toBe(6);
  entry<A>(0, 0x21, 0x5000, 7, minus);
  entry<A>(1, 0xff, 0x5008, 0xabcdef, 16);
  entry<A>(2, 8, 0x5010, 3, NONE);
  entry<A>(3, 9, 0x5018, 2, 0);
  for (let i: u32 = 4; i < 6; ++i) {
    expect(relocationField(image, placement, i, Field.Type)).toBe(0);
    expect(relocationField(image, placement, i, Field.Value)).toBe(i == 4 ? 0x5020 : 0x33);
    expect(relocationField(image, placement, i, Field.Vaddr)).toBe(NONE);
  }
  image.dynamic = null;
  expect(relocationCount(image)).toBe(0);
}

describe("link: walk", () => {
  test("every table in order, 32 bits", () => check<u32>());
  test("every table in order, 64 bits", () => check<u64>());
});
