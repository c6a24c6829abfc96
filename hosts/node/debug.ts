// What objects have for debuggers, of a whole module in one file: its sections where they lie, its symbols, and all .debug_* sections, relocated by the core.

import * as zlib from "node:zlib";
import { Field, List } from "../../assembly/words.js";
import { LinkwrightError } from "./error.js";
import { type OutSection, type OutSymbol, executableOf } from "./executable.js";
import type { Module } from "./module.js";
import { flagsOf, symbolsIn } from "./objectfile.js";
import type { Runtime } from "./runtime.js";
import { NONE, unsigned } from "./wasm.js";

const SHT_PROGBITS = 1, SHT_NOBITS = 8, SHF_TLS = 0x400, SHF_COMPRESSED = 0x800, SHF_KEPT = 0x407;
const PT_LOAD = 1, SHN_ABS = 0xfff1, MOST_SECTIONS = 0xff00;
const STT = { NOTYPE: 0, FUNC: 2, SECTION: 3, COMMON: 5, TLS: 6 } as const;
const EM_ARM = 40;

/** What words hold that are about what was dropped, as lld has them: of pairs that end with zeros 0 would be an end. */
const DEAD: Readonly<Record<string, bigint>> = { ".debug_loc": 1n, ".debug_ranges": 1n, ".debug_names": NONE };

/** Names that compilers make of these, a section a function or variable, are theirs again in a linked file. */
const KINDS = /^(\.(?:text|rodata|data\.rel\.ro|data|bss|tdata|tbss|init_array|fini_array|preinit_array|ctors|dtors|ARM\.exidx|ARM\.extab|gcc_except_table))\..*$/;

/** A section of an object, as the session lists it. */
interface Listed {
  readonly index: number;
  readonly name: string;
  readonly source: number;
  /** Where the object begins in its file, the section's number there, and where its bytes begin in the object. */
  readonly start: number;
  readonly section: number;
  readonly offset: number;
  readonly bytes: number;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly address: bigint;
}

function listed(runtime: Runtime, session: number, list: List): Listed[] {
  return runtime.handles.list(session, list, (entry) => ({
    index: entry.index, name: entry.text(Field.Name, Field.NameBytes) ?? "", source: entry.number(Field.Source), start: entry.number(Field.Offset),
    section: entry.number(Field.Section), offset: entry.number(Field.Value), bytes: entry.number(Field.Bytes), type: entry.number(Field.Type),
    flags: entry.number(Field.Flags), align: entry.number(Field.Align), address: entry.raw(Field.Address),
  }));
}

/**
 * The file of a module that a session has loaded, which is not closed yet.
 *
 * @throws FaultError for what can't be relocated, LinkwrightError for what can't be read
 */
export function debugFileOf(runtime: Runtime, session: number, module: Module): Uint8Array {
  const inMemory = listed(runtime, session, List.Section), sections = sectionsOf(runtime, module, inMemory);
  const debug = relocated(runtime, session, module.class, listed(runtime, session, List.Debug).filter(({ name }) => name.startsWith(".debug_")));
  if (sections.length + debug.length >= MOST_SECTIONS - 4) throw new LinkwrightError("TooManySections", `${module.name} has more kinds of sections than one file can name`);
  const symbols = symbolsOf(runtime, session, module, inMemory, sections);
  const first = inMemory[0], flags = first ? flagsOf(runtime.sources.bytesAt(first.source, first.start)) : 0;
  return executableOf(module.machine, module.class, flags, [...sections, ...debug], symbols);
}

/** What lies in memory: sections of a kind that are neighbours are one. What the linker has put behind them counts as theirs. */
function sectionsOf(runtime: Runtime, module: Module, inMemory: readonly Listed[]): OutSection[] {
  const segments = module.headers.filter(({ type }) => type === PT_LOAD).map((one) => ({ start: module.addressOf(one.vaddr), end: module.addressOf(one.vaddr) + one.bytes }));
  const kindOf = ({ name, type, flags }: Listed): string => `${KINDS.exec(name)?.[1] ?? name} ${type === SHT_NOBITS} ${flags & SHF_KEPT}`;
  const ordered = inMemory.filter(({ bytes }) => bytes).sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  const runs: Listed[][] = [];
  for (const one of ordered) {
    if (runs.length && kindOf(runs.at(-1)![0]!) === kindOf(one)) runs.at(-1)!.push(one);
    else runs.push([one]);
  }
  const isBlock = ({ flags }: Listed): boolean => (flags & SHF_TLS) !== 0, isZero = (one: Listed): boolean => isBlock(one) && one.type === SHT_NOBITS;
  return runs.map((run, i) => {
    const first = run[0]!, last = run.at(-1)!, address = first.address, segment = segments.find(({ start, end }) => start <= address && address < end);
    const next = runs.slice(i + 1).find((one) => !isZero(one[0]!))?.[0]!.address ?? segment?.end;
    const own = last.address + BigInt(last.bytes), end = isBlock(first) || !segment ? own : next !== undefined && next < segment.end ? next : segment.end;
    const bytes = end - address, hasContent = first.type !== SHT_NOBITS;
    return {
      name: KINDS.exec(first.name)?.[1] ?? first.name, type: hasContent ? SHT_PROGBITS : SHT_NOBITS, flags: first.flags & SHF_KEPT, address, bytes,
      align: first.align, ...(hasContent ? { content: runtime.target.read(address, Number(bytes)) } : {}),
    };
  });
}

