// tree FILE: what it needs, what that needs, which rule found it, and everything that is missing.

import { realpathSync } from "node:fs";
import { type Command } from "../command.js";
import { FaultError, LinkError } from "../error.js";
import { Code } from "../../../assembly/words.js";
import { codeName, type Missing } from "../fault.js";
import { SEARCHING, WHERE, searchOf } from "../files.js";
import type { Image } from "../image.js";
import { Linkwright } from "../linkwright.js";
import { report } from "../report.js";
import { foldersIn } from "../runpath.js";
import { type Hit, type Need, type Rule, type SearchOptions, findFile } from "../search.js";
import { isObjectFile } from "../objects.js";
import { paint, printable, say, sayJson } from "../terminal.js";
import { treeOfObjects } from "./treeobject.js";

interface Node {
  readonly name: string;
  readonly path: string | undefined;
  readonly rule?: Rule | undefined;
  /** Why the library that was found can't be used. */
  readonly fault?: string;
  /** It was listed before, with what it needs. */
  readonly repeated?: true;
  readonly needs: readonly Node[];
}

/** A need, and what was found for it. */
interface Edge {
  readonly name: string;
  readonly file: File | undefined;
}

/** A file of the tree. */
interface File {
  readonly path: string;
  /** What found it first; undefined for the file that was asked about. */
  readonly rule: Rule | undefined;
  readonly name: string;
  readonly soname: string | undefined;
  readonly kind: string;
  /** The file that brought it: its DT_RPATH holds for what this one needs, too. */
  readonly broughtBy: File | undefined;
  readonly runPaths: Image["runPaths"];
  readonly ident: { readonly machine: number; readonly bits: number };
  readonly needed: readonly string[];
  readonly fault: string | undefined;
  readonly edges: Edge[];
}

const RULES: Readonly<Record<Rule, string>> = {
  path: "a path", named: "named", rpath: "DT_RPATH", search: "--search", runpath: "DT_RUNPATH", cache: "ld.so.cache", default: "the system's folders",
};

/** Finds files as a load does: breadth first, each once. */
class Walk {
  readonly missing: Missing[] = [];
  readonly #linkwright: Linkwright;
  readonly #where: SearchOptions & { readonly search: readonly string[] };
  /** By their real path. */
  readonly #files = new Map<string, File>();
  readonly #named = new Map<string, Edge>();

  constructor(linkwright: Linkwright, where: SearchOptions & { readonly search: readonly string[] }) {
    this.#linkwright = linkwright;
    this.#where = where;
  }

  async from(path: string): Promise<File> {
    const root = await this.#file(path, undefined, undefined);
    // What is added on the way is walked, too.
    for (const file of this.#files.values()) {
      for (const name of file.fault === undefined ? file.needed : []) file.edges.push(await this.#edge(name, file, root));
    }
    return root;
  }

  async #file(path: string, rule: Rule | undefined, broughtBy: File | undefined): Promise<File> {
    using image = await this.#linkwright.inspect(path);
    const file: File = {
      path, rule, name: image.name, soname: image.soname, kind: `${image.machine}/${image.class}`, broughtBy, runPaths: image.runPaths,
      ident: { machine: image.machine, bits: image.class }, needed: image.needed, fault: undefined, edges: [],
    };
    this.#files.set(realpathSync.native(path), file);
    return file;
  }

