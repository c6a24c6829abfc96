// What is left out of the library is gone: its code, and what it did; the rest works, and who needs it is told.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { FEATURES, LIBC, OWN_TOOLS, linuxSteps } from "../../scripts/linux.js";
import { takeAll } from "../../scripts/steps.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { build, casesIn } from "./dl.js";
import { MACHINE } from "./own.js";
import { runPlain } from "./preload.js";

/** What the program says of each feature; with it, and without. */
const SAYS: Readonly<Record<string, readonly [string, string]>> = {
  tls: ["tls 0 5", `tls 0x${Code.TlsRefused.toString(16)} 0`],
  lazy: ["lazy 0 17", `lazy 0x${Code.MissingSymbol.toString(16)} 0`],
  versions: ["versions 0 1", "versions 0 0"],
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
      assert.deepEqual(stdout.split("\n"), ["plain: called", "plain 0", ...said, ""]);
      assert.equal(/linkwright .* info/.test(stderr), !names.includes("log"), stderr);
      const symbols = execFileSync("llvm-nm-19", ["--defined-only", join(ROOT, made, "liblinkwright.so")], { encoding: "utf8" });
      for (const [name, code] of Object.entries(CODE)) assert.equal(symbols.includes(` ${code}\n`), !names.includes(name), code);
    });
  }

  test("without libc: a static program that nobody else is part of loads, links, and is told what is wrong", async () => {
    const made = "build/linux-without/libc";
    await takeAll(linuxSteps(MACHINE, OWN_TOOLS, made, ["-O0"], [LIBC]), () => undefined);
    const [one] = casesIn("test/linux/bare"), own = join(folder, "libc");
    const flags = [`-I${join(ROOT, "build/linux/include")}`, "-nostdlib", "-fno-stack-protector", "-ffreestanding"];
    await build(one!, own, flags, [join(ROOT, made, "liblinkwright.a"), "-static"]);
    assert.equal(execFileSync("llvm-nm-19", ["--undefined-only", join(own, "main")], { encoding: "utf8" }).replace(/^ +(w \w+|U _DYNAMIC)\n/gm, ""), "", "but for what the linker defines where there is any");
    assert.doesNotMatch(execFileSync("llvm-readelf-19", ["-lW", join(own, "main")], { encoding: "utf8" }), /INTERP|DYNAMIC/);
    const { end, stdout, stderr } = await runPlain({ command: ["./main"], folder: own, env: { LD_LIBRARY_PATH: own, LW_LOG: "info" } });
    assert.equal(end, 0, stdout + stderr);
    const [missing, absent, ...rest] = stdout.split("\n");
    assert.match(missing!, /^\.\/module\.so: .*: given \(needed by \.\/module\.so\) \(MissingSymbol, /);
    assert.equal(absent, "./missing.so: cannot open shared object file: No such file or directory");
    assert.deepEqual(rest, ["17", ""]);
    assert.match(stderr, /^linkwright +\d+\.\d{3} info +\.\/module\.so is at 0x/m);
  });

  test("docs/linux.md says what each costs", () => {
    execFileSync(process.execPath, [join(ROOT, "build/js/scripts/features.js"), "--check"], { stdio: "pipe" });
  });
});
