// Files that are wrong, and the whole fault that each is refused with. Every file is a good fixture with a field changed.

import type { Code, What } from "../../assembly/words.js";
import { DT, ElfFile, PT, patchElf } from "../../fixtures/elf.js";
import { type Machine, WITH_LOW16 } from "../../fixtures/list.js";
import { TYPES } from "../../fixtures/types.js";
import { fixture } from "../support/files.js";
import { WRONG_OBJECTS } from "./wrongobjects.js";

/** What a fault is to say. */
export interface Expected {
  readonly code: keyof typeof Code;
  readonly what: keyof typeof What;
  readonly at: bigint;
  readonly value: bigint;
  /** The file at fault; the one that is loaded unless told. */
  readonly file?: string;
  /** Of an archive: the member at fault. */
  readonly member?: string;
  readonly name?: string;
}

/** How a target is to be, where that matters. */
export interface Setting {
  readonly pageBytes?: number;
  readonly memoryLimit?: number;
  readonly base?: bigint;
  /** Every library is the host's own, and these are its symbols. */
  readonly defines?: Readonly<Record<string, bigint>>;
  /** Initialisers are called, by this. */
  readonly call?: () => void;
}

/** A file that is refused. */
export interface Wrong extends Setting {
  /** What is wrong with it. */
  readonly name: string;
  /** The file's bytes, and what it is refused with. */
  readonly make: (machine: Machine) => { readonly bytes: Uint8Array; readonly expected: Expected };
  /** Libraries that are not as the fixtures have them. */
  readonly library?: (machine: Machine, name: string) => Uint8Array | undefined;
  readonly machines?: (machine: Machine) => boolean;
  /** Only a core that knows every machine tells it so: a slim one stops at the class. */
  readonly isUniversal?: true;
}

type Changed = Omit<Expected, "code">;

/** A changed fixture; `change` says what the fault is, with the values as it left them. */
function wrong(code: keyof typeof Code, name: string, from: string, change: (elf: ElfFile, machine: Machine) => Changed, more: Partial<Wrong> = {}): Wrong {
  return {
    name: `${code}: ${name}`,
    make: (machine) => {
      let expected: Changed | undefined;
      const elf = patchElf(fixture(machine, from), (file) => {
        expected = change(file, machine);
      });
      return { bytes: elf.bytes, expected: { code, ...expected! } };
    },
    ...more,
  };
}

/** The first bytes of a fixture. */
function cut(name: string, bytes: (elf: ElfFile) => number, expected: (elf: ElfFile, length: number) => Changed): Wrong {
  return {
    name: `Truncated: ${name}`,
    make: (machine) => {
      const elf = new ElfFile(fixture(machine, "relative.so")), length = bytes(elf);
      return { bytes: elf.bytes.subarray(0, length), expected: { code: "Truncated", ...expected(elf, length) } };
    },
  };
}

const is64 = (machine: Machine): boolean => machine.endsWith("64");
const is32 = (machine: Machine): boolean => !is64(machine);
const isRel = (machine: Machine): boolean => machine === "i386" || machine === "arm";

const ehdr = (at: number | bigint, value: number | bigint): Changed => ({ what: "Ehdr", at: BigInt(at), value: BigInt(value) });
const phdr = (segment: { offset: number }, value: number | bigint): Changed => ({ what: "Phdr", at: BigInt(segment.offset), value: BigInt(value) });
/** All faults of the dynamic section name the section, and the value that is wrong. */
const dyn = (elf: ElfFile, value: number | bigint): Changed => ({ what: "Dyn", at: elf.segment(PT.DYNAMIC).get("vaddr"), value: BigInt(value) });
const hash = (elf: ElfFile, tag: number, value: number | bigint): Changed => ({ what: "Hash", at: elf.entry(tag).get("value"), value: BigInt(value) });

/** The tag of a machine's relocation table, and of its entries' size. */
function relocations(elf: ElfFile): { table: number; bytes: number; each: number } {
  return elf.has(DT.RELA) ? { table: DT.RELA, bytes: DT.RELASZ, each: DT.RELAENT } : { table: DT.REL, bytes: DT.RELSZ, each: DT.RELENT };
}

/** r_info with other parts. */
function info(elf: ElfFile, symbol: number, type: number): bigint {
  return elf.is64 ? BigInt(symbol) << 32n | BigInt(type) : BigInt(symbol) << 8n | BigInt(type);
}

type Relocation = ReturnType<ElfFile["relocation"]>;

const symbolOf = (elf: ElfFile, entry: Relocation): number => Number(entry.get("info") >> (elf.is64 ? 32n : 8n));
const typeOf = (elf: ElfFile, entry: Relocation): number => Number(entry.get("info") & (elf.is64 ? 0xffff_ffffn : 0xffn));

