// Walks over graphs of modules that are made by hand: no file, no host.

import { Flag, Kept } from "../../../assembly/words";
import { take, usedBytes } from "../../../assembly/base/heap";
import { Image, newImage } from "../../../assembly/inspect/image";
import { Scope } from "../../../assembly/link/scope";
import { Context, newContext } from "../../../assembly/registry/context";
import { dropOrphans, hideAll } from "../../../assembly/registry/departure";
import { closureOf, initOrder, keepScope, keptBy, makeGlobal, markDying } from "../../../assembly/registry/dependency";
import { openHandles } from "../../../assembly/registry/handle";
import { Module, State, moduleAt, newModule } from "../../../assembly/registry/module";
import { Modules } from "../../../assembly/registry/modules";
import { freshHeap } from "./support/heap";
import { below, seed } from "./support/random";

const MOST = 32;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

let context: Context = changetype<Context>(0);
let loading: Modules = changetype<Modules>(0);
const modules = new StaticArray<usize>(MOST);

function at(index: i32): Module { return changetype<Module>(modules[index]); }

/** Makes loading modules a, b, ...; "ab bc" says that a needs b, and b needs c, in this order. */
function graph(count: i32, edges: string): void {
  context = newContext(0, 0, 0)!;
  loading = changetype<Modules>(take(offsetof<Modules>()));
  for (let i = 0; i < count; ++i) {
    const module = newModule(context, newImage(<u32>i + 1, false)!, 0)!;
    modules[i] = changetype<usize>(module);
    loading.append(module);
  }
  for (let i = 0; i < edges.length; i += 3) assert(at(edges.charCodeAt(i) - 97).depend(at(edges.charCodeAt(i + 1) - 97), true), "there is memory");
}

function letter(module: Module): string { return LETTERS.charAt(module.image.source - 1); }

function text(order: usize, count: u32): string {
  let result = "";
  for (let i: u32 = 0; i < count; ++i) result += letter(changetype<Module>(load<usize>(order + i * 4)));
  return result;
}

function scopeText(scope: Scope): string {
  let result = "";
  for (let i: u32 = 0; i < scope.count; ++i) result += letter(moduleAt(scope.at(i).module));
  return result;
}

function globalText(): string {
  let result = "", each = context.globals.first;
  while (each) {
    result += letter(moduleAt(each.module));
    each = each.nextGlobal;
  }
  return result;
}

/** What release does with what is dying, and hidden. */
function releaseAll(first: Module | null): void {
  let each = first;
  while (each) {
    const next: Module | null = each.dyingNext;
    each.release();
    each = next;
  }
}

function order(root: i32): string {
  const room = take(MOST * 4);
  return text(room, initOrder(context, at(root), room));
}

/** All that is loading is published, and was initialised in this order. */
function publish(inits: string): void {
  while (loading.first) {
    const module = loading.first!;
    loading.remove(module);
    context.modules.append(module);
    module.state = State.Published;
  }
  for (let i = 0; i < inits.length; ++i) at(inits.charCodeAt(i) - 97).rank = ++context.rankCount;
}

/** What is marked as dying now, in order. */
function dying(): string {
  let result = "", each = markDying(context);
  while (each) {
    result += letter(each);
    each = each.dyingNext;
  }
  return result;
}

