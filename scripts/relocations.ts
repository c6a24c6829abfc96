// Writes docs/relocations.md: every dynamic relocation type of each machine as the tables of assembly/arch have it, and the fixture that
// proves it, which is found by reading the built fixtures. `--check` only says whether it is as it should be.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixtureFolder, fixturesOf } from "../fixtures/build.js";
import { machineName, machineTitle, relocationName } from "../hosts/node/elf.js";
import { casesFor } from "../test/cases.js";
import { FIXTURES, type Machine } from "../fixtures/list.js";
import { root } from "./root.js";

const FILE = join(root, "docs/relocations.md");
const FOLDER = join(root, "assembly/arch");
const RELR = -1; // stands for the words of DT_RELR, which have no type

/** What is stored, by Role. The letters are those of gABI 4.5. */
const FORMULAS: Readonly<Record<string, string>> = {
  None: "nothing",
  Relative: "B + A",
  Word: "S + A",
  Slot: "S; + A of a RELA entry",
  Jump: "S; + A of a RELA entry; B + the place's old content until the first call, where functions are bound when they are called",
  Copy: "the bytes of the symbol's other definition",
  Indirect: "what the function at B + A returns; B + A where nothing runs",
  Pc: "S + A - P",
  Size: "Z + A",
  TlsNumber: "M",
  TlsOffset: "T + A",
  TlsPointer: "O + T + A",
  TlsBelow: "A - O - T",
  TlsDescriptor: "a function and its argument, by which it finds T + A in M",
};

/** How wide the place is and what fits, by Width; and by Role where it is no word. */
const WIDTHS: Readonly<Record<string, string>> = {
  Word: "a word, modulo 2^{bits}",
  Any16: "16 bits, -2^15 to 2^16 - 1",
  Unsigned32: "32 bits, 0 to 2^32 - 1",
  Signed32: "32 bits, -2^31 to 2^31 - 1",
  Any32: "32 bits, -2^31 to 2^32 - 1",
};
const PLACES: Readonly<Record<string, string>> = { None: "none", Copy: "the smaller of both sizes", TlsDescriptor: "two words" };

interface Row {
  readonly type: number;
  readonly role: string;
  readonly width: string;
}

/** A machine's table. */
interface Arch {
  readonly name: Machine;
  readonly title: string;
  readonly machine: number;
  readonly bits: number;
  readonly tlsBias: number;
  readonly spec: string;
  readonly rows: readonly Row[];
}

/** The members of an enum in AssemblyScript. */
function membersOf(source: string, name: string): Map<string, number> {
  const body = new RegExp(`const enum ${name} \\{([^}]*)\\}`).exec(source)?.[1] ?? "";
  return new Map([...body.matchAll(/(\w+) = (\w+)/g)].map(([, member, value]) => [member!, Number(value)]));
}

function named<T>(values: ReadonlyMap<string, T>, name: string, where: string): T {
  const value = values.get(name);
  if (value === undefined) throw new Error(`${where} has no ${name}`);
  return value;
}

const MACHINES = membersOf(readFileSync(join(root, "assembly/elf/header.ts"), "utf8"), "EM");

/** The machines of a file of assembly/arch. */
function archsOf(file: string): Arch[] {
  const source = readFileSync(join(FOLDER, file), "utf8");
  const types = membersOf(source, "R"), bias = membersOf(source, "Tls").get("BIAS") ?? 0;
  const spec = /^\/\/ Spec: ((?:.*\n)(?:\/\/ .*\n)*)/m.exec(source)?.[1]!.replace(/\n(?:\/\/ )?/g, " ").trim();
  const tables = new Map([...source.matchAll(/const (ROWS\w*): usize = memory\.data<u32>\(\[([^\]]*)\]\)/g)].map(([, name, body]) => {
    const rows = [...body!.matchAll(/R\.(\w+)\s*\| Role\.(\w+)(?: \| Width\.(\w+))?,/g)]
      .map(([, type, role, width]): Row => ({ type: named(types, type!, file), role: role!, width: width ?? "Word" }));
    return [name!, rows];
  }));
  return [...source.matchAll(/Arch>\(memory\.data<usize>\(\[EM\.(\w+), (\d+), [^\]]*?(ROWS\w*), (\d+)\]/g)].map(([, em, bits, table, count]) => {
    const machine = named(MACHINES, em!, "EM"), rows = named(tables, table!, file);
    if (!spec) throw new Error(`${file} names no specification`);
    if (rows.length !== Number(count)) throw new Error(`${file}: ${table!} has ${count!} rows, of which ${rows.length} can be read`);
    return {
      name: machineName(machine, Number(bits)) as Machine, title: machineTitle(machine, Number(bits)), machine, bits: Number(bits), spec,
      tlsBias: bias, rows: [...rows, { type: RELR, role: "Relative", width: "Word" }],
    };
  });
}

