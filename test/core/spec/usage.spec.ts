// What a context says that it takes of the core's memory is what the allocator has given out for it, to the byte.

import { usedBytes } from "../../../assembly/base/heap";
import { EM } from "../../../assembly/elf/header";
import { archOf } from "../../../assembly/arch/machines";
import { Flag, Kind } from "../../../assembly/words";
import { definesUnique } from "../../../assembly/link/symbols";
import { newImage } from "../../../assembly/inspect/image";
import { Context, newContext } from "../../../assembly/registry/context";
import { dropOrphans, hideAll } from "../../../assembly/registry/departure";
import { closureOf, keepScope, makeGlobal, markDying } from "../../../assembly/registry/dependency";
import { endHandle, newHandle, openHandles } from "../../../assembly/registry/handle";
import { Module, State, newModule } from "../../../assembly/registry/module";
import { contextBytes, moduleBytes } from "../../../assembly/registry/usage";
import { freshHeap } from "./support/heap";
import { Entry, addGnu, sorted, tableOf } from "./support/symbols";

const MOST = 40;

let context: Context = changetype<Context>(0);
/** What is taken for no context: the slots of handles, and tables that the spec makes. */
let others: usize = 0;
const modules = new StaticArray<usize>(MOST);

function at(index: i32): Module { return changetype<Module>(modules[index]); }

/** A module with two definitions, one of them unique, that needs those of these letters. */
function add(index: i32, needs: i32): void {
  const entries = sorted([new Entry("own" + index.toString()), new Entry("same", 0xa1)], 1);
  const before = usedBytes();
  const table = tableOf<u64>(entries);
  addGnu<u64>(table, entries, 1, 1, 1);
  table.hasUnique = definesUnique<u64>(table);
  others += usedBytes() - before;
  const image = newImage(<u32>index + 1, false)!;
  image.arch = archOf(EM.X86_64, 64)!;
  image.bits = 64;
  const module = newModule(context, image, Flag.Global)!;
  table.image = image;
  table.module = module.handle;
  module.symbols = table;
  module.state = State.Published;
  modules[index] = changetype<usize>(module);
  for (let i = 0; i < needs; ++i) assert(module.depend(at(index - 1 - i), true), "there is memory");
  context.modules.append(module);
  context.roll.append(table);
}

function expectExact(what: string): void { expect(contextBytes(context)).toBe(usedBytes() - others, what); }

/** Everything that is dying goes, as in load.ts. */
function releaseDying(): void {
  const dying = markDying(context);
  hideAll(context, dying);
  let module = dying;
  while (module) {
    const next: Module | null = module.dyingNext;
    module.release();
    module = next;
  }
  dropOrphans(context, false);
}

describe("registry: usage", () => {
  test("a context's bytes are those of its modules, scopes and indices", () => {
    freshHeap(1 << 20);
    openHandles();
    const handles: u32[] = [];
    for (let i = 0; i < 2 * MOST; ++i) handles.push(newHandle(Kind.Session, 1));
    for (let i = 0; i < handles.length; ++i) endHandle(handles[i]);
    others = usedBytes();
    context = newContext(0, 0, 0)!;
    expectExact("nothing but itself");
    const alone = contextBytes(context);

    for (let i = 0; i < MOST; ++i) {
      add(i, min(i, 2));
      expectExact("modules, and the index over unique symbols");
    }
    // As a load leaves them: all are looked up in one scope, which is the root's.
    const root = at(MOST - 1), scope = closureOf(context, root)!;
    for (let i = 0; i < MOST; ++i) {
      at(i).home = scope;
      scope.hold();
    }
    scope.drop();
    root.references = 1;
    expect(keepScope(context, root)).toBe(true);
    expectExact("a scope that many share");
    makeGlobal(root);
    expectExact("an index over global modules");
    scope.addIndex(1 << 20, true);
    expectExact("an index over a scope");
    scope.dropIndex();
    at(5).references = 1;
    expect(keepScope(context, at(5))).toBe(true);
    expectExact("a scope of its own");

    let sum = <u64>0;
    for (let i = 0; i < MOST; ++i) sum += moduleBytes(at(i));
    expect(sum).toBeLessThan(contextBytes(context));

    root.references = 0;
    releaseDying();
    expect(context.modules.count).toBe(6);
    expectExact("a scope whose root is gone");
    at(5).references = 0;
    releaseDying();
    expect(context.modules.count).toBe(0);
    expect(contextBytes(context)).toBe(alone);
    expectExact("nothing is left");
  });
});
