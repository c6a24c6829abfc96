// Writes the list in docs/modules.md: what a module may call in an image. `--check` only says whether it is as it should be.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machines } from "./machines.js";
import { root } from "./root.js";
import { symbolsOf } from "./symbols.js";
import type { HostSymbol } from "./symbols.js";

const FILE = join(root, "docs/modules.md");
const BEGIN = "<!-- the list: made by scripts/modules.ts from hosts/baremetal/symbols.def -->";
const END = "<!-- the end of the list -->";
const WIDTH = 118;

/** Words in lines of code, as wide as the page. */
function code(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + name.length <= WIDTH) lines[lines.length - 1] = `${last} ${name}`;
    else lines.push(name);
  }
  return ["```text", ...lines, "```"].join("\n");
}

/** Names by the machines that have them, as "all machines" or their names. */
function byMachines(has: (machine: number) => readonly HostSymbol[]): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  machines.forEach(({ name }, i) => {
    for (const symbol of has(i)) owners.set(symbol.name, [...(owners.get(symbol.name) ?? []), name]);
  });
  const groups = new Map<string, string[]>();
  for (const [name, list] of owners) {
    const where = list.length === machines.length ? "" : list.join(", ");
    groups.set(where, [...(groups.get(where) ?? []), name]);
  }
  return groups;
}

/** A heading, and under it what all machines have, then what some have. */
function part(title: string, has: (machine: number) => readonly HostSymbol[]): string[] {
  const groups = [...byMachines(has)].sort(([a], [b]) => (a < b ? -1 : 1));
  const heading = title.charAt(0).toUpperCase() + title.slice(1);
  return [`### ${heading}`, "", ...groups.flatMap(([where, names]) => [...(where ? [`On ${where}:`, ""] : []), code(names.sort()), ""])];
}

// What follows a colon is for readers of the list itself.
const titleOf = ({ section }: HostSymbol): string => section.split(":")[0]!;

const lists = machines.map(symbolsOf);
const sections = [...new Set(lists.flat().filter((symbol) => !symbol.isRefusing).map(titleOf))];
const list = [
  ...sections.flatMap((section) => part(section, (i) => lists[i]!.filter((symbol) => titleOf(symbol) === section && !symbol.isRefusing))),
  ...part("there to be bound, fails with ENOSYS", (i) => lists[i]!.filter((symbol) => symbol.isRefusing)),
].join("\n");

const before = readFileSync(FILE, "utf8");
const [head, rest] = before.split(BEGIN);
const tail = rest?.split(END)[1];
if (head === undefined || tail === undefined) throw new Error(`${FILE} has lost the lines that stand around its list`);
const after = `${head}${BEGIN}\n\n${list}${END}${tail}`;
if (!process.argv.includes("--check")) writeFileSync(FILE, after);
else if (before !== after) {
  process.stderr.write("docs/modules.md is not as hosts/baremetal/symbols.def has it: node build/js/scripts/modules.js\n");
  process.exitCode = 1;
}
