// Names that many modules define: whatever is added and taken out, in whatever order, with an index or without memory for one, an answer
// is the one that looking into every module in turn gives.

import { NONE } from "../../../assembly/host/answer";
import { Arch } from "../../../assembly/arch/arch";
import { archOf } from "../../../assembly/arch/machines";
import { give, take, usedBytes } from "../../../assembly/base/heap";
import { EM } from "../../../assembly/elf/header";
import { symInfo } from "../../../assembly/elf/symbol";
import { newImage } from "../../../assembly/inspect/image";
import { definedCount } from "../../../assembly/link/index";
import { Found, Want, find, found, indexOf, ownerOf } from "../../../assembly/link/lookup";
import { Names } from "../../../assembly/link/names";
import { Order, Roll } from "../../../assembly/link/order";
import { Scope, newScope } from "../../../assembly/link/scope";
import { Symbols, definesUnique } from "../../../assembly/link/symbols";
import { freshHeap } from "./support/heap";
import { below, seed } from "./support/random";
import { Entry, addGnu, addSysv, addVersions, hashOf, nameVersions, sorted, tableOf } from "./support/symbols";
import { putText, room, violations } from "./support/target";

const POOL = 40;
const NAME_COUNT = 24;
const VERSIONS: string[] = ["", "", "OLD", "NEW"];
const INFOS: StaticArray<u32> = [0x12, 0x12, 0x12, 0x22, 0x11, 0x02, 0xa1, 0x1a, 0x16];

let scratch: u64 = 0;
let pool: Symbols[] = [];

/** Few names, many modules, and of everything that a lookup looks at. */
function moduleOf<A>(arch: Arch): Symbols {
  const entries: Entry[] = [];
  for (let i = 0; i < NAME_COUNT; ++i) {
    if (below(3)) continue;
    const isDefined = below(5) != 0;
    entries.push(new Entry("name" + i.toString(), INFOS[below(INFOS.length)], isDefined ? 7 : 0, isDefined || below(2) ? 0x100 : 0, below(2) ? below(4) : 0x8000 | below(4)));
  }
  const placed = sorted(entries, 3), symbols = tableOf<A>(placed);
  if (below(2)) {
    addVersions(symbols, placed);
    nameVersions(symbols, VERSIONS);
  }
  const kind = below(8);
  if (kind > 2 && placed.length) addGnu<A>(symbols, placed, 1, 3, 2);
  else if (kind) addSysv(symbols, placed, 2);
  symbols.hasUnique = definesUnique<A>(symbols);
  symbols.image = newImage(1, false)!;
  symbols.image.arch = arch;
  symbols.image.bits = sizeof<A>() * 8;
  return symbols;
}

function newPool(): void {
  pool = [];
  const x86 = archOf(EM.X86_64, 64)!, arm = archOf(EM.ARM, 32)!;
  for (let i = 0; i < POOL; ++i) pool.push(below(5) ? moduleOf<u64>(x86) : moduleOf<u32>(arm));
}

function archAt(index: u32): Arch { return index ? archOf(EM.X86_64, 64)! : archOf(EM.ARM, 32)!; }

/** A question: a name that some have, or nobody; with a version or without; for whatever purpose. */
class Question {
  bytes: u32 = 0;
  hash: u32 = 0;
  version: u64 = NONE;
  versionBytes: u32 = 0;
  want: Want = Want.Oldest;

  constructor() {
    const name = "name" + below(NAME_COUNT + 2).toString();
    this.bytes = putText(scratch, name);
    this.hash = hashOf(name);
    this.want = below(2) ? Want.Address : Want.Oldest;
    const which = below(5);
    if (which == 1) this.want |= Want.Newest;
    if (which > 1) {
      this.version = scratch + 64;
      this.versionBytes = putText(scratch + 64, which == 4 ? "ELSE" : VERSIONS[which]);
      if (below(2)) this.want |= Want.Exact;
    }
  }

  /** The answer of one module. */
  ask(symbols: Symbols): Found {
    const index = find(symbols, scratch, this.bytes, this.hash, this.version, this.versionBytes, this.want);
    return index ? found(symbols, index) : 0;
  }

  /** The unique one that it has under the name, whatever its version. */
  askUnique(symbols: Symbols): Found {
    const index = find(symbols, scratch, this.bytes, this.hash, NONE, 0, this.want | Want.Unique);
    return index ? found(symbols, index) : 0;
  }

