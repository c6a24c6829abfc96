// What the relocations of a module need, found before anything is written: bonds, copies, calls of functions that something else stands
// for; each question to the host, and how it goes on when that had to wait.

import { Answer, Code, Event, PF, Policy, What } from "../../../assembly/words";
import { load8 } from "../../../assembly/host/memory";
import { archOf } from "../../../assembly/arch/machines";
import { arenaOf } from "../../../assembly/base/arena";
import { give, take, usedBytes } from "../../../assembly/base/heap";
import { Work } from "../../../assembly/base/work";
import { DT } from "../../../assembly/elf/dynamic";
import { EM } from "../../../assembly/elf/header";
import { PT, Segment } from "../../../assembly/elf/segment";
import { Image } from "../../../assembly/inspect/image";
import { bind } from "../../../assembly/link/bind";
import { Binder } from "../../../assembly/link/binder";
import { Binding, Bound, newBinding } from "../../../assembly/link/bond";
import { Missing } from "../../../assembly/link/missing";
import { Names } from "../../../assembly/link/names";
import { Order, Roll } from "../../../assembly/link/order";
import { newScope } from "../../../assembly/link/scope";
import { Symbols } from "../../../assembly/link/symbols";
import { Placement } from "../../../assembly/map/map";
import { freshHeap } from "./support/heap";
import { answer, argument, callCount, forget } from "./support/host";
import { addSegment, imageOf, placementOf } from "./support/image";
import { Entry, addSysv, tableOf } from "./support/symbols";
import { putWord, violations } from "./support/target";
import { newWork } from "./support/work";

const CODE: u64 = 0x1000;
const TABLE: u64 = 0x1800;
const DATA: u64 = 0x2000;

/** Types of x86-64. */
const R64: u32 = 1, COPY: u32 = 5, JUMP: u32 = 7, DTPMOD: u32 = 16, SIZE: u32 = 33, IRELATIVE: u32 = 37;
/** st_info: a function, a variable; global or weak, or of a thread; a resolver. */
const FUNC: u32 = 0x12, WEAK_FUNC: u32 = 0x22, OBJECT: u32 = 0x11, WEAK_OBJECT: u32 = 0x21, TLS: u32 = 0x16, IFUNC: u32 = 0x1a, LOCAL: u32 = 0x01;

let work: Work = changetype<Work>(0);
let binder: Binder = changetype<Binder>(0);
let binding: Binding = changetype<Binding>(0);
let image: Image = changetype<Image>(0);
let placement: Placement = changetype<Placement>(0);
let symbols: Symbols = changetype<Symbols>(0);
let library: Symbols = changetype<Symbols>(0);
let nextModule: u32 = 0;

/** A placed image of text and data. */
function newImageAt(): Image {
  const image = imageOf(64, 3);
  image.arch = archOf(EM.X86_64, 64)!;
  addSegment(image, CODE, 0x1000, PF.R | PF.X);
  addSegment(image, DATA, 0x1000, PF.R | PF.W);
  return image;
}

function symbolsWith(image: Image, entries: Entry[], sizes: u32[]): Symbols {
  const symbols = tableOf<u64>(entries);
  addSysv(symbols, entries, 1);
  symbols.image = image;
  symbols.module = ++nextModule;
  for (let i = 0; i < sizes.length; ++i) putWord<u64>(symbols.symbol<u64>(i + 1) + 16, sizes[i]);
  return symbols;
}

/** A module with these symbols, and a library behind it in its scope with those. */
function open(own: Entry[], ownSizes: u32[], theirs: Entry[], sizes: u32[]): void {
  freshHeap(1 << 16);
  forget();
  nextModule = 0;
  image = newImageAt();
  placement = placementOf(image, CODE, 0x2000);
  symbols = symbolsWith(image, own, ownSizes);
  symbols.bias = placement.bias;
  const other = newImageAt();
  library = symbolsWith(other, theirs, sizes);
  library.bias = placementOf(other, CODE, 0x2000).bias;
  work = newWork();
  binding = newBinding(work, symbols, work.arena)!;
  const order = changetype<Order>(take(offsetof<Order>()));
  order.globals = changetype<Names>(take(offsetof<Names>()));
  order.roll = changetype<Roll>(take(offsetof<Roll>()));
  order.arch = image.arch;
  const scope = newScope(2)!;
  scope.append(symbols);
  scope.append(library);
  order.scope = scope;
  binder = changetype<Binder>(take(offsetof<Binder>()));
  binder.work = work;
  binder.image = image;
  binder.placement = placement;
  binder.symbols = symbols;
  binder.order = order;
  binder.binding = binding;
  binder.missing = changetype<Missing>(take(offsetof<Missing>()));
}

