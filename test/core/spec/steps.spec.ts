// What a file makes the core look at grows with the file and not with its square: by loads from target memory, which are counted.

import { Code, Field, PF, What } from "../../../assembly/words";
import { store32 } from "../../../assembly/host/memory";
import { DT } from "../../../assembly/elf/dynamic";

import { Lacking } from "../../../assembly/link/missing";
import { LONGEST_VERSION, definitionCount, definitionField, requirementCount, requirementField, versionsOf } from "../../../assembly/link/version";
import { Context, newContext } from "../../../assembly/registry/context";
import { openHandles } from "../../../assembly/registry/handle";
import { Module, newModule } from "../../../assembly/registry/module";
import { MOST_COMPARED, findVersions } from "../../../assembly/registry/require";
import { Session, Task, newSession } from "../../../assembly/registry/session";
import { freshHeap } from "./support/heap";
import { loads } from "./support/host";
import { addSegment, imageOf, placementOf } from "./support/image";
import { putText, store16, store8 } from "./support/target";
import { newWork } from "./support/work";

const LOW: u64 = 0x1000;
const BYTES: u64 = 0xa0000;
const NEEDS: u64 = LOW + 0x100;
const DEFINITIONS: u64 = LOW + 0x40000;
const STRINGS: u64 = LOW + 0x80000;

let context: Context = changetype<Context>(0);

/** A module with a string table: "", "libv.so", then "V000000", "V000001", ... */
function moduleWith(): Module {
  const image = imageOf(64, 1);
  addSegment(image, LOW, BYTES, PF.R);
  const module = newModule(context, image, 0)!;
  module.placement = placementOf(image, LOW, BYTES);
  module.symbols.image = image;
  module.symbols.strings = module.placement.at(STRINGS);
  module.symbols.stringBytes = <u32>(LOW + BYTES - STRINGS);
  putText(module.symbols.strings + 1, "libv.so");
  return module;
}

/** Puts the name of a version into the table; says where it is. */
function nameOf(module: Module, index: u32): u32 {
  const at: u32 = 16 + index * 8;
  store8(module.symbols.strings + at, 0x56);
  for (let i = 6; i; --i, index /= 10) store8(module.symbols.strings + at + i, 0x30 + index % 10);
  return at;
}

/** So many versions of one library are needed, or defined. */
function fill(module: Module, requirements: u32, definitions: u32): void {
  const dynamic = module.image.dynamic!;
  if (requirements) {
    const at = module.placement.at(NEEDS);
    store16(at, 1);
    store16(at + 2, requirements);
    store32(at + 4, 1);
    store32(at + 8, 16);
    for (let i: u32 = 0; i < requirements; ++i) {
      store16(at + 16 + i * 16 + 6, i + 2);
      store32(at + 16 + i * 16 + 8, nameOf(module, i));
      store32(at + 16 + i * 16 + 12, i + 1 < requirements ? 16 : 0);
    }
    dynamic.add(DT.VERNEED, NEEDS);
    dynamic.add(DT.VERNEEDNUM, 1);
  }
  if (definitions) {
    const at = module.placement.at(DEFINITIONS);
    for (let i: u32 = 0; i < definitions; ++i) {
      store16(at + i * 28 + 4, i + 1);
      store32(at + i * 28 + 12, 20);
      store32(at + i * 28 + 16, i + 1 < definitions ? 28 : 0);
      store32(at + i * 28 + 20, nameOf(module, i));
    }
    dynamic.add(DT.VERDEF, DEFINITIONS);
    dynamic.add(DT.VERDEFNUM, definitions);
  }
  const work = newWork();
  assert(versionsOf(work, module.image, module.placement, module.symbols, module.arena), "the tables are right");
}

function open(): void {
  freshHeap(1 << 20);
  openHandles();
  context = newContext(0, 0, 0)!;
}

/** Loads that it takes to list so many records with all their fields. */
function listingLoads(requirements: u32, definitions: u32): u32 {
  open();
  const module = moduleWith();
  fill(module, requirements, definitions);
  const before = loads();
  for (let i: u32 = 0; i < requirementCount(module.image, module.placement, module.symbols); ++i) {
    for (let field = Field.Kind; field <= Field.Kept; ++field) requirementField(module.image, module.placement, module.symbols, i, field);
  }
  for (let i: u32 = 0; i < definitionCount(module.image, module.placement, module.symbols); ++i) {
    for (let field = Field.Kind; field <= Field.Kept; ++field) definitionField(module.image, module.placement, module.symbols, i, field);
  }
  return loads() - before;
}

