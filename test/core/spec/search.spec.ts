// Search paths: which of a file's and of those that brought it are told, in which order, with whose folder.

import { load8 } from "../../../assembly/host/memory";
import { DT } from "../../../assembly/elf/dynamic";
import { Part } from "../../../assembly/inspect/image";
import { newContext } from "../../../assembly/registry/context";
import { openHandles } from "../../../assembly/registry/handle";
import { Module, State, newModule } from "../../../assembly/registry/module";
import { searchesFrom, tellPaths } from "../../../assembly/registry/search";
import { Session, Task, newSession } from "../../../assembly/registry/session";
import { freshHeap } from "./support/heap";
import { argument, callCount, forget } from "./support/host";
import { imageOf } from "./support/image";
import { putText, room } from "./support/target";

let session: Session = changetype<Session>(0);
let nextSource: u32 = 1;

/** A module that is being loaded, with these search paths; empty: none. */
function moduleWith(rpath: string, runpath: string, broughtBy: Module | null): Module {
  const image = imageOf(64, 0), view = image.part(Part.Strings);
  image.source = nextSource++;
  view.addr = room(256);
  view.bytes = 256;
  image.dynamic!.add(DT.STRSZ, 256);
  if (rpath.length) {
    putText(view.addr + 8, rpath);
    image.dynamic!.add(DT.RPATH, 8);
  }
  if (runpath.length) {
    putText(view.addr + 128, runpath);
    image.dynamic!.add(DT.RUNPATH, 128);
  }
  const module = newModule(session.context!, image, 0)!;
  module.broughtBy = broughtBy;
  module.pathFrom = searchesFrom(module);
  return module;
}

/** What was told for a name: each as origin, path and rank. */
function told(module: Module, name: string): string {
  forget();
  const at = room(64);
  tellPaths(session, module, at, putText(at, name));
  let all = "";
  for (let i = 0; i < callCount("search"); ++i) {
    assert(argument("search", i, 0) == session.handle, "the session");
    let path = "";
    for (let k: u64 = 0; k < <u64>argument("search", i, 3); ++k) path += String.fromCharCode(load8(argument("search", i, 2) + k));
    all += argument("search", i, 1).toString() + "=" + path + "@" + argument("search", i, 4).toString() + " ";
  }
  return all.trim();
}

describe("registry: search", () => {
  beforeEach(() => {
    freshHeap(1 << 16);
    openHandles();
    nextSource = 1;
    session = newSession(Task.Load, newContext(0, 0, 0))!;
  });

  test("DT_RUNPATH holds for the file alone, behind the host's list", () => {
    expect(told(moduleWith("", "/lib:/usr/lib", null), "libx.so")).toBe("1=/lib:/usr/lib@1");
  });

  test("DT_RPATH comes before it, then those of whoever brought the file", () => {
    const root = moduleWith("/root", "", null), middle = moduleWith("/middle", "", root), last = moduleWith("$ORIGIN/../lib", "", middle);
    expect(told(last, "libx.so")).toBe("3=$ORIGIN/../lib@0 2=/middle@0 1=/root@0");
    expect(told(moduleWith("", "", middle), "libx.so")).toBe("2=/middle@0 1=/root@0", "one without still has theirs");
    expect(told(root, "libx.so")).toBe("1=/root@0");
  });

  test("a file's DT_RUNPATH makes its DT_RPATH count for nothing, and cuts off those before it", () => {
    const root = moduleWith("/root", "", null), middle = moduleWith("/middle", "/run", root);
    expect(told(middle, "libx.so")).toBe("2=/run@1");
    expect(told(moduleWith("/last", "", middle), "libx.so")).toBe("3=/last@0 1=/root@0", "its own needs only: others' chains pass over it");
  });

  test("a name with a slash is searched nowhere", () => {
    const module = moduleWith("/root", "", null);
    expect(told(module, "./libx.so")).toBe("");
    expect(told(module, "/libx.so")).toBe("");
    expect(told(module, "libx.so/")).toBe("");
    expect(told(module, "")).toBe("1=/root@0");
  });

  test("a file without any, or without a dynamic section", () => {
    const module = moduleWith("", "", null);
    expect(told(module, "libx.so")).toBe("");
    module.image.dynamic = null;
    expect(told(module, "libx.so")).toBe("");
  });

  test("of what is placed already it is in its memory", () => {
    const module = moduleWith("/view", "", null);
    module.state = State.Published;
    module.symbols.strings = room(256);
    putText(module.symbols.strings + 8, "/memory");
    expect(told(module, "libx.so")).toBe("1=/memory@0");
  });

  test("a path ends with its table", () => {
    const module = moduleWith("/long", "", null), view = module.image.part(Part.Strings);
    for (let i: u64 = 8; i < 256; ++i) putText(view.addr + i, "x");
    forget();
    tellPaths(session, module, view.addr, 0);
    expect(argument("search", 0, 3)).toBe(248);
  });
});