describe("registry: dependency", () => {
  beforeEach(() => {
    freshHeap(1 << 18);
    openHandles();
  });

  test("what is needed is initialised first", () => {
    graph(1, "");
    expect(order(0)).toBe("a");
    graph(4, "ab bc cd");
    expect(order(0)).toBe("dcba");
    graph(4, "ab ac bd cd");
    expect(order(0)).toBe("dbca", "a diamond, in the order of DT_NEEDED");
    graph(4, "ac ab cd bd");
    expect(order(0)).toBe("dcba");
    graph(5, "ab ae bc cd");
    expect(order(0)).toBe("dcbea");
  });

  test("a cycle is cut where the walk meets it", () => {
    graph(2, "ab ba");
    expect(order(0)).toBe("ba");
    expect(order(1)).toBe("ab");
    graph(3, "ab bc ca");
    expect(order(0)).toBe("cba");
    graph(4, "ab bc cb cd");
    expect(order(0)).toBe("dcba");
  });

  test("what was loaded before is not initialised again", () => {
    graph(3, "ab bc");
    at(2).state = State.Published;
    expect(order(0)).toBe("ba");
  });

  test("any graph without a cycle: each comes once, and after all it needs", () => {
    for (let round: u32 = 1; round <= 50; ++round) {
      freshHeap(1 << 18);
      openHandles();
      graph(26, "");
      seed(round);
      for (let i = 0; i < 25; ++i) {
        at(i).depend(at(i + 1 + below(25 - i)), true);
        for (let more = below(4); more; --more) at(i).depend(at(i + 1 + below(25 - i)), true);
      }
      const result = order(0);
      for (let i = 0; i < result.length; ++i) {
        const module = at(result.charCodeAt(i) - 97);
        assert(result.indexOf(letter(module)) == i, "it comes once");
        let edge = module.dependencies;
        while (edge) {
          const place = result.indexOf(letter(edge.module));
          assert(place >= 0 && place < i, "what it needs was before");
          edge = edge.next;
        }
      }
      assert(result.charAt(result.length - 1) == "a", "the root comes last");
    }
    expect(order(0).length).toBeGreaterThan(1);
  });

  test("an edge is noted once, and none to itself", () => {
    graph(3, "ab ab aa ac ab");
    let count = 0, edge = at(0).dependencies;
    while (edge) {
      ++count;
      edge = edge.next;
    }
    expect(count).toBe(2);
  });

  test("a new module's names are looked up breadth first", () => {
    graph(5, "ab ac bd ce");
    expect(scopeText(closureOf(context, at(0))!)).toBe("abcde");
    graph(5, "ab bc ad de");
    expect(scopeText(closureOf(context, at(0))!)).toBe("abdce");
    expect(scopeText(closureOf(context, at(1))!)).toBe("bc");
  });

  test("what a module is bound to, but does not need, is not in its scope", () => {
    graph(4, "ab bc");
    at(1).depend(at(3), false);
    expect(scopeText(closureOf(context, at(0))!)).toBe("abc");
    at(1).depend(at(2), false);
    expect(scopeText(closureOf(context, at(0))!)).toBe("abc", "an edge that is there stays as it is");
  });

  test("global modules in the order they became global, and once", () => {
    graph(5, "ab cd ce ea");
    publish("");
    assert(keepScope(context, at(1)) && keepScope(context, at(2)), "there is memory");
    makeGlobal(at(1));
    makeGlobal(at(2));
    expect(globalText()).toBe("bcdea");
    makeGlobal(at(1));
    expect(globalText()).toBe("bcdea");
    expect(at(0).isGlobal).toBe(true);
  });

  test("neither what is only looked at nor what is on its way out becomes global", () => {
    graph(4, "ab ac ad");
    publish("");
    at(1).flags = Flag.NoLink;
    at(2).state = State.Dying;
    assert(keepScope(context, at(0)), "there is memory");
    makeGlobal(at(0));
    expect(globalText()).toBe("ad");
  });

  test("a module that the host holds answers for itself and all it needs", () => {
    graph(5, "ab ac bd dd");
    expect(keepScope(context, at(0))).toBe(true);
    expect(scopeText(at(0).scope!)).toBe("abcd");
    const kept = changetype<usize>(at(0).scope);
    expect(keepScope(context, at(0))).toBe(true);
    expect(changetype<usize>(at(0).scope)).toBe(kept, "it is kept");
  });

  test("what nobody holds dies, in the reverse order of initialisation", () => {
    graph(4, "ab bc cd");
    publish("dcba");
    at(0).references = 1;
    expect(dying()).toBe("");
    at(0).references = 0;
    expect(dying()).toBe("abcd");
    expect(at(3).state).toBe(State.Dying);
  });

  test("ranks count, not places in the list", () => {
    graph(5, "");
    publish("cabed");
    expect(dying()).toBe("debac");
  });

  test("what a module that stays needs does not die", () => {
    graph(5, "ab ac db be");
    publish("ecbad");
    at(3).references = 1;
    expect(dying()).toBe("ac");
    expect(at(1).state).toBe(State.Published);
    at(3).references = 0;
    expect(dying()).toBe("d", "b stays: a, which is dying already, needs it until it is gone");
  });

  test("what an open session relies on does not die", () => {
    graph(2, "ab");
    publish("ba");
    at(1).pins = 1;
    expect(dying()).toBe("a");
    at(1).pins = 0;
    at(0).state = State.Published;
    expect(dying()).toBe("ab");
  });

  test("a cycle that nobody holds dies as a whole", () => {
    graph(3, "ab ba bc");
    publish("cba");
    expect(dying()).toBe("abc");
  });

  test("what a module that stays is bound to does not die either", () => {
    graph(3, "ab");
    at(1).depend(at(2), false);
    publish("cba");
    at(0).references = 1;
    expect(dying()).toBe("");
    at(0).references = 0;
    expect(dying()).toBe("abc");
  });

  test("what was loaded for good stays until its context is unloaded", () => {
    graph(3, "ab");
    publish("bac");
    at(0).isPermanent = true;
    expect(dying()).toBe("c");
    expect(keptBy(at(0))).toBe(Kept.NoDelete);
    expect(keptBy(at(1))).toBe(Kept.Needed);
    context.isClosing = true;
    expect(dying()).toBe("ab");
    expect(keptBy(at(1))).toBe(Kept.No);
  });

  test("why a module stays: the strongest reason", () => {
    graph(1, "");
    expect(keptBy(at(0))).toBe(Kept.No, "it is not published");
    publish("a");
    expect(keptBy(at(0))).toBe(Kept.Needed);
    at(0).pins = 1;
    expect(keptBy(at(0))).toBe(Kept.Session);
    at(0).isPermanent = true;
    expect(keptBy(at(0))).toBe(Kept.NoDelete);
    at(0).references = 1;
    expect(keptBy(at(0))).toBe(Kept.Reference);
  });

  test("a scope outlives its root without what is gone", () => {
    graph(4, "ab bc ad");
    for (let i = 0; i < 4; ++i) at(i).home = null;
    const scope = closureOf(context, at(0))!;
    for (let i = 0; i < 4; ++i) {
      at(i).home = scope;
      scope.hold();
    }
    scope.drop();
    publish("dcba");
    at(1).references = 1;
    const first = markDying(context)!;
    hideAll(context, first);
    expect(scopeText(scope)).toBe("bc", "a, its root, and d are gone");
    expect(scope.root).toBe(0);
    expect(changetype<usize>(context.orphans)).toBe(changetype<usize>(scope));
    releaseAll(first);
    dropOrphans(context, false);
    expect(changetype<usize>(context.orphans)).toBe(changetype<usize>(scope), "b and c still look names up there");
    at(1).references = 0;
    const rest = markDying(context)!;
    hideAll(context, rest);
    expect(scope.count).toBe(0);
    const used = usedBytes();
    releaseAll(rest);
    expect(usedBytes()).toBeLessThan(used);
    dropOrphans(context, false);
    expect(context.orphans === null).toBe(true);
  });

  test("the scopes that are left go with their context", () => {
    const left = new StaticArray<usize>(2);
    for (let round = 0; round < 2; ++round) {
      freshHeap(1 << 18);
      openHandles();
      graph(2, "ab");
      publish("ba");
      if (round) {
        const scope = closureOf(context, at(0))!;
        at(1).home = at(0).home = scope;
        scope.hold();
      }
      at(1).references = 1;
      const first = markDying(context)!;
      hideAll(context, first);
      releaseAll(first);
      dropOrphans(context, true);
      expect(context.orphans === null).toBe(true);
      at(1).release();
      left[round] = usedBytes();
    }
    expect(left[1]).toBe(left[0], "as if there had been none");
  });

  test("no memory for a scope is no harm", () => {
    graph(2, "ab");
    while (take(1024));
    while (take(8));
    expect(closureOf(context, at(0)) === null).toBe(true);
    expect(keepScope(context, at(0))).toBe(false);
    expect(at(0).scope === null).toBe(true);
  });
});

describe("registry: modules", () => {
  beforeEach(() => {
    freshHeap(1 << 16);
    openHandles();
  });

  test("a list in order, whatever is taken out", () => {
    for (let mask = 0; mask < 32; ++mask) {
      graph(5, "");
      let wanted = "";
      for (let i = 0; i < 5; ++i) {
        if (mask >> i & 1) loading.remove(at(i));
        else wanted += LETTERS.charAt(i);
      }
      let forwards = "", backwards = "", each: Module | null = loading.first;
      while (each) {
        forwards += letter(each);
        each = each.next;
      }
      each = loading.last;
      while (each) {
        backwards = letter(each) + backwards;
        each = each.previous;
      }
      assert(forwards == wanted && backwards == wanted, "both ways");
      assert(loading.count == <u32>wanted.length, "and as many");
      freshHeap(1 << 16);
      openHandles();
    }
    graph(2, "");
    const first = at(0);
    loading.remove(first);
    loading.append(first);
    expect(letter(loading.last!)).toBe("a");
    expect(letter(loading.first!)).toBe("b");
    expect(loading.count).toBe(2);
  });
});
