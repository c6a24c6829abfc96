// Version definitions and requirements: records that are made here, and some that lead astray.

import { Code, Field, PF, What } from "../../../assembly/words";
import { NONE } from "../../../assembly/host/answer";
import { load8, store32 } from "../../../assembly/host/memory";
import { take } from "../../../assembly/base/heap";
import { DT } from "../../../assembly/elf/dynamic";
import { Image } from "../../../assembly/inspect/image";
import { Symbols } from "../../../assembly/link/symbols";
import { definitionCount, definitionField, requirementCount, requirementField, versionsOf } from "../../../assembly/link/version";
import { Placement } from "../../../assembly/map/map";
import { freshHeap } from "./support/heap";
import { addSegment, imageOf, placementOf } from "./support/image";
import { below, random, seed } from "./support/random";
import { putText, store16, violations } from "./support/target";
import { newWork } from "./support/work";

const LOW: u64 = 0x1000;
const BYTES: u64 = 0x1000;
const DEFINITIONS: u64 = 0x1100;
const NEEDS: u64 = 0x1400;
const STRINGS: u64 = 0x1800;

let image: Image = changetype<Image>(0);
let placement: Placement = changetype<Placement>(0);
let symbols: Symbols = changetype<Symbols>(0);
let names: u32 = 0;

function at(vaddr: u64): u64 { return placement.at(vaddr); }

/** Puts a string into the table; answers with its offset. */
function text(name: string): u32 {
  const offset = names;
  names += putText(at(STRINGS + offset), name) + 1;
  symbols.stringBytes = names;
  return offset;
}

/** Verdef and its first Verdaux: version, flags, ndx, cnt, hash, aux, next; name, next. */
function define(vaddr: u64, flags: u32, ndx: u32, name: string, next: u32): void {
  store16(at(vaddr), 1);
  store16(at(vaddr + 2), flags);
  store16(at(vaddr + 4), ndx);
  store16(at(vaddr + 6), 1);
  store32(at(vaddr + 12), 20);
  store32(at(vaddr + 16), next);
  store32(at(vaddr + 20), text(name));
}

/** Verneed: version, cnt, file, aux, next. */
function need(vaddr: u64, file: string, cnt: u32, aux: u32, next: u32): void {
  store16(at(vaddr), 1);
  store16(at(vaddr + 2), cnt);
  store32(at(vaddr + 4), text(file));
  store32(at(vaddr + 8), aux);
  store32(at(vaddr + 12), next);
}

/** Vernaux: hash, flags, other, name, next. */
function needed(vaddr: u64, flags: u32, other: u32, name: string, next: u32): void {
  store16(at(vaddr + 4), flags);
  store16(at(vaddr + 6), other);
  store32(at(vaddr + 8), text(name));
  store32(at(vaddr + 12), next);
}

function open(): void {
  freshHeap(1 << 15);
  image = imageOf(64, 1);
  addSegment(image, LOW, BYTES, PF.R);
  placement = placementOf(image, LOW, BYTES);
  symbols = changetype<Symbols>(take(offsetof<Symbols>()));
  symbols.strings = at(STRINGS);
  names = 0;
  text("");
  define(DEFINITIONS, 1, 1, "libv.so", 28);
  define(DEFINITIONS + 28, 0, 2, "V_1", 40);
  define(DEFINITIONS + 68, 2, 3, "V_2_longer", 0);
  image.dynamic!.add(DT.VERDEF, DEFINITIONS);
  image.dynamic!.add(DT.VERDEFNUM, 3);
  need(NEEDS, "libc.so.6", 2, 16, 48);
  needed(NEEDS + 16, 0, 4, "GLIBC_2.2.5", 16);
  needed(NEEDS + 32, 2, 5, "GLIBC_2.34", 0);
  need(NEEDS + 48, "libm.so.6", 1, 32, 0);
  needed(NEEDS + 80, 0, 0x8006, "GLIBC_2.29", 0);
  image.dynamic!.add(DT.VERNEED, NEEDS);
  image.dynamic!.add(DT.VERNEEDNUM, 2);
}

function isText(addr: u64, bytes: u64, name: string): bool {
  if (bytes != name.length) return false;
  for (let i = 0; i < name.length; ++i) if (load8(addr + i) != <u32>name.charCodeAt(i)) return false;
  return true;
}

function definition(index: u32, name: string, version: u64, flags: u64): void {
  assert(isText(definitionField(image, placement, symbols, index, Field.Name), definitionField(image, placement, symbols, index, Field.NameBytes), name), name);
  expect(definitionField(image, placement, symbols, index, Field.Version)).toBe(version);
  expect(definitionField(image, placement, symbols, index, Field.Flags)).toBe(flags);
}

function requirement(index: u32, file: string, name: string, version: u64, flags: u64): void {
  assert(isText(requirementField(image, placement, symbols, index, Field.Name), requirementField(image, placement, symbols, index, Field.NameBytes), name), name);
  assert(isText(requirementField(image, placement, symbols, index, Field.File), requirementField(image, placement, symbols, index, Field.FileBytes), file), file);
  expect(requirementField(image, placement, symbols, index, Field.Version)).toBe(version);
  expect(requirementField(image, placement, symbols, index, Field.Flags)).toBe(flags);
}

