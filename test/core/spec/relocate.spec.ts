// Relocations one at a time: what each role stores, on each machine, from entries made by hand. The values are the psABIs' formulas.

import { Answer, Code, PF, Policy, What } from "../../../assembly/words";
import { NONE, NOWHERE } from "../../../assembly/host/answer";
import { load8, store64 } from "../../../assembly/host/memory";
import { archOf } from "../../../assembly/arch/machines";
import { arenaOf } from "../../../assembly/base/arena";
import { take } from "../../../assembly/base/heap";
import { Work } from "../../../assembly/base/work";
import { DT } from "../../../assembly/elf/dynamic";
import { EM } from "../../../assembly/elf/header";
import { PT } from "../../../assembly/elf/segment";
import { loadWord } from "../../../assembly/elf/word";
import { Image } from "../../../assembly/inspect/image";
import { Binding, Bound, Copy, Leap, newBinding } from "../../../assembly/link/bond";
import { Symbols } from "../../../assembly/link/symbols";
import { Placement } from "../../../assembly/map/map";
import { choose } from "../../../assembly/relocate/indirect";
import { Relocator, copyAll, newRelocator, relocate } from "../../../assembly/relocate/relocate";
import { freshHeap } from "./support/heap";
import { answer, argument, callCount, forget } from "./support/host";
import { addSegment, imageOf, placementOf } from "./support/image";
import { Entry, tableOf } from "./support/symbols";
import { putWord, violations } from "./support/target";
import { newWork } from "./support/work";

const CODE: u64 = 0x1000;
const TABLE: u64 = 0x1800;
const DATA: u64 = 0x2000;
const OWN: u32 = 0x30001;
const OTHER: u32 = 0x30002;

let image: Image = changetype<Image>(0);
let placement: Placement = changetype<Placement>(0);
let symbols: Symbols = changetype<Symbols>(0);
let binding: Binding = changetype<Binding>(0);
let work: Work = changetype<Work>(0);
let policy: u32 = 0;
/** The definitions that bonds name: another module's. */
let other: Symbols = changetype<Symbols>(0);

function isRela(): bool { return image.arch.machine != EM.I386 && image.arch.machine != EM.ARM; }

/** A module of this machine: text with the tables in it, data, and two symbols. */
function open<A>(machine: u32): void {
  freshHeap(1 << 15);
  forget();
  policy = 0;
  image = imageOf(sizeof<A>() * 8, 3);
  image.arch = archOf(machine, sizeof<A>() * 8)!;
  addSegment(image, CODE, 0x1000, PF.R | PF.X);
  addSegment(image, DATA, 0x1000, PF.R | PF.W);
  image.dynamicSegment = image.segment(1);
  placement = placementOf(image, CODE, 0x2000);
  symbols = tableOf<A>([new Entry("first"), new Entry("second")]);
  symbols.module = OWN;
  symbols.image = image;
  other = tableOf<A>([new Entry("first")]);
  other.module = OTHER;
  other.image = image;
  work = newWork();
  binding = newBinding(work, symbols, work.arena)!;
}

/** It has a thread-local block. */
function addTls(): void {
  const segment = image.segment(image.phnum++);
  segment.type = PT.TLS;
  segment.bytes = 0x100;
  image.tls = segment;
}

function relocator(): Relocator { return newRelocator(work, image, placement, symbols, binding, policy)!; }

/** Puts entries of these types into a table: for each type, symbol, addend and place. */
function put<A>(types: u32[], indices: u32[], addends: u64[], places: u64[]): void {
  const rela = isRela(), each: u64 = (rela ? 3 : 2) * sizeof<A>(), d = image.dynamic!;
  for (let i = 0; i < types.length; ++i) {
    const entry = placement.at(TABLE + i * each);
    putWord<A>(entry, places[i]);
    putWord<A>(entry + sizeof<A>(), sizeof<A>() == 8 ? <u64>indices[i] << 32 | types[i] : indices[i] << 8 | types[i]);
    if (rela) putWord<A>(entry + 2 * sizeof<A>(), addends[i]);
    else putWord<A>(placement.at(places[i]), addends[i]);
  }
  d.add(rela ? DT.RELA : DT.REL, TABLE);
  d.add(rela ? DT.RELASZ : DT.RELSZ, types.length * each);
}