/** RELA entries: types, and their symbols; places are words of the data. */
function relocations(types: u32[], indices: u32[]): void {
  for (let i = 0; i < types.length; ++i) {
    const at = placement.at(TABLE + i * 24);
    putWord<u64>(at, DATA + i * 8);
    putWord<u64>(at + 8, <u64>indices[i] << 32 | types[i]);
  }
  image.dynamic!.add(DT.RELA, TABLE);
  image.dynamic!.add(DT.RELASZ, types.length * 24);
}

function addTls(image: Image): void {
  const segment: Segment = image.segment(image.phnum++);
  segment.type = PT.TLS;
  segment.bytes = 64;
  image.tls = segment;
}

function refused(code: Code, what: What, at: u64, value: u64): void {
  const before = violations();
  expect(bind(binder)).toBe(false);
  expect(work.answer).toBe(Answer.Refused);
  expect(work.fault.code).toBe(code);
  expect(work.fault.what).toBe(what);
  expect(work.fault.at).toBe(at);
  expect(work.fault.value).toBe(value);
  expect(work.fault.source).toBe(1);
  expect(violations()).toBe(before);
}

/** The answer must wait so often, and the question is the same each time. */
function waits(name: string, times: i32): void {
  answer(name, Answer.Pending);
  for (let i = 1; i <= times; ++i) {
    assert(!bind(binder) && work.answer == Answer.Pending, "it waits");
    assert(callCount(name) == i, "it asks once each time");
    for (let k = 0; k < 6; ++k) assert(argument(name, i - 1, k) == argument(name, 0, k), "the same");
  }
}

/** An executable with room for so many bytes of a variable that has so many in its library. */
function copied(own: u32, theirs: u32): u64 {
  open([new Entry("v", OBJECT, 7, 0x2100)], [own], [new Entry("v", OBJECT, 7, 0x2200)], [theirs]);
  relocations([COPY], [1]);
  assert(bind(binder), "it is found");
  const copy = binding.copies!;
  assert(copy.to == DATA && copy.from == library.bias + 0x2200 && copy.entry == TABLE && copy.owner == library, "from there to here");
  return copy.bytes;
}