/** The name of a version in the table that was read; "" for none. */
function nameAt(index: u32): string {
  const version = symbols.version(index);
  if (!version) return "";
  let name = "";
  for (let i: u32 = 0; i < version.bytes; ++i) name += String.fromCharCode(load8(symbols.strings + version.name + i));
  return name;
}

/** Reading all of them is a fault. */
function refused(atVaddr: u64, value: u64): void {
  const work = newWork(), before = violations();
  expect(versionsOf(work, image, placement, symbols, work.arena)).toBe(false);
  expect(work.fault.code).toBe(Code.BadVersionTable);
  expect(work.fault.what).toBe(What.Version);
  expect(work.fault.at).toBe(atVaddr);
  expect(work.fault.value).toBe(value);
  expect(violations()).toBe(before);
}

describe("link: versions by index", () => {
  beforeEach(open);

  test("the names of all, but for the base version", () => {
    const work = newWork();
    expect(versionsOf(work, image, placement, symbols, work.arena)).toBe(true);
    expect(symbols.versionCount).toBe(7);
    const wanted: string[] = ["", "", "V_1", "V_2_longer", "GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.29", ""];
    for (let i = 0; i < wanted.length; ++i) assert(nameAt(i) == wanted[i], wanted[i]);
  });

  test("what is defined, the base version included, and what is only needed", () => {
    const work = newWork();
    expect(versionsOf(work, image, placement, symbols, work.arena)).toBe(true);
    const asked: string[] = ["V_1", "V_2_longer", "libv.so", "GLIBC_2.34", "V_2", "V_"];
    let got = "";
    for (let i = 0; i < asked.length; ++i) {
      const name = at(STRINGS + 0x400);
      got += symbols.definesVersion(name, putText(name, asked[i])) ? "1" : "0";
    }
    expect(got).toBe("111000");
  });

  test("records that lead out of the image", () => {
    const astray: StaticArray<u32> = [0x10000, 0xffffffff, <u32>(LOW + BYTES - DEFINITIONS - 19)];
    for (let i = 0; i < astray.length; ++i) {
      open();
      store32(at(DEFINITIONS + 16), astray[i]);
      refused(DEFINITIONS + astray[i], 0);
    }
    open();
    store32(at(DEFINITIONS + 28 + 12), <u32>(LOW + BYTES - DEFINITIONS - 28 - 7));
    refused(LOW + BYTES - 7, 0);
    open();
    store32(at(NEEDS + 12), 0x7fffffff);
    refused(NEEDS + 0x7fffffff, 0);
    open();
    store32(at(NEEDS + 8), 0x80000000);
    refused(NEEDS + 0x80000000, 0);
    open();
    store32(at(NEEDS + 16 + 12), <u32>-16);
    refused(NEEDS + 16 + 0xfffffff0, 0);
  });

  test("a table that is not in the image", () => {
    freshHeap(1 << 15);
    image = imageOf(64, 1);
    addSegment(image, LOW, BYTES, PF.R);
    image.dynamic!.add(DT.VERDEF, LOW + BYTES - 10);
    image.dynamic!.add(DT.VERDEFNUM, 1);
    refused(LOW + BYTES - 10, 0);
  });

  test("names that are not in the string table", () => {
    store32(at(DEFINITIONS + 28 + 20), symbols.stringBytes);
    refused(DEFINITIONS + 28, symbols.stringBytes);
    open();
    store32(at(NEEDS + 32 + 8), u32.MAX_VALUE);
    refused(NEEDS + 32, u32.MAX_VALUE);
  });

  test("records that are shared, more often than there is room for so many", () => {
    // Twenty libraries, whose versions are the same thirty records: 600 in 4,096 bytes.
    const chain: u64 = NEEDS + 20 * 16;
    for (let i: u64 = 0; i < 20; ++i) {
      const record = NEEDS + i * 16;
      store16(at(record), 1);
      store16(at(record + 2), 30);
      store32(at(record + 4), 1);
      store32(at(record + 8), <u32>(chain - record));
      store32(at(record + 12), i < 19 ? 16 : 0);
    }
    for (let i: u64 = 0; i < 30; ++i) {
      store16(at(chain + i * 16 + 6), 4);
      store32(at(chain + i * 16 + 8), 1);
      store32(at(chain + i * 16 + 12), i < 29 ? 16 : 0);
    }
    const dynamic = imageOf(64, 1);
    addSegment(dynamic, LOW, BYTES, PF.R);
    dynamic.dynamic!.add(DT.VERNEED, NEEDS);
    dynamic.dynamic!.add(DT.VERNEEDNUM, 20);
    image = dynamic;
    // 512 records of 8 bytes: it is the third of the eighteenth library that is one too many.
    refused(chain + 2 * 16, 0);
  });

  test("whatever the records hold, reading them ends, and stays inside", () => {
    let good = 0;
    for (let round: u32 = 1; round <= 300; ++round) {
      open();
      seed(round);
      const before = violations();
      for (let left = 1 + below(40); left; --left) {
        const vaddr = (below(2) ? DEFINITIONS : NEEDS) + below(24) * 4;
        store32(at(vaddr), below(3) ? below(64) : random());
      }
      const work = newWork();
      if (versionsOf(work, image, placement, symbols, work.arena)) ++good;
      else assert(work.fault.code == Code.BadVersionTable || work.fault.code == Code.OutOfMemory, "a table may ask for more than there is");
      for (let i: u32 = 0; i < definitionCount(image, placement, symbols); ++i) definitionField(image, placement, symbols, i, Field.NameBytes);
      for (let i: u32 = 0; i < min<u32>(requirementCount(image, placement, symbols), 20); ++i) requirementField(image, placement, symbols, i, Field.FileBytes);
      assert(violations() == before, "it stays inside");
    }
    expect(good).toBeGreaterThan(10);
    expect(good).toBeLessThan(290);
  });

  test("no memory for the names is a fault", () => {
    const work = newWork();
    while (take(64));
    while (take(8));
    expect(versionsOf(work, image, placement, symbols, work.arena)).toBe(false);
    expect(work.fault.code).toBe(Code.OutOfMemory);
  });
});