/** The types of relocations in each of these files, as llvm-readelf finds them by the dynamic section. */
function typesIn(arch: Arch, paths: readonly string[]): Set<number>[] {
  const text = execFileSync("llvm-readelf-19", ["--dyn-relocations", ...paths], { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  const parts = text.split(/^File: .*\n/m).slice(1);
  if (parts.length !== paths.length) throw new Error(`llvm-readelf read ${parts.length} of ${paths.length} files`);
  return parts.map((part) => {
    const [others, packed] = part.split("'RELR' relocation section").map((section) => section.split(/^'/m));
    const types = [...others!, ...(packed?.slice(1) ?? [])].flatMap((section) => [...section.matchAll(/^[0-9a-f]{8,} +([0-9a-f]{8,}) (?:R_|Unknown)/gm)])
      .map(([, info]) => Number(BigInt(`0x${info!}`) & (arch.bits === 64 ? 0xffff_ffffn : 0xffn)));
    return new Set(packed ? [...types, RELR] : types);
  });
}

/** Fixtures whose code is called in a case, be it by way of a library's user: they prove what they have. */
function provingOn(machine: Machine): Set<string> {
  const proving = new Set(casesFor(machine).filter(({ steps }) => steps.some((step) => step.do === "call"))
    .flatMap(({ steps }) => steps.flatMap((step) => (step.do === "load" ? [step.file] : []))));
  for (const name of proving) for (const needed of FIXTURES.find((one) => one.name === name)?.needs ?? []) proving.add(needed);
  return proving;
}

/** For each type the fixture that has it and as little else as can be. */
function proofsOf(arch: Arch): Map<number, string> {
  const proving = provingOn(arch.name), folder = fixtureFolder(arch.name);
  const names = fixturesOf(arch.name).map(({ name }) => name).filter((name) => proving.has(name) && existsSync(join(folder, name)));
  const types = typesIn(arch, names.map((name) => join(folder, name)));
  const proofs = new Map<number, string>();
  const bySize = names.map((_, i) => i).sort((a, b) => types[a]!.size - types[b]!.size || a - b);
  for (const i of bySize) for (const type of types[i]!) if (!proofs.has(type)) proofs.set(type, names[i]!);
  return proofs;
}

function word(table: Readonly<Record<string, string>>, key: string): string {
  const text = table[key];
  if (text === undefined) throw new Error(`scripts/relocations.ts has no words for ${key}`);
  return text;
}

function lineOf(arch: Arch, row: Row, fixture: string | undefined): string {
  const isPacked = row.type === RELR;
  if (fixture === undefined) throw new Error(`no fixture that a case calls has type ${row.type} of ${arch.name}`);
  const name = isPacked ? "DT_RELR" : relocationName(arch.machine, row.type);
  if (name.startsWith("type ")) throw new Error(`hosts/node/elf.ts has no name for ${name} of ${arch.name}`);
  const stored = word(FORMULAS, row.role) + (row.role === "TlsOffset" && arch.tlsBias ? ` - 0x${arch.tlsBias.toString(16)}` : "");
  const place = (PLACES[row.role] ?? word(WIDTHS, row.width)).replace("{bits}", String(arch.bits));
  return `| \`${name}\`${isPacked ? "" : ` ${row.type}`} | ${stored} | ${place} | \`${fixture}\` |`;
}

function partOf(arch: Arch): string[] {
  const proofs = proofsOf(arch);
  return [
    `## ${arch.name}: ${arch.title}`, "", `${arch.spec}`, "", "| type | what is stored | where, and what fits | proved by |", "|---|---|---|---|",
    ...arch.rows.map((row) => lineOf(arch, row, proofs.get(row.type))), "",
  ];
}

const HEAD = [
  "# Relocations", "",
  "Every dynamic relocation type that Linkwright applies. Made by `scripts/relocations.ts` from the tables in `assembly/arch` and from what",
  "llvm-readelf finds in the fixtures: the last column names one that has the type, and little else, and whose code is called in a case of",
  "`test/cases.ts`. A type that is not listed here is refused (`UnknownRelocation`), a value that does not fit is (`OutOfRange`).", "",
  "S is the address of the symbol, Z its size, A the addend, which is in the place itself where the table has none (REL), P the address of the",
  "place, B the distance that the file was moved by (gABI 4.5). Of a thread-local variable M is the number of its block, T its offset in the block,",
  "O the block's offset from the thread pointer. An entry that names no symbol means the file's own block, and an S of 0. On Arm bit 0 of S says",
  "that a function is Thumb code.", "",
];

function documentOf(): string {
  const archs = readdirSync(FOLDER).sort().flatMap(archsOf);
  if (archs.length !== 7) throw new Error(`assembly/arch has ${archs.length} machines that can be read`);
  return [...HEAD, ...archs.flatMap(partOf)].join("\n");
}

try {
  const text = documentOf();
  if (!process.argv.includes("--check")) writeFileSync(FILE, text);
  else if (!existsSync(FILE) || readFileSync(FILE, "utf8") !== text) throw new Error("it is not as assembly/arch and the fixtures have it: node build/js/scripts/relocations.js");
} catch (error) {
  process.stderr.write(`docs/relocations.md: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