/** Relocates one place, and says what is there then. */
function one<A>(type: u32, index: u32, addend: u64): u64 {
  put<A>([type], [index], [addend], [DATA]);
  const before = violations();
  assert(relocate(relocator()), "it is done: " + work.fault.code.toString(16));
  assert(violations() == before, "nothing else is touched");
  return loadWord<A>(placement.at(DATA));
}

function refused<A>(type: u32, index: u32, addend: u64, code: Code, value: u64): void {
  put<A>([type], [index], [addend], [DATA]);
  const was = loadWord<A>(placement.at(DATA));
  expect(relocate(relocator())).toBe(false);
  expect(work.fault.code).toBe(code);
  expect(work.fault.what).toBe(What.Rel);
  expect(work.fault.at).toBe(TABLE);
  expect(work.fault.value).toBe(value);
  expect(loadWord<A>(placement.at(DATA))).toBe(was, "the place is as it was");
}

function word<A>(value: u64): u64 { return sizeof<A>() == 8 ? value : value & 0xffffffff; }

/** Types of a machine: DTPMOD, DTPOFF, TPOFF, and the descriptor's; where offsets count from. */
function tls<A>(machine: u32, number: u32, offset: u32, pointer: u32, descriptor: u32, bias: u64, isBelow: bool): void {
  const block: u64 = isBelow ? -0x140 : 0x40;
  open<A>(machine);
  answer("tls_number", 7);
  binding.at(1).bind(Bound.Tls, 0x20, other, 1);
  expect(one<A>(number, 1, 0)).toBe(7);
  expect(argument("tls_number", 0, 0)).toBe(OTHER);
  open<A>(machine);
  binding.at(1).bind(Bound.Tls, 0x20, other, 1);
  expect(one<A>(offset, 1, 4)).toBe(word<A>(0x24 - bias));
  open<A>(machine);
  answer("tls_offset", block);
  binding.at(1).bind(Bound.Tls, 0x20, other, 1);
  expect(one<A>(pointer, 1, 4)).toBe(word<A>(block + 0x24));
  expect(argument("tls_offset", 0, 0)).toBe(OTHER);
  open<A>(machine);
  answer("tls_offset", 0);
  binding.at(1).bind(Bound.Tls, 0, other, 1);
  expect(one<A>(pointer, 1, 0)).toBe(0, "0 is an offset");

  // Of no symbol: the module's own block.
  open<A>(machine);
  addTls();
  answer("tls_number", 9);
  expect(one<A>(number, 0, 0)).toBe(9);
  expect(argument("tls_number", 0, 0)).toBe(OWN);
  open<A>(machine);
  addTls();
  answer("tls_offset", block);
  expect(one<A>(pointer, 0, 8)).toBe(word<A>(block + 8));
  open<A>(machine);
  refused<A>(number, 0, 0, Code.BadSymbolType, 0);

  // Nobody's.
  open<A>(machine);
  binding.at(1).bind(Bound.Absent, 0, null, 0);
  expect(one<A>(number, 1, 0)).toBe(0);
  expect(callCount("tls_number")).toBe(0);
  open<A>(machine);
  binding.at(1).bind(Bound.Absent, 0, null, 0);
  expect(one<A>(pointer, 1, 12)).toBe(12);
  expect(callCount("tls_offset")).toBe(0);

  // A block without a fixed place.
  open<A>(machine);
  addTls();
  answer("tls_offset", NOWHERE);
  binding.at(1).bind(Bound.Tls, 0x20, other, 1);
  refused<A>(pointer, 1, 0, Code.NoStaticTls, 0x100);

  // A descriptor: two words, and in REL entries an addend where the argument will be.
  const argumentFirst = machine == EM.ARM;
  open<A>(machine);
  answer("tls_descriptor", Answer.Done);
  answer("tls_entry", 0x1111);
  answer("tls_argument", 0x2222);
  binding.at(1).bind(Bound.Tls, 0x20, other, 1);
  put<A>([descriptor], [1], [isRela() ? 4 : 0], [DATA]);
  if (!isRela()) putWord<A>(placement.at(DATA) + (argumentFirst ? 0 : sizeof<A>()), 4);
  expect(relocate(relocator())).toBe(true);
  expect(argument("tls_descriptor", 0, 1)).toBe(OTHER);
  expect(argument("tls_descriptor", 0, 2)).toBe(0x24);
  expect(loadWord<A>(placement.at(DATA))).toBe(argumentFirst ? 0x2222 : 0x1111);
  expect(loadWord<A>(placement.at(DATA) + sizeof<A>())).toBe(argumentFirst ? 0x1111 : 0x2222);
  open<A>(machine);
  answer("tls_descriptor", Answer.Done);
  binding.at(1).bind(Bound.Absent, 0, null, 0);
  put<A>([descriptor], [1], [0], [DATA]);
  expect(relocate(relocator())).toBe(true);
  expect(argument("tls_descriptor", 0, 1)).toBe(0, "nobody's has one, too");
  open<A>(machine);
  binding.at(1).bind(Bound.Tls, 0x20, other, 1);
  put<A>([descriptor], [1], [0], [DATA]);
  expect(relocate(relocator())).toBe(false);
  expect(work.fault.code).toBe(Code.TlsRefused);
  expect(work.fault.value).toBe(0x20);
  // Both of its words must be there.
  open<A>(machine);
  put<A>([descriptor], [1], [0], [DATA + 0x1000 - sizeof<A>()]);
  expect(relocate(relocator())).toBe(false);
  expect(work.fault.code).toBe(Code.RelocationOutside);
}