describe("link: version", () => {
  beforeEach(open);

  test("definitions in order", () => {
    expect(definitionCount(image, placement, symbols)).toBe(3);
    definition(0, "libv.so", 1, 1);
    definition(1, "V_1", 2, 0);
    definition(2, "V_2_longer", 3, 2);
    expect(definitionField(image, placement, symbols, 0, Field.Addend)).toBe(NONE);
  });

  test("requirements, of all libraries together", () => {
    expect(requirementCount(image, placement, symbols)).toBe(3);
    requirement(0, "libc.so.6", "GLIBC_2.2.5", 4, 0);
    requirement(1, "libc.so.6", "GLIBC_2.34", 5, 2);
    requirement(2, "libm.so.6", "GLIBC_2.29", 6, 0);
    expect(requirementField(image, placement, symbols, 0, Field.Addend)).toBe(NONE);
  });

  test("none where there are none", () => {
    const bare = imageOf(64, 0);
    expect(definitionCount(bare, placement, symbols)).toBe(0);
    expect(requirementCount(bare, placement, symbols)).toBe(0);
    bare.dynamic = null;
    expect(definitionCount(bare, placement, symbols)).toBe(0);
    expect(requirementCount(bare, placement, symbols)).toBe(0);
  });

  test("a walk ends where the dynamic section says, or the records", () => {
    store32(at(DEFINITIONS + 68 + 16), 28);
    expect(definitionCount(image, placement, symbols)).toBe(3, "DT_VERDEFNUM");
    store32(at(DEFINITIONS + 28 + 16), 0);
    expect(definitionCount(image, placement, symbols)).toBe(2, "vd_next");
    store16(at(NEEDS + 2), 1);
    expect(requirementCount(image, placement, symbols)).toBe(2, "vn_cnt");
    store32(at(NEEDS + 12), 0);
    expect(requirementCount(image, placement, symbols)).toBe(1, "vn_next");
  });

  test("records that lead out of the image end the walk", () => {
    const before = violations();
    const astray: StaticArray<u32> = [0x10000, 0xffffffff, <u32>(LOW + BYTES - DEFINITIONS - 19)];
    for (let i = 0; i < astray.length; ++i) {
      open();
      store32(at(DEFINITIONS + 16), astray[i]);
      expect(definitionCount(image, placement, symbols)).toBe(1);
      store32(at(NEEDS + 12), astray[i]);
      expect(requirementCount(image, placement, symbols)).toBe(2);
      store32(at(NEEDS + 8), astray[i]);
      expect(requirementCount(image, placement, symbols)).toBe(0);
    }
    store32(at(DEFINITIONS + 12), <u32>(LOW + BYTES - DEFINITIONS - 7));
    expect(definitionField(image, placement, symbols, 0, Field.Name)).toBe(NONE, "a name that is nowhere");
    expect(violations()).toBe(before);
  });

  test("records that lead to themselves do not keep the walk for ever", () => {
    store16(at(NEEDS + 2), 0xffff);
    store32(at(NEEDS + 16 + 12), 16);
    store32(at(NEEDS + 32 + 12), <u32>-16);
    expect(requirementCount(image, placement, symbols)).toBeGreaterThan(0);
    expect(definitionCount(image, placement, symbols)).toBe(3);
  });

  test("a name that is not in the string table", () => {
    store32(at(DEFINITIONS + 20), symbols.stringBytes);
    expect(definitionField(image, placement, symbols, 0, Field.Name)).toBe(NONE);
    expect(definitionField(image, placement, symbols, 0, Field.NameBytes)).toBe(NONE);
    store32(at(NEEDS + 4), u32.MAX_VALUE);
    expect(requirementField(image, placement, symbols, 0, Field.File)).toBe(NONE);
  });
});