  /** The answer of the first that has one. */
  askAll(all: Symbols[], from: i32, arch: Arch | null, except: Symbols | null): Found {
    for (let i = from; i < all.length; ++i) {
      if (all[i] == except || arch && all[i].image.arch != arch) continue;
      const answer = this.ask(all[i]);
      if (answer) return answer;
    }
    return 0;
  }
}

function newNames(): Names { return changetype<Names>(take(offsetof<Names>())); }

let hits = 0;

/** Some questions to names, whose modules are these, in this order. */
function compareNames(names: Names, model: Symbols[], questions: i32): void {
  for (; questions; --questions) {
    const question = new Question(), which = below(3);
    let arch: Arch | null = null, except: Symbols | null = null;
    if (which < 2) arch = archAt(which);
    if (model.length && !below(3)) except = model[below(model.length)];
    const wanted = question.askAll(model, 0, arch, except);
    assert(names.find(arch, scratch, question.bytes, question.hash, question.version, question.versionBytes, question.want, except) == wanted, "the first of all");
    if (wanted) ++hits;
    if (!model.length) continue;
    const behind = below(model.length), from = model[behind];
    assert(names.findNext(from, scratch, question.bytes, question.hash, question.version, question.versionBytes, question.want)
      == question.askAll(model, behind + 1, from.image.arch, null), "the first behind another");
  }
}

/** What fills the heap but for one hole. */
function fill(hole: usize): StaticArray<usize> {
  const blocks = new StaticArray<usize>(64);
  const kept = take(hole);
  assert(kept != 0, "there is room for the hole");
  let count = 0;
  for (let bytes: usize = 1 << 17; bytes >= 8; bytes >>= 1) {
    for (let at = take(bytes); at; at = take(bytes)) blocks[count++] = at;
  }
  give(kept);
  return blocks;
}

function drain(blocks: StaticArray<usize>): void {
  for (let i = 0; i < blocks.length; ++i) if (blocks[i]) give(blocks[i]);
}

/** Where a reference of some module is looked up, as order.ts says it in words. */
function expectedOf(order: Order, globals: Symbols[], scope: Symbols[], all: Symbols[], question: Question, except: Symbols | null): Found {
  let first: Found = 0;
  const own = order.own;
  if (own && own != except) first = question.ask(own);
  if (!first && order.isDeep) first = question.askAll(scope, 0, null, except);
  if (!first) first = question.askAll(globals, 0, order.arch, except);
  if (!first && !order.isDeep) first = question.askAll(scope, 0, null, except);
  if (!first || !isUnique(first)) return first;
  for (let i = 0; i < all.length; ++i) {
    if (all[i] == except || all[i].image.arch != order.arch) continue;
    const answer = question.askUnique(all[i]);
    if (answer) return answer;
  }
  return first;
}

function isUnique(definition: Found): bool {
  const owner = ownerOf(definition), index = indexOf(definition);
  return (owner.bits == 64 ? symInfo<u64>(owner.symbol<u64>(index)) : symInfo<u32>(owner.symbol<u32>(index))) >> 4 == 10;
}

