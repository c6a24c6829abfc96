// tree FILE: what it needs, what that needs, and everything that is missing.

import { realpathSync } from "node:fs";
import { type Command } from "../command.js";
import { FaultError, LinkError } from "../error.js";
import { Code } from "../../../assembly/words.js";
import { codeName, type Missing } from "../fault.js";
import { SEARCH, libraryPath } from "../files.js";
import { Linkwright } from "../linkwright.js";
import { report } from "../report.js";
import { paint, printable, say, sayJson } from "../terminal.js";

interface Node {
  readonly name: string;
  readonly path: string | undefined;
  /** Why the library that was found can't be used. */
  readonly fault?: string;
  /** It was listed before, with what it needs. */
  readonly repeated?: true;
  readonly needs: readonly Node[];
}

class Walk {
  readonly missing: Missing[] = [];
  readonly #linkwright: Linkwright;
  readonly #folders: readonly string[];
  readonly #seen = new Set<string>();
  #kind: string | undefined;

  constructor(linkwright: Linkwright, folders: readonly string[]) {
    this.#linkwright = linkwright;
    this.#folders = folders;
  }

  async node(name: string, path: string): Promise<Node> {
    using image = await this.#linkwright.inspect(path);
    const real = realpathSync(path);
    if (this.#seen.has(real)) return { name, path, repeated: true, needs: [] };
    this.#seen.add(real);
    const kind = `${image.machine}/${image.class}`;
    this.#kind ??= kind;
    if (kind !== this.#kind) return { name, path, fault: codeName(Code.MachineMismatch), needs: [] };
    const needs: Node[] = [];
    for (const needed of image.needed) needs.push(await this.#library(needed, image.name));
    return { name, path, needs };
  }

  async #library(name: string, from: string): Promise<Node> {
    const path = libraryPath(this.#folders, name);
    if (path === undefined) {
      if (!this.missing.some((one) => one.name === name)) this.missing.push({ name, kind: "library", file: from });
      return { name, path, needs: [] };
    }
    try {
      return await this.node(name, path);
    } catch (error) {
      if (error instanceof FaultError) return { name, path, fault: error.code, needs: [] };
      throw error;
    }
  }
}

function lines(node: Node, lead: string): string[] {
  return node.needs.flatMap((one, i) => {
    const last = i === node.needs.length - 1;
    let said = one.path === undefined ? paint(process.stdout, "red", "missing") : printable(one.path);
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
  summary: "shows the libraries that a file needs, and every one that is missing",
  details: ["Libraries are looked for in the folders of --search.", "Exit status 1 means that a library is missing or can't be used."],
  options: { search: SEARCH },
  files: { least: 1, most: 1, what: "FILE" },
  async run(args) {
    const file = args.files[0]!;
    using linkwright = await Linkwright.create();
    const walk = new Walk(linkwright, args.all("search"));
    const root = await walk.node(file, file);
    if (args.has("json")) sayJson({ tree: root, missing: walk.missing.map((one) => one.name) });
    else {
      say(printable(file));
      lines(root, "").forEach((line) => say(line));
    }
    if (walk.missing.length) {
      return report(new LinkError({
        code: codeName(Code.MissingLibrary), number: Code.MissingLibrary, what: "Import", at: BigInt(walk.missing.length), value: 0n,
        file: walk.missing[0]!.file, name: walk.missing[0]!.name,
      }, walk.missing));
    }
    return faulty(root) ? 1 : 0;
  },
};
