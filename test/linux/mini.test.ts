// lw-run starts programs as the kernel does: they are told the same, and behave the same; what can't be started is refused in a line.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Code } from "../../assembly/words.js";
import { MACHINES } from "../../fixtures/list.js";
import { FAULTS } from "../../hosts/node/faults.js";
import { type Package, packageFiles, unpackTo } from "../../scripts/packages.js";
import { compilerFor } from "../../scripts/toolchains.js";
import { signaturesOf } from "../api/wasm.js";
import { WRONG } from "../faults/wrong.js";
import { WRONG_OBJECTS } from "../faults/wrongobjects.js";
import { ROOT } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { Random } from "../support/random.js";
import { ENVIRONMENT, type Ended, KINDS, direct, linkStart, loaded, loaderOf } from "./started.js";

const folder = ownFolder();
const NATIVE = "x86_64";

/** What is said of a program that can't be started. */
function refused({ status, signal, stdout, stderr }: Ended): { status: number; line: string } {
  assert.deepEqual({ signal, stdout }, { signal: null, stdout: "" }, stderr);
  assert.match(stderr, /^lw-run: [^\n]*\n$/);
  return { status: status!, line: stderr.slice("lw-run: ".length, -1) };
}

describe("linux: what lw-run is", () => {
  for (const machine of MACHINES) {
    test(`${machine}: at most 20 KB, with nothing to relocate and no interpreter`, () => {
      assert.ok(statSync(loaderOf(machine)).size <= 20 * 1024, `${statSync(loaderOf(machine)).size} bytes`);
      const text = execFileSync("llvm-readelf-19", ["-lrW", loaderOf(machine)], { encoding: "utf8" });
      assert.match(text, /There are no relocations in this file/);
      assert.doesNotMatch(text, /INTERP| RWE /);
    });

    test(`${machine}: its core links nothing`, () => {
      const { imports } = signaturesOf(readFileSync(join(ROOT, "build/wasm", `program.${machine}.wasm`)));
      const wide = machine.endsWith("64") ? ["memory.load64"] : [];
      assert.deepEqual(imports.map(({ name }) => name).sort(), [
        "memory.load16", "memory.load32", ...wide, "memory.load8", "memory.page_bytes", "memory.place", "memory.reserve", "source.bytes", "source.view",
      ]);
    });
  }
});

for (const machine of MACHINES) {
  describe(`linux: programs are told on ${machine} what the kernel tells them`, () => {
    const own = join(folder, machine);
    for (const kind of KINDS.filter(({ isKernels }) => !isKernels || machine === NATIVE)) {
      test(kind.name, () => {
        mkdirSync(own, { recursive: true });
        const path = linkStart(own, machine, kind);
        for (const args of [[], ["one"], ["one", "", "three words here"]]) {
          const expected = direct(machine, [path, ...args]);
          assert.deepEqual([expected.status, expected.stderr], [17, ""]);
          assert.match(expected.stdout, /^aligned 0+\nat_exit 0+\nargc .*\nargument [^]*AT_PHDR [^]*AT_ENTRY [^]*segment [^]*initialised 0*17171717\nzeroed 0+\n$/);
          assert.deepEqual(loaded(machine, [path, ...args]), expected);
        }
      });
    }
  });
}

/** Debian's busybox of a machine: QEMU 7.2 lacks the vectors that the one of loongarch64 wants, and riscv32 has none. */
const BUSYBOX: Readonly<Record<string, Package>> = {
  x86_64: { name: "busybox-static", architecture: "amd64" },
  i386: { name: "busybox-static", architecture: "i386" },
  aarch64: { name: "busybox-static", architecture: "arm64" },
  arm: { name: "busybox-static", architecture: "armhf" },
  riscv64: { name: "busybox-static", architecture: "riscv64", suite: "trixie" },
};

/** A file to work on. */
const TEXT = join(ROOT, "assembly/words.ts");

