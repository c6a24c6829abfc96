// inspect FILE of libraries and executables: headers, segments, needs, symbols, versions, relocations, and which hosts would load it.

import { basename } from "node:path";
import {
  bindName, dynamicFlags, isDescriptor, isResolver, machineName, machineTitle, relocationName, segmentName, symbolTypeName, typeName, visibilityName,
} from "../elf.js";
import { FaultError } from "../error.js";
import type { Image } from "../image.js";
import { Linkwright } from "../linkwright.js";
import type { Module } from "../module.js";
import { permissionText, type Segment } from "../segment.js";
import { hex, pairs, say, table } from "../terminal.js";
import { type Trial, type Verdict, verdictsOf } from "../verdict.js";
import { heading, showVerdicts } from "./verdicts.js";

const PT_TLS = 7;
const STT_SECTION = 3;
const STT_GNU_IFUNC = 10;

/** What is known of the file. */
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
  /** 0: it is another file's. */
  readonly section: number;
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

/** What a host has to have for it: resolvers to run, TLS descriptors to fill in. */
function demandsOf(module: Module | undefined, machine: number): { readonly resolvers: Facts["resolvers"]; readonly descriptors: number } {
  const counted = (is: (machine: number, type: number) => boolean): number =>
    module?.relocations.filter(({ type }) => type !== undefined && is(machine, type)).length ?? 0;
  const chosen = module?.symbols.filter((one) => one.name && one.type === STT_GNU_IFUNC && one.section !== 0).map((one) => one.name) ?? [];
  return { resolvers: { symbols: [...new Set(chosen)], relocations: counted(isResolver) }, descriptors: counted(isDescriptor) };
}

function versionFacts({ versions }: Pick<Module, "versions">): Facts["versions"] {
  return {
    defined: versions.filter((one) => one.file === undefined).map((one) => one.name),
    needed: versions.flatMap((one) => (one.file === undefined ? [] : [{ file: one.file, name: one.name }])),
  };
}

const tlsFacts = ({ vaddr, fileBytes, bytes, align }: Segment): Facts["tls"] => ({ vaddr, fileBytes: Number(fileBytes), bytes: Number(bytes), align: Number(align) });

/**
 * Reads a library or an executable.
 *
 * @param tryWith  loads it where pages have this many bytes
 * @throws FaultError if it is wrong
 */
export async function libraryFactsOf(file: string, bytes: Uint8Array, tryWith: (pageBytes: number) => Promise<Trial>): Promise<Facts> {
  const linkwright = await Linkwright.create();
  const image = await linkwright.inspect(bytes, { name: basename(file) });
  const module = await mapped(linkwright, image);
  const segments = image.segments, tls = segments.find((one) => one.type === PT_TLS);
  const symbols = module ? symbolFacts(module) : [];
  const { resolvers, descriptors } = demandsOf(module, image.machine);
  const candidate = {
    machine: image.machine, class: image.class, type: image.type, segments,
    resolvers: resolvers.symbols.length + resolvers.relocations, descriptors,
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
    exports: symbols.filter(({ section }) => section !== 0),
    imports: symbols.filter(({ section }) => section === 0),
    versions: versionFacts(module ?? { versions: [] }),
    tls: tls ? tlsFacts(tls) : null,
    relocations: module ? relocationCounts(module) : [],
    resolvers,
    verdicts: await verdictsOf(candidate, tryWith),
  };
}

/** The facts as data. */
export function plain(facts: Facts): Readonly<Record<string, unknown>> {
  const without = ({ section: _, ...rest }: SymbolFact): Omit<SymbolFact, "section"> => rest;
  return { ...facts, exports: facts.exports.map(without), imports: facts.imports.map(without) };
}

/** Tells it to people. */
export function showLibrary(facts: Facts): void {
  showHeader(facts);
  showSegments(facts);
  showSymbols("exports", facts.exports);
  showSymbols("imports", facts.imports);
  showVerdicts(facts.verdicts);
}

function showHeader(facts: Facts): void {
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
}

function showSegments({ segments }: Facts): void {
  heading("segments");
  table([{ title: "type" }, { title: "flags" }, { title: "offset", right: true }, { title: "vaddr", right: true }, { title: "in file", right: true },
    { title: "in memory", right: true }, { title: "align", right: true }],
  segments.map((one) => [String(one.type), String(one.flags), hex(one.offset as bigint), hex(one.vaddr as bigint), String(one.fileBytes),
    String(one.bytes), hex(one.align as number)])).forEach((line) => say(line));
}

function showSymbols(title: "exports" | "imports", list: readonly SymbolFact[]): void {
  if (!list.length) return;
  heading(`${title} (${list.length})`);
  table([{ title: "vaddr", right: true }, { title: "bytes", right: true }, { title: "type" }, { title: "bind" }, { title: "name" }],
    list.map((one) => [hex(one.vaddr), String(one.bytes), one.type, one.bind, versioned(one, title === "exports")])).forEach((line) => say(line));
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

/** A name as linkers write it: name@@version is the one for whoever asks for none. */
function versioned({ name, version, hidden }: SymbolFact, isDefined: boolean): string {
  if (!version) return name;
  return `${name}${isDefined && !hidden ? "@@" : "@"}${version}`;
}
