// tree FILE of objects and archives: what each object needs, and which member of the archive has it.

import { Linkwright } from "../linkwright.js";
import { type ObjectFacts, type ObjectSymbol, objectFacts } from "../objectfile.js";
import { readModule } from "../source.js";
import { paint, printable, say, sayJson } from "../terminal.js";

/** A symbol that an object needs. */
interface Want {
  readonly symbol: string;
  readonly weak: boolean;
  /** The member that defines it; undefined: none does, and another file or the host has to. */
  readonly member: string | undefined;
}

/** An object, or a member of an archive. */
interface Branch {
  readonly member: string | undefined;
  readonly needs: readonly Want[];
}

const isWanted = ({ section, bind, name }: ObjectSymbol): boolean => section === "UNDEF" && bind !== "LOCAL" && name !== "_GLOBAL_OFFSET_TABLE_";

/** The member that a linker takes a symbol from: the first that defines it, or has it as a common one. */
function definers(objects: readonly ObjectFacts[]): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const { member, symbols } of objects) {
    for (const one of symbols) if (one.section !== "UNDEF" && one.bind !== "LOCAL" && !found.has(one.name)) found.set(one.name, member);
  }
  return found;
}

/**
 * Shows the tree of a file of objects.
 *
 * @throws FaultError if it is wrong
 */
export async function treeOfObjects(path: string, isJson: boolean): Promise<number> {
  const bytes = await readModule(path);
  using linkwright = await Linkwright.create();
  // All that is wrong with it is told by whoever links it.
  using _module = await linkwright.context().load(bytes, { name: path, link: false });
  const objects = objectFacts(bytes), definedBy = definers(objects);
  const branches = objects.map(({ member, symbols }): Branch => ({
    member, needs: symbols.filter(isWanted).map(({ name, bind }) => ({ symbol: name, weak: bind === "WEAK", member: definedBy.get(name) })),
  }));
  if (isJson) sayJson({ tree: { name: path, path, objects: branches } });
  else {
    say(printable(path));
    const isArchive = branches.some(({ member }) => member !== undefined);
    const lines = isArchive ? grown(branches.map((one) => [printable(one.member ?? ""), wantLines(one)])) : branches.flatMap(wantLines);
    lines.forEach((line) => say(line));
  }
  return 0;
}

function wantLines({ needs }: Branch): string[] {
  return grown(needs.map(({ symbol, weak, member }) => {
    const by = member === undefined ? paint(process.stdout, "dim", "another file, or the host") : printable(member);
    return [`${printable(symbol)}${weak ? " (weak)" : ""} => ${by}`, []];
  }));
}

/** Lines with the branches of a tree in front of them. */
function grown(entries: readonly (readonly [string, readonly string[]])[]): string[] {
  return entries.flatMap(([head, below], i) => {
    const isLast = i === entries.length - 1;
    return [`${isLast ? "└── " : "├── "}${head}`, ...below.map((line) => `${isLast ? "    " : "│   "}${line}`)];
  });
}