describe("linux: real programs by lw-run", () => {
  const same = (machine: string, args: readonly string[], input?: Uint8Array): Ended => {
    const expected = direct(machine, args, input && { input });
    assert.deepEqual([expected.status, expected.signal], [0, null], expected.stderr);
    assert.deepEqual(loaded(machine, args, input && { input }), expected);
    return expected;
  };

  for (const [machine, wanted] of Object.entries(BUSYBOX)) {
    test(`busybox on ${machine}`, () => {
      const own = join(folder, `busybox-${machine}`);
      unpackTo(own, packageFiles([wanted], () => undefined)[0]!);
      const busybox = join(own, wanted.suite ? "usr/bin/busybox" : "bin/busybox");
      same(machine, [busybox, "ls", "-la", join(ROOT, "boot")]);
      assert.match(same(machine, [busybox, "sh", "-c", "echo $((6 * 7)); for i in a b; do echo $i; done"]).stdout, /^42\na\nb\n$/);
      same(machine, [busybox, "md5sum", TEXT]);
      same(machine, [busybox, "awk", "/export enum/ { print $3 }", TEXT]);
      same(machine, [busybox, "gzip", "-c"], readFileSync(TEXT));
    });
  }

  // Zig brings musl for these two; bzip2 is Debian's source.
  for (const [machine, flags] of Object.entries({ riscv32: ["-static-pie", "-fPIE"], loongarch64: ["-static"] })) {
    test(`bzip2 on ${machine}, linked ${flags[0]!}`, () => {
      const source = join(folder, "bzip2"), program = join(folder, `bzip2-${machine}`);
      unpackTo(source, packageFiles([{ name: "bzip2", architecture: "source" }], () => undefined)[0]!);
      const [compiler = "", ...args] = compilerFor(machine);
      const files = ["bzip2", "blocksort", "huffman", "crctable", "randtable", "compress", "decompress", "bzlib"];
      execFileSync(compiler, [...args, "-O1", "-w", "-D_FILE_OFFSET_BITS=64", ...flags, ...files.map((name) => join(source, `${name}.c`)), "-o", program]);
      const packed = Buffer.from(same(machine, [program, "-c"], readFileSync(TEXT)).stdout, "latin1");
      assert.deepEqual(Buffer.from(same(machine, [program, "-dc"], packed).stdout, "latin1"), readFileSync(TEXT));
    });
  }

  test("Debian's busybox with its libc", () => {
    const own = join(folder, "busybox");
    unpackTo(own, packageFiles([{ name: "busybox", architecture: "amd64" }], () => undefined)[0]!);
    same(NATIVE, [join(own, "bin/busybox"), "ls", "-l", join(ROOT, "boot")]);
  });

  test("ls, found by PATH", () => {
    same(NATIVE, ["ls", "-la", ROOT]);
  });

  test("python3, and what it imports", () => {
    const { stdout } = same(NATIVE, [
      "/usr/bin/python3", "-c", "import sys, os, json, ctypes, threading, subprocess\nt = threading.Thread(target=print, args=(sys.argv[1:],)); t.start(); t.join()\n"
        + "print(json.dumps(sorted(os.environ)), ctypes.CDLL(None).abs(-17), subprocess.check_output(['echo', 'child']))", "a", "b c",
    ]);
    assert.match(stdout, /^\['a', 'b c'\]\n\["EMPTY", .*\] 17 b'child\\n'\n$/);
  });

  test("node, which is large", () => {
    assert.match(same(NATIVE, [process.execPath, "-e", "console.log(process.argv.length, [1, 2, 3].map((n) => n * n), process.env.EMPTY)", "x"]).stdout, /^2 \[ 1, 4, 9 \] \n$/);
  });

  test("a program that ends by a signal, and one that fails", () => {
    assert.equal(loaded(NATIVE, ["sh", "-c", "kill -TERM $$"]).signal, "SIGTERM");
    assert.equal(loaded(NATIVE, ["sh", "-c", "exit 3"]).status, 3);
  });

  test("lw-run itself", () => {
    assert.deepEqual(loaded(NATIVE, [loaderOf(NATIVE), "echo", "twice"]), { status: 0, signal: null, stdout: "twice\n", stderr: "" });
  });
});