describe("link: bind", () => {
  test("a definition in scope, one of its own, the host's, and nobody's", () => {
    open([new Entry("lib", FUNC, 0), new Entry("mine", OBJECT, 7, 0x2010), new Entry("local", LOCAL, 7, 0x2020), new Entry("host", FUNC, 0), new Entry("weak", WEAK_FUNC, 0)],
      [], [new Entry("lib", FUNC, 7, 0x1100), new Entry("mine", OBJECT, 7, 0x2100)], []);
    relocations([R64, R64, R64], [1, 2, 3]);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).value).toBe(library.bias + 0x1100);
    expect(binding.at(1).module).toBe(library.module);
    expect(binding.at(2).value).toBe(symbols.bias + 0x2010, "it comes first in its scope");
    expect(binding.at(3).value).toBe(symbols.bias + 0x2020);
    expect(binding.at(4).kind).toBe(Bound.Not, "nothing asked for it");
    expect(callCount("resolve")).toBe(0);
  });

  test("the host is asked for what the modules do not have, and may wait", () => {
    open([new Entry("host", FUNC, 0), new Entry("host2", FUNC, 0)], [], [], []);
    relocations([R64, R64, R64], [1, 1, 2]);
    waits("resolve", 3);
    answer("resolve", Answer.Done);
    answer("found_addr", 0x7700);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).value).toBe(0x7700);
    expect(binding.at(1).kind).toBe(Bound.Plain);
    expect(binding.at(1).module).toBe(0);
    expect(callCount("resolve")).toBe(5, "a symbol once, however many name it");
    expect(argument("resolve", 4, 3)).toBe(5, "its name's length");
  });

  test("all that is missing is listed, and what is weak is 0", () => {
    open([new Entry("one", FUNC, 0), new Entry("weak", WEAK_FUNC, 0), new Entry("two", OBJECT, 0)], [], [], []);
    relocations([R64, R64, R64, R64], [1, 2, 3, 1]);
    expect(bind(binder)).toBe(true);
    expect(binder.missing.count).toBe(2);
    expect(binding.at(2).kind).toBe(Bound.Absent);
    expect(binding.at(2).value).toBe(0);
    expect(work.fault.code).toBe(Code.Ok);
  });

  test("the host's say before the lookup: asked once, however long what comes behind takes", () => {
    open([new Entry("lib", FUNC, 0), new Entry("host", FUNC, 0)], [], [new Entry("lib", FUNC, 7, 0x1100)], []);
    binder.policy = Policy.Before;
    relocations([R64, R64], [1, 2]);
    waits("before", 2);
    answer("before", Answer.Refused);
    answer("resolve", Answer.Pending);
    expect(bind(binder)).toBe(false);
    expect(bind(binder)).toBe(false);
    expect(callCount("before")).toBe(4, "twice in vain, then for each");
    expect(callCount("resolve")).toBe(2);
    answer("resolve", Answer.Done);
    expect(bind(binder)).toBe(true);
    expect(callCount("before")).toBe(4);
    expect(binding.at(1).module).toBe(library.module);

    open([new Entry("lib", FUNC, 0)], [], [new Entry("lib", FUNC, 7, 0x1100)], []);
    binder.policy = Policy.Before;
    relocations([R64], [1]);
    answer("before", Answer.Done);
    answer("found_addr", 0x8800);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).value).toBe(0x8800);
  });

  test("resolvers, of a library, of the host, or of the module's own; what is no code is none", () => {
    open([new Entry("lib", FUNC, 0)], [], [new Entry("lib", IFUNC, 7, 0x1100)], []);
    relocations([R64], [1]);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).kind).toBe(Bound.Indirect);
    expect(binding.hasIndirect).toBe(true);
    open([new Entry("lib", FUNC, 0)], [], [new Entry("lib", IFUNC, 7, 0x2100)], []);
    relocations([R64], [1]);
    refused(Code.ResolverOutside, What.Sym, 1, 0x2100);
    open([new Entry("host", FUNC, 0)], [], [], []);
    relocations([R64], [1]);
    answer("resolve", Answer.Done);
    answer("found_type", 10);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).kind).toBe(Bound.Indirect);
    open([], [], [], []);
    relocations([IRELATIVE], [0]);
    expect(bind(binder)).toBe(true);
    expect(binding.hasIndirect).toBe(true);
  });

  test("variables of threads for relocations of threads, and nothing else", () => {
    open([new Entry("lib", TLS, 0)], [], [new Entry("lib", TLS, 7, 0)], []);
    addTls(library.image);
    relocations([DTPMOD, SIZE], [1, 1]);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).kind).toBe(Bound.Tls);
    expect(binding.at(1).value).toBe(0, "0 is an offset");
    open([new Entry("lib", TLS, 0)], [], [new Entry("lib", TLS, 7, 0)], []);
    addTls(library.image);
    relocations([R64], [1]);
    refused(Code.BadSymbolType, What.Rel, TABLE, 6);
    open([new Entry("lib", TLS, 0)], [], [new Entry("lib", OBJECT, 7, 0x2000)], []);
    relocations([DTPMOD], [1]);
    refused(Code.BadSymbolType, What.Rel, TABLE, 6);
    open([new Entry("lib", TLS, 0)], [], [new Entry("lib", TLS, 7, 0)], []);
    relocations([DTPMOD], [1]);
    refused(Code.BadSymbolType, What.Sym, 1, 6);
    open([new Entry("host", TLS, 0)], [], [], []);
    relocations([DTPMOD], [1]);
    answer("resolve", Answer.Done);
    answer("found_type", 6);
    refused(Code.BadSymbolType, What.Sym, 1, 6);
    open([new Entry("weak", 0x26, 0)], [], [], []);
    relocations([DTPMOD], [1]);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).kind).toBe(Bound.Absent);
  });

  test("what no machine has, and symbols that are not there", () => {
    open([new Entry("a")], [], [], []);
    relocations([R64, 99], [1, 0]);
    refused(Code.UnknownRelocation, What.Rel, TABLE + 24, 99);
    open([new Entry("a")], [], [], []);
    relocations([R64], [2]);
    refused(Code.BadSymbolIndex, What.Rel, TABLE, 2);
    open([new Entry("a", FUNC, 0)], [], [], []);
    relocations([R64], [1]);
    symbols.stringBytes -= 1;
    refused(Code.BadString, What.Sym, 1, 1);
  });
});