describe("link: names", () => {
  beforeAll(() => { scratch = room(4096); });

  test("any order of additions and removals agrees with a model", () => {
    hits = 0;
    for (let round: u32 = 1; round <= 4; ++round) {
      freshHeap(1 << 19);
      seed(round);
      newPool();
      const names = newNames(), model: Symbols[] = [], before = violations(), used = usedBytes();
      let most = 0;
      for (let step = 0; step < 500; ++step) {
        // It grows above the number from which on there is an index, and falls below it, by turns.
        if (below(100) < (step / 100 & 1 ? 25 : 75)) {
          const symbols = pool[below(POOL)];
          if (!names.has(symbols)) {
            names.append(symbols);
            model.push(symbols);
          }
        } else if (model.length) {
          const index = below(model.length);
          names.remove(model[index]);
          assert(!names.has(model[index]), "it is gone");
          model.splice(index, 1);
        }
        most = max(most, model.length);
        assert(names.count == <u32>model.length, "as many");
        compareNames(names, model, 4);
      }
      assert(most >= 20, "there were many");
      assert(violations() == before, "nothing else was read");
      assert(usedBytes() > used, "there is an index");
      while (model.length) names.remove(model.pop());
      assert(usedBytes() == used, "nothing is kept of nothing");
      assert(names.first === null, "there are none");
    }
    expect(hits).toBeGreaterThan(2000);
  });

  test("an index that there is no memory for is done without", () => {
    let with_ = 0, without = 0;
    freshHeap(1 << 19);
    seed(9);
    newPool();
    for (let hole: usize = 8; hole < 9000; hole += 40) {
      const names = newNames(), model: Symbols[] = [];
      const blocks = fill(hole), used = usedBytes();
      for (let i = 0; i < 32; ++i) {
        names.append(pool[i]);
        model.push(pool[i]);
        compareNames(names, model, 2);
      }
      if (usedBytes() > used) ++with_;
      else ++without;
      while (model.length) {
        names.remove(model.splice(below(model.length), 1)[0]);
        compareNames(names, model, 1);
      }
      assert(usedBytes() == used, "nothing is lost");
      drain(blocks);
      give(changetype<usize>(names));
    }
    expect(with_).toBeGreaterThan(10);
    expect(without).toBeGreaterThan(10);
  });

  test("what has the same name in all modules is found behind each", () => {
    freshHeap(1 << 19);
    const names = newNames(), entries = [new Entry("same")];
    const all: Symbols[] = [];
    for (let i = 0; i < 40; ++i) {
      const symbols = tableOf<u64>(entries);
      addGnu<u64>(symbols, entries, 1, 1, 1);
      symbols.image = newImage(1, false)!;
      symbols.image.arch = archAt(1);
      names.append(symbols);
      all.push(symbols);
    }
    const bytes = putText(scratch, "same");
    for (let i = 0; i < 40; ++i) {
      const next = names.findNext(all[i], scratch, bytes, hashOf("same"), NONE, 0, Want.Oldest);
      assert(next == (i < 39 ? found(all[i + 1], 1) : 0), "the next one");
    }
    for (let i = 0; i < 39; ++i) {
      names.remove(all[i]);
      assert(names.find(null, scratch, bytes, hashOf("same"), NONE, 0, Want.Oldest, null) == found(all[i + 1], 1), "the first that is left");
    }
    expect(names.count).toBe(1);
  });
});

