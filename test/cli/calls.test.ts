// Wrong calls: exit status 2, nothing on stdout, one sentence that names the mistake, and where it says how to call it.

import assert from "node:assert/strict";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fixturePath } from "../support/files.js";
import { ownFolder } from "../support/folder.js";
import { expectStatus } from "./linkwright.js";

const folder = ownFolder();
const FILE = fixturePath("riscv64", "call.so");
const OUT = join(folder, "image"), OBJECT = join(folder, "object.o");
copyFileSync(fixturePath("riscv64", "objects/call.c.o"), OBJECT);

const COMMANDS = ["inspect", "tree", "plan", "link", "run", "test", "doctor", "explain"];

/** What is typed, and what is said of it. */
const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [["inspcet", FILE], /no command "inspcet"; did you mean "inspect"\?/],
  [["lnk"], /no command "lnk"; did you mean "link"\?/],
  [["tests"], /did you mean "test"\?/],
  [["Explain"], /did you mean "explain"\?/],
  [["frobnicate"], /no command "frobnicate"$/m],
  [["--hepl"], /did you mean "--help"\?/],
  [["--json", "inspect", FILE], /a command comes first/],
  [["help", "inspct"], /did you mean "inspect"\?/],
  [["inspect"], /needs a FILE/],
  [["inspect", FILE, FILE], /takes one FILE/],
  [["inspect", FILE, "--jsn"], /no option --jsn; did you mean --json\?/],
  [["inspect", FILE, "-x"], /no option -x/],
  [["inspect", FILE, "--json=yes"], /--json takes no value/],
  [["inspect", FILE, "--search"], /--search needs a value/],
  [["inspect", FILE, "--search", "--json"], /--search needs a value/],
  [["tree"], /needs a FILE/],
  [["tree", FILE, FILE], /takes one FILE/],
  [["tree", FILE, "--base", "0"], /no option --base/],
  [["plan"], /needs a FILE/],
  [["plan", FILE, "--seach", folder], /did you mean --search\?/],
  [["plan", FILE, "--allow-missing"], /no option --allow-missing/],
  [["link"], /needs a FILE/],
  [["link", FILE], /needs --out IMAGE/],
  [["link", FILE, "--out"], /--out needs a value/],
  [["link", FILE, "--out", ""], /needs --out IMAGE/],
  [["link", FILE, "--out", OUT, "--out", OUT], /--out is given twice/],
  [["link", FILE, "--out", OUT, "--bsae", "0"], /did you mean --base\?/],
  [["link", FILE, "--out", OUT, "--allow-mising"], /did you mean --allow-missing\?/],
  ...["", "x", "0x", "1.5", "0x1000g", "1e6", "0b12", "0o8"].map((base) => [["link", FILE, "--out", OUT, `--base=${base}`], /--base is a number/] as const),
  [["link", FILE, "--out", OUT, "--base", "-4096"], /--base is an address of 64 bits/],
  [["link", FILE, "--out", OUT, "--base", "0x10000000000000000"], /--base is an address of 64 bits/],
  [["link", FILE, "--out", OUT, "--base", "0x1001"], /--base is a multiple of 4096/],
  [["link", FILE, "--out", OUT, "--define", "name"], /--define is SYM=ADDR, not "name"/],
  [["link", FILE, "--out", OUT, "--define", "=1"], /--define is SYM=ADDR/],
  [["link", FILE, "--out", OUT, "--define", "name="], /the address of name is a number/],
  [["link", FILE, "--out", OUT, "--define", "name=here"], /the address of name is a number, not "here"/],
  [["link", FILE, "--out", OUT, "--define", "name=-1"], /the address of name has 64 bits/],
  [["link", OBJECT, "--out", OBJECT], /--out would overwrite .*object\.o, which is linked/],
  [["link", OBJECT, "--out", OUT, "--debug", OBJECT], /--debug would overwrite .*object\.o/],
  [["link", OBJECT, "--with", OBJECT, "--out", OUT], /no option --with: objects that stand beside each other become one module/],
  [["plan", OBJECT, "-lz"], /no option -l: name the library's file/],
  [["link", OBJECT, "-L/usr/lib", "--out", OUT], /no option -L: .* --search DIR/],
  [["link", OBJECT, "-T", "x.ld", "--out", OUT], /no option -T: there are no scripts: --base/],
  [["link", "--whole-archive", OBJECT, "--out", OUT], /no option --whole-archive: an archive in front/],
  [["link", OBJECT, "-o", OUT], /no option -o; did you mean --out\?/],
  [["link", OBJECT, "--out", OUT, "-B"], /no option -B$/m],
  [["link", OBJECT, "--out", OUT, "--symbol", "System.map"], /did you mean --symbols\?/],
  [["link", OBJECT, "--out", OUT, "--symbols"], /--symbols needs a value: --symbols FILE/],
  [["run"], /needs a FILE/],
  [["run", FILE, "--arg", "1"], /need --call/],
  [["run", FILE, "--returns", "i32"], /need --call/],
  [["run", FILE, "--call"], /--call needs a value/],
  [["run", FILE, "--call", ""], /--call needs the name of a symbol/],
  [["run", FILE, "--call", "two words"], /--call needs the name of a symbol/],
  [["run", FILE, "--call", "add", "--call", "add"], /--call is given twice/],
  [["run", FILE, "--call", "add", "--arg", "two"], /--arg is a number, not "two"/],
  [["run", FILE, "--call", "add", "--arg", "1.5"], /--arg is a number/],
  [["run", FILE, "--call", "add", "--arg", "0x10000000000000000"], /does not fit a word of riscv64/],
  [["run", FILE, "--call", "add", "--arg=-9223372036854775809"], /does not fit a word of riscv64/],
  [["run", fixturePath("riscv32", "call.so"), "--call", "add", "--arg", "0x100000000"], /does not fit a word of riscv32, which has 32 bits/],
  [["run", FILE, "--call", "add", ...Array<string>(9).fill("--arg=1")], /at most 8 arguments/],
  [["run", FILE, "--call", "add", "--returns", "int"], /--returns is one of i32, u32, i64, u64, ptr, not "int"/],
  [["run", FILE, "--call", "add", "--machine", "riscv65"], /no machine "riscv65"; there are aarch64, arm/],
  ...["0", "-1", "soon", "", "1s", "1e9", "100000"].map((seconds) => [["run", FILE, `--timeout=${seconds}`], /--timeout is a number of seconds/] as const),
  [["run", FILE, "--alow", "1"], /no option --alow/],
  [["test"], /needs a FILE/],
  [["test", FILE, "--timeout", "never"], /--timeout is a number of seconds, not "never"/],
  [["test", FILE, "--filter"], /--filter needs a value/],
  [["test", FILE, "--fliter", "*"], /did you mean --filter\?/],
  [["doctor", "please"], /doctor takes no FILE: what is "please"\?/],
  [["explain"], /needs a CODE/],
  [["explain", "BadMagic", "BadClass"], /takes one CODE/],
  [["explain", "BadMagik"], /no code "BadMagik"; did you mean BadMagic\?/],
  [["explain", "12345"], /no code "12345"$/m],
  [["explain", "7"], /no code "7"$/m],
  [["explain", ""], /no code ""$/m],
  [["explain", "toString"], /no code "toString"/],
];

