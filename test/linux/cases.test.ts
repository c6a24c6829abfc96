// The cases in Linux processes, over the C API: on each machine a static program with musl, under qemu-user or natively.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { fixtureFolder } from "../../fixtures/build.js";
import { MACHINES, type Machine } from "../../fixtures/list.js";
import { OWN_MACHINE, OWN_TOOLS, linuxSteps } from "../../scripts/linux.js";
import { machines } from "../../scripts/machines.js";
import { buildMusl, muslFolder } from "../../scripts/musl.js";
import { takeAll } from "../../scripts/steps.js";
import { compilerFor, runnerFor } from "../../scripts/toolchains.js";
import { type Case, type Step, casesFor } from "../cases.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { isLast, scriptOf } from "../support/script.js";

const PATIENCE_MS = 60_000;
const folder = ownFolder();

/** A way to be a Linux process. */
interface Process {
  readonly name: string;
  readonly machine: Machine;
  /** Its C library. */
  readonly libc: "musl" | "glibc";
  /** How test/linux/cases.c is compiled, and what it is linked with. */
  readonly build: () => Promise<{ readonly compiler: readonly string[]; readonly library: readonly string[] }>;
}

let libraries: Promise<unknown> | undefined;
const own = OWN_MACHINE as Machine | undefined;

const PROCESSES: readonly Process[] = [
  ...MACHINES.map((machine): Process => ({
    name: machine, machine, libc: "musl",
    build: async () => {
      await (libraries ??= buildMusl(MACHINES, () => undefined));
      return { compiler: compilerFor(machine), library: ["-static", join(muslFolder(machine), "liblinkwright.a")] };
    },
  })),
  ...(own ? [{
    name: `${own}, with this system's libc`, machine: own, libc: "glibc",
    build: async () => {
      const folder = join(ROOT, "build/linux", own);
      return { compiler: [...OWN_TOOLS.cc, ...(OWN_TOOLS.ld ?? [])], library: [`-L${folder}`, "-llinkwright", `-Wl,-rpath,${folder}`] };
    },
  }, {
    name: `${own}, where a word of the core that is not aligned is a trap`, machine: own, libc: "glibc",
    build: async () => {
      const folder = `build/linux/${own}-aligned`;
      await takeAll(linuxSteps(machines.find(({ name }) => name === own)!, OWN_TOOLS, folder, ["-O1", "-fsanitize=alignment", "-fsanitize-trap=alignment"]), () => undefined);
      return { compiler: [...OWN_TOOLS.cc, ...(OWN_TOOLS.ld ?? [])], library: [join(ROOT, folder, "liblinkwright.a")] };
    },
  }] as const : []),
];