  async #edge(name: string, from: File, root: File): Promise<Edge> {
    const known = [...this.#files.values()].find((file) => file.soname === name && file.fault === undefined);
    if (known) return { name, file: known };
    let edge = this.#named.get(name);
    if (!edge) {
      const hit = findFile(needOf(name, from, this.#where.systemLibraries), this.#where);
      edge = { name, file: hit && await this.#library(hit, from, root) };
      this.#named.set(name, edge);
      if (!hit) this.missing.push({ name, kind: "library", file: from.name });
    }
    return edge;
  }

  async #library({ file: path, rule }: Hit<string>, from: File, root: File): Promise<File> {
    const real = realpathSync.native(path), known = this.#files.get(real);
    if (known) return known;
    try {
      const file = await this.#file(path, rule, from);
      return file.kind === root.kind ? file : this.#faulty(real, file, codeName(Code.MachineMismatch));
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      const nothing = { soname: undefined, kind: "", runPaths: { rpath: undefined, runpath: undefined }, ident: from.ident, needed: [], edges: [] };
      return this.#faulty(real, { ...nothing, path, rule, name: path, broughtBy: from, fault: undefined }, error.code);
    }
  }

  #faulty(real: string, file: File, fault: string): File {
    const faulty = { ...file, fault };
    this.#files.set(real, faulty);
    return faulty;
  }
}

/** The search paths that hold for a file: its DT_RUNPATH alone; or its DT_RPATH, and those of the files that brought it. */
function needOf(name: string, file: File, isSystem: boolean | undefined): Need {
  const { path, ident, runPaths: { runpath } } = file;
  const need = { name, from: file.name, origin: { path, ident }, before: [], behind: [] };
  if (runpath !== undefined) return { ...need, behind: foldersIn(runpath, need.origin, isSystem) };
  const before: string[] = [];
  for (let each: File | undefined = file; each; each = each.broughtBy) {
    const { rpath, runpath: own } = each.runPaths;
    if (own === undefined && rpath !== undefined) before.push(...foldersIn(rpath, { path: each.path, ident: each.ident }, isSystem));
  }
  return { ...need, before };
}

/** The tree as it is told: a file with what it needs, the first time. */
function nodeOf({ name, file }: Edge, told: Set<File>): Node {
  if (!file) return { name, path: undefined, needs: [] };
  const node = { name, path: file.path, rule: file.rule, ...(file.fault === undefined ? {} : { fault: file.fault }) };
  if (told.has(file)) return { ...node, repeated: true, needs: [] };
  told.add(file);
  return { ...node, needs: file.edges.map((edge) => nodeOf(edge, told)) };
}

function lines(node: Node, lead: string): string[] {
  return node.needs.flatMap((one, i) => {
    const last = i === node.needs.length - 1;
    let said = one.path === undefined ? paint(process.stdout, "red", "missing") : printable(one.path);
    if (one.rule) said += paint(process.stdout, "dim", ` (${RULES[one.rule]})`);
    if (one.fault) said += ` ${paint(process.stdout, "red", one.fault)}`;
    if (one.repeated) said += " (see above)";
    return [`${lead}${last ? "└── " : "├── "}${printable(one.name)} => ${said}`, ...lines(one, `${lead}${last ? "    " : "│   "}`)];
  });
}

function faulty(node: Node): boolean {
  return node.fault !== undefined || node.needs.some(faulty);
}

export const tree: Command = {
  name: "tree",
  usage: "FILE [--search DIR]...",
  summary: "shows the libraries that a file needs, by which rule each was found, and every one that is missing",
  details: [...WHERE, "Of an object or an archive it shows the symbols that each object needs, and the member that has them.", "Exit status 1 means that a library is missing or can't be used."],
  options: SEARCHING,
  files: { least: 1, most: 1, what: "FILE" },
  async run(args) {
    const path = args.files[0]!;
    if (await isObjectFile(path)) return treeOfObjects(path, args.has("json"));
    using linkwright = await Linkwright.create();
    const walk = new Walk(linkwright, searchOf(args));
    const file = await walk.from(path);
    const root = nodeOf({ name: path, file }, new Set());
    if (args.has("json")) sayJson({ tree: root, missing: walk.missing.map((one) => one.name) });
    else {
      say(printable(path));
      lines(root, "").forEach((line) => say(line));
    }
    if (walk.missing.length) {
      return report(new LinkError({
        code: codeName(Code.MissingLibrary), number: Code.MissingLibrary, what: "Import", at: BigInt(walk.missing.length), value: 0n,
        file: walk.missing[0]!.file, member: undefined, name: walk.missing[0]!.name,
      }, walk.missing));
    }
    return faulty(root) ? 1 : 0;
  },
};