function retype(elf: ElfFile, entry: Relocation, type: number): void {
  entry.set("info", info(elf, symbolOf(elf, entry), type));
}

/** The first relocation that names a symbol. */
function naming(elf: ElfFile, name: string): Relocation {
  const index = elf.symbolIndex(name);
  return elf.relocations.find((one) => symbolOf(elf, one) === index)!;
}

/** The vaddr of what is at an offset of the file. */
function vaddrOf(elf: ElfFile, offset: number): bigint {
  const segment = elf.segments.find((one) => one.get("type") === BigInt(PT.LOAD) && BigInt(offset) >= one.get("offset") && BigInt(offset) < one.get("offset") + one.get("filesz"))!;
  return BigInt(offset) - segment.get("offset") + segment.get("vaddr");
}

/** An address that no segment holds. */
function nowhere(elf: ElfFile): bigint {
  const ends = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD)).map((one) => one.get("vaddr") + one.get("memsz"));
  return (ends.reduce((a, b) => (a > b ? a : b)) + 0x1_0000n) & ~0xffn;
}

/** An address that a segment holds, but that the file has no bytes for: there is room for a table. */
function zeroed(elf: ElfFile): bigint {
  const segment = elf.segments.find((one) => one.get("type") === BigInt(PT.LOAD) && one.get("memsz") - one.get("filesz") > 0x200n)!;
  return segment.get("vaddr") + segment.get("filesz");
}

/** Words in front of the chain of a GNU hash table. */
function gnuHead(elf: ElfFile): { buckets: number; first: number; bloom: number; chain: number } {
  const [buckets, first, bloom] = [0, 1, 2].map((i) => Number(elf.word(DT.GNU_HASH, i).get("value"))) as [number, number, number];
  return { buckets, first, bloom, chain: 4 + bloom * elf.wordBytes / 4 + buckets };
}

/** The highest symbol that a bucket begins with. */
function lastBucket(elf: ElfFile): number {
  const { buckets, chain } = gnuHead(elf);
  return Math.max(...Array.from({ length: buckets }, (_, i) => Number(elf.word(DT.GNU_HASH, chain - buckets + i).get("value"))));
}

/** How many symbols a file has that has both hash tables. */
const symbolCount = (elf: ElfFile): number => Number(elf.word(DT.HASH, 1).get("value"));

function header(code: keyof typeof Code, name: string, field: "magic" | "class" | "data" | "identVersion" | "type" | "machine" | "version", at: number, value: number): Wrong {
  return wrong(code, name, "relative.so", (elf) => {
    elf.header.set(field, value);
    return ehdr(at, value);
  });
}

