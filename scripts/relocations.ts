// Writes docs/relocations.md: every dynamic and every static relocation type of each machine as the tables of assembly/arch have it, and the
// fixture that proves it, which is found by reading the built fixtures. `--check` only says whether it is as it should be.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixtureFolder, fixturesOf } from "../fixtures/build.js";
import { machineName, machineTitle, relocationName } from "../hosts/node/elf.js";
import { casesFor } from "../test/cases.js";
import { FIXTURES, type Machine } from "../fixtures/list.js";
import { assemble } from "../test/objects/assemble.js";
import { ObjectFile } from "../test/objects/object.js";
import { type HowtoRow, howtos, membersOf } from "./howtos.js";
import { PEERS } from "./peers.js";
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

/** What a static relocation is about, by Base. */
const BASES: Readonly<Record<string, string>> = {
  Symbol: "S", Branch: "L", Got: "G", Table: "GOT", TlsPair: "GD", TlsBlock: "LD", TlsSlot: "IE", TlsSlotBelow: "IE", TlsDescriptor: "DESC",
  TlsPointer: "TP", TlsBelow: "-TP", TlsOffset: "DTP", Size: "Z", TlsCall: "CALL",
};

/** What is made of it, by Form. */
const FORMS: Readonly<Record<string, string>> = {
  Abs: "X + A",
  Pc: "X + A - P",
  AbsHi: "X + A + 0x800",
  PcHi: "X + A - P + 0x800",
  Page: "Page(X + A) - Page(P)",
  PageHi: "Page(X + A + 0x800) - Page(P)",
  Got: "X + A - GOT",
  GotPage: "X + A - Page(GOT)",
  PcWord: "X + A - (P & ~3)",
  Partner: "what the upper part at S has, before it was rounded",
  PageFar: "the upper half of Page(X + A) - Page(P - 8)",
  PageFarther: "the upper half of Page(X + A) - Page(P - 12)",
  Align: "nothing: padding is trimmed",
  GotIndexed: "X + A - GOT; X + A without a base register",
  Segment: "X + A - B(S)",
};

const OPS: Readonly<Record<string, string>> = { Set: "", Add: "V + ", Sub: "V - " };

function formulaOf({ base, form, op }: HowtoRow): string {
  if (base === "None") return "nothing";
  const formula = word(FORMS, form).replaceAll("X", () => word(BASES, base)), before = word(OPS, op);
  return before ? `${before}(${formula})` : formula;
}

function placeOf({ size, field }: HowtoRow): string {
  if (size === 0) return "none";
  const bytes = size === "Uleb" ? "a ULEB128, of the length it has" : `${size * 8} bits`;
  return field === undefined ? bytes : `${field} in ${bytes}`;
}

function fitOf({ base, fits }: HowtoRow): string {
  if (base === "None") return "";
  const words = { Signed: "signed", Unsigned: "unsigned", Either: "signed or unsigned", Aligned: "aligned" } as const;
  return Object.entries(words).filter(([fit]) => fits.includes(fit)).map(([, text]) => text).join(", ") || "any";
}

/** For each type the fixture that has it and as little else as can be. */
function objectProofs(machine: Machine): Map<number, string> {
  const folder = mkdtempSync(join(tmpdir(), "linkwright-"));
  try {
    const all = [...assemble(folder, machine)].map(([name, bytes]) => ({ name, types: new Set(new ObjectFile(bytes).relocations.map(({ type }) => type)) }));
    const proofs = new Map<number, string>();
    for (const { name, types } of all.sort((a, b) => a.types.size - b.types.size)) for (const type of types) if (!proofs.has(type)) proofs.set(type, name);
    return proofs;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function objectPartOf(arch: Arch, rows: readonly HowtoRow[]): string[] {
  const proofs = objectProofs(arch.name);
  const taken = PEERS.map(({ takes }) => new Set(takes[arch.name]?.split(" ")));
  const nameOf = (type: number): string => relocationName(arch.machine, type);
  const isTakenBy = (i: number, type: number): boolean => taken[i]!.has(nameOf(type).replace(/^R_(X86_64|[A-Z0-9]+)_/, ""));
  const nameless = rows.find(({ type }) => nameOf(type).startsWith("type "));
  if (nameless) throw new Error(`hosts/node/types.ts has no name for ${nameOf(nameless.type)} of ${arch.name}`);
  const counts = PEERS.map(({ title }, i) => `${title} ${rows.filter(({ type }) => isTakenBy(i, type)).length}`);
  return [
    `### Objects for ${arch.name}`, "", `${rows.length} types; of these take ${counts.join(", ")}.`, "",
    `| type | what is stored | where | what fits | fixture | ${PEERS.map(({ title }) => title).join(" | ")} |`, `|---|---|---|---|---|${PEERS.map(() => "---|").join("")}`,
    ...[...rows].sort((a, b) => a.type - b.type).map((row) => `| \`${nameOf(row.type)}\` ${row.type} | ${formulaOf(row)} | ${placeOf(row)} | ${fitOf(row)} | ${
      proofs.has(row.type) ? `\`${proofs.get(row.type)!}\`` : ""} | ${PEERS.map((_, i) => (isTakenBy(i, row.type) ? "yes" : "")).join(" | ")} |`),
    "",
  ];
}

function partOf(arch: Arch): string[] {
  const proofs = proofsOf(arch);
  return [
    `## ${arch.name}: ${arch.title}`, "", `${arch.spec}`, "", "| type | what is stored | where, and what fits | proved by |", "|---|---|---|---|",
    ...arch.rows.map((row) => lineOf(arch, row, proofs.get(row.type))), "",
    ...objectPartOf(arch, OBJECTS.get(arch.name) ?? []),
  ];
}

const OBJECTS = howtos();

const HEAD = [
  "# Relocations", "",
  "Every relocation type that Linkwright applies, in linked files and in objects. Made by `scripts/relocations.ts` from the tables in",
  "`assembly/arch` and from the fixtures: of linked files the last column names one that has the type, and little else, and whose code is called in",
  "a case of `test/cases.ts`. A type that is not listed here is refused (`UnknownRelocation`), a value that does not fit is (`OutOfRange`).", "",
  "S is the address of the symbol, Z its size, A the addend, which is in the place itself where the table has none (REL), P the address of the",
  "place, B the distance that the file was moved by (gABI 4.5). Of a thread-local variable M is the number of its block, T its offset in the block,",
  "O the block's offset from the thread pointer. An entry that names no symbol means the file's own block, and an S of 0. On Arm bit 0 of S says",
  "that a function is Thumb code.", "",
  "Of objects: V is what the place holds, GOT where the table begins, G the address of the slot in it that holds S; L is S, or a stub that leads there",
  "where S is out of reach or elsewhere. Of a thread-local variable GD is the address of the slots that have its block's number and its offset there,",
  "LD of those of the module's own block, IE of the slot with its offset from the thread pointer, DESC of its descriptor; TP is that offset, DTP the one",
  "in the block, CALL code that calls the descriptor. B(S) is the start of S's segment. Fields are those of the machine's file in `assembly/arch`; what does not fit is refused, what has no word",
  "here is truncated. Fixtures are in `fixtures/src/objects`: they link at the limits of what fits and are refused one beyond, and lld makes the same bytes",
  "of them at the same addresses. The columns behind say who else takes the type:", "",
  ...PEERS.map(({ title, source }) => `- ${title}: ${source}.`), "",
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