/** All symbols of the objects that lie in memory, and of the module's own those that no object places. */
function symbolsOf(runtime: Runtime, session: number, module: Module, inMemory: readonly Listed[], sections: readonly OutSection[]): OutSymbol[] {
  const numberOf = (address: bigint): number => {
    const found = sections.findIndex((one) => !(one.flags & SHF_TLS && one.type === SHT_NOBITS) && one.address <= address && address < one.address + one.bytes);
    return found < 0 ? SHN_ABS : found + 1;
  };
  const objects = new Map<string, Map<number, number>>();
  for (const { source, start, section, index } of inMemory) {
    const key = `${source} ${start}`;
    if (!objects.has(key)) objects.set(key, new Map());
    objects.get(key)!.set(section, index);
  }
  const symbols: OutSymbol[] = [], known = new Set<string>();
  for (const [key, entries] of objects) {
    const [source = 0, start = 0] = key.split(" ").map(Number);
    for (const one of symbolsIn(runtime.sources.bytesAt(source, start))) {
      const entry = entries.get(one.section);
      if (!one.name || entry === undefined || one.type === STT.SECTION || one.type === STT.TLS) continue;
      const tag = module.machine === EM_ARM && one.type === STT.FUNC ? one.value & 1n : 0n;
      const value = unsigned(runtime.core.lw_placed(session, entry, one.value - tag));
      symbols.push({ ...one, value: value | tag, section: numberOf(value) });
      if (one.bind) known.add(one.name);
    }
  }
  const others = module.symbols.filter(({ name, address, section }) => address !== undefined && section && name && !known.has(name));
  return [...symbols, ...others.map((one) => ({ ...one, value: one.address!, section: numberOf(one.address!) }))];
}

/** Sections for debuggers, those of one name behind each other. */
function relocated(runtime: Runtime, session: number, bits: number, entries: readonly Listed[]): OutSection[] {
  const contents = entries.map((one) => contentOf(runtime, bits, one));
  const kinds = new Map<string, { bytes: number; align: number; readonly pieces: { readonly at: number; readonly index: number }[] }>();
  entries.forEach(({ name, index }, i) => {
    const kind = kinds.get(name) ?? { bytes: 0, align: 1, pieces: [] }, { align, bytes } = contents[i]!;
    const at = Math.ceil(kind.bytes / align) * align;
    kinds.set(name, { bytes: at + bytes.length, align: Math.max(kind.align, align), pieces: [...kind.pieces.splice(0), { at, index: i }] });
    runtime.check(runtime.core.lw_lay(session, index, BigInt(at)), session);
  });
  return [...kinds].map(([name, { bytes, align, pieces }]) => {
    const content = new Uint8Array(bytes), dead = DEAD[name] ?? 0n;
    for (const { at, index } of pieces) content.set(runtime.relocate(session, entries[index]!.index, contents[index]!.bytes, dead), at);
    return { name, type: SHT_PROGBITS, flags: 0, address: 0n, bytes: BigInt(bytes), align, content };
  });
}

interface Content {
  readonly bytes: Uint8Array;
  readonly align: number;
}

const COMPRESSIONS: Readonly<Record<number, string>> = { 1: "zlib", 2: "zstd" };
const LARGEST = 2 ** 30;
/** What a debugger's section may want: 0 and 1 are none. */
const ALIGNMENTS = [0, 1, 2, 4, 8, 16, 32, 64];

/** The bytes of a section; of one that is compressed, what they stand for. gABI 4.12, "Section Compression". */
function contentOf(runtime: Runtime, bits: number, one: Listed): Content {
  const bytes = Buffer.from(runtime.sources.bytesAt(one.source, one.start + one.offset, one.bytes));
  const file = runtime.sources.nameOf(one.source) ?? "";
  if (!(one.flags & SHF_COMPRESSED)) {
    if (!ALIGNMENTS.includes(one.align)) throw new LinkwrightError("BadAlignment", `${file}: ${one.name} is aligned to ${one.align}, which no section for debuggers needs`);
    return { bytes, align: Math.max(one.align, 1) };
  }
  const wrong = (why: string, cause?: unknown): LinkwrightError => new LinkwrightError("BadCompression", `${file}: ${one.name} ${why}`, cause === undefined ? undefined : { cause });
  const headerBytes = bits === 64 ? 24 : 12;
  if (bytes.length < headerBytes) throw wrong("is compressed, but too short to say how");
  const kind = bytes.readUInt32LE(0), word = (at: number): number => (bits === 64 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at));
  const size = word(bits === 64 ? 8 : 4), align = word(bits === 64 ? 16 : 8);
  const name = COMPRESSIONS[kind];
  if (!name) throw wrong(`is compressed in a way that nobody knows (ch_type ${kind})`);
  if (size > LARGEST) throw wrong(`would have ${size} bytes`);
  if (!ALIGNMENTS.includes(align)) throw wrong(`would be aligned to ${align}`);
  // Node has zstd from 22.15 on.
  const unpack = name === "zlib" ? zlib.inflateSync : (zlib as { zstdDecompressSync?: typeof zlib.inflateSync }).zstdDecompressSync;
  if (!unpack) throw new LinkwrightError("NoZstd", `${file}: ${one.name} is compressed with zstd, which Node ${process.versions.node} does not have: take Node 22.15 or later, or compile with -gz=zlib`);
  let content: Uint8Array;
  try {
    content = unpack(bytes.subarray(headerBytes), { maxOutputLength: Math.max(size, 1) });
  } catch (cause) {
    throw wrong(`is no ${name} of ${size} bytes`, cause);
  }
  if (content.length !== size) throw wrong(`is ${name} of ${content.length} bytes instead of ${size}`);
  return { bytes: content, align: Math.max(align, 1) };
}
