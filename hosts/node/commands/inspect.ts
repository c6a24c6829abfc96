// inspect FILE: all that a file says of itself, and which hosts would load it.

import { basename } from "node:path";
import type { Command } from "../command.js";
import {
  bindName, machineName, machineTitle, relocationName, segmentName, symbolTypeName, typeName, visibilityName,
} from "../elf.js";
import { FaultError } from "../error.js";
import { SEARCH } from "../files.js";
import type { Image } from "../image.js";
import { Linkwright } from "../linkwright.js";
import type { Module } from "../module.js";
import { isBuiltIn } from "../qemu/machine.js";
import { findIn } from "../search.js";
import { permissionText, type Segment } from "../segment.js";
import { readWhole } from "../source.js";
import { hex, paint, pairs, printable, say, sayJson, table } from "../terminal.js";
import { type Trial, type Verdict, verdictsOf } from "../verdict.js";

const PT_TLS = 7;
const STT_SECTION = 3;

interface Facts {
  readonly file: string;
  readonly machine: string;
  readonly machineTitle: string;
  readonly class: number;
  readonly type: string;
  readonly flags: bigint;
  readonly entry: bigint | null;
  readonly base: bigint;
  readonly bytes: number;
  readonly segments: readonly Readonly<Record<string, unknown>>[];
  readonly needed: readonly string[];
  readonly exports: readonly SymbolFact[];
  readonly imports: readonly SymbolFact[];
  readonly versions: { readonly defined: readonly string[]; readonly needed: readonly { file: string; name: string }[] };
  readonly tls: { readonly vaddr: bigint; readonly fileBytes: number; readonly bytes: number; readonly align: number } | null;
  readonly relocations: readonly { readonly type: string; readonly count: number }[];
  readonly verdicts: readonly Verdict[];
}

interface SymbolFact {
  readonly name: string;
  readonly type: string;
  readonly bind: string;
  readonly visibility: string;
  readonly vaddr: bigint;
  readonly bytes: number;
  readonly version: string | undefined;
}

function symbolFacts(module: Module): SymbolFact[] {
  const versions = new Map(module.versions.map((one) => [one.index & 0x7fff, one.name]));
  return module.symbols.filter((one) => one.name && one.type !== STT_SECTION && one.bind !== 0).map((one) => ({
    name: one.name,
    type: symbolTypeName(one.type),
    bind: bindName(one.bind),
    visibility: visibilityName(one.visibility),
    vaddr: one.vaddr,
    bytes: Number(one.bytes),
    section: one.section,
    version: one.version !== undefined && one.version > 1 ? versions.get(one.version) : undefined,
  }));
}

/** Relocations by type, most frequent first. */
function relocationCounts(module: Module): { type: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { type } of module.relocations) {
    const name = type === undefined ? "RELR" : relocationName(module.machine, type);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count);
}

function segmentFacts(segment: Segment, machine: number): Readonly<Record<string, unknown>> {
  return {
    type: segmentName(segment.type, machine),
    flags: permissionText(segment.flags),
    offset: segment.offset,
    vaddr: segment.vaddr,
    fileBytes: Number(segment.fileBytes),
    bytes: Number(segment.bytes),
    align: Number(segment.align),
  };
}

/** Maps the file without linking it, so that its tables can be read; undefined if not even that can be done. */
async function mapped(linkwright: Linkwright, image: Image): Promise<Module | undefined> {
  try {
    return await linkwright.context().load(image, { link: false, global: false });
  } catch (error) {
    if (error instanceof FaultError) return undefined;
    throw error;
  }
}

/** Loads the file into a target of its own, with what the named folders have. */
async function trialOf(name: string, bytes: Uint8Array, folders: readonly string[], pageBytes: number): Promise<Trial> {
  using linkwright = await Linkwright.create({ pageBytes });
  // The libraries that come with a system are not for a host without one.
  const search = (library: string): string | undefined => (isBuiltIn(library) ? undefined : findIn(folders, library));
  try {
    const module = await linkwright.context({ search }).load(bytes, { name, allowMissing: true });
    return { fault: undefined, missing: module.missing };
  } catch (error) {
    if (error instanceof FaultError) return { fault: error, missing: error.missing };
    throw error;
  }
}

