// A debugger sees what we load: a breakpoint by name that waits for its library, its source lines, its variables, the way back to main.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { treesOf } from "../programs/trees.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { PRELOAD, runPlain } from "./preload.js";

const SCRIPT = [
  "set confirm off", "set breakpoint pending on", "set debuginfod enabled off", "break called_by_name", "run",
  "info sharedlibrary", "backtrace", "print argument", "print shared_value", "info symbol called_by_name", "finish", "continue",
];

describe("linux: gdb", () => {
  const folder = ownFolder();
  let tree = "";
  before(() => {
    [tree = ""] = treesOf([{ debian: ["gdb"] }], () => undefined);
    const source = join(ROOT, "test/linux/gdb/program.c");
    const compile = (...flags: readonly string[]): Buffer => execFileSync("clang-19", ["-g", "-O0", "-fuse-ld=lld", source, ...flags], { cwd: folder });
    compile("-shared", "-fPIC", "-DLIBRARY", "-o", "library.so");
    compile("-o", "main");
  });

  for (const [name, settings] of [["glibc", []], ["ours", [`set environment LD_PRELOAD ${PRELOAD}`]]] as const) {
    test(`a library opened by ${name}`, async () => {
      const words = [...settings, ...SCRIPT].flatMap((line) => ["-ex", line]);
      const command = [join(tree, "usr/bin/gdb"), "-nx", "-nh", "-batch", `-iex=set data-directory ${join(tree, "usr/share/gdb")}`, ...words, "./main"];
      const env = { HOME: folder, PYTHONNOUSERSITE: "1", LD_LIBRARY_PATH: ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((path) => join(tree, path)).join(":") };
      const { stdout, stderr } = await runPlain({ command, folder, env });
      const said = `${stdout}\n${stderr}`;
      assert.match(stdout, /Breakpoint 1, called_by_name \(argument=20\) at .*program\.c:6/, said);
      assert.match(stdout, /Yes +\S*library\.so/, said);
      assert.match(stdout, /#0 .*called_by_name[^]*#1 .*main \(\) at/, said);
      assert.match(stdout, /\$1 = 20\n\$2 = 17\ncalled_by_name(\(int\))? in section \.text of \S*library\.so/, said);
      assert.match(stdout, /Value returned is \$3 = 41/, said);
      assert.match(stdout, /exited normally/, said);
    });
  }
});