/** Words of addresses: absolute, GOT, PLT; relative to the place; relative to the base; none. */
function words<A>(machine: u32, absolute: u32, got: u32, jump: u32, relative: u32): void {
  open<A>(machine);
  binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
  expect(one<A>(absolute, 1, 0x10)).toBe(0x5010);
  open<A>(machine);
  binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
  expect(one<A>(absolute, 1, <u64>-0x5008)).toBe(word<A>(-8), "sums wrap as the machine's");
  open<A>(machine);
  expect(one<A>(absolute, 0, 0x1234)).toBe(0x1234, "no symbol stands for 0");
  open<A>(machine);
  binding.at(1).bind(Bound.Absent, 0, null, 0);
  expect(one<A>(absolute, 1, 0)).toBe(0);
  if (got) {
    open<A>(machine);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<A>(got, 1, isRela() ? 0 : 0x777)).toBe(0x5000, "what a REL entry's slot held is no addend");
  }
  open<A>(machine);
  binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
  expect(one<A>(jump, 1, isRela() ? 0 : 0x777)).toBe(0x5000);
  open<A>(machine);
  expect(one<A>(relative, 0, 0x40)).toBe(word<A>(placement.bias + 0x40));
  open<A>(machine);
  expect(one<A>(0, 0, 0x99)).toBe(isRela() ? 0 : 0x99, "none");
  open<A>(machine);
  refused<A>(absolute, 1, 0, Code.BadSymbolIndex, 1);
  open<A>(machine);
  refused<A>(absolute, 3, 0, Code.BadSymbolIndex, 3);
  open<A>(machine);
  refused<A>(251, 1, 0, Code.UnknownRelocation, 251);
}

