// A fault as the core records it, and its words.

import { Code, Field, List, What } from "../../assembly/words.js";
import { FAULTS } from "./faults.js";
import type { Handles } from "./handles.js";
import { permissionText } from "./segment.js";
import { NONE } from "./wasm.js";

/** What went wrong, where. */
export interface Fault {
  /** Name of the Code. */
  readonly code: string;
  /** The Code itself; its high byte is the stage whose business it is. */
  readonly number: number;
  /** What `at` counts: a name of What. */
  readonly what: string;
  readonly at: bigint;
  /** The offending value, exactly as read or computed. */
  readonly value: bigint;
  /** The file at fault. */
  readonly file: string | undefined;
  /** The member of it, if it is an archive. */
  readonly member: string | undefined;
  /** The library or symbol it is about. */
  readonly name: string | undefined;
  /** Of a segment that found no room: the kinds of memory in which it was looked for. */
  readonly tried?: readonly string[];
}

/** The segment that What.Unit is about. */
export function unitOf({ at }: Fault): { readonly prot: number; readonly align: bigint; readonly region: number } {
  return { prot: Number(at & 7n), align: 1n << (at >> 8n & 63n), region: Number(at >> 16n) };
}

const UNIT_REMEDY = "make a kind of memory larger that allows these permissions, or tell of another one; what only takes sections by name is not looked at for others";

/** What a segment wanted, and where that was looked for. */
function unitText({ value, tried }: Fault): string {
  return `${value} bytes${tried ? `, which were looked for in ${tried.join(", ") || "no kind of memory: none allows that"}` : ""}`;
}

/** What may be missing, by Field.Type of an entry of List.Missing. */
const KINDS = ["symbol", "library", "version"] as const;

/** A symbol that nobody defines, a library that nobody has, or a version that a library has not. */
export interface Missing {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  /** The file that needs it. */
  readonly file: string | undefined;
  /** Of a version: the library that should have it. */
  readonly library?: string;
}

/** A fault taken apart for people: each field is one line. */
export interface FaultLines {
  readonly code: string;
  readonly stage: string;
  readonly place: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
}

const STAGES: Record<number, string> = {
  0x01: "inspect", 0x02: "plan", 0x03: "map", 0x04: "link", 0x05: "relocate", 0x06: "run", 0x0e: "use of the API",
  0x0f: "the core's limits",
};

/** The stage whose business a code is: most are found there. */
export function stageOf(code: number): string {
  return STAGES[code >> 8] ?? "unknown";
}

/** The fault that a session holds. */
export function readFault(handles: Handles, session: number, nameOf: (source: number) => string | undefined): Fault {
  const number = Number(handles.value(session, Field.FaultCode) ?? 0n);
  return {
    code: codeName(number),
    number,
    what: What[Number(handles.value(session, Field.FaultWhat) ?? 0n)] ?? "None",
    at: handles.raw(session, Field.FaultAt),
    value: handles.raw(session, Field.FaultValue),
    file: nameOf(Number(handles.value(session, Field.FaultSource) ?? 0n)),
    member: handles.text(session, Field.FaultMember, Field.FaultMemberBytes),
    name: handles.text(session, Field.FaultName, Field.FaultNameBytes),
  };
}

/** What a session found nobody to have. */
export function readMissing(handles: Handles, session: number, nameOf: (source: number) => string | undefined): Missing[] {
  return handles.list(session, List.Missing, (entry) => {
    const library = entry.text(Field.File, Field.FileBytes);
    return {
      name: entry.text(Field.Name, Field.NameBytes) ?? "",
      kind: KINDS[entry.number(Field.Type)]!,
      file: nameOf(entry.number(Field.Source)),
      ...(library !== undefined && { library }),
    };
  });
}

/** The name of a code, or its number where there is none. */
export function codeName(number: number): string {
  return Code[number] ?? `0x${number.toString(16).padStart(4, "0")}`;
}

/** What a fault is about that names all that is missing of a kind. What may be missing is listed with any fault. */
const LACKS: ReadonlyMap<number, Missing["kind"]> = new Map([
  [Code.MissingLibrary, "library"], [Code.MissingSymbol, "symbol"], [Code.MissingVersion, "version"],
]);

/** What a code says to be missing; undefined if it is about something else. */
export function lackOf(code: number): Missing["kind"] | undefined {
  return LACKS.get(code);
}

/** Where a fault is, in words. */
export function placeOf(fault: Fault): string {
  if (LACKS.has(fault.number)) return fault.file ?? "the call itself";
  const at = `0x${fault.at.toString(16)}`;
  const words: Record<string, string> = {
    Ehdr: `file header, byte ${fault.at}`,
    Phdr: `program header at byte ${fault.at} of the file`,
    Dyn: `dynamic section at vaddr ${at}`,
    Sym: `symbol ${fault.at}`,
    Hash: `hash table at vaddr ${at}`,
    Rel: `relocation entry at vaddr ${at}`,
    Place: `vaddr ${at}`,
    Str: `string table, byte ${fault.at}`,
    Version: `version record at vaddr ${at}`,
    Import: fault.at === NONE ? "the host" : `the host, at ${at}`,
    Handle: `handle ${at}`,
    Shdr: `section header at byte ${fault.at} of the object`,
    Entry: `relocation entry at byte ${fault.at} of the object`,
    Unit: fault.what === "Unit" ? `segment ${permissionText(unitOf(fault).prot)}, aligned to ${unitOf(fault).align}` : "",
    Member: `member of the archive at byte ${fault.at}`,
  };
  const place = words[fault.what];
  if (!fault.file) return place ?? "the call itself";
  const file = fault.member === undefined ? fault.file : `${fault.file}(${fault.member})`;
  return place ? `${file}: ${place}` : file;
}

/** A fault's six lines. */
export function faultLines(fault: Fault, missing: readonly Missing[] = []): FaultLines {
  const text = FAULTS[fault.number as Code];
  let found = `0x${fault.value.toString(16)}`;
  const lacking = missingText(fault, missing);
  if (lacking) found = lacking;
  else if (fault.name !== undefined) found = fault.name;
  else if (fault.what === "Unit") found = unitText(fault);
  return {
    code: `${fault.code} (0x${fault.number.toString(16).padStart(4, "0")})`,
    stage: stageOf(fault.number),
    place: placeOf(fault),
    found,
    expected: text?.expected ?? "",
    remedy: fault.what === "Unit" ? UNIT_REMEDY : text?.remedy ?? "",
  };
}

// What is missing, by the file that needs it: "libx.so needs a, b; liby.so needs c of libz.so". Versions are a matter of their own.
function missingText({ number }: Fault, all: readonly Missing[]): string {
  const missing = LACKS.has(number) ? all.filter((one) => (one.kind === "version") === (number === Code.MissingVersion)) : [];
  const files = [...new Set(missing.map((one) => one.file))];
  return files.map((file) => {
    const names = missing.filter((one) => one.file === file).map(({ name, library }) => (library === undefined ? name : `${name} of ${library}`)).join(", ");
    return file === undefined ? names : `${file} needs ${names}`;
  }).join("; ");
}

/** A fault in one sentence: what an error's message says. */
export function faultText(fault: Fault, missing: readonly Missing[] = []): string {
  const lacking = missingText(fault, missing);
  if (lacking) return `${fault.code}: ${lacking}`;
  const lines = faultLines(fault);
  return `${fault.code}: ${FAULTS[fault.number as Code]?.means ?? "unknown fault"} (${lines.place}; found ${lines.found})`;
}
