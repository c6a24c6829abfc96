// inspect FILE: all that a file says of itself, and which hosts would load it.

import { basename } from "node:path";
import type { Command } from "../command.js";
import {
  bindName, dynamicFlags, isDescriptor, isResolver, machineName, machineTitle, relocationName, segmentName, symbolTypeName, typeName, visibilityName,
} from "../elf.js";
import { Code } from "../../../assembly/words.js";
import { FaultError } from "../error.js";
import { SEARCH } from "../files.js";
import type { Image } from "../image.js";
import { Linkwright } from "../linkwright.js";
import type { Module } from "../module.js";
import { isObject } from "../objects.js";
import { isBuiltIn } from "../qemu/machine.js";
import { findIn } from "../search.js";
import { permissionText, type Segment } from "../segment.js";
import { readWhole } from "../source.js";
import { hanging, hex, paint, pairs, printable, say, sayJson, table } from "../terminal.js";
import { objectFactsOf, showObject } from "./inspectobject.js";
import { type Trial, type Verdict, verdictsOf } from "../verdict.js";

const PT_TLS = 7;
const STT_SECTION = 3;
const STT_GNU_IFUNC = 10;
/** Stands for the functions of a host that TLS descriptors lead to. */
const ANYWHERE = 0x7000_0000n;

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
  readonly soname: string | null;
  readonly needed: readonly string[];
  readonly rpath: string | null;
  readonly runpath: string | null;
  /** What its dynamic section asks for: SYMBOLIC, NODELETE. */
  readonly dynamicFlags: readonly string[];
  readonly exports: readonly SymbolFact[];
  readonly imports: readonly SymbolFact[];
  readonly versions: { readonly defined: readonly string[]; readonly needed: readonly { file: string; name: string }[] };
  readonly tls: { readonly vaddr: bigint; readonly fileBytes: number; readonly bytes: number; readonly align: number } | null;
  readonly relocations: readonly { readonly type: string; readonly count: number }[];
  /** Functions that a resolver chooses, and places that get what one answers. */
  readonly resolvers: { readonly symbols: readonly string[]; readonly relocations: number };
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
  /** Only who asks for this version means it: name@version, not name@@version. */
  readonly hidden: boolean | undefined;
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
    hidden: one.hidden || undefined,
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

/** Loads the file into a target of its own, with what the named folders have; with text relocations, if it does not go without. */
async function trialOf(name: string, bytes: Uint8Array, folders: readonly string[], pageBytes: number, allowText = false): Promise<Trial> {
  using linkwright = await Linkwright.create({ pageBytes });
  // The libraries that come with a system are not for a host without one.
  const search = (library: string): string | undefined => (isBuiltIn(library) ? undefined : findIn(folders, library));
  const defines = { lw_tls_static: ANYWHERE, lw_tls_dynamic: ANYWHERE, lw_tls_absent: ANYWHERE };
  try {
    const module = await linkwright.context({ search, defines }).load(bytes, { name, allowMissing: true, allowText });
    return { fault: undefined, missing: module.missing, hasTextRelocations: allowText };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    if (error.fault.number === Code.TextRelocation && !allowText) return trialOf(name, bytes, folders, pageBytes, true);
    return { fault: error, missing: error.missing, hasTextRelocations: allowText };
  }
}