function indirect<A>(machine: u32, type: u32, absolute: u32): void {
  const resolver = CODE + 0x100;
  open<A>(machine);
  binding.hasIndirect = true;
  answer("choose", Answer.Done);
  answer("chosen", 0x6666);
  put<A>([type, absolute, absolute], [0, 1, 1], [resolver, 4, 8], [DATA, DATA + 8, DATA + 16]);
  binding.at(1).bind(Bound.Indirect, placement.at(resolver + 8), symbols, 1);
  const each = relocator();
  expect(relocate(each)).toBe(true);
  expect(callCount("choose")).toBe(0, "not before everything is relocated");
  // It may wait at each of them, and goes on where it was.
  answer("choose", Answer.Pending);
  for (let i = 0; i < 3; ++i) {
    expect(choose(each, 0)).toBe(false);
    expect(work.answer).toBe(Answer.Pending);
  }
  answer("choose", Answer.Done);
  expect(choose(each, 0)).toBe(true);
  expect(callCount("choose")).toBe(5, "three times in vain, then once for each resolver");
  expect(argument("choose", 0, 1)).toBe(placement.at(resolver));
  expect(argument("choose", 4, 1)).toBe(placement.at(resolver + 8));
  expect(loadWord<A>(placement.at(DATA))).toBe(0x6666);
  expect(loadWord<A>(placement.at(DATA + 8))).toBe(0x666a);
  expect(loadWord<A>(placement.at(DATA + 16))).toBe(0x666e);
  expect(binding.at(1).kind).toBe(Bound.Chosen);

  // Where nothing runs, the resolver's own address stands there.
  open<A>(machine);
  binding.hasIndirect = true;
  put<A>([type, absolute], [0, 1], [resolver, 4], [DATA, DATA + 8]);
  binding.at(1).bind(Bound.Indirect, placement.at(resolver + 8), symbols, 1);
  const still = relocator();
  expect(relocate(still) && choose(still, 2)).toBe(true);
  expect(callCount("choose")).toBe(0);
  expect(loadWord<A>(placement.at(DATA))).toBe(word<A>(placement.at(resolver)));
  expect(loadWord<A>(placement.at(DATA + 8))).toBe(word<A>(placement.at(resolver + 12)));

  // One that is no code of the module is not called.
  const outside: StaticArray<u64> = [DATA, 0, CODE - 1, DATA + 0x1000];
  for (let i = 0; i < outside.length; ++i) {
    open<A>(machine);
    binding.hasIndirect = true;
    put<A>([type], [0], [outside[i]], [DATA]);
    const wrong = relocator();
    expect(relocate(wrong)).toBe(true);
    expect(choose(wrong, 0)).toBe(false);
    expect(work.fault.code).toBe(Code.ResolverOutside);
    expect(work.fault.at).toBe(TABLE);
    expect(work.fault.value).toBe(outside[i]);
    expect(callCount("choose")).toBe(0);
  }

  // Text that was open is closed when resolvers run.
  open<A>(machine);
  binding.hasIndirect = true;
  answer("choose", Answer.Done);
  put<A>([absolute, absolute], [1, 2], [0, 0], [CODE + 0x200, CODE + 0x208]);
  binding.at(1).bind(Bound.Indirect, placement.at(resolver), symbols, 1);
  binding.at(2).bind(Bound.Plain, 0x5000, other, 1);
  placement.isTextOpen = true;
  const text = relocator();
  expect(relocate(text)).toBe(true);
  placement.isTextOpen = false;
  expect(choose(text, 0)).toBe(false);
  expect(work.fault.code).toBe(Code.RelocationOutside);
  expect(work.fault.value).toBe(CODE + 0x200);
}

describe("relocate: words", () => {
  test("x86_64", () => words<u64>(EM.X86_64, 1, 6, 7, 8));
  test("i386", () => words<u32>(EM.I386, 1, 6, 7, 8));
  test("aarch64", () => words<u64>(EM.AARCH64, 257, 1025, 1026, 1027));
  test("arm", () => words<u32>(EM.ARM, 2, 21, 22, 23));
  test("riscv64", () => words<u64>(EM.RISCV, 2, 0, 5, 3));
  test("riscv32", () => words<u32>(EM.RISCV, 1, 0, 5, 3));
  test("loongarch64", () => words<u64>(EM.LOONGARCH, 2, 0, 5, 3));

  test("GOT entries of machines with addends have them", () => {
    open<u64>(EM.AARCH64);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u64>(1025, 1, 8)).toBe(0x5008);
  });

  test("relative to the place", () => {
    open<u64>(EM.X86_64);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u64>(24, 1, 4)).toBe(0x5004 - placement.at(DATA), "PC64");
    open<u32>(EM.I386);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u32>(2, 1, <u32>-4)).toBe(word<u32>(0x4ffc - placement.at(DATA)), "PC32, its addend in the place");
    open<u64>(EM.X86_64);
    binding.at(1).bind(Bound.Plain, placement.at(DATA) + 0x8000_0000, other, 1);
    refused<u64>(2, 1, 0, Code.OutOfRange, 0x8000_0000);
    open<u64>(EM.X86_64);
    binding.at(1).bind(Bound.Plain, placement.at(DATA) + 0x8000_0000, other, 1);
    expect(one<u64>(2, 1, <u64>-1)).toBe(0x7fff_ffff);
  });

  test("sizes", () => {
    open<u64>(EM.X86_64);
    store64(other.symbol<u64>(1) + 16, 0x30);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u64>(33, 1, 2)).toBe(0x32, "SIZE64");
    open<u64>(EM.X86_64);
    store64(other.symbol<u64>(1) + 16, 0xffffffff);
    binding.at(1).bind(Bound.Tls, 0, other, 1);
    expect(one<u64>(32, 1, 0)).toBe(0xffffffff, "SIZE32, of a variable of a thread, too");
    open<u64>(EM.X86_64);
    store64(other.symbol<u64>(1) + 16, 0xffffffff);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    refused<u64>(32, 1, 1, Code.OutOfRange, 0x1_0000_0000);
    open<u64>(EM.X86_64);
    binding.at(1).bind(Bound.Absent, 0, null, 0);
    expect(one<u64>(33, 1, 2)).toBe(2);
  });
});