describe("link: one address for a function", () => {
  test("what an executable stands for is called directly, but has its address", () => {
    // The executable gives the function a value without defining it.
    open([new Entry("f", FUNC, 0, 0x1040)], [], [new Entry("f", FUNC, 7, 0x1100)], []);
    relocations([R64, JUMP, JUMP], [1, 1, 1]);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).kind).toBe(Bound.Canonical);
    expect(binding.at(1).value).toBe(symbols.bias + 0x1040);
    const leap = binding.leapOf(TABLE + 24)!;
    expect(leap.value).toBe(library.bias + 0x1100);
    expect(changetype<usize>(leap.owner)).toBe(changetype<usize>(library));
    expect(leap.isIndirect).toBe(false);
    expect(binding.leapOf(TABLE) === null).toBe(true);
    expect(binding.leapOf(TABLE + 48) === null).toBe(false);
    // In any order: the place where the last one was found makes nothing but haste.
    const order: StaticArray<u64> = [24, 24, 48, 24, 0, 48, 48, 72, 24];
    for (let i = 0; i < order.length; ++i) {
      const found = binding.leapOf(TABLE + order[i]);
      if (order[i] == 24 || order[i] == 48) expect(found!.entry).toBe(TABLE + order[i]);
      else expect(found === null).toBe(true);
    }
  });

  test("the function may be the host's, who may wait; or a resolver's; or nobody's", () => {
    open([new Entry("f", FUNC, 0, 0x1040)], [], [], []);
    relocations([JUMP], [1]);
    waits("resolve", 2);
    answer("resolve", Answer.Done);
    answer("found_addr", 0x7700);
    answer("found_type", 10);
    expect(bind(binder)).toBe(true);
    expect(binding.leapOf(TABLE)!.value).toBe(0x7700);
    expect(binding.leapOf(TABLE)!.isIndirect && binding.hasIndirect).toBe(true);
    open([new Entry("f", FUNC, 0, 0x1040)], [], [new Entry("f", IFUNC, 7, 0x2100)], []);
    relocations([JUMP], [1]);
    refused(Code.ResolverOutside, What.Sym, 1, 0x2100);
    open([new Entry("f", FUNC, 0, 0x1040)], [], [], []);
    relocations([JUMP], [1]);
    expect(bind(binder)).toBe(true);
    expect(binder.missing.count).toBe(1);
    open([new Entry("f", WEAK_FUNC, 0, 0x1040)], [], [], []);
    relocations([R64, JUMP], [1, 1]);
    expect(bind(binder)).toBe(true);
    expect(binder.missing.count).toBe(0, "a weak one is nobody's without harm");
    expect(binding.leapOf(TABLE + 24)!.value).toBe(0);
  });

  test("functions that wait are not looked for, but in what becomes read-only", () => {
    open([new Entry("f", FUNC, 0)], [], [new Entry("f", FUNC, 7, 0x1100)], []);
    binder.isLazy = true;
    relocations([JUMP], [1]);
    expect(bind(binder)).toBe(true);
    expect(binding.at(1).kind).toBe(Bound.Not);
    expect(binding.isLazy).toBe(true);
    for (let i: u64 = 0; i < 3; ++i) {
      open([new Entry("f", FUNC, 0)], [], [new Entry("f", FUNC, 7, 0x1100)], []);
      binder.isLazy = true;
      const relro = changetype<Segment>(take(offsetof<Segment>()));
      relro.vaddr = DATA - 8 + i * 8;
      relro.bytes = 8;
      image.relro = relro;
      relocations([JUMP], [1]);
      expect(bind(binder)).toBe(true);
      expect(binding.at(1).kind == Bound.Plain).toBe(i == 1, "its slot alone");
    }
  });

  test("where calls lead is kept as long as the bindings", () => {
    open([new Entry("f", FUNC, 0, 0x1040), new Entry("v", OBJECT, 7, 0x2100)], [0, 8], [new Entry("f", FUNC, 7, 0x1100), new Entry("v", OBJECT, 7, 0x2200)], [0, 8]);
    const arena = arenaOf(0)!;
    binding = newBinding(work, symbols, arena)!;
    binder.binding = binding;
    relocations([JUMP, COPY], [1, 2]);
    expect(bind(binder)).toBe(true);
    const used = usedBytes();
    work.arena.release();
    expect(usedBytes()).toBeLessThan(used);
    // What the session had is given to somebody else.
    for (let at = take(16); at; at = take(16)) memory.fill(at, 0xee, 16);
    expect(binding.leapOf(TABLE)!.value).toBe(library.bias + 0x1100);
    expect(binding.copies!.from).toBe(library.bias + 0x2200);
    give(changetype<usize>(binder));
  });
});

