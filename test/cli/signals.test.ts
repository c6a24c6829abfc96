// A run that is interrupted ends at once: no emulator goes on, and no file stays.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fixturePath } from "../support/files.js";
import { compile } from "../support/compile.js";
import { ownFolder } from "../support/folder.js";
import { linkwright } from "./linkwright.js";

const folder = ownFolder();

/** Processes whose command line has this in it. */
function processesWith(text: string): number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((id) => {
    try {
      return id !== process.pid && readFileSync(`/proc/${id}/cmdline`, "utf8").includes(text);
    } catch {
      return false; // it is gone
    }
  });
}

/** Sends a signal as soon as the module has said that it is at work, and has been seen to run in an emulator. */
function interrupt(child: ChildProcess, signal: NodeJS.Signals, temporary: string, seen: (emulators: number) => void): void {
  let said = "";
  child.stderr!.on("data", (bytes: Buffer) => {
    const before = said.includes("begun");
    said += bytes.toString("utf8");
    if (before || !said.includes("begun")) return;
    seen(processesWith(temporary).length);
    child.kill(signal);
  });
}

describe("cli: signals", () => {
  for (const machine of ["riscv64", "loongarch64"]) {
    const file = compile(folder, machine, "hang", `void lw_print(const char *);
int hang(void) { lw_print("begun\\n"); for (volatile int i = 0;; ++i) {} }
int test_hang(void) { return hang(); }`);

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      test(`${signal} on ${machine}`, async () => {
        const temporary = mkdtempSync(join(folder, "temporary-"));
        let emulators = 0;
        const run = await linkwright(["run", file, "--call", "hang"], {
          env: { TMPDIR: temporary },
          during: (child) => interrupt(child, signal, temporary, (count) => void (emulators = count)),
        });
        assert.equal(emulators, 1, "the emulator ran");
        assert.equal(run.status, 128 + constants.signals[signal]);
        assert.equal(run.stdout, "");
        assert.deepEqual(readdirSync(temporary), []);
        while (processesWith(temporary).length) await wait(20); // the kernel takes a moment to end it
      });
    }
  }

  test("a suite on two machines at once", async () => {
    const temporary = join(folder, "both");
    mkdirSync(temporary);
    const files = ["riscv64", "loongarch64"].map((machine) => join(folder, `hang-${machine}.so`));
    let emulators = 0;
    const run = await linkwright(["test", ...files], {
      env: { TMPDIR: temporary },
      during: (child) => child.stdout!.once("data", () => {
        const poll = (): void => {
          emulators = processesWith(temporary).length;
          if (emulators === 2) child.kill("SIGINT");
          else if (child.exitCode === null) setTimeout(poll, 20);
        };
        poll();
      }),
    });
    assert.equal(emulators, 2);
    assert.equal(run.status, 130);
    assert.deepEqual(readdirSync(temporary), []);
    while (processesWith(temporary).length) await wait(20);
  });
});

describe("cli: without an emulator", () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  const packages = { x86_64: "qemu-system-x86", i386: "qemu-system-x86", aarch64: "qemu-system-arm", arm: "qemu-system-arm", riscv64: "qemu-system-misc", riscv32: "qemu-system-misc", loongarch64: "qemu-system-misc" };
  for (const [machine, name] of Object.entries(packages)) {
    test(`run on ${machine} names the package to install`, async () => {
      const temporary = mkdtempSync(join(folder, "temporary-"));
      const run = await linkwright(["run", fixturePath(machine, "call.so"), "--call", "add"], { env: { PATH: empty, TMPDIR: temporary } });
      assert.equal(run.status, 1);
      assert.equal(run.stdout, "");
      assert.match(run.stderr, new RegExp(`qemu-system-${machine} is not installed: \`apt-get install ${name}\``));
      assert.deepEqual(readdirSync(temporary), []);
    });
  }

  test("test says so for each test", async () => {
    const run = await linkwright(["test", fixturePath("riscv64", "tests.so")], { env: { PATH: empty } });
    assert.equal(run.status, 1);
    assert.equal(run.stdout.match(/^not ok \d/gm)?.length, 3);
    assert.match(run.stdout, /apt-get install qemu-system-misc/);
  });

  test("doctor says so for all of them", async () => {
    const run = await linkwright(["doctor", "--json"], { env: { PATH: empty } });
    assert.equal(run.status, 1);
    const { ok, checks } = JSON.parse(run.stdout) as { ok: boolean; checks: { name: string; ok: boolean; found: string; remedy?: string }[] };
    assert.equal(ok, false);
    for (const [machine, name] of Object.entries(packages)) {
      const check = checks.find((one) => one.name === `qemu-system-${machine}`);
      assert.equal(check?.ok, false, machine);
      assert.equal(check?.remedy, `apt-get install ${name}`);
    }
  });
});