describe("linux: how lw-run finds a program", () => {
  const own = join(folder, "path"), path = (...names: readonly string[]): string => names.map((name) => (name ? join(own, name) : "")).join(":");
  const program = (name: string, from: string, mode: number): void => {
    mkdirSync(join(own, name, ".."), { recursive: true });
    copyFileSync(from, join(own, name));
    chmodSync(join(own, name), mode);
  };
  const execfn = (name: string, PATH: string | undefined, cwd = own): string | undefined => {
    const { EMPTY } = ENVIRONMENT;
    return /^AT_EXECFN (.*)$/m.exec(loaded(NATIVE, [name], { env: { EMPTY, ...(PATH === undefined ? {} : { PATH }) }, cwd }).stdout)?.[1];
  };

  before(() => {
    mkdirSync(own, { recursive: true });
    const start = linkStart(own, NATIVE, KINDS[0]!);
    for (const name of ["a/tool", "b/tool", "b/other", "here"]) program(name, start, 0o755);
    program("a/other", start, 0o644);
    program("c/plain", start, 0o644);
    mkdirSync(join(own, "a/folder"));
  });

  test("in the first folder that has it", () => {
    assert.equal(execfn("tool", path("none", "a", "b")), join(own, "a/tool"));
    assert.equal(execfn("tool", path("b", "a")), join(own, "b/tool"));
  });

  test("past one that may not be executed, and past a file in a folder's place", () => {
    assert.equal(execfn("other", path("a", "b")), join(own, "b/other"));
    assert.equal(execfn("tool", path("here", "a")), join(own, "a/tool"));
  });

  test("in the current folder, where a part of PATH is empty", () => {
    for (const PATH of ["", ":/none", "/none:", "/none::/nowhere"]) assert.equal(execfn("here", PATH), "here", PATH);
  });

  test("as it is given, with a slash", () => {
    assert.equal(execfn("./here", path("a")), "./here");
    assert.equal(execfn("a/tool", path("b")), "a/tool");
  });

  test("where there is no PATH at all", () => {
    assert.deepEqual(loaded(NATIVE, ["echo", "found"], { env: {} }).stdout, "found\n");
  });

  const fails = (name: string, PATH: string): { status: number; line: string } => refused(loaded(NATIVE, [name], { env: { PATH }, cwd: own }));

  test("or not", () => {
    assert.deepEqual(fails("absent", path("a", "b")), { status: 127, line: "absent: no such file or directory" });
    assert.deepEqual(fails("", path("a")), { status: 127, line: ": no such file or directory" });
    assert.deepEqual(fails("plain", path("a", "c")), { status: 126, line: "plain: permission denied" });
    assert.deepEqual(fails("folder", path("a")), { status: 126, line: "folder: not a regular file" });
    assert.deepEqual(fails("here/below", path("a")), { status: 127, line: "here/below: a part of its path is no directory" });
    assert.deepEqual(fails("absent", "x".repeat(5000)), { status: 127, line: "absent: no such file or directory" });
  });

  test("or is not told what", () => {
    assert.deepEqual(refused(loaded(NATIVE, [])), { status: 2, line: "usage: lw-run PROGRAM [ARGUMENT...]" });
  });
});

