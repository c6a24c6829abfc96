// Which of those that go can be found by those that stay: only then readers have to look again.

import { archOf } from "../../../assembly/arch/machines";
import { EM } from "../../../assembly/elf/header";
import { newImage } from "../../../assembly/inspect/image";
import { Context, newContext } from "../../../assembly/registry/context";
import { dropOrphans, hideAll } from "../../../assembly/registry/departure";
import { closureOf, keepScope, makeGlobal, markDying } from "../../../assembly/registry/dependency";
import { openHandles } from "../../../assembly/registry/handle";
import { Module, State, newModule } from "../../../assembly/registry/module";
import { freshHeap } from "./support/heap";
import { Entry, addGnu, sorted, tableOf } from "./support/symbols";

let context: Context = changetype<Context>(0);

function fresh(): void {
  freshHeap(1 << 18);
  openHandles();
  context = newContext(0, 0, 0)!;
}

/** A published module of one definition, with no scope yet. */
function add(name: string): Module {
  const entries = sorted([new Entry(name)], 1), table = tableOf<u64>(entries), image = newImage(1, false)!;
  addGnu<u64>(table, entries, 1, 1, 1);
  image.arch = archOf(EM.X86_64, 64)!;
  image.bits = 64;
  const module = newModule(context, image, 0)!;
  table.image = image;
  table.module = module.handle;
  module.symbols = table;
  module.state = State.Published;
  context.modules.append(module);
  context.roll.append(table);
  return module;
}

/** What a load leaves: all that it brought has the scope of the first, which the host holds. */
function bring(modules: Module[]): void {
  const root = modules[0], scope = closureOf(context, root)!;
  for (let i = 0; i < modules.length; ++i) {
    modules[i].home = scope;
    scope.hold();
  }
  root.references = 1;
  assert(keepScope(context, root), "there is memory");
  scope.drop();
}

/** Everything without use goes; true if readers had to look again. */
function release(): bool {
  const dying = markDying(context);
  const answer = hideAll(context, dying);
  for (let module = dying; module; ) {
    const next: Module | null = module.dyingNext;
    module.release();
    module = next;
  }
  dropOrphans(context, false);
  return answer;
}

describe("registry: shared", () => {
  test("a module alone", () => {
    fresh();
    const alone = add("alone");
    bring([alone]);
    alone.references = 0;
    expect(release()).toBe(false);
    expect(context.modules.count).toBe(0);
  });

  test("all that a load brought", () => {
    fresh();
    const root = add("root"), middle = add("middle"), leaf = add("leaf");
    assert(root.depend(middle, true) && middle.depend(leaf, true), "there is memory");
    bring([root, middle, leaf]);
    root.references = 0;
    expect(release()).toBe(false);
    expect(context.modules.count).toBe(0);
    expect(context.orphans == null).toBe(true);
  });

  test("not all of it, and then the rest", () => {
    fresh();
    const root = add("root"), leaf = add("leaf");
    assert(root.depend(leaf, true), "there is memory");
    bring([root, leaf]);
    leaf.references = 1;
    root.references = 0;
    expect(release()).toBe(true, "the rest is looked up in the same scope");
    expect(context.orphans != null).toBe(true);
    expect(leaf.home!.count).toBe(1, "what is gone is not in it");
    const other = add("other");
    bring([other]);
    other.references = 0;
    expect(release()).toBe(false, "a scope without a root is not its own");
    leaf.references = 0;
    expect(release()).toBe(true, "the scope without a root has it");
    expect(context.orphans == null).toBe(true);
    const last = add("last");
    bring([last]);
    last.references = 0;
    expect(release()).toBe(false, "all is as before");
  });

  test("global and unique names", () => {
    fresh();
    const global = add("global");
    bring([global]);
    makeGlobal(global);
    global.references = 0;
    expect(release()).toBe(true);
    const unique = add("unique");
    bring([unique]);
    unique.symbols.hasUnique = true;
    unique.references = 0;
    expect(release()).toBe(true);
    expect(context.modules.count).toBe(0);
  });
});