async function factsOf(file: string, folders: readonly string[]): Promise<Facts> {
  const linkwright = await Linkwright.create();
  const bytes = await readWhole(file), name = basename(file); // read once: it may be a pipe, or change
  const image = await linkwright.inspect(bytes, { name });
  const module = await mapped(linkwright, image);
  const segments = image.segments, tls = segments.find((one) => one.type === PT_TLS);
  const symbols = module ? symbolFacts(module) : [];
  const versions = module?.versions ?? [];
  const candidate = { machine: image.machine, class: image.class, type: image.type, segments };
  return {
    file,
    machine: machineName(image.machine, image.class),
    machineTitle: machineTitle(image.machine, image.class),
    class: image.class,
    type: typeName(image.type),
    flags: BigInt(image.flags),
    entry: image.entry ?? null,
    base: image.base,
    bytes: Number(image.bytes),
    segments: segments.map((one) => segmentFacts(one, image.machine)),
    needed: image.needed,
    exports: symbols.filter((one) => isDefined(one)),
    imports: symbols.filter((one) => !isDefined(one)),
    versions: {
      defined: versions.filter((one) => one.file === undefined).map((one) => one.name),
      needed: versions.flatMap((one) => (one.file === undefined ? [] : [{ file: one.file, name: one.name }])),
    },
    tls: tls ? { vaddr: tls.vaddr, fileBytes: Number(tls.fileBytes), bytes: Number(tls.bytes), align: Number(tls.align) } : null,
    relocations: module ? relocationCounts(module) : [],
    verdicts: await verdictsOf(candidate, (pageBytes) => trialOf(name, bytes, folders, pageBytes)),
  };
}

function isDefined(fact: SymbolFact & { section?: number }): boolean {
  return fact.section !== 0;
}

function show(facts: Facts): void {
  const heading = (text: string): void => {
    say();
    say(paint(process.stdout, "bold", text));
  };
  pairs([
    ["file", facts.file],
    ["machine", `${facts.machineTitle}, ${facts.type}${facts.flags ? `, flags ${hex(facts.flags)}` : ""}`],
    ["memory", `${facts.bytes} bytes from ${hex(facts.base)} on`],
    ["entry", facts.entry === null ? "none" : hex(facts.entry)],
    ["needs", facts.needed.join(", ") || "nothing"],
    ["TLS", facts.tls ? `${facts.tls.bytes} bytes, ${facts.tls.fileBytes} of them initialised` : "none"],
    ["versions", [...facts.versions.defined, ...facts.versions.needed.map((one) => `${one.name} of ${one.file}`)].join(", ") || "none"],
    ["relocations", facts.relocations.map((one) => `${one.count} ${one.type}`).join(", ") || "none"],
  ]).forEach((line) => say(line));
  heading("segments");
  table([{ title: "type" }, { title: "flags" }, { title: "offset", right: true }, { title: "vaddr", right: true }, { title: "in file", right: true },
    { title: "in memory", right: true }, { title: "align", right: true }],
  facts.segments.map((one) => [String(one.type), String(one.flags), hex(one.offset as bigint), hex(one.vaddr as bigint), String(one.fileBytes),
    String(one.bytes), hex(one.align as number)])).forEach((line) => say(line));
  for (const [title, list] of [["exports", facts.exports], ["imports", facts.imports]] as const) {
    if (!list.length) continue;
    heading(`${title} (${list.length})`);
    table([{ title: "vaddr", right: true }, { title: "bytes", right: true }, { title: "type" }, { title: "bind" }, { title: "name" }],
      list.map((one) => [hex(one.vaddr), String(one.bytes), one.type, one.bind, one.version ? `${one.name}@${one.version}` : one.name]))
      .forEach((line) => say(line));
  }
  heading("would load it");
  for (const one of facts.verdicts) {
    const mark = one.loads ? paint(process.stdout, "green", "yes") : paint(process.stdout, "red", "no");
    say(`${one.host}: ${mark}${one.why ? `, ${printable(one.why)}` : ""}`);
  }
}

export const inspect: Command = {
  name: "inspect",
  usage: "FILE",
  summary: "shows headers, segments, needs, exports, versions, TLS, relocations, and which hosts would load the file",
  details: ["A library that is not in a --search folder is a condition of the verdicts, not a refusal."],
  options: { search: SEARCH },
  files: { least: 1, most: 1, what: "FILE" },
  async run(args) {
    const file = args.files[0]!;
    const facts = await factsOf(file, args.all("search"));
    if (args.has("json")) sayJson({ ...facts, exports: facts.exports.map(plain), imports: facts.imports.map(plain) });
    else show(facts);
    return 0;
  },
};

function plain({ name, type, bind, visibility, vaddr, bytes, version }: SymbolFact): SymbolFact {
  return { name, type, bind, visibility, vaddr, bytes, version };
}