/** Everything that a library or an executable can be refused for. */
const WRONG_FILES: readonly Wrong[] = [
  cut("an empty file", () => 0, () => ehdr(0, 0)),
  cut("less than an identification", () => 15, () => ehdr(0, 15)),
  cut("less than a header", (elf) => (elf.is64 ? 63 : 51), (elf, length) => ehdr(0, length)),
  cut("program headers that are cut off", (elf) => Number(elf.header.get("phoff")) + 40, (elf) =>
    ({ what: "Phdr", at: elf.header.get("phoff"), value: elf.header.get("phnum") * (elf.is64 ? 56n : 32n) })),
  cut("a segment that is cut off", (elf) => {
    const last = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD) && one.get("filesz") > 0n).at(-1)!;
    return Number(last.get("offset") + last.get("filesz")) - 1;
  }, (elf) => {
    const last = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD) && one.get("filesz") > 0n).at(-1)!;
    return phdr(last, last.get("offset"));
  }),
  wrong("Truncated", "program headers past the end", "relative.so", (elf) => {
    elf.header.set("phoff", elf.bytes.length);
    return { what: "Phdr", at: BigInt(elf.bytes.length), value: elf.header.get("phnum") * (elf.is64 ? 56n : 32n) };
  }),
  wrong("Truncated", "program headers that wrap", "relative.so", (elf) => {
    elf.header.set("phoff", -8n & (elf.is64 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn));
    return { what: "Phdr", at: elf.header.get("phoff"), value: elf.header.get("phnum") * (elf.is64 ? 56n : 32n) };
  }),
  wrong("Truncated", "a segment whose offset wraps", "relative.so", (elf) => {
    const segment = elf.segment(PT.LOAD, 1);
    segment.set("offset", (segment.get("offset") & 0xfffn) | (elf.is64 ? 0xffff_ffff_ffff_0000n : 0xffff_0000n));
    return phdr(segment, segment.get("offset"));
  }),

  header("BadMagic", "another first byte", "magic", 0, 0x464c4500),
  header("BadClass", "no class", "class", 4, 0),
  header("BadClass", "class 3", "class", 4, 3),
  header("BadByteOrder", "big-endian", "data", 5, 2),
  header("BadVersion", "in the identification", "identVersion", 6, 2),
  header("BadVersion", "in the header", "version", 20, 0),
  header("BadType", "none", "type", 16, 0),
  header("BadType", "a processor's own", "type", 16, 0xff00),
  header("BadMachine", "MIPS", "machine", 18, 8),
  wrong("BadMachine", "with the other class", "relative.so", (elf) => {
    elf.header.set("class", elf.is64 ? 1 : 2);
    return ehdr(18, elf.header.get("machine"));
  }, { machines: (machine) => !machine.startsWith("riscv"), isUniversal: true }),
  header("UnsupportedType", "a core dump", "type", 16, 4),

  wrong("BadEntrySize", "of program headers", "relative.so", (elf) => {
    elf.header.set("phentsize", 40);
    return ehdr(elf.header.get("phoff"), 40);
  }),
  wrong("BadEntrySize", "of symbols", "relative.so", (elf) => {
    elf.entry(DT.SYMENT).set("value", 20);
    return dyn(elf, 20);
  }),
  wrong("BadEntrySize", "of relocations", "relative.so", (elf) => {
    elf.entry(relocations(elf).each).set("value", 1);
    return dyn(elf, 1);
  }),
  wrong("BadEntrySize", "of packed relocations", "relative_relr.so", (elf) => {
    elf.entry(DT.RELRENT).set("value", 2);
    return dyn(elf, 2);
  }),
  wrong("BadAlignment", "three pages", "relative.so", (elf) => {
    elf.segment(PT.LOAD).set("align", 0x3000);
    return phdr(elf.segment(PT.LOAD), 0x3000);
  }),
  wrong("NoSegments", "no program headers", "relative.so", (elf) => {
    elf.header.set("phnum", 0);
    return ehdr(elf.header.get("phoff"), 0);
  }),
  wrong("NoSegments", "nothing to load", "relative.so", (elf) => {
    for (const one of elf.segments) if (one.get("type") === BigInt(PT.LOAD)) one.set("type", 0);
    return ehdr(elf.header.get("phoff"), elf.header.get("phnum"));
  }),
  wrong("NotCongruent", "one byte off", "relative.so", (elf) => {
    const segment = elf.segment(PT.LOAD, 1);
    segment.set("offset", segment.get("offset") - 1n);
    return phdr(segment, segment.get("offset"));
  }),
  wrong("FileExceedsMemory", "by one byte", "relative.so", (elf) => {
    const segment = elf.segment(PT.LOAD, 1);
    segment.set("memsz", segment.get("filesz") - 1n);
    return phdr(segment, segment.get("filesz"));
  }),
  wrong("AddressWraps", "a segment past the last address", "relative.so", (elf) => {
    const segment = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD)).at(-1)!;
    const top = elf.is64 ? 0xffff_ffff_fff0_0000n : 0xfff0_0000n;
    segment.set("vaddr", top | segment.get("vaddr") & 0xf_ffffn).set("memsz", 0x10_0000);
    return phdr(segment, segment.get("vaddr"));
  }),
  wrong("AddressWraps", "a last page past the last address", "relative.so", (elf) => {
    const segment = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD)).at(-1)!;
    segment.set("vaddr", 0xffff_ffff_fff0_0000n | segment.get("vaddr") & 0xf_ffffn);
    segment.set("memsz", 0xffff_ffff_ffff_fffen - segment.get("vaddr"));
    return { what: "Phdr", at: elf.header.get("phoff"), value: 0xffff_ffff_ffff_fffen };
  }, { machines: is64 }),
  wrong("AddressWraps", "a segment that ends at 2^64", "relative.so", (elf) => {
    const segment = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD)).at(-1)!;
    segment.set("vaddr", 0xffff_ffff_fff0_0000n | segment.get("vaddr") & 0xf_ffffn);
    segment.set("memsz", (1n << 64n) - segment.get("vaddr"));
    return phdr(segment, segment.get("vaddr"));
  }, { machines: is64 }),
  wrong("SegmentsOverlap", "by one byte", "relative.so", (elf) => {
    const [first, second] = [elf.segment(PT.LOAD, 0), elf.segment(PT.LOAD, 1)];
    first.set("memsz", second.get("vaddr") - first.get("vaddr") + 1n);
    return phdr(second, second.get("vaddr"));
  }),
  wrong("SegmentsUnordered", "the first two exchanged", "relative.so", (elf) => exchange(elf, 0, 1)),
  wrong("SegmentsUnordered", "the second and third exchanged", "relative.so", (elf) => exchange(elf, 1, 2)),
  wrong("ManyDynamic", "two", "relative.so", (elf) => {
    const segment = elf.segment(PT.GNU_STACK);
    segment.set("type", PT.DYNAMIC);
    return phdr(segment, elf.segments.findIndex(({ offset }) => offset === segment.offset));
  }),
  wrong("BadDynamic", "outside of every segment", "relative.so", (elf) => {
    elf.segment(PT.DYNAMIC).set("vaddr", nowhere(elf));
    return dyn(elf, elf.segment(PT.DYNAMIC).get("filesz"));
  }),
  wrong("BadDynamic", "no bytes", "relative.so", (elf) => {
    elf.segment(PT.DYNAMIC).set("filesz", 0);
    return dyn(elf, 0);
  }),
  wrong("BadDynamic", "more bytes than its segment", "relative.so", (elf) => {
    elf.segment(PT.DYNAMIC).set("filesz", 0x7fff_fff0).set("memsz", 0x7fff_fff0);
    return dyn(elf, 0x7fff_fff0);
  }),
  ...([["strings", DT.STRTAB], ["symbols", DT.SYMTAB]] as const).map(([name, tag]) =>
    wrong("OutsideImage", name, "relative.so", (elf) => {
      elf.entry(tag).set("value", nowhere(elf));
      return dyn(elf, nowhere(elf));
    })),
  ...([
    ["symbols", "relative.so", () => DT.SYMTAB], ["relocations", "relative.so", (elf) => relocations(elf).table],
    ["packed relocations", "relative_relr.so", () => DT.RELR], ["relocations of calls", "call.so", () => DT.JMPREL],
    ["initialisers", "init_leaf.so", () => DT.INIT_ARRAY],
  ] as [string, string, (elf: ElfFile) => number][]).map(([name, from, tag]) =>
    wrong("OutsideImage", `${name} in memory that the file has no bytes for`, from, (elf) => {
      elf.entry(tag(elf)).set("value", zeroed(elf));
      return dyn(elf, zeroed(elf));
    })),
  wrong("OutsideImage", "strings that wrap", "relative.so", (elf) => {
    elf.entry(DT.STRSZ).set("value", elf.is64 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffff);
    return dyn(elf, elf.entry(DT.STRTAB).get("value"));
  }),
  wrong("OutsideImage", "relocations", "relative.so", (elf) => {
    elf.entry(relocations(elf).table).set("value", nowhere(elf));
    return dyn(elf, nowhere(elf));
  }),
  wrong("OutsideImage", "packed relocations", "relative_relr.so", (elf) => {
    elf.entry(DT.RELR).set("value", nowhere(elf));
    return dyn(elf, nowhere(elf));
  }),
  wrong("OutsideImage", "relocations of calls", "call.so", (elf) => {
    elf.entry(DT.JMPREL).set("value", nowhere(elf));
    return dyn(elf, nowhere(elf));
  }),
  ...([["initialisers", DT.INIT_ARRAY], ["finalisers", DT.FINI_ARRAY]] as const).map(([name, tag]) =>
    wrong("OutsideImage", name, "init_leaf.so", (elf) => {
      elf.entry(tag).set("value", nowhere(elf));
      return dyn(elf, nowhere(elf));
    })),
  wrong("BadString", "a table without an end", "relative.so", (elf) => {
    const last = elf.entry(DT.STRSZ).get("value") - 1n;
    elf.write(elf.offsetOf(elf.entry(DT.STRTAB).get("value")) + Number(last), 1, 0x41n);
    return { what: "Str", at: last, value: 0x41n };
  }),
  wrong("BadString", "a table that ends before the names", "relative.so", (elf) => {
    elf.entry(DT.STRSZ).set("value", 1);
    return { what: "Str", at: elf.entry(DT.SONAME).get("value"), value: 1n };
  }),
  ...([
    ["the name of the file itself", "relative.so", DT.SONAME], ["the name of a library", "chain_top.so", DT.NEEDED],
    ["a search path", "paths/rpath.so", DT.RPATH], ["a search path of the newer kind", "paths/runpath.so", DT.RUNPATH],
  ] as const).map(([name, from, tag]) =>
    wrong("BadString", name, from, (elf) => {
      elf.entry(tag).set("value", 0x7fff_ffff);
      return { what: "Str", at: 0x7fff_ffffn, value: elf.entry(DT.STRSZ).get("value") };
    })),
  wrong("BadString", "the name of a symbol", "data.so", (elf) => {
    const index = elf.symbolIndex("value");
    elf.symbol(index).set("name", 0xffff_fff0);
    return { what: "Sym", at: BigInt(index), value: 0xffff_fff0n };
  }),
  wrong("BadRelro", "in code", "relative.so", (elf) => {
    elf.segment(PT.GNU_RELRO).set("vaddr", elf.segment(PT.LOAD, 1).get("vaddr"));
    return { what: "Phdr", at: BigInt(elf.segment(PT.GNU_RELRO).offset), value: elf.segment(PT.LOAD, 1).get("vaddr") };
  }),
  wrong("BadRelro", "that wraps", "relative.so", (elf) => {
    const relro = elf.segment(PT.GNU_RELRO);
    relro.set("memsz", (elf.is64 ? 1n << 64n : (1n << 32n) + 1n) - relro.get("vaddr"));
    return phdr(relro, relro.get("vaddr"));
  }),
  wrong("BadRelocationTable", "half an entry", "relative.so", (elf) => {
    const entry = elf.entry(relocations(elf).bytes);
    entry.set("value", entry.get("value") - 4n);
    return dyn(elf, entry.get("value"));
  }),
  wrong("BadRelocationTable", "half a word", "relative_relr.so", (elf) => {
    elf.entry(DT.RELRSZ).set("value", elf.wordBytes - 2);
    return dyn(elf, elf.wordBytes - 2);
  }),
  wrong("BadRelocationTable", "neither REL nor RELA", "call.so", (elf) => {
    elf.entry(DT.PLTREL).set("value", 5);
    return dyn(elf, 5);
  }),
  wrong("BadRelocationTable", "half an initialiser", "init_leaf.so", (elf) => {
    elf.entry(DT.INIT_ARRAYSZ).set("value", elf.wordBytes + 1);
    return dyn(elf, elf.wordBytes + 1);
  }),
  wrong("BadTls", "two segments of it", "tls_zero.so", (elf) => {
    const second = elf.segment(PT.GNU_STACK);
    second.set("type", PT.TLS);
    return phdr(second, elf.segments.findIndex(({ offset }) => offset === second.offset));
  }),
  wrong("BadTls", "an image that is longer than its block", "tls_zero.so", (elf) => {
    const segment = elf.segment(PT.TLS), bytes = segment.get("memsz") + 1n;
    segment.set("filesz", bytes);
    return phdr(segment, bytes);
  }),
  wrong("BadTls", "an alignment of 12 bytes", "tls_zero.so", (elf) => {
    elf.segment(PT.TLS).set("align", 12);
    return phdr(elf.segment(PT.TLS), 12);
  }),
  wrong("BadTls", "an image outside of every segment", "tls_large.so", (elf) => {
    elf.segment(PT.TLS).set("vaddr", nowhere(elf));
    return phdr(elf.segment(PT.TLS), nowhere(elf));
  }),
  wrong("TooManySegments", "more than a header can count", "relative.so", (elf) => {
    elf.header.set("phnum", 0xffff);
    return ehdr(elf.header.get("phoff"), 0xffff);
  }),

  wrong("WritableCode", "all permissions", "relative.so", (elf) => {
    elf.segment(PT.LOAD, 1).set("flags", 7);
    return phdr(elf.segment(PT.LOAD, 1), 7);
  }),
  wrong("SharedPage", "pages that are larger than the linker thought", "dense.so", (elf) => {
    const second = elf.segment(PT.LOAD, 1);
    return phdr(second, second.get("vaddr"));
  }, { pageBytes: 0x10000 }),
  wrong("TextRelocation", "the linker says so", "text.so", (elf) => dyn(elf, 0)),

  wrong("NoSpace", "more than the host has", "bss.so", (elf) =>
    ({ what: "Import", at: 0xffff_ffff_ffff_ffffn, value: spanOf(elf) }), { memoryLimit: 0x10000 }),
  wrong("NoSpace", "where a 32-bit machine has no addresses", "relative.so", (elf) =>
    ({ what: "Import", at: 0x1_0000_0000n, value: spanOf(elf) }), { base: 0x1_0000_0000n, machines: is32 }),
  wrong("NoSpace", "an address that the target does not have", "executable", (elf) => {
    for (const one of elf.segments) one.set("vaddr", one.get("vaddr") + 0x4000_0000_0000_0000n);
    for (const one of elf.dynamic) if ([4n, 5n, 6n, 7n, 17n, 23n, 0x6ffffef5n].includes(one.get("tag"))) one.set("value", one.get("value") + 0x4000_0000_0000_0000n);
    return { what: "Import", at: elf.segment(PT.LOAD).get("vaddr"), value: spanOf(elf) };
  }, { machines: is64 }),

  wrong("MissingLibrary", "which is named", "lonely.so", () => ({ what: "Import", at: 1n, value: 0n, name: "absent.so" })),
  wrong("MissingSymbol", "all of them", "missing.so", () => ({ what: "Import", at: 2n, value: 0n, name: "nor_that" })),
  wrong("BadHashTable", "no buckets", "names_gnu.so", (elf) => {
    elf.word(DT.GNU_HASH, 0).set("value", 0);
    return hash(elf, DT.GNU_HASH, 0);
  }),
  wrong("BadHashTable", "a filter of three words", "names_gnu.so", (elf) => {
    elf.word(DT.GNU_HASH, 2).set("value", 3);
    return hash(elf, DT.GNU_HASH, 3);
  }),
  wrong("BadHashTable", "a first symbol behind the last", "names_gnu.so", (elf) => {
    elf.word(DT.GNU_HASH, 1).set("value", 0x10000);
    return hash(elf, DT.GNU_HASH, lastBucket(elf));
  }),
  wrong("BadHashTable", "outside of every segment", "names_gnu.so", (elf) => {
    elf.entry(DT.GNU_HASH).set("value", nowhere(elf));
    return hash(elf, DT.GNU_HASH, 0);
  }),
  wrong("BadHashTable", "more buckets than its segment", "names_both.so", (elf) => {
    elf.word(DT.GNU_HASH, 0).set("value", 0x10000000);
    return hash(elf, DT.GNU_HASH, 0x10000000);
  }),
  wrong("BadHashTable", "no buckets (SysV)", "names_sysv.so", (elf) => {
    elf.word(DT.HASH, 0).set("value", 0);
    return hash(elf, DT.HASH, 0);
  }),
  wrong("BadHashTable", "more symbols than there are (SysV)", "names_sysv.so", (elf) => {
    elf.word(DT.HASH, 1).set("value", 0x10000);
    return hash(elf, DT.HASH, 0x10000);
  }),
  wrong("BadHashTable", "a bucket behind the last symbol (SysV)", "names_sysv.so", (elf) => {
    elf.word(DT.HASH, 2).set("value", 0xffff);
    return hash(elf, DT.HASH, 0xffff);
  }),
  wrong("BadHashTable", "outside of every segment (SysV)", "names_sysv.so", (elf) => {
    elf.entry(DT.HASH).set("value", nowhere(elf));
    return hash(elf, DT.HASH, 0);
  }),
  wrong("HashLoop", "a chain without an end", "names_both.so", (elf) => {
    const { first, chain } = gnuHead(elf), count = symbolCount(elf) - first;
    const last = elf.word(DT.GNU_HASH, chain + count - 1);
    last.set("value", last.get("value") & ~1n);
    return hash(elf, DT.GNU_HASH, symbolCount(elf));
  }),
  wrong("HashLoop", "a chain that comes back (SysV)", "names_sysv.so", (elf) => {
    const [buckets, count] = [0, 1].map((i) => Number(elf.word(DT.HASH, i).get("value"))) as [number, number];
    const first = Array.from({ length: buckets }, (_, i) => Number(elf.word(DT.HASH, 2 + i).get("value"))).find((index) => index !== 0)!;
    elf.word(DT.HASH, 2 + buckets + first).set("value", first);
    return hash(elf, DT.HASH, count + 1);
  }),
  wrong("BadSymbolIndex", "of a word", "absolute.so", (elf) => {
    const entry = elf.relocation(relocations(elf).table, 0);
    entry.set("info", info(elf, 0x7fff, Number(entry.get("info") & 0xffn)));
    return { what: "Rel", at: entry.vaddr, value: 0x7fffn };
  }, { machines: (machine) => machine !== "aarch64" }),
  wrong("BadSymbolIndex", "of a word", "absolute.so", (elf) => {
    const entry = elf.relocation(DT.RELA, 0);
    entry.set("info", info(elf, 0x7fff, Number(entry.get("info") & 0xffff_ffffn)));
    return { what: "Rel", at: entry.vaddr, value: 0x7fffn };
  }, { machines: (machine) => machine === "aarch64" }),
  wrong("BadSymbolIndex", "COPY of nothing", "copy", (elf) => {
    const entry = elf.relocation(relocations(elf).table, 0);
    entry.set("info", info(elf, 0, Number(entry.get("info") & (elf.is64 ? 0xffff_ffffn : 0xffn))));
    return { what: "Rel", at: entry.vaddr, value: 0n };
  }),
  wrong("BadVersionTable", "outside of every segment", "versions_user.so", (elf) => {
    elf.entry(DT.VERSYM).set("value", nowhere(elf));
    return { what: "Version", at: nowhere(elf), value: BigInt(symbolCount(elf)) };
  }),
  {
    name: "CopySource: a variable outside of every segment",
    make: (machine) => {
      const elf = new ElfFile(fixture(machine, "copy")), { table } = relocations(elf);
      const entry = [0, 1].map((i) => elf.relocation(table, i)).find((one) => elf.string(Number(elf.symbol(Number(one.get("info") >> (elf.is64 ? 32n : 8n))).get("name"))) === "shared_value")!;
      return { bytes: elf.bytes, expected: { code: "CopySource", what: "Rel", at: entry.vaddr, value: 16n } };
    },
    library: (machine, name) => (name !== "copy_library.so" ? undefined : patchElf(fixture(machine, name), (elf) => elf.symbol(elf.symbolIndex("shared_value")).set("value", nowhere(elf))).bytes),
  },
  wrong("CopySource", "a symbol of the host whose size nobody knows", "copy", (elf) => {
    const { table } = relocations(elf), entry = elf.relocation(table, 0);
    const symbol = elf.symbol(Number(entry.get("info") >> (elf.is64 ? 32n : 8n)));
    return { what: "Rel", at: entry.vaddr, value: symbol.get("size") };
  }, { defines: { shared_value: 0x7000_0000n, shared_way: 0x7000_0100n, where: 0x7000_0200n } }),
  {
    name: "MachineMismatch: a library for another machine",
    make: (machine) => ({
      bytes: fixture(machine, "chain_top.so"),
      expected: { code: "MachineMismatch", what: "Ehdr", at: 18n, value: new ElfFile(fixture(otherThan(machine), "relative.so")).header.get("machine"), file: "chain_middle.so" },
    }),
    library: (machine, name) => (name === "chain_middle.so" ? fixture(otherThan(machine), name) : undefined),
  },
  wrong("BadSymbolType", "an address as an offset in a thread's block", "data.so", (elf, machine) => {
    const entry = naming(elf, "value");
    retype(elf, entry, TYPES[machine].pointer!);
    return { what: "Rel", at: entry.vaddr, value: elf.symbol(elf.symbolIndex("value")).get("info") & 0xfn };
  }),
  {
    name: "BadSymbolType: a thread-local variable of a file without any",
    make: (machine) => {
      const elf = new ElfFile(fixture(machine, "tls_user_initial.so"));
      const first = elf.relocations.map((one) => symbolOf(elf, one)).find((index) => ["other", "shared"].includes(elf.string(Number(elf.symbol(index).get("name")))))!;
      return { bytes: elf.bytes, expected: { code: "BadSymbolType", what: "Sym", at: BigInt(first), value: 6n } };
    },
    library: (machine, name) => (name !== "tls_library.so" ? undefined : patchElf(fixture(machine, name), (elf) => {
      elf.segment(PT.TLS).set("type", 0);
    }).bytes),
  },
  wrong("MissingVersion", "which is named", "versions_next_user.so", (elf) => ({ what: "Version", at: vaddrOf(elf, elf.requirements[0]!.aux), value: 1n, name: "THREE" })),
  wrong("BadVersionTable", "needs outside of every segment", "versions_user.so", (elf) => {
    elf.entry(DT.VERNEED).set("value", nowhere(elf));
    return { what: "Version", at: nowhere(elf), value: 0n };
  }),
  wrong("BadVersionTable", "definitions outside of every segment", "versions.so", (elf) => {
    elf.entry(DT.VERDEF).set("value", nowhere(elf));
    return { what: "Version", at: nowhere(elf), value: 0n };
  }),
  wrong("BadVersionTable", "the name of a version that is needed", "versions_user.so", (elf) => {
    const { aux } = elf.requirements[0]!;
    elf.write(aux + 8, 4, 0x7fff_ffffn);
    return { what: "Version", at: vaddrOf(elf, aux), value: 0x7fff_ffffn };
  }),
  wrong("BadVersionTable", "a record that leads out of the file", "versions_user.so", (elf) => {
    const { record } = elf.requirements[0]!;
    elf.write(record + 8, 4, 0x7fff_0000n);
    return { what: "Version", at: vaddrOf(elf, record) + 0x7fff_0000n, value: 0n };
  }),
  wrong("ResolverOutside", "a function in data", "choose_outside.so", (elf) => {
    const index = elf.symbolIndex("data_chosen");
    return { what: "Sym", at: BigInt(index), value: elf.symbol(index).get("value") };
  }),
  wrong("ResolverOutside", "a place without a symbol", "choose_own.so", (elf, machine) => {
    const entry = elf.relocations.find((one) => typeOf(elf, one) === TYPES[machine].irelative)!;
    if (elf.isRela(entry.tag)) entry.set("addend", nowhere(elf));
    else elf.write(elf.offsetOf(entry.get("offset")), elf.wordBytes, nowhere(elf));
    return { what: "Rel", at: entry.vaddr, value: nowhere(elf) };
  }),
  wrong("NoStaticTls", "a block that is larger than the reserve", "tls_large_initial.so", (elf, machine) => {
    const entry = elf.relocations.find((one) => typeOf(elf, one) === TYPES[machine].pointer)!;
    return { what: "Rel", at: entry.vaddr, value: elf.segment(PT.TLS).get("memsz") };
  }, { defines: { __aeabi_read_tp: 0x7000_0000n } }),
  wrong("OutOfRange", "an address in 16 bits", "far.so", (elf) => {
    const entry = naming(elf, "as_low16");
    return { what: "Rel", at: entry.vaddr, value: 0x1000_0000n + elf.symbol(elf.symbolIndex("as_low16")).get("value") };
  }, { machines: (machine) => WITH_LOW16.includes(machine) }),

  wrong("UnknownRelocation", "a type that no machine has", "relative.so", (elf) => {
    const entry = elf.relocation(relocations(elf).table, 0);
    entry.set("info", info(elf, 0, 0xfa));
    return { what: "Rel", at: entry.vaddr, value: 0xfan };
  }),
  wrong("RelocationOutside", "in code", "relative.so", (elf) => {
    const entry = elf.relocation(relocations(elf).table, 0);
    entry.set("offset", elf.segment(PT.LOAD, 1).get("vaddr"));
    return { what: "Rel", at: entry.vaddr, value: elf.segment(PT.LOAD, 1).get("vaddr") };
  }),
  wrong("RelocationOutside", "outside of every segment", "relative.so", (elf) => {
    const entry = elf.relocation(relocations(elf).table, 0);
    entry.set("offset", nowhere(elf));
    return { what: "Rel", at: entry.vaddr, value: nowhere(elf) };
  }),
  wrong("RelocationOutside", "across the end of a segment", "relative.so", (elf) => {
    const entry = elf.relocation(relocations(elf).table, 0);
    const last = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD)).at(-1)!;
    const place = last.get("vaddr") + last.get("memsz") - BigInt(elf.wordBytes) + 1n;
    entry.set("offset", place);
    return { what: "Rel", at: entry.vaddr, value: place };
  }),
  wrong("RelocationOutside", "of a packed table", "relative_relr.so", (elf) => {
    const vaddr = elf.entry(DT.RELR).get("value");
    elf.write(elf.offsetOf(vaddr), elf.wordBytes, nowhere(elf));
    return { what: "Rel", at: vaddr, value: nowhere(elf) };
  }),
  wrong("RelocationOutside", "COPY into code", "copy", (elf) => {
    const entry = elf.relocation(relocations(elf).table, 0), place = elf.segment(PT.LOAD, 1).get("vaddr");
    entry.set("offset", place);
    return { what: "Rel", at: entry.vaddr, value: place };
  }),

  wrong("InitOutside", "data", "init_outside.so", (elf) =>
    ({ what: "Place", at: elf.entry(DT.INIT_ARRAY).get("value"), value: initialiser(elf) }), { call: () => undefined }),
  wrong("CallRefused", "the machine does not run", "init_arguments.so", (elf) =>
    ({ what: "Import", at: initialiser(elf), value: 0n }), { call: () => { throw new Error("out of order"); } }),
];

