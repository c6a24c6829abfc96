// What is measured beside the peers, and what Linkwright is to reach.

import type { Libraries } from "../libraries.js";
import type { makeObjects, Objects } from "./objects.js";
import type { Subject, Subjects } from "./subjects.js";

/** What a program says of one process (test/bench/peers/driver.c). */
export interface Said {
  readonly seconds?: readonly number[];
  readonly answer?: number;
  readonly wasThere?: number;
  /** How many modules the system's linker loaded meanwhile. */
  readonly systemLoads?: number;
  readonly isCode?: number;
  readonly left?: number;
  /** Bytes. */
  readonly held?: number;
}

/** A ratio that is to be reached: at most this. */
export interface Mark {
  /** Whose figure is divided by. */
  readonly by: string;
  readonly required?: number;
  readonly goal?: number;
}

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly unit: "µs" | "ns" | "KiB" | "k";
  /** What the driver is told; `calls` stands for whether what is loaded can be called. */
  readonly args: (calls: string, milliseconds: string) => readonly string[];
  readonly preload?: readonly string[];
  readonly folder?: string;
  /** Who can do this at all; all but JITLink, unless told. */
  readonly by?: readonly string[];
  readonly marks: readonly Mark[];
  /** Takes long: fewer processes. */
  readonly isLong?: boolean;
  /** What the functions of all libraries are to add up to. */
  readonly sum?: number;
  /** Of objects: sections that are to be in memory, and relocations. */
  readonly counts?: { readonly sections: number; readonly relocations: number };
}

const SYSTEM = "glibc", CALLS = "bare calls", C = "C", RELINK = "Relink", JITLINK = "JITLink";
const LINKERS = ["glibc", "libloading", RELINK, "dlopen-rs", "C", "Linkwright"];
const APIS = LINKERS.filter((name) => name !== C);
const OBJECTS = ["glibc", RELINK, JITLINK, "Linkwright"];
const FROM_MEMORY = ["glibc", RELINK, "dlopen-rs", "Linkwright"];

const system = (required: number | undefined, goal?: number): Mark => ({ by: SYSTEM, ...(required === undefined ? {} : { required }), ...(goal === undefined ? {} : { goal }) });
/** What wasm2c may cost. */
const AS_C: Mark = { by: C, required: 1.1 };
const HIT: readonly Mark[] = [system(0.4, 0.3), { by: RELINK, required: 1 }, AS_C];

function load(what: string, subject: Subject, marks: readonly Mark[], more: Partial<Figure> = {}): Figure {
  const { path, symbol, text, preload } = subject;
  return { what, unit: "µs", preload, marks, args: (calls, milliseconds) => ["load", path, symbol, text, calls, milliseconds], ...more };
}

const memory = (what: string, subject: Subject, marks: readonly Mark[]): Figure =>
  ({ ...load(what, subject, marks), by: FROM_MEMORY, args: (calls, milliseconds) => ["memory", subject.path, subject.symbol, subject.text, calls, milliseconds] });

const objects = (what: string, { path, objects: files, symbol, text, preload, sections, relocations }: Objects): Figure => ({
  what, unit: "µs", preload, by: OBJECTS, counts: { sections, relocations }, marks: [{ by: RELINK, required: 1 }, { by: JITLINK, required: 1 }],
  args: (_calls, milliseconds) => ["objects", path, symbol, text, milliseconds, ...files],
});

/** How names are looked up: each once before the next, by one thread, unless told. */
interface Manner {
  readonly times?: number;
  readonly threads?: number;
}

const lookup = (what: string, path: string, names: string, found: boolean, marks: readonly Mark[], { times = 1, threads = 1 }: Manner = {}): Figure =>
  ({ what, unit: "ns", marks, by: LINKERS, args: (_calls, milliseconds) => ["lookup", path, names, found ? "1" : "0", String(times), String(threads), milliseconds] });