async function factsOf(file: string, bytes: Uint8Array, folders: readonly string[]): Promise<Facts> {
  const linkwright = await Linkwright.create();
  const name = basename(file);
  const image = await linkwright.inspect(bytes, { name });
  const module = await mapped(linkwright, image);
  const segments = image.segments, tls = segments.find((one) => one.type === PT_TLS);
  const symbols = module ? symbolFacts(module) : [];
  const versions = module?.versions ?? [];
  const counted = (is: (machine: number, type: number) => boolean): number =>
    module?.relocations.filter(({ type }) => type !== undefined && is(image.machine, type)).length ?? 0;
  const chosen = module?.symbols.filter((one) => one.name && one.type === STT_GNU_IFUNC && one.section !== 0).map((one) => one.name) ?? [];
  const resolvers = { symbols: [...new Set(chosen)], relocations: counted(isResolver) };
  const candidate = {
    machine: image.machine, class: image.class, type: image.type, segments,
    resolvers: resolvers.symbols.length + resolvers.relocations, descriptors: counted(isDescriptor),
  };
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
    soname: image.soname ?? null,
    needed: image.needed,
    rpath: image.runPaths.rpath ?? null,
    runpath: image.runPaths.runpath ?? null,
    dynamicFlags: dynamicFlags(image.dynamic),
    exports: symbols.filter((one) => isDefined(one)),
    imports: symbols.filter((one) => !isDefined(one)),
    versions: {
      defined: versions.filter((one) => one.file === undefined).map((one) => one.name),
      needed: versions.flatMap((one) => (one.file === undefined ? [] : [{ file: one.file, name: one.name }])),
    },
    tls: tls ? { vaddr: tls.vaddr, fileBytes: Number(tls.fileBytes), bytes: Number(tls.bytes), align: Number(tls.align) } : null,
    relocations: module ? relocationCounts(module) : [],
    resolvers,
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
    ...(facts.soname === null ? [] : [["name", facts.soname] as const]),
    ["needs", facts.needed.join(", ") || "nothing"],
    ...(facts.rpath === null ? [] : [["RPATH", facts.rpath] as const]),
    ...(facts.runpath === null ? [] : [["RUNPATH", facts.runpath] as const]),
    ...(facts.dynamicFlags.length ? [["asks for", facts.dynamicFlags.join(", ")] as const] : []),
    ["TLS", facts.tls ? `${facts.tls.bytes} bytes, ${facts.tls.fileBytes} of them initialised, aligned to ${facts.tls.align}` : "none"],
    ["versions", facts.versions.defined.join(", ") || "none"],
    ...versionsNeeded(facts),
    ["relocations", facts.relocations.map((one) => `${one.count} ${one.type}`).join(", ") || "none"],
    ["resolvers", resolverText(facts)],
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
      list.map((one) => [hex(one.vaddr), String(one.bytes), one.type, one.bind, versioned(one, title === "exports")]))
      .forEach((line) => say(line));
  }
  heading("would load it");
  for (const one of facts.verdicts) {
    const mark = one.loads ? paint(process.stdout, "green", "yes") : paint(process.stdout, "red", "no");
    hanging(`${one.host}: ${mark}${one.why ? `, ${printable(one.why)}` : ""}`).forEach((line) => say(line));
  }
}

/** One line for each library that versions are needed of. */
function versionsNeeded({ versions: { needed } }: Facts): (readonly [string, string])[] {
  const files = [...new Set(needed.map((one) => one.file))];
  return files.map((file) => [`of ${file}`, needed.filter((one) => one.file === file).map((one) => one.name).join(", ")] as const);
}

function resolverText({ resolvers: { symbols, relocations } }: Facts): string {
  const parts = [...(symbols.length ? [`of ${symbols.join(", ")}`] : []), ...(relocations ? [`for ${relocations} ${relocations === 1 ? "place" : "places"} (IRELATIVE)`] : [])];
  return parts.join("; ") || "none";
}

// As linkers write it: name@@version is the one for whoever asks for none.
function versioned({ name, version, hidden }: SymbolFact, isDefined: boolean): string {
  if (!version) return name;
  return `${name}${isDefined && !hidden ? "@@" : "@"}${version}`;
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
    const bytes = await readWhole(file); // read once: it may be a pipe, or change
    if (isObject(bytes)) {
      const facts = await objectFactsOf(file, bytes, (pageBytes) => trialOf(basename(file), bytes, args.all("search"), pageBytes));
      if (args.has("json")) sayJson(facts);
      else showObject(facts);
      return 0;
    }
    const facts = await factsOf(file, bytes, args.all("search"));
    if (args.has("json")) sayJson({ ...facts, exports: facts.exports.map(plain), imports: facts.imports.map(plain) });
    else show(facts);
    return 0;
  },
};

function plain({ name, type, bind, visibility, vaddr, bytes, version, hidden }: SymbolFact): SymbolFact {
  return { name, type, bind, visibility, vaddr, bytes, version, hidden };
}