/** Everything that a file can be refused for. */
export const WRONG: readonly Wrong[] = [...WRONG_FILES, ...WRONG_OBJECTS];

/** Where the first initialiser is once the module is loaded at 0x10000000. */
function initialiser(elf: ElfFile): bigint {
  const array = elf.entry(DT.INIT_ARRAY).get("value"), { table, bytes } = relocations(elf);
  const count = Number(elf.entry(bytes).get("value")) / (elf.wordBytes * (table === DT.RELA ? 3 : 2));
  const entry = Array.from({ length: count }, (_, i) => elf.relocation(table, i)).find((one) => one.get("offset") === array)!;
  const vaddr = table === DT.RELA ? entry.get("addend") : elf.read(elf.offsetOf(array), elf.wordBytes);
  return vaddr + 0x1000_0000n;
}

/** Exchanges two PT_LOAD headers; the second place is then at fault. */
function exchange(elf: ElfFile, a: number, b: number): Changed {
  const [first, second] = [elf.segment(PT.LOAD, a), elf.segment(PT.LOAD, b)];
  const each = elf.is64 ? 56 : 32;
  const copy = elf.bytes.slice(first.offset, first.offset + each);
  elf.bytes.copyWithin(first.offset, second.offset, second.offset + each);
  elf.bytes.set(copy, second.offset);
  return phdr(second, second.get("vaddr"));
}

/** Bytes of the whole pages of a file in memory. */
function spanOf(elf: ElfFile): bigint {
  const loads = elf.segments.filter((one) => one.get("type") === BigInt(PT.LOAD));
  const low = loads[0]!.get("vaddr") & ~0xfffn, last = loads.at(-1)!;
  return ((last.get("vaddr") + last.get("memsz") + 0xfffn) & ~0xfffn) - low;
}

function otherThan(machine: Machine): Machine {
  return isRel(machine) ? (machine === "arm" ? "i386" : "arm") : is64(machine) ? (machine === "aarch64" ? "x86_64" : "aarch64") : "arm";
}
