// inspect FILE of objects and archives: sections, groups, symbols and relocations of each object, and which hosts would load it.

import { basename } from "node:path";
import { machineName } from "../elf.js";
import { Linkwright } from "../linkwright.js";
import { type ObjectFacts, type ObjectSymbol, objectFacts } from "../objectfile.js";
import { hanging, hex, pairs, printable, say, table } from "../terminal.js";
import { type Trial, type Verdict, verdictsOf } from "../verdict.js";
import { heading, showVerdicts } from "./verdicts.js";

const ET_REL = 1;

/** What is known of the file. */
interface Facts {
  readonly file: string;
  readonly machine: string;
  readonly machineTitle: string;
  readonly class: number;
  readonly type: "REL" | "archive";
  readonly objects: readonly ObjectFacts[];
  /** What it defines and needs as a whole, as other modules see it. */
  readonly exports: readonly string[];
  readonly imports: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/**
 * Reads a file of objects.
 *
 * @param tryWith  loads it where pages have this many bytes
 * @throws FaultError if it is wrong
 */
export async function objectFactsOf(file: string, bytes: Uint8Array, tryWith: (pageBytes: number) => Promise<Trial>): Promise<Facts> {
  using linkwright = await Linkwright.create();
  // All that is wrong with it is told by whoever links it.
  using module = await linkwright.context().load(bytes, { name: basename(file), link: false });
  const objects = objectFacts(bytes), first = objects[0]!;
  const symbols = module.symbols.filter((one) => one.name && one.bind !== 0);
  const candidate = { machine: first.machine, class: first.class, type: ET_REL, segments: [], resolvers: 0, descriptors: 0 };
  return {
    file, machine: machineName(first.machine, first.class), machineTitle: first.machineTitle, class: first.class,
    type: first.member === undefined ? "REL" : "archive", objects,
    exports: symbols.filter(({ section }) => section !== 0).map(({ name }) => name), imports: symbols.filter(({ section }) => section === 0).map(({ name }) => name),
    verdicts: await verdictsOf(candidate, tryWith),
  };
}

/** Tells it to people. */
export function showObject(facts: Facts): void {
  const { objects } = facts;
  pairs([
    ["file", printable(facts.file)],
    ["machine", `${facts.machineTitle}, ${facts.type === "REL" ? "REL" : `archive of ${objects.length} object${objects.length === 1 ? "" : "s"}`}`],
    ["defines", facts.exports.map(printable).join(", ") || "nothing"],
    ["needs", facts.imports.map(printable).join(", ") || "nothing"],
    ["relocations", totals(objects) || "none"],
    ...objects.flatMap(kernelWords),
  ]).forEach((line) => say(line));
  for (const object of objects) showOne(object);
  showVerdicts(facts.verdicts);
}

/** What of a kernel module's words decides whether a kernel takes it. */
const TOLD: readonly string[] = ["description", "license", "vermagic", "depends", "import_ns"];

function kernelWords({ kernel }: ObjectFacts): [string, string][] {
  if (!kernel) return [];
  return [
    ...kernel.info.filter(({ key, value }) => TOLD.includes(key) && value).map(({ key, value }): [string, string] => [key, printable(value)]),
    ["checksums", kernel.imports.length ? `of ${kernel.imports.length} imports` : "none"],
    ["signature", kernel.isSigned ? "there is one, which is not checked" : "none"],
  ];
}

/** Relocations by type, most frequent first. */
function totals(objects: readonly ObjectFacts[]): string {
  const counts = new Map<string, number>();
  for (const { relocations } of objects) for (const { type, count } of relocations) counts.set(type, (counts.get(type) ?? 0) + count);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([type, count]) => `${count} ${type}`).join(", ");
}

function showOne({ member, sections, groups, symbols, relocations }: ObjectFacts): void {
  const of = member === undefined ? "" : ` of ${printable(member)}`;
  heading(`sections${of}`);
  table([{ title: "no.", right: true }, { title: "name" }, { title: "type" }, { title: "flags" }, { title: "bytes", right: true }, { title: "align", right: true }, { title: "relocations" }],
    sections.map((one) => [String(one.index), printable(one.name), one.type, one.flags, String(one.bytes), String(one.align),
      relocations.filter(({ section }) => section === one.name).map(({ type, count }) => `${count} ${type}`).join(", ")])).forEach((line) => say(line));
  if (groups.length) {
    heading(`groups${of}`);
    for (const group of groups) hanging(`${printable(group.signature)}${group.comdat ? " (COMDAT)" : ""}: ${group.sections.map(printable).join(", ")}`).forEach((line) => say(line));
  }
  const shown = symbols.filter(({ bind }) => bind !== "LOCAL");
  if (!shown.length) return;
  heading(`symbols${of}`);
  table([{ title: "value", right: true }, { title: "bytes", right: true }, { title: "type" }, { title: "bind" }, { title: "visibility" }, { title: "section" }, { title: "name" }],
    shown.map((one: ObjectSymbol) => [hex(one.value), String(one.bytes), one.type, one.bind, one.visibility, printable(one.section), printable(one.name)])).forEach((line) => say(line));
}
