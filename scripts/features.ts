// Generates the table of docs/linux.md that says what each feature of the library costs: builds it without each of them, and without any.
// --check only sees to it that each has its row.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FEATURES, type Feature, LIBC, OWN_TOOLS, linuxSteps } from "./linux.js";
import { machines } from "./machines.js";
import { root } from "./root.js";
import { takeAll } from "./steps.js";

const DOCUMENT = join(root, "docs/linux.md"), MACHINE = "x86_64";
const [START, END] = ["<!-- features: scripts/features.ts -->\n", "<!-- end of features -->\n"];

interface Size {
  /** Code and constants; variables that have values. */
  readonly file: number;
  /** Variables that begin as zeros. */
  readonly zeros: number;
}

async function sizeWithout(without: readonly Feature[]): Promise<Size> {
  const machine = machines.find(({ name }) => name === MACHINE)!;
  const folder = `build/features/${without.map(({ name }) => name).join("-") || "all"}`;
  await takeAll(linuxSteps(machine, OWN_TOOLS, folder, [], without), (name) => process.stderr.write(`features: ${name}\n`));
  const [, row = ""] = execFileSync("llvm-size-19", [join(root, folder, "liblinkwright.so")], { encoding: "utf8" }).split("\n");
  const [text = 0, data = 0, bss = 0] = row.trim().split(/\s+/).map(Number);
  return { file: text + data, zeros: bss };
}

/** Of a static program that loads libraries, and that nothing else is part of. */
async function sizeOfBare(): Promise<number> {
  const machine = machines.find(({ name }) => name === MACHINE)!, folder = "build/features/libc", program = join(root, folder, "program");
  await takeAll(linuxSteps(machine, OWN_TOOLS, folder, [], [LIBC]), (name) => process.stderr.write(`features: ${name}\n`));
  execFileSync("clang-19", [
    "-O2", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-fuse-ld=lld-19", "-Wl,--gc-sections",
    ...["build/linux/include", "hosts/linux/system"].map((each) => `-I${join(root, each)}`), join(root, "hosts/linux/mini/enter.S"),
    join(root, "test/linux/bare/program.c"), join(root, folder, "liblinkwright.a"), "-o", program,
  ]);
  const [text = 0, data = 0] = execFileSync("llvm-size-19", [program], { encoding: "utf8" }).split("\n")[1]!.trim().split(/\s+/).map(Number);
  return text + data;
}

const number = (value: number): string => value.toLocaleString("en-US");

async function table(): Promise<string> {
  const all = await sizeWithout([]), none = await sizeWithout(FEATURES);
  const rows: string[] = [];
  for (const feature of FEATURES) {
    const size = await sizeWithout([feature]);
    rows.push(`| \`${feature.name}\` | ${number(all.file - size.file)} | ${number(all.zeros - size.zeros)} | ${feature.without} |`);
  }
  return [
    "| feature | bytes of code, constants, data | bytes that begin as zeros | without it |", "|---|---|---|---|", ...rows,
    `| all of them | ${number(all.file - none.file)} | ${number(all.zeros - none.zeros)} | of ${number(all.file)} and ${number(all.zeros)} in all (\`liblinkwright.so\` on ${MACHINE}) |`, "",
    `With \`--without libc\` it makes system calls itself: a static program with all features, and without libc, has ${number(await sizeOfBare())} bytes.`, "",
  ].join("\n");
}

const text = readFileSync(DOCUMENT, "utf8");
const start = text.indexOf(START) + START.length, end = text.indexOf(END);
if (start < START.length || end < start) throw new Error(`docs/linux.md has no place for the features: ${START.trim()}`);
if (process.argv.includes("--check")) {
  const missing = FEATURES.filter(({ name, without }) => !new RegExp(`^\\| \`${name}\` \\| -?[\\d,]+ \\| -?[\\d,]+ \\| `, "m").test(text) || !text.includes(without));
  if (missing.length) throw new Error(`docs/linux.md does not say what these cost: ${missing.map(({ name }) => name).join(", ")}; node build/js/scripts/features.js writes it`);
} else writeFileSync(DOCUMENT, text.slice(0, start) + (await table()) + text.slice(end));
