// link FILE... --out IMAGE: the relocated memory image.

import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type Arguments, type Command, UsageError } from "../command.js";
import { WHERE } from "../files.js";
import { type KernelModule, kernelModuleOf } from "../kernelmodule.js";
import { isResolver } from "../elf.js";
import { LinkwrightError, systemText } from "../error.js";
import type { Missing } from "../fault.js";
import type { Linkwright } from "../linkwright.js";
import { INSTEAD, LOADING, loadFiles, regionFacts, regionTable } from "../loading.js";
import { placeTable } from "../place.js";
import { debuggerCommands } from "../section.js";
import type { Module } from "../module.js";
import { hex, note, printable, say, sayJson, size, table } from "../terminal.js";

const LARGEST = 1n << 30n;

/** A place that holds the address of a resolver, for whoever runs the image to call. */
interface Resolver {
  readonly module: string;
  /** The place. */
  readonly address: bigint;
  readonly vaddr: bigint;
  /** What it holds. */
  readonly value: bigint;
}

function resolversOf(linkwright: Linkwright, modules: readonly Module[]): Resolver[] {
  return modules.flatMap((module) => module.relocations
    .filter((one) => one.type !== undefined && isResolver(module.machine, one.type))
    .map(({ vaddr }) => {
      const address = module.addressOf(vaddr), word = Buffer.from(linkwright.read(address, module.class / 8));
      const value = module.class === 64 ? word.readBigUInt64LE() : BigInt(word.readUInt32LE());
      return { module: module.name, address, vaddr, value };
    }));
}

function kernelFacts(linkwright: Linkwright, module: Module): { kernel?: KernelModule } {
  const kernel = kernelModuleOf(module, (address, bytes) => linkwright.read(address, bytes));
  return kernel ? { kernel } : {};
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (cause) {
    throw new LinkwrightError("NotWritten", `${path} can't be written: ${systemText(cause)}`, { cause });
  }
}

/** What was linked, and what of it is asked for. */
interface Linked {
  readonly linkwright: Linkwright;
  readonly modules: readonly Module[];
  readonly missing: readonly Missing[];
  readonly resolvers: readonly Resolver[];
  readonly start: bigint;
  readonly bytes: bigint;
  /** What gdb is to be told of a module; undefined: nobody asks. */
  readonly commandsOf: ((module: Module) => readonly string[]) | undefined;
}

const namesOf = (missing: readonly Missing[], kind: Missing["kind"]): string[] => [...new Set(missing.filter((one) => one.kind === kind).map(({ name }) => name))];

function moduleFacts(module: Module, { linkwright, commandsOf }: Linked): Readonly<Record<string, unknown>> {
  return {
    name: module.name, bias: module.bias, base: module.base, bytes: Number(module.size), path: module.path,
    ...kernelFacts(linkwright, module),
    ...regionFacts(module),
    ...(commandsOf ? { gdb: commandsOf(module) } : {}),
    ...(module.sections.length ? { sections: module.sections.map((one) => ({ ...one, bytes: Number(one.bytes), align: Number(one.align) })) } : {}),
  };
}

/** It as data. */
function facts(linked: Linked): Readonly<Record<string, unknown>> {
  const { start, bytes, modules, missing, resolvers } = linked;
  return {
    image: { start, bytes: Number(bytes) },
    modules: modules.map((module) => moduleFacts(module, linked)),
    missing: namesOf(missing, "symbol"),
    missingLibraries: namesOf(missing, "library"),
    resolvers,
  };
}

/** It for people. */
function show(out: string, { start, bytes, modules, missing, resolvers, commandsOf }: Linked): void {
  say(`${printable(out)}: ${size(bytes)} from ${hex(start)} on`);
  table([{ title: "module" }, { title: "base", right: true }, { title: "bias", right: true }, { title: "bytes", right: true }],
    modules.map((one) => [one.name, hex(one.base), hex(one.bias), String(one.size)])).forEach((line) => say(line));
  if (commandsOf) modules.flatMap(commandsOf).forEach((line) => say(line));
  for (const lines of [regionTable(modules), placeTable(modules)]) {
    if (lines.length) say();
    lines.forEach((line) => say(line));
  }
  for (const one of missing) note(`missing ${one.kind}: ${printable(one.name)}${one.file ? ` (${printable(one.file)} needs it)` : ""}`);
  if (resolvers.length) note(`${resolvers.length} places hold the address of a resolver (IFUNC)`);
}

/** The file for debuggers, which is one module's. */
function debugFileOf(modules: readonly Module[]): Uint8Array {
  const files = modules.flatMap(({ debugFile }) => debugFile ?? []);
  if (files.length === 1) return files[0]!;
  throw new LinkwrightError("NotOneModule", `--debug is about one module of objects, and there ${files.length ? `are ${files.length}` : "is none"}`);
}

/** What is written is none of the files that are read. */
function refuseInput(args: Arguments, option: string): void {
  const written = args.one(option);
  const read = written === undefined ? undefined : args.files.find((file) => isSameFile(file, written));
  if (read !== undefined) throw new UsageError(`--${option} would overwrite ${read}, which is linked`, "link");
}

function isSameFile(one: string, other: string): boolean {
  try {
    const [first, second] = [statSync(one), statSync(other)];
    return first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false; // one of them is not there
  }
}

export const link: Command = {
  name: "link",
  usage: "FILE... --out IMAGE",
  summary: "writes the relocated memory image of the files as a target would see it",
  details: [
    "The files are loaded in order, with the libraries they need, from --base on. IMAGE is one flat file",
    "that starts at the lowest mapped address: vaddr v of a module lies at offset v + bias - start.",
    ...WHERE,
  ],
  options: {
    out: { type: "string", value: "IMAGE", help: "the file to write" },
    ...LOADING,
    debug: { type: "string", value: "FILE", help: "a file for debuggers to write: sections and symbols of a module of objects where they lie, and all that its objects have for debuggers, relocated" },
    gdb: { type: "boolean", help: "says what gdb is to be told to debug objects, by that file if there is one, otherwise by their own" },
    "allow-missing": { type: "boolean", help: "what nobody defines counts as 0, and is listed" },
  },
  instead: INSTEAD,
  files: { least: 1, most: Infinity, what: "FILE" },
  async run(args) {
    const out = args.one("out"), debug = args.one("debug");
    if (out === undefined || out === "") throw new UsageError("link needs --out IMAGE", "link");
    for (const option of ["out", "debug"]) refuseInput(args, option);
    const { linkwright, modules, missing } = await loadFiles(args, "link", args.has("allow-missing"));
    const { start, bytes } = linkwright.extent!;
    if (bytes > LARGEST) {
      throw new LinkwrightError("ImageTooLarge", `the image would have ${size(bytes)}, from ${hex(start)} on: choose a --base that is nearer to the fixed addresses`);
    }
    const debugFile = debug === undefined ? undefined : debugFileOf(modules);
    await write(out, linkwright.read(start, Number(bytes)));
    if (debugFile) await write(debug!, debugFile);
    const commandsOf = (module: Module): string[] =>
      (debugFile === undefined ? debuggerCommands(module.sections) : module.debugFile ? [`add-symbol-file ${debug}`] : []);
    const linked = { linkwright, modules, missing, resolvers: resolversOf(linkwright, modules), start, bytes, commandsOf: args.has("gdb") ? commandsOf : undefined };
    if (args.has("json")) sayJson(facts(linked));
    else show(out, linked);
    return 0;
  },
};