describe("cli: wrong calls", () => {
  for (const [typed, said] of WRONG) {
    test(`linkwright ${typed.map((word) => (word.startsWith("/") ? word.split("/").at(-1) : word || '""')).join(" ")}`, async () => {
      const { stdout, stderr } = await expectStatus(2, typed);
      assert.equal(stdout, "");
      assert.match(stderr, said);
      assert.match(stderr, /^linkwright: /);
      assert.equal(existsSync(OUT), false, "no image is written");
    });
  }

  test("nothing at all says what there is", async () => {
    const { stdout, stderr } = await expectStatus(2, []);
    assert.equal(stdout, "");
    for (const name of COMMANDS) assert.match(stderr, new RegExp(`^ +${name} +\\S`, "m"));
  });
});

describe("cli: help", () => {
  for (const name of COMMANDS) {
    test(name, async () => {
      const { stdout, stderr } = await expectStatus(0, [name, "--help"]);
      assert.match(stdout, new RegExp(`^linkwright ${name}\\b`));
      assert.match(stdout, /^ +--json +\S/m);
      assert.equal(stderr, "");
      assert.equal((await expectStatus(0, ["help", name])).stdout, stdout);
    });
  }

  test("of all of it", async () => {
    const { stdout } = await expectStatus(0, ["--help"]);
    for (const name of COMMANDS) assert.match(stdout, new RegExp(`^ +${name} +\\S`, "m"));
    assert.equal((await expectStatus(0, ["help"])).stdout, stdout);
    assert.equal((await expectStatus(0, ["-h"])).stdout, stdout);
    assert.match((await expectStatus(0, ["link", "-h"])).stdout, /^linkwright link FILE/);
  });

  test("the version", async () => assert.match((await expectStatus(0, ["--version"])).stdout, /^\d+\.\d+\.\d+\n$/));
});