const thread = (what: string, path: string, threads: number, marks: readonly Mark[]): Figure =>
  ({ what, unit: "ns", marks, by: APIS, args: (_calls, milliseconds) => ["thread", path, String(threads), milliseconds] });

const cost = (what: string, folder: string, count: number): Figure =>
  ({ what, unit: "KiB", marks: [system(1)], by: APIS, folder, isLong: true, args: () => ["cost", folder, String(count)] });

/** All figures but those of many libraries, in the order of the table. */
export function figuresOf(subjects: Subjects): Figure[] {
  const { small, chain, debian, largest, named, threads, copies } = subjects;
  return [
    load("load: a small library", small, [system(0.75, 0.65), { by: CALLS, goal: 1.15 }, AS_C]),
    load("load: a chain of three", chain, [system(0.75, 0.65), AS_C], { by: LINKERS }),
    load("load: libz", debian.libz, [system(0.72, 0.62), AS_C]),
    load("load: libsqlite3", debian.libsqlite3, [system(0.6, 0.45), AS_C]),
    load("load: libcrypto", debian.libcrypto, [system(0.65, 0.5), AS_C]),
    load("load: libcapstone", debian.libcapstone, [system(0.9, 0.7), AS_C]),
    ...(largest ? [load("load: libLLVM", largest, [system(0.9, 0.7)], { isLong: true, by: [...APIS, CALLS] })] : []),
    memory("from memory: a small library", small, [system(0.73, 0.65)]),
    memory("from memory: libcrypto", debian.libcrypto, [system(3, 1.5)]),
    lookup("symbol hit, one name again", named.path, named.there, true, HIT, { times: 100 }),
    lookup("symbol hit, names in turn", named.path, named.there, true, HIT),
    lookup("symbol miss, own library", named.path, named.absent, false, [system(0.08, 0.04)]),
    lookup("symbol miss, through its dependencies", chain.path, named.absent, false, [system(0.2, 0.1)]),
    ...[2, 4, 8].map((threads) => lookup(`symbol hit, names in turn, ${threads} threads at once`, named.path, named.there, true, [], { threads })),
    ...[1, 8].flatMap((count) => [
      thread(`thread-local variable, ${count} thread${count > 1 ? "s" : ""}`, threads.called, count, [system(1.5, 1.2)]),
      thread(`thread-local variable by descriptor, ${count} thread${count > 1 ? "s" : ""}`, threads.described, count, [system(1.5, 1.2)]),
    ]),
    cost("memory beside its mapping: libcrypto", copies.folder, copies.count - 1),
  ];
}

/** Objects that become a module. */
export function objectFigures({ sqlite, zlib, relocations }: Awaited<ReturnType<typeof makeObjects>>): Figure[] {
  return [
    objects("objects: SQLite, one of them", sqlite),
    objects("objects: zlib, a section for each function", zlib),
    objects("objects: one of 10,000 relocations", relocations),
  ];
}

const manyTitle = (count: number): string => `${count.toLocaleString("en")} libraries of 100 imports, a load each`;
const oneOfManyTitle = (count: number): string => `memory beside its mapping: one of ${count.toLocaleString("en")} libraries`;

/** What figures of many libraries are called. */
export const manyTitles = (counts: readonly number[]): string[] => [...counts.map(manyTitle), oneOfManyTitle(counts.at(-1)!)];

/** Libraries that use each other, in one scope. */
export function manyFigures(counts: readonly number[], { folder, sum }: Libraries): Figure[] {
  const last = counts.at(-1)!;
  const loads = counts.map((count): Figure => ({
    what: manyTitle(count), unit: "µs", by: APIS, folder, sum: sum(count), isLong: true,
    marks: count === 1000 ? [system(0.3, 0.15)] : [], args: () => ["many", folder, String(count)],
  }));
  return [...loads, cost(oneOfManyTitle(last), folder, last - 1)];
}