describe("relocate: thread-local storage", () => {
  test("x86_64", () => tls<u64>(EM.X86_64, 16, 17, 18, 36, 0, true));
  test("i386", () => tls<u32>(EM.I386, 35, 36, 14, 41, 0, true));
  test("aarch64", () => tls<u64>(EM.AARCH64, 1028, 1029, 1030, 1031, 0, false));
  test("arm", () => tls<u32>(EM.ARM, 17, 18, 19, 13, 0, false));
  test("riscv64", () => tls<u64>(EM.RISCV, 7, 9, 11, 12, 0x800, false));
  test("riscv32", () => tls<u32>(EM.RISCV, 6, 8, 10, 12, 0x800, false));
  test("loongarch64", () => tls<u64>(EM.LOONGARCH, 7, 9, 11, 14, 0, false));

  test("i386's other sign: A - (block + S)", () => {
    open<u32>(EM.I386);
    answer("tls_offset", -0x140);
    binding.at(1).bind(Bound.Tls, 0x20, other, 1);
    expect(one<u32>(37, 1, 0)).toBe(0x120);
    open<u32>(EM.I386);
    addTls();
    answer("tls_offset", -8);
    expect(one<u32>(37, 0, <u32>-4)).toBe(4, "a local variable at 4 of a block at -8: what is subtracted is 4");
    open<u32>(EM.I386);
    binding.at(1).bind(Bound.Absent, 0, null, 0);
    expect(one<u32>(37, 1, 6)).toBe(6);
  });
});

describe("relocate: resolvers", () => {
  test("x86_64", () => indirect<u64>(EM.X86_64, 37, 1));
  test("i386", () => indirect<u32>(EM.I386, 42, 1));
  test("aarch64", () => indirect<u64>(EM.AARCH64, 1032, 257));
  test("arm", () => indirect<u32>(EM.ARM, 160, 2));
  test("riscv64", () => indirect<u64>(EM.RISCV, 58, 2));
  test("riscv32", () => indirect<u32>(EM.RISCV, 58, 1));
  test("loongarch64", () => indirect<u64>(EM.LOONGARCH, 12, 2));

  test("a refusal is a fault, and nothing is stored", () => {
    open<u64>(EM.X86_64);
    binding.hasIndirect = true;
    put<u64>([37], [0], [CODE], [DATA]);
    const each = relocator();
    expect(relocate(each)).toBe(true);
    expect(choose(each, 0)).toBe(false);
    expect(work.fault.code).toBe(Code.ChooseRefused);
    expect(work.fault.at).toBe(placement.at(CODE));
    expect(loadWord<u64>(placement.at(DATA))).toBe(0);
  });

  test("nobody is asked where there is none", () => {
    open<u64>(EM.X86_64);
    put<u64>([37], [0], [CODE], [DATA]);
    expect(choose(relocator(), 0)).toBe(true);
    expect(callCount("choose")).toBe(0);
  });
});