describe("link: order", () => {
  beforeAll(() => { scratch = room(4096); });

  test("own, deep, global, local and unique ones, with an index or without", () => {
    let uniques = 0, indexed = 0, answers = 0;
    for (let round: u32 = 1; round <= 40; ++round) {
      freshHeap(1 << 19);
      seed(100 + round);
      newPool();
      const order = changetype<Order>(take(offsetof<Order>())), globals: Symbols[] = [], local: Symbols[] = [], all: Symbols[] = [];
      order.globals = newNames();
      order.roll = changetype<Roll>(take(offsetof<Roll>()));
      order.arch = archAt(1);
      const scope = newScope(POOL)!;
      order.scope = scope;
      for (let i = 0; i < POOL; ++i) {
        const symbols = pool[i];
        if (below(4)) {
          order.roll.append(symbols);
          all.push(symbols);
        }
        if (!below(3)) {
          order.globals.append(symbols);
          globals.push(symbols);
        }
        // What is loaded together is of one machine.
        if (below(2) && symbols.image.arch == order.arch) {
          scope.append(symbols);
          local.push(symbols);
        }
      }
      if (!below(3) && pool[0].image.arch == order.arch) order.own = pool[0];
      order.isDeep = (round & 1) != 0;
      const used = usedBytes();
      if (round & 2) scope.addIndex(1000, order.isDeep);
      if (usedBytes() > used) ++indexed;
      for (let i = 0; i < 100; ++i) {
        const question = new Question();
        let except: Symbols | null = null;
        if (!below(4) && local.length) except = local[below(local.length)];
        const wanted = expectedOf(order, globals, local, all, question, except);
        const got = order.find(scratch, question.bytes, question.hash, question.version, question.versionBytes, question.want, except);
        assert(wanted == got, "the same answer");
        if (wanted) ++answers;
        if (wanted && isUnique(wanted)) ++uniques;
      }
      scope.dropIndex();
      assert(usedBytes() == used, "the index is given back");
    }
    expect(indexed).toBe(20);
    expect(answers).toBeGreaterThan(1000);
    expect(uniques).toBeGreaterThan(20);
  });

  test("an index for few references is not worth while", () => {
    freshHeap(1 << 19);
    seed(7);
    newPool();
    const scope = newScope(POOL)!, used = usedBytes();
    let definitions: u64 = 0;
    for (let i = 0; i < 7; ++i) scope.append(pool[i]);
    scope.addIndex(u32.MAX_VALUE, true);
    expect(usedBytes()).toBe(used, "of few modules");
    for (let i = 7; i < POOL; ++i) scope.append(pool[i]);
    for (let i = 0; i < POOL; ++i) definitions += definedCount(pool[i]);
    scope.addIndex((4 * definitions - 1) / POOL, true);
    expect(usedBytes()).toBe(used, "for few references");
    scope.addIndex(4 * definitions / POOL + 1, true);
    expect(usedBytes()).toBeGreaterThan(used);
    scope.dropIndex();
    expect(usedBytes()).toBe(used);
  });

  test("a scope's index that there is no memory for is done without", () => {
    freshHeap(1 << 19);
    seed(8);
    newPool();
    const scope = newScope(POOL)!, model: Symbols[] = [];
    for (let i = 0; i < POOL; ++i) {
      scope.append(pool[i]);
      model.push(pool[i]);
    }
    let without = 0, with_ = 0;
    for (let hole: usize = 8; hole < 9000; hole += 88) {
      const blocks = fill(hole), used = usedBytes();
      scope.addIndex(100_000, true);
      if (usedBytes() > used) ++with_;
      else ++without;
      for (let i = 0; i < 10; ++i) {
        const question = new Question();
        assert(scope.look(scratch, question.bytes, question.hash, question.version, question.versionBytes, question.want, null) == question.askAll(model, 0, null, null), "the same");
      }
      scope.dropIndex();
      assert(usedBytes() == used, "nothing is lost");
      drain(blocks);
    }
    expect(with_).toBeGreaterThan(10);
    expect(without).toBeGreaterThan(10);
  });

  test("unique symbols of many modules that come and go, with memory for an index or without", () => {
    let with_ = 0, without = 0, answers = 0;
    freshHeap(1 << 19);
    seed(77);
    newPool();
    for (let hole: usize = 8; hole < 4000; hole += 120) {
      const roll = changetype<Roll>(take(offsetof<Roll>())), model: Symbols[] = [];
      const blocks = fill(hole), used = usedBytes();
      for (let step = 0; step < 120; ++step) {
        const symbols = pool[below(POOL)];
        if (!model.includes(symbols)) {
          roll.append(symbols);
          model.push(symbols);
        } else {
          roll.remove(symbols);
          model.splice(model.indexOf(symbols), 1);
        }
        const question = new Question(), arch = archAt(below(2));
        let wanted: Found = 0;
        for (let i = 0; i < model.length && !wanted; ++i) if (model[i].image.arch == arch) wanted = question.askUnique(model[i]);
        assert(roll.find(arch, scratch, question.bytes, question.hash, question.want, null) == wanted, "the oldest one");
        if (wanted) ++answers;
      }
      if (usedBytes() > used) ++with_;
      else ++without;
      while (model.length) roll.remove(model.pop());
      assert(usedBytes() == used, "nothing is kept of nothing");
      drain(blocks);
      give(changetype<usize>(roll));
    }
    expect(with_).toBeGreaterThan(5);
    expect(without).toBeGreaterThan(5);
    expect(answers).toBeGreaterThan(200);
  });

  test("the roll of all modules, in any order of departures", () => {
    for (let mask = 0; mask < 32; ++mask) {
      freshHeap(1 << 16);
      const roll = changetype<Roll>(take(offsetof<Roll>())), all: Symbols[] = [];
      let wanted = "";
      for (let i: u32 = 0; i < 5; ++i) {
        const symbols = changetype<Symbols>(take(offsetof<Symbols>()));
        symbols.module = i;
        roll.append(symbols);
        all.push(symbols);
      }
      for (let i = 4; i >= 0; --i) {
        if (mask >> i & 1) roll.remove(all[i]);
        else wanted = i.toString() + wanted;
      }
      const late = changetype<Symbols>(take(offsetof<Symbols>()));
      late.module = 5;
      roll.append(late);
      let got = "", each = roll.first;
      while (each) {
        got += each.module.toString();
        each = each.younger;
      }
      assert(got == wanted + "5", "in order");
    }
  });
});
