// The example kernel of someone who embeds the loader: it boots by itself, takes a module from memory, links and calls it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { compile, objectOf } from "../support/compile.js";
import { ownFolder } from "../support/folder.js";
import { ROOT, fixturePath } from "../support/files.js";

/** How each machine is started, and where its kernel looks for the module. */
const MACHINES = {
  riscv64: { program: "qemu-system-riscv64", args: ["-machine", "virt", "-m", "256M", "-bios", "none"], module: "0x88000000" },
  loongarch64: { program: "qemu-system-loongarch64", args: ["-machine", "virt", "-m", "1G"], module: "0x8000000" },
} as const;
type Name = keyof typeof MACHINES;

/** No boot takes as long as that. */
const PATIENCE_MS = 120_000;

const folder = ownFolder();

/** What the kernel prints before it powers off, given this module. */
async function boot(machine: Name, module: string): Promise<string> {
  const { program, args, module: addr } = MACHINES[machine];
  const child = spawn(program, [
    ...args, "-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot", "-kernel", join(ROOT, "build/kernels", `${machine}.elf`),
    "-device", `loader,file=${module.replaceAll(",", ",,")},addr=${addr},force-raw=on`,
  ], { stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE_MS, killSignal: "SIGKILL" });
  const out: Buffer[] = [], err: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code, by) => settle([code, by]));
  });
  const said = Buffer.concat(out).toString("utf8").replaceAll("\r", "");
  assert.deepEqual({ status, signal }, { status: 0, signal: null }, `${said}\n${Buffer.concat(err).toString("utf8")}`);
  return said;
}

for (const machine of Object.keys(MACHINES) as Name[]) {
  describe(`embed: a kernel on ${machine}`, () => {
    test("add(2, 40)", async () => {
      const module = compile(folder, machine, "add", "int add(int a, int b) { return a + b; }");
      const told = /^add\(2, 40\) = 42\nbytes of modules: 0\nbytes of the core, at most: (\d+)\n$/.exec(await boot(machine, module));
      assert.ok(told);
      assert.ok(Number(told[1]) > 0 && Number(told[1]) <= 16 * 1024, `${told[1]} bytes fit into what the kernel has`);
    });

    test("a module that has to be relocated", async () => {
      const source = `
static int forty = 40;
static int *volatile const way[2] = {&forty, &forty};
int helper(int a) { return a + *way[1]; }
int (*volatile pointer)(int) = helper;
int add(int a, int b) { return pointer(a) + b - *way[0]; }`;
      assert.match(await boot(machine, compile(folder, machine, "relocated", source)), /^add\(2, 40\) = 42\n/);
    });

    test("an object that is used where it lies: its code runs there, its constants take no memory", async () => {
      const source = `
const unsigned char table[40000] = {7};
int calls;
int add(int a, int b) { return a + b; }
int (*volatile pointer)(int, int) = add;
int twice(int a) { ++calls; return pointer(a, a) + table[0]; }`;
      const object = objectOf(folder, machine, "placed", source, ["-ffunction-sections", "-mno-relax"]);
      const told = /^bytes in place: (\d+)\nbytes reserved: (\d+)\nadd lies in the file, at byte (\d+)\nadd\(2, 40\) = 42\nbytes of modules: 0\n/.exec(await boot(machine, object));
      assert.ok(told);
      const [inPlace, reserved, at] = told.slice(1).map(Number) as [number, number, number];
      assert.ok(inPlace > 40_000 && reserved < 40_000 && at < readFileSync(object).length, told[0]);
    });

    test("what can't be loaded is refused with its code", async () => {
      assert.match(await boot(machine, fixturePath(machine, "missing.so")), new RegExp(`^refused, code ${0x0402}\n$`));
      assert.match(await boot(machine, join(ROOT, "package.json")), new RegExp(`^refused, code ${0x0102}\n$`));
    });
  });
}