/** Makes the program of a process. */
async function programOf({ name, build }: Process): Promise<string> {
  const { compiler: [compiler = "", ...args], library } = await build(), program = join(folder, name.replaceAll(/\W/g, "-"));
  execFileSync(compiler, [
    ...args, "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-Ibuild/linux/include", "test/linux/cases.c", ...library, "-o", program,
  ], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  return program;
}

interface Ended {
  /** A line for each command. */
  readonly lines: readonly string[];
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function run(machine: Machine, program: string, script: readonly string[], ...more: readonly string[]): Ended {
  const [command = "", ...args] = [...runnerFor(machine), program, fixtureFolder(machine), ...more];
  const { error, status, signal, stdout, stderr } = spawnSync(command, args, {
    input: script.map((line) => `${line}\n`).join(""), encoding: "utf8", timeout: PATIENCE_MS, killSignal: "SIGKILL", maxBuffer: 1 << 26,
    env: { LD_LIBRARY_PATH: fixtureFolder(machine) },
  });
  if (error) throw error;
  return { lines: stdout.split("\n").slice(0, -1), status, signal, stderr };
}

/** What a step is answered with. */
function answerTo(step: Step): RegExp | string {
  switch (step.do) {
    case "load": return "loaded";
    case "refuse": return new RegExp(`^refused 0x${Code[step.code].toString(16)} ${(step.missing ?? []).map((name) => `(?=.*\\b${name}\\b)`).join("")}.*$`);
    case "find":
    case "next": return step.file.startsWith("tls_") ? "found in the thread" : `found in ${step.owner}`;
    case "lack": return /^nothing ./;
    case "bound": return `bound to ${step.owner}`;
    case "call": return `returned ${step.returns}`;
    case "patch": return `patched ${step.places}`;
    case "replace":
    case "define": return "ruled";
    case "context":
    case "thread": return "there";
    case "unload": return "unloaded";
    case "stays": return "stays";
    case "trap":
    case "late": return "";
  }
}

/** It calls dlopen's family, which is the process's: it is loaded into the process's own context. */
const asks = (one: Case): boolean => one.steps.some((step) => step.do === "load" && /^(opens|reenters|next_wrap|choose_asks|unwinds)\.so$/.test(step.file));

/** Its script. What lasts as long as its thread is given back by nobody. */
const linesOf = (one: Case): string[] => scriptOf(one).filter((line) => line !== "clear" || !one.isLasting);

function check(one: Case, lines: readonly string[]): void {
  const said = (i: number): string => `${one.name}: ${linesOf(one)[i]}: ${lines[i]}`;
  assert.equal(lines[0], "noted");
  one.steps.forEach((step, i) => {
    if (step.do === "trap" || step.do === "late") return;
    const expected = answerTo(step), line = lines[i + 1] ?? "";
    if (expected instanceof RegExp) assert.match(line, expected, said(i + 1));
    else assert.equal(line, expected, said(i + 1));
  });
  if (isLast(one)) return;
  assert.equal(lines.length, linesOf(one).length);
  lines.slice(1 + one.steps.length).forEach((line, i) => assert.match(line, /^(unloaded|stays|there|cleared 0 0)$/, said(1 + one.steps.length + i)));
  if (!one.isLasting) assert.equal(lines.at(-1), "cleared 0 0");
}

/** Files that are for others, and why. */
const OTHERS: readonly (readonly [files: RegExp, why: string, where?: (process: Process) => boolean])[] = [
  [/^(tls_exec|tls_pie)$/, "an executable's own thread-local block is the first of its process: that of the program that is there"],
  [/^tls_initial\.so$/, "a process has blocks of 64 bytes' alignment at the most in its threads' reserve"],
  [/^asks\.so$/, "it asks for what ld.so's have each in their own way: debuggers' lists, blocks that nobody touched, the C library's versions"],
  [/^unwinds\.so$/, "musl has no _dl_find_object", ({ libc }) => libc === "musl"],
  [/^paths\/braces\.so$/, "$LIB is what the distribution calls it"],
  [/^paths\/platform\.so$/, "$PLATFORM is what the kernel calls the processor", ({ machine }) => machine !== "x86_64" && machine !== "aarch64"],
  [/^odd\.so$/, "it has room for addresses of 32 bits: nothing is mapped there in a process of 64 bits", ({ machine }) => machine.endsWith("64")],
];

const isOurs = (process: Process, one: Case): boolean =>
  !OTHERS.some(([files, , where]) => (!where || where(process)) && one.steps.some((step) => step.do === "load" && files.test(step.file)));

for (const process of PROCESSES) {
  const { machine } = process;
  // A name of no letters is no word of a script.
  const cases = casesFor(machine).filter((one) => isOurs(process, one)).map((one): Case => ({ ...one, steps: one.steps.filter((step) => !(step.do === "lack" && step.symbol === "")) }));
  const calm = cases.filter((one) => !isLast(one) && !one.isLasting && !asks(one));

  describe(`linux: ${process.name}`, () => {
    let program = "";
    const lines = new Map<string, readonly string[]>();
    let ended: Ended | undefined;

    before(async () => {
      program = await programOf(process);
      const scripts = calm.map((one) => ({ one, script: scriptOf(one) }));
      ended = run(machine, program, scripts.flatMap(({ script }) => script));
      let at = 0;
      for (const { one, script } of scripts) {
        lines.set(one.name, ended.lines.slice(at, at += script.length));
      }
    });

    test("the process comes to the end of its script", () => {
      assert.deepEqual([ended?.status, ended?.signal], [0, null], ended?.stderr);
    });

    for (const one of calm) test(one.name, () => check(one, lines.get(one.name)!));

    for (const one of cases.filter((one) => !calm.includes(one))) {
      test(one.name, () => {
        const { lines: own, status, signal, stderr } = run(machine, program, linesOf(one), ...(asks(one) ? ["process"] : []));
        check(one, own);
        const last = one.steps.at(-1)!;
        if (one.isLasting || asks(one)) assert.deepEqual([status, signal], [0, null], stderr);
        else if (last.do === "late") {
          assert.equal(status, 127, stderr); // as ld.so ends a process
          assert.ok(stderr.includes(last.missing) && stderr.includes(last.file), stderr);
        } else assert.ok(signal === "SIGSEGV" || signal === "SIGBUS", `${signal} ${stderr}`);
      });
    }
  });
}