/** A module that needs the library, which has other versions than the module's: how looking for them went. */
function find(requirements: u32, definitions: u32): Session {
  open();
  const library = moduleWith(), module = moduleWith(), session = newSession(Task.Load, context)!;
  fill(library, 0, definitions);
  fill(module, requirements, 0);
  for (let i: u32 = 0; i < requirements; ++i) store8(module.symbols.strings + nameOf(module, i), 0x57);
  module.image.neededCount = 1;
  module.image.needed = module.arena.take(4);
  store<u32>(module.image.needed, 1);
  assert(module.hasRoom(), "there is memory");
  module.remember(library);
  findVersions(session, module);
  return session;
}

describe("steps", () => {
  test("to list versions", () => {
    const few = listingLoads(100, 0), many = listingLoads(1000, 0);
    expect(few).toBeGreaterThan(100);
    expect(many).toBeLessThan(11 * few);
    const fewDefined = listingLoads(0, 100), manyDefined = listingLoads(0, 1000);
    expect(fewDefined).toBeGreaterThan(100);
    expect(manyDefined).toBeLessThan(11 * fewDefined);
  });

  test("to list them out of order is right all the same", () => {
    open();
    const module = moduleWith();
    fill(module, 5, 0);
    const order: StaticArray<u32> = [3, 1, 4, 4, 0, 2];
    for (let i = 0; i < order.length; ++i) expect(requirementField(module.image, module.placement, module.symbols, order[i], Field.Version)).toBe(order[i] + 2);
    const other = moduleWith();
    fill(other, 2, 0);
    expect(requirementCount(other.image, other.placement, other.symbols)).toBe(2);
    expect(requirementCount(module.image, module.placement, module.symbols)).toBe(5);
    // What the file's own code writes over them later leads nowhere.
    store32(module.placement.at(NEEDS) + 16 + 12, 0xfffffff0);
    expect(requirementField(module.image, module.placement, module.symbols, 4, Field.Version)).toBe(u64.MAX_VALUE);
  });

  test("to find versions in a library, up to a limit", () => {
    const good = find(30, 200);
    expect(good.hasFailed).toBe(false);
    expect(good.missing.versionCount).toBe(30);
    expect(good.missing.at(29)!.kind).toBe(Lacking.Version);
    expect(good.missing.at(29)!.nameBytes).toBe(7);
    expect(good.missing.at(29)!.fileBytes).toBe(7);
    const before = loads();
    const bad = find(8000, 8000), made = loads() - before;
    expect(bad.fault.code).toBe(Code.BadVersionTable);
    expect(bad.fault.what).toBe(What.Version);
    expect(bad.fault.at).toBe(NEEDS + 16 + 16 * <u64>((MOST_COMPARED - 1) / 8001));
    expect(bad.fault.value).toBe(MOST_COMPARED);
    expect(made).toBeLessThan(4 * MOST_COMPARED);
  });

  test("a version's name has an end", () => {
    for (let over: u32 = 0; over < 2; ++over) {
      open();
      const module = moduleWith();
      const strings = module.symbols.strings;
      for (let i: u32 = 0; i < LONGEST_VERSION + over; ++i) store8(strings + 16 + i, 0x61);
      const at = module.placement.at(DEFINITIONS);
      store16(at + 4, 2);
      store32(at + 12, 20);
      store32(at + 20, 16);
      module.image.dynamic!.add(DT.VERDEF, DEFINITIONS);
      module.image.dynamic!.add(DT.VERDEFNUM, 1);
      const work = newWork();
      expect(versionsOf(work, module.image, module.placement, module.symbols, module.arena)).toBe(!over);
      expect(work.fault.code).toBe(over ? Code.BadVersionTable : Code.Ok);
      expect(work.fault.value).toBe(over ? 16 : 0);
    }
  });

  test("what is missing is listed one after the other", () => {
    open();
    const session = newSession(Task.Load, context)!;
    for (let i: u32 = 0; i < 5; ++i) session.missing.add(session, i, 1, 1, Lacking.Symbol);
    const order: StaticArray<u32> = [4, 0, 1, 2, 2, 1, 3];
    for (let i = 0; i < order.length; ++i) expect(session.missing.at(order[i])!.name).toBe(order[i]);
    expect(session.missing.at(5) === null).toBe(true);
    expect(session.missing.at(2)!.name).toBe(2);
  });
});
