// What is left out of the library is gone: its code, and what it did; the rest works, and who needs it is told.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { FEATURES, LIBC, OWN_TOOLS, linuxSteps } from "../../scripts/linux.js";
import { machines } from "../../scripts/machines.js";
import { takeAll } from "../../scripts/steps.js";
import { archiver, compilerFor, runnerFor } from "../../scripts/toolchains.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { build, buildStatic, casesIn } from "./dl.js";
import { MACHINE } from "./own.js";
import { runPlain } from "./preload.js";

const UNSUPPORTED = `0x${Code.UnsupportedType.toString(16)} 0`;

/** What the program says of each feature; with it, and without. */
const SAYS: Readonly<Record<string, readonly [string, string]>> = {
  tls: ["tls 0 5", `tls 0x${Code.TlsRefused.toString(16)} 0`],
  lazy: ["lazy 0 17", `lazy 0x${Code.MissingSymbol.toString(16)} 0`],
  versions: ["versions 0 1", "versions 0 0"],
  objects: ["objects 0 17\nsets 0 17", `objects ${UNSUPPORTED}\nsets ${UNSUPPORTED}`],
};

/** A function of what has any of its own: in the library with it only. */
const CODE: Readonly<Record<string, string>> = { tls: "tls_reserve", lazy: "lazy_bind", log: "log_say" };

describe("linux: features", () => {
  const folder = ownFolder();
  for (const without of [[], ...FEATURES.map((one) => [one]), FEATURES]) {
    const names = without.map(({ name }) => name);
    test(names.length ? `without ${names.join(", ")}` : "with all", async () => {
      const made = names.length ? `build/linux-without/${names.join("-")}` : `build/linux/${MACHINE.name}`;
      if (names.length) await takeAll(linuxSteps(MACHINE, OWN_TOOLS, made, ["-O0"], without), () => undefined);
      const [one] = casesIn("test/linux/features"), own = join(folder, names.join("-"));
      await build(one!, own, [`-I${join(ROOT, "build/linux/include")}`], [join(ROOT, made, "liblinkwright.a"), "-pthread"]);
      const { end, stdout, stderr } = await runPlain({ command: ["./main"], folder: own, env: { LW_LOG: "info" } });
      assert.equal(end, 0, stderr);
      const said = Object.entries(SAYS).map(([name, says]) => says[names.includes(name) ? 1 : 0]);
      assert.equal(stdout, ["plain: called", "plain 0", ...said, ""].join("\n"));
      assert.equal(/linkwright .* info/.test(stderr), !names.includes("log"), stderr);
      const symbols = execFileSync("llvm-nm-19", ["--defined-only", join(ROOT, made, "liblinkwright.so")], { encoding: "utf8" });
      for (const [name, code] of Object.entries(CODE)) assert.equal(symbols.includes(` ${code}\n`), !names.includes(name), code);
    });
  }

  // With the headers of this system's libc, and of musl on every machine: of the libraries nothing is linked.
  const bare = [{ machine: MACHINE, headers: "glibc" }, ...machines.map((machine) => ({ machine, headers: "musl" }))];
  for (const { machine, headers } of bare) {
    test(`without libc: a static program on ${machine.name}, with ${headers}'s headers, loads, links, and is told what is wrong`, async () => {
      const cc = headers === "musl" ? compilerFor(machine.name) : OWN_TOOLS.cc, ar = headers === "musl" ? archiver() : OWN_TOOLS.ar;
      const made = `build/linux-without/libc-${machine.name}-${headers}`, own = join(folder, `libc-${machine.name}-${headers}`);
      const options = ["-O1", "-fno-sanitize=undefined"];
      await takeAll(linuxSteps(machine, { cc, ar, isShared: false }, made, options, [LIBC]), () => undefined);
      await buildStatic(casesIn("test/linux/bare")[0]!, machine, [...cc, ...(headers === "musl" ? [] : OWN_TOOLS.ld ?? [])], own, [
        ...["build/linux/include", "hosts/linux/system"].map((path) => `-I${join(ROOT, path)}`), "-nostdlib", "-fno-stack-protector", "-ffreestanding", "-fno-sanitize=undefined",
        join(ROOT, "hosts/linux/mini/enter.S"), join(ROOT, made, "liblinkwright.a"),
      ]);
      assert.equal(execFileSync("llvm-nm-19", ["--undefined-only", join(own, "main")], { encoding: "utf8" }).replace(/^ +(w \w+|U _DYNAMIC)\n/gm, ""), "", "but for what the linker defines where there is any");
      assert.doesNotMatch(execFileSync("llvm-readelf-19", ["-lW", join(own, "main")], { encoding: "utf8" }), /INTERP|DYNAMIC/);
      writeFileSync(join(own, "huge.so"), "");
      truncateSync(join(own, "huge.so"), 5 * 2 ** 30);
      const { end, stdout, stderr } = await runPlain({ command: [...runnerFor(machine.name), "./main"], folder: own, env: { LD_LIBRARY_PATH: own, LW_LOG: "info" } });
      assert.equal(end, 0, stdout + stderr);
      const [missing, absent, huge, ...rest] = stdout.split("\n");
      assert.match(missing!, /^\.\/module\.so: .*: given \(needed by \.\/module\.so\) \(MissingSymbol, /);
      assert.equal(absent, "./missing.so: cannot open shared object file: No such file or directory");
      assert.match(huge!, machine.class === 32 ? /^\.\/huge\.so: .*: File too large$/ : /^\.\/huge\.so: .* \(BadMagic, /);
      assert.deepEqual(rest, ["17", ""]);
      assert.match(stderr, /^linkwright +\d+\.\d{3} info +\.\/module\.so is at 0x/m);
    });
  }

  test("docs/linux.md says what each costs", () => {
    execFileSync(process.execPath, [join(ROOT, "build/js/scripts/features.js"), "--check"], { stdio: "pipe" });
  });
});
