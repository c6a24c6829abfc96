// What is measured beside the peers, and what Linkwright is to reach.

import type { Libraries } from "../libraries.js";
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
  readonly unit: "µs" | "ns" | "KiB";
  /** What the driver is told; `calls` stands for whether what is loaded can be called. */
  readonly args: (calls: string, milliseconds: string) => readonly string[];
  readonly preload?: readonly string[];
  readonly folder?: string;
  /** Who can do this at all; all, unless told. */
  readonly by?: readonly string[];
  readonly marks: readonly Mark[];
  /** Takes long: fewer processes. */
  readonly isLong?: boolean;
  /** What the functions of all libraries are to add up to. */
  readonly sum?: number;
}

/** How many libraries are called, behind their number. */
export const MANY = "libraries of 100 imports, a load each";

const SYSTEM = "glibc", CALLS = "bare calls", C = "C", RELINK = "Relink";
const LINKERS = ["glibc", "libloading", RELINK, "dlopen-rs", "C", "Linkwright"];
const APIS = LINKERS.filter((name) => name !== C);
const FROM_MEMORY = ["glibc", RELINK, "dlopen-rs", "Linkwright"];

const system = (required: number | undefined, goal?: number): Mark => ({ by: SYSTEM, ...(required === undefined ? {} : { required }), ...(goal === undefined ? {} : { goal }) });
/** What wasm2c may cost. */
const AS_C: Mark = { by: C, required: 1.1 };

function load(what: string, subject: Subject, marks: readonly Mark[], more: Partial<Figure> = {}): Figure {
  const { path, symbol, text, preload } = subject;
  return { what, unit: "µs", preload, marks, args: (calls, milliseconds) => ["load", path, symbol, text, calls, milliseconds], ...more };
}

const memory = (what: string, subject: Subject, marks: readonly Mark[]): Figure =>
  ({ ...load(what, subject, marks), by: FROM_MEMORY, args: (calls, milliseconds) => ["memory", subject.path, subject.symbol, subject.text, calls, milliseconds] });

const lookup = (what: string, path: string, names: string, found: boolean, threads: number, marks: readonly Mark[]): Figure =>
  ({ what, unit: "ns", marks, by: LINKERS, args: (_calls, milliseconds) => ["lookup", path, names, found ? "1" : "0", String(threads), milliseconds] });

const thread = (what: string, path: string, threads: number, marks: readonly Mark[]): Figure =>
  ({ what, unit: "ns", marks, by: APIS, args: (_calls, milliseconds) => ["thread", path, String(threads), milliseconds] });

const cost = (what: string, other: Subject, subject: Subject, marks: readonly Mark[]): Figure =>
  ({ what, unit: "KiB", marks, by: LINKERS, preload: subject.preload, args: () => ["cost", other.path, subject.path] });

/** All figures, in the order of the table. */
export function figuresOf(subjects: Subjects, libraries: readonly (readonly [count: number, Libraries])[]): Figure[] {
  const { small, chain, debian, largest, named, threads } = subjects;
  return [
    load("load: a small library", small, [system(0.75, 0.65), { by: CALLS, goal: 1.15 }, AS_C]),
    load("load: a chain of three", chain, [system(0.75, 0.65), AS_C], { by: LINKERS }),
    load("load: libz", debian.libz, [system(0.72, 0.62), AS_C]),
    load("load: libsqlite3", debian.libsqlite3, [system(0.6, 0.45), AS_C]),
    load("load: libcrypto", debian.libcrypto, [system(0.65, 0.5), AS_C]),
    load("load: libcapstone", debian.libcapstone, [system(0.9, 0.7), AS_C]),
    ...(largest ? [load("load: libLLVM", largest, [system(0.9, 0.7)], { isLong: true })] : []),
    memory("from memory: a small library", small, [system(0.73, 0.65)]),
    memory("from memory: libcrypto", debian.libcrypto, [system(3, 1.5)]),
    lookup("symbol hit", named.path, named.there, true, 1, [system(0.4, 0.3), { by: RELINK, required: 1 }, AS_C]),
    lookup("symbol miss, own library", named.path, named.absent, false, 1, [system(0.08, 0.04)]),
    lookup("symbol miss, through its dependencies", chain.path, named.absent, false, 1, [system(0.2, 0.1)]),
    ...[2, 4, 8].map((count) => lookup(`symbol hit, ${count} threads at once`, named.path, named.there, true, count, [])),
    ...[1, 8].flatMap((count) => [
      thread(`thread-local variable, ${count} thread${count > 1 ? "s" : ""}`, threads.called, count, [system(1.5, 1.2)]),
      thread(`thread-local variable by descriptor, ${count} thread${count > 1 ? "s" : ""}`, threads.described, count, [system(1.5, 1.2)]),
    ]),
    ...libraries.map(([count, { folder, sum }]): Figure => ({
      what: `${count.toLocaleString("en")} ${MANY}`, unit: "µs", by: APIS, folder, sum: sum(count), isLong: true,
      marks: count === 1000 ? [system(0.3, 0.15)] : [], args: () => ["many", folder, String(count)],
    })),
    cost("memory beside its mapping: libz", small, debian.libz, [system(1)]),
    cost("memory beside its mapping: libcrypto", debian.libz, debian.libcrypto, [system(1)]),
  ];
}
