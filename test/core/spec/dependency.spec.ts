// Walks over graphs of modules that are made by hand: no file, no host.

import { Flag } from "../../../assembly/words";
import { arenaOf } from "../../../assembly/base/arena";
import { take } from "../../../assembly/base/heap";
import { Image, newImage } from "../../../assembly/inspect/image";
import { Scope } from "../../../assembly/link/scope";
import { Context, newContext } from "../../../assembly/registry/context";
import { initOrder, keepScope, markDying, scopeOf } from "../../../assembly/registry/dependency";
import { openHandles } from "../../../assembly/registry/handle";
import { Module, State, moduleAt, newModule } from "../../../assembly/registry/module";
import { Modules } from "../../../assembly/registry/modules";
import { freshHeap } from "./support/heap";
import { below, seed } from "./support/random";
import { newWork } from "./support/work";

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
  for (let i = 0; i < edges.length; i += 3) assert(at(edges.charCodeAt(i) - 97).depend(at(edges.charCodeAt(i + 1) - 97)), "there is memory");
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
        at(i).depend(at(i + 1 + below(25 - i)));
        for (let more = below(4); more; --more) at(i).depend(at(i + 1 + below(25 - i)));
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

  test("a new module's names are looked up in what is global, then breadth first", () => {
    graph(5, "ab ac bd ce");
    expect(scopeText(scopeOf(newWork(), context, loading, at(0))!)).toBe("abcde");
    graph(5, "ab bc ad de");
    expect(scopeText(scopeOf(newWork(), context, loading, at(0))!)).toBe("abdce");
    expect(scopeText(scopeOf(newWork(), context, loading, at(1))!)).toBe("bc");
  });

  test("global modules come first, in load order, and once", () => {
    graph(5, "ab cd ce");
    publish("");
    at(1).flags = at(4).flags = Flag.Global;
    expect(scopeText(scopeOf(newWork(), context, loading, at(2))!)).toBe("becd");
    at(1).flags = Flag.Global | Flag.NoLink;
    expect(scopeText(scopeOf(newWork(), context, loading, at(2))!)).toBe("ecd", "what is only looked at is not open");
    at(4).state = State.Dying;
    expect(scopeText(scopeOf(newWork(), context, loading, at(0))!)).toBe("ab", "nor is what is on its way out");
  });

  test("a module that the host holds answers for itself and all it needs", () => {
    graph(5, "ab ac bd dd");
    at(4).flags = Flag.Global;
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

  test("no memory for a scope is a fault", () => {
    graph(2, "ab");
    const work = newWork();
    while (take(1024));
    while (take(8));
    expect(scopeOf(work, context, loading, at(0)) === null).toBe(true);
    expect(work.fault.code).toBe(0x0f01);
    expect(keepScope(context, at(0))).toBe(false);
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