describe("relocate: copies, calls, the host's say", () => {
  test("bytes of another definition, as many as there are", () => {
    for (let bytes: u64 = 0; bytes <= 16; bytes += 5) {
      open<u64>(EM.X86_64);
      const copy = changetype<Copy>(take(offsetof<Copy>()));
      copy.entry = TABLE;
      copy.to = DATA + 0x100;
      copy.from = placement.at(DATA + 0x200);
      copy.bytes = bytes;
      binding.copies = copy;
      for (let i: u64 = 0; i < 24; i += 8) store64(copy.from + i, 0x0101010101010101);
      const each = relocator();
      expect(relocate(each)).toBe(true);
      assert(load8(placement.at(DATA + 0x100)) == 0, "not before where it comes from is finished");
      expect(copyAll(each)).toBe(true);
      for (let i: u64 = 0; i < 24; ++i) assert(load8(placement.at(DATA + 0x100) + i) == u32(i < bytes), "no more, no less");
    }
  });

  test("a copy to where nothing may be written", () => {
    open<u64>(EM.X86_64);
    const copy = changetype<Copy>(take(offsetof<Copy>()));
    copy.entry = TABLE;
    copy.to = DATA + 0x1000 - 4;
    copy.from = placement.at(DATA);
    copy.bytes = 5;
    binding.copies = copy;
    expect(copyAll(relocator())).toBe(false);
    expect(work.fault.code).toBe(Code.RelocationOutside);
    expect(work.fault.value).toBe(DATA + 0x1000 - 4);
  });

  test("text that was open to relocations is closed when bytes are copied", () => {
    open<u64>(EM.X86_64);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    put<u64>([1], [1], [0], [CODE + 0x200]);
    const copy = changetype<Copy>(take(offsetof<Copy>()));
    copy.to = CODE + 0x300;
    copy.from = placement.at(DATA);
    copy.bytes = 8;
    binding.copies = copy;
    placement.isTextOpen = true;
    const each = relocator();
    expect(relocate(each)).toBe(true);
    placement.isTextOpen = false;
    expect(copyAll(each)).toBe(false);
    expect(work.fault.code).toBe(Code.RelocationOutside);
  });

  test("a call goes to the function itself, an address to what stands for it", () => {
    open<u64>(EM.X86_64);
    binding.at(1).bind(Bound.Canonical, 0x7000, other, 1);
    put<u64>([7, 1, 7], [1, 1, 1], [0, 0, 0], [DATA, DATA + 8, DATA + 16]);
    const leap = changetype<Leap>(take(offsetof<Leap>()));
    leap.entry = TABLE;
    leap.value = 0x9000;
    binding.leaps = leap;
    expect(relocate(relocator())).toBe(true);
    expect(loadWord<u64>(placement.at(DATA))).toBe(0x9000);
    expect(loadWord<u64>(placement.at(DATA + 8))).toBe(0x7000);
    expect(loadWord<u64>(placement.at(DATA + 16))).toBe(0x7000, "the entry of another has none");
  });

  test("the host's say: another value, or the same", () => {
    open<u64>(EM.X86_64);
    policy = Policy.Intercept;
    answer("intercept", Answer.Done);
    answer("found_addr", 0xabc0);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u64>(1, 1, 4)).toBe(0xabc4);
    expect(argument("intercept", 0, 0)).toBe(OWN);
    expect(argument("intercept", 0, 2)).toBe(5, "the length of its name");
    expect(argument("intercept", 0, 3)).toBe(1, "the type");
    expect(argument("intercept", 0, 4)).toBe(placement.at(DATA));
    expect(argument("intercept", 0, 5)).toBe(OTHER);
    expect(argument("intercept", 0, 6)).toBe(0x5000);
    expect(binding.detours === null).toBe(true, "what is never patched need not be remembered");
    open<u64>(EM.X86_64);
    policy = Policy.Intercept;
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u64>(1, 1, 4)).toBe(0x5004);
    open<u64>(EM.X86_64);
    policy = Policy.Before;
    answer("intercept", Answer.Done);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u64>(1, 1, 4)).toBe(0x5004);
    expect(callCount("intercept")).toBe(0);
  });

  test("the host's say in what resolvers chose: once for each place, with the function; never where no symbol is named", () => {
    open<u64>(EM.X86_64);
    policy = Policy.Intercept;
    answer("choose", Answer.Done);
    answer("chosen", 0x6666);
    answer("intercept", Answer.Done);
    answer("found_addr", 0xabc0);
    binding.hasIndirect = true;
    put<u64>([37, 7, 1, 7], [0, 1, 1, 2], [CODE + 0x100, 0, 4, 0], [DATA, DATA + 8, DATA + 16, DATA + 24]);
    binding.at(1).bind(Bound.Indirect, placement.at(CODE + 0x100), symbols, 1);
    // A function that an executable stands for where its address is taken: a call goes to what another module's resolver chooses.
    binding.at(2).bind(Bound.Canonical, 0x7000, symbols, 2);
    const leap = changetype<Leap>(take(offsetof<Leap>()));
    leap.entry = TABLE + 3 * 24;
    leap.value = 0x9000;
    leap.owner = other;
    leap.isIndirect = true;
    binding.addLeap(leap);
    const each = relocator();
    expect(relocate(each)).toBe(true);
    expect(callCount("intercept")).toBe(0, "not before they have chosen");
    expect(choose(each, 0)).toBe(true);
    expect(callCount("intercept")).toBe(3);
    for (let call = 0; call < 3; ++call) {
      expect(argument("intercept", call, 4)).toBe(placement.at(DATA + 8 + call * 8));
      expect(argument("intercept", call, 5)).toBe(call < 2 ? OWN : OTHER, "whose function it is");
      expect(argument("intercept", call, 6)).toBe(0x6666);
    }
    expect(loadWord<u64>(placement.at(DATA))).toBe(0x6666, "IRELATIVE");
    expect(loadWord<u64>(placement.at(DATA + 8))).toBe(0xabc0);
    expect(loadWord<u64>(placement.at(DATA + 16))).toBe(0xabc4);
    expect(loadWord<u64>(placement.at(DATA + 24))).toBe(0xabc0);
  });

  test("the host's say in calls of a function that an executable stands for: whose the function is, not whose the address", () => {
    open<u64>(EM.X86_64);
    policy = Policy.Intercept;
    binding.at(1).bind(Bound.Canonical, 0x7000, symbols, 1);
    put<u64>([1, 7], [1, 1], [0, 0], [DATA, DATA + 8]);
    const leap = changetype<Leap>(take(offsetof<Leap>()));
    leap.entry = TABLE + 24;
    leap.value = 0x9000;
    leap.owner = other;
    binding.addLeap(leap);
    expect(relocate(relocator())).toBe(true);
    expect(callCount("intercept")).toBe(2);
    expect(argument("intercept", 0, 5)).toBe(OWN);
    expect(argument("intercept", 0, 6)).toBe(0x7000);
    expect(argument("intercept", 1, 5)).toBe(OTHER);
    expect(argument("intercept", 1, 6)).toBe(0x9000);
  });

  test("what the host made of a place is remembered where it can be patched", () => {
    open<u64>(EM.X86_64);
    policy = Policy.Intercept;
    binding = newBinding(work, symbols, arenaOf(0)!)!;
    answer("intercept", Answer.Done);
    answer("found_addr", 0xabc0);
    binding.at(1).bind(Bound.Plain, 0x5000, other, 1);
    expect(one<u64>(1, 1, 4)).toBe(0xabc4);
    expect(binding.detourOf(placement.at(DATA))!.value).toBe(0xabc0);
    expect(binding.detourOf(placement.at(DATA + 8)) === null).toBe(true);
  });

  test("functions that wait keep the way to the linker, moved by the bias", () => {
    open<u64>(EM.X86_64);
    const d = image.dynamic!, got = DATA + 0x100;
    d.add(DT.PLTGOT, got);
    answer("lazy_entry", 0x4444);
    binding.isLazy = true;
    binding.at(2).bind(Bound.Plain, 0x5000, other, 1);
    put<u64>([7, 7], [1, 2], [0, 0], [DATA, DATA + 8]);
    putWord<u64>(placement.at(DATA), CODE + 0x36);
    putWord<u64>(placement.at(DATA + 8), CODE + 0x46);
    expect(relocate(relocator())).toBe(true);
    expect(loadWord<u64>(placement.at(DATA))).toBe(placement.at(CODE + 0x36));
    expect(loadWord<u64>(placement.at(DATA + 8))).toBe(0x5000, "what something else asked for is known");
    expect(loadWord<u64>(placement.at(got))).toBe(0);
    expect(loadWord<u64>(placement.at(got + 8))).toBe(OWN);
    expect(loadWord<u64>(placement.at(got + 16))).toBe(0x4444);
    open<u32>(EM.RISCV);
    image.dynamic!.add(DT.PLTGOT, got);
    answer("lazy_entry", 0x4444);
    binding.isLazy = true;
    put<u32>([5], [1], [0], [DATA]);
    expect(relocate(relocator())).toBe(true);
    expect(loadWord<u32>(placement.at(got))).toBe(0x4444);
    expect(loadWord<u32>(placement.at(got + 4))).toBe(OWN);
  });

  test("a table for the PLT that is not there", () => {
    const outside: StaticArray<u64> = [0, CODE, DATA + 0x1000 - 16, u64.MAX_VALUE - 7, u64.MAX_VALUE - 15];
    for (let i = 0; i < outside.length; ++i) {
      open<u64>(EM.X86_64);
      image.dynamic!.add(DT.PLTGOT, outside[i]);
      binding.isLazy = true;
      put<u64>([7], [1], [0], [DATA]);
      expect(relocate(relocator())).toBe(false);
      expect(work.fault.code).toBe(Code.RelocationOutside);
    }
  });
});