describe("linux: what lw-run refuses", () => {
  const own = join(folder, "refused");
  const write = (name: string, bytes: Uint8Array): string => {
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, name), bytes, { mode: 0o755 });
    return join(own, name);
  };
  const of = (path: string, machine = NATIVE): { status: number; line: string } => {
    const { status, line } = refused(loaded(machine, [path]));
    assert.ok(line.startsWith(`${path}: `), line);
    return { status, line: line.slice(path.length + 2) };
  };

  test("what is no file to execute", () => {
    mkdirSync(own, { recursive: true });
    execFileSync("mkfifo", ["-m", "755", join(own, "fifo")]);
    symlinkSync("loop", join(own, "loop"));
    symlinkSync("nowhere", join(own, "dangling"));
    assert.deepEqual(of(join(own, "fifo")), { status: 126, line: "not a regular file" });
    assert.deepEqual(of(own), { status: 126, line: "not a regular file" });
    assert.deepEqual(of("/dev/null"), { status: 126, line: "permission denied" });
    assert.deepEqual(of(join(own, "loop")), { status: 126, line: "too many symbolic links" });
    assert.deepEqual(of(join(own, "dangling")), { status: 127, line: "no such file or directory" });
    assert.deepEqual(of(`/${"x".repeat(300)}`), { status: 126, line: "its name is too long" });
    assert.deepEqual(of(write("script", Buffer.from("#!/bin/sh\n# it is the kernel that runs these\n"))).status, 126);
  });

  test("a library, which starts nowhere", () => {
    const path = write("library.so", readFileSync(join(ROOT, "build/fixtures", NATIVE, "relative.so")));
    assert.deepEqual(of(path), { status: 126, line: "there is no code where it starts" });
  });

  const interpreted = (name: string, interpreter: Uint8Array | string): string => {
    const text = readFileSync(linkStart(own, NATIVE, { name: "asks", isPosition: true, interpreter: "x".repeat(40) }));
    const at = text.indexOf(`${"x".repeat(40)}\0`) - join(own, "/").length;
    text.fill(0, at, at + join(own, "/").length + 40);
    text.set(typeof interpreter === "string" ? Buffer.from(interpreter, "latin1") : interpreter, at);
    return write(name, text);
  };

  test("an interpreter that is not there, or is none", () => {
    mkdirSync(own, { recursive: true });
    assert.deepEqual(of(interpreted("lost", "/no/such")), { status: 127, line: "its interpreter /no/such: no such file or directory" });
    assert.deepEqual(of(interpreted("texted", "/etc/passwd")), { status: 126, line: "its interpreter /etc/passwd: permission denied" });
    const script = write("i", Buffer.from("#!/bin/sh\n".padEnd(80)));
    assert.match(of(interpreted("scripted", script)).line, /^its interpreter .*: the file is no ELF file \(at 0x0: 0x622f2123\)$/);
    assert.deepEqual(of(interpreted("unnamed", "")), { status: 127, line: "its interpreter : no such file or directory" });
    const endless = interpreted("endless", "/x");
    const bytes = readFileSync(endless);
    bytes[bytes.indexOf("/x\0") + join(own, "/").length + 40] = 0x2f; // where the zero byte was
    assert.deepEqual(of(write("endless", bytes)), { status: 126, line: "its interpreter's name is none" });
  });

  for (const machine of MACHINES) {
    // Objects are nothing to be started: they are refused for that.
    const wrong = WRONG.filter((one) => !WRONG_OBJECTS.includes(one)).filter(({ machines, isUniversal, pageBytes, memoryLimit, base, defines, library }) =>
      (!machines || machines(machine)) && !isUniversal && !pageBytes && !memoryLimit && base === undefined && !defines && !library);
    test(`files that are wrong, on ${machine}`, () => {
      let count = 0;
      for (const { name, make } of wrong) {
        const { bytes, expected: { code, what, at, value } } = make(machine);
        if (Code[code] >> 8 > 3 || (what !== "Ehdr" && what !== "Phdr")) continue; // what only a linker minds
        const path = write("wrong", bytes);
        assert.deepEqual(of(path, machine), { status: 126, line: `${FAULTS[Code[code]].means} (at 0x${at.toString(16)}: 0x${value.toString(16)})` }, name);
        ++count;
      }
      assert.ok(count >= 25, `${count} files`);
    });
  }

  test("a program that was cut off", () => {
    mkdirSync(own, { recursive: true });
    const whole = readFileSync(linkStart(own, NATIVE, KINDS[0]!));
    for (let length = 0; length < 0x400; ++length) assert.equal(of(write("cut", whole.subarray(0, length))).status, 126, `${length} bytes`);
  });

  test("whatever headers say: what runs is what the kernel would run", () => {
    mkdirSync(own, { recursive: true });
    const whole = readFileSync(linkStart(own, NATIVE, KINDS[0]!)), random = new Random(5);
    let ran = 0, refusals = 0;
    for (let i = 0; i < 400; ++i) {
      const bytes = Buffer.from(whole);
      for (let changes = 1 + random.below(3); changes > 0; --changes) bytes[random.below(64 + 56 * whole.readUInt16LE(56))] = random.of([0, 1, 4, 7, 0x7f, 0x80, 0xff, random.below(256)]);
      const path = write("changed", bytes), ours = loaded(NATIVE, [path]);
      if (ours.status === 126) {
        refused(ours);
        ++refusals;
      } else if (ours.status === 17) ++ran;
      else assert.notEqual(direct(NATIVE, [path]).status, 17, `${i}: the kernel runs it; ${JSON.stringify(ours)}`);
    }
    assert.ok(ran > 20 && refusals > 100, `${ran} ran, ${refusals} were refused`);
  });
});