describe("link: copy", () => {
  test("as many bytes as both have, and a word to the host where some are left", () => {
    expect(copied(8, 8)).toBe(8);
    expect(callCount("event")).toBe(0);
    expect(copied(16, 8)).toBe(8);
    expect(callCount("event")).toBe(0);
    expect(copied(8, 16)).toBe(8);
    expect(callCount("event")).toBe(1);
    expect(argument("event", 0, 1)).toBe(Event.CopyShort);
    expect(argument("event", 0, 2)).toBe(1);
    expect(argument("event", 0, 3)).toBe(16);
    expect(copied(0, 8)).toBe(0);
  });

  test("never from itself, and not from what can't be read", () => {
    open([new Entry("v", OBJECT, 7, 0x2100)], [8], [], []);
    relocations([COPY], [1]);
    expect(bind(binder)).toBe(true);
    expect(binder.missing.count).toBe(1, "its own is no other definition");
    open([new Entry("v", WEAK_OBJECT, 7, 0x2100)], [8], [], []);
    relocations([COPY], [1]);
    expect(bind(binder)).toBe(true);
    expect(binder.missing.count).toBe(0);
    expect(binding.copies === null).toBe(true);
    const outside: StaticArray<u64> = [0, 0x2ff9, 0x3000, u64.MAX_VALUE - 3];
    for (let i = 0; i < outside.length; ++i) {
      open([new Entry("v", OBJECT, 7, 0x2100)], [8], [new Entry("v", OBJECT, 7, outside[i])], [8]);
      relocations([COPY], [1]);
      refused(Code.CopySource, What.Rel, TABLE, 8);
    }
    open([new Entry("v", OBJECT, 7, 0x2100)], [8], [new Entry("v", OBJECT, 7, 0x2ff8)], [8]);
    relocations([COPY], [1]);
    expect(bind(binder)).toBe(true, "the last bytes of all");
  });

  test("neither variables of threads nor resolvers are copied", () => {
    open([new Entry("v", OBJECT, 7, 0x2100)], [8], [new Entry("v", TLS, 7, 0)], [8]);
    relocations([COPY], [1]);
    refused(Code.BadSymbolType, What.Sym, 1, 6);
    open([new Entry("v", OBJECT, 7, 0x2100)], [8], [new Entry("v", IFUNC, 7, 0x1100)], [8]);
    relocations([COPY], [1]);
    refused(Code.BadSymbolType, What.Sym, 1, 10);
    open([], [], [], []);
    relocations([COPY], [0]);
    refused(Code.BadSymbolIndex, What.Rel, TABLE, 0);
  });

  test("the host's, of which it must say how much there is", () => {
    open([new Entry("v", OBJECT, 7, 0x2100)], [8], [], []);
    relocations([COPY], [1]);
    waits("resolve", 2);
    answer("resolve", Answer.Done);
    answer("found_addr", 0x7700);
    answer("found_bytes", 4);
    expect(bind(binder)).toBe(true);
    expect(binding.copies!.bytes).toBe(4);
    expect(binding.copies!.from).toBe(0x7700);
    expect(binding.copies!.owner === null).toBe(true);
    open([new Entry("v", OBJECT, 7, 0x2100)], [8], [], []);
    relocations([COPY], [1]);
    answer("resolve", Answer.Done);
    refused(Code.CopySource, What.Rel, TABLE, 8);
  });

  test("nothing is written while things are found", () => {
    open([new Entry("v", OBJECT, 7, 0x2100)], [8], [new Entry("v", OBJECT, 7, 0x2200)], [8]);
    relocations([COPY, R64], [1, 1]);
    expect(bind(binder)).toBe(true);
    for (let i: u64 = 0; i < 0x1000; ++i) assert(load8(placement.at(DATA + i)) == 0, "the data is as it was");
    expect(binding.at(1).value).toBe(symbols.bias + 0x2100, "and the variable is the executable's");
  });
});
