// What plan and link have in common: options, and the load of several files in order into one target memory.

import { type Arguments, type OptionSpec, UsageError, numberOf } from "./command.js";
import type { Context } from "./context.js";
import { machineTitle } from "./elf.js";
import { LinkwrightError } from "./error.js";
import { ALLOW_TEXT, SEARCHING, searchOf } from "./files.js";
import { Linkwright } from "./linkwright.js";
import { checksumsOf, kernelModuleOf, mismatches } from "./kernelmodule.js";
import type { Module } from "./module.js";
import { groupsOf, isObjectFile } from "./objects.js";
import type { Missing } from "./fault.js";
import type { RegionOptions } from "./region.js";
import { permissionText } from "./segment.js";
import { readWhole } from "./source.js";
import { hex, table } from "./terminal.js";

/** A kind of memory, on every command that loads objects. */
export const REGION_OPTION: OptionSpec = {
  type: "string", multiple: true, value: "MEMORY", help: "a kind of memory that objects are spread over: NAME=rwx@START+BYTES, then ,pow2 ,only ,sections=PREFIX",
};

/** Of commands that boot a machine: what of an object is used where the payload has it. */
export const IN_PLACE_OPTION: OptionSpec = {
  type: "string", multiple: true, value: "FILE", help: "this object or archive stays where the machine finds it: what of it needs no relocation is used in place",
};

/** Options of plan and link. */
export const LOADING: Readonly<Record<string, OptionSpec>> = {
  ...SEARCHING,
  base: { type: "string", value: "ADDR", help: "where the first module goes" },
  define: { type: "string", multiple: true, value: "SYM=ADDR", help: "the host defines a symbol" },
  region: REGION_OPTION,
  "in-place": { type: "string", multiple: true, value: "FILE=ADDR", help: "this object or archive lies there: what of it needs no relocation is used in place" },
  symbols: { type: "string", multiple: true, value: "FILE", help: "the host defines what this lists: lines of ADDR TYPE NAME, as System.map and nm have them" },
  symvers: { type: "string", value: "FILE", help: "a kernel's Module.symvers: what its modules were compiled against is to be the same" },
  local: { type: "string", multiple: true, value: "FILE", help: "this file's symbols are for those alone that need it" },
  deep: { type: "string", multiple: true, value: "FILE", help: "this file looks symbols up in what it needs before it does in the others" },
  "allow-text": ALLOW_TEXT,
};

/** What linkers and `test` have, and what is done here instead. */
export const INSTEAD: Readonly<Record<string, string>> = {
  "--with": "objects that stand beside each other become one module, with what they want of archives among them",
  "--whole-archive": "an archive in front of all objects is taken whole",
  "--start-group": "archives are gone through until nothing is wanted: their order does not matter",
  "-l": "name the library's file; what files need by DT_NEEDED is looked for, also in the folders of --search",
  "-L": "the folders of libraries are named by --search DIR",
  "-T": "there are no scripts: --base says where things go, --region of which kinds memory is",
  "-e": "an image has no entry: `link` says where everything lies",
  "--entry": "an image has no entry: `link` says where everything lies",
};

/** Files that are loaded, and what that found. */
export interface Loaded {
  readonly linkwright: Linkwright;
  readonly context: Context;
  /** All modules in load order, each file followed by what it took with it. */
  readonly modules: readonly Module[];
  readonly missing: readonly Missing[];
}

const DEFAULT_BASE = 0x1000_0000n;
const PAGE_BYTES = 4096n;
const ET_EXEC = 2;

/** Loads the files in order, each once, with the libraries they need. */
export async function loadFiles(args: Arguments, command: string, allowMissing: boolean): Promise<Loaded> {
  const defines = new Map([...await listedIn(args.all("symbols")), ...definesOf(args.all("define"), command)]);
  const symvers = args.one("symvers"), checksums = symvers === undefined ? undefined : await checksumsIn(symvers);
  const isLocal = meantBy(args, "local", command), isDeep = meantBy(args, "deep", command);
  const linkwright = await Linkwright.create({ base: await baseOf(args, command) });
  const regions = args.all("region").map((text) => regionOf(text, command));
  const context = linkwright.context({ ...searchOf(args), libraries: args.files, defines, regions });
  const modules: Module[] = [];
  const missing: Missing[] = [];
  const objects = new Set<string>();
  for (const file of args.files) if (await isObjectFile(file)) objects.add(file);
  const debug = args.one("debug") !== undefined;
  const places = placesOf(args.all("in-place"), objects, command);
  for (const [file, ...others] of groupsOf(args.files, (one) => objects.has(one))) {
    const inPlace = Object.fromEntries([...places].filter(([one]) => one === file || others.includes(one)));
    const options = { ...(Object.keys(inPlace).length ? { inPlace } : {}), with: others, allowMissing, allowText: args.has("allow-text"), global: !isLocal(file!), deepBind: isDeep(file!), bindings: true, debug: debug && objects.has(file!) };
    const image = objects.has(file!) ? undefined : await linkwright.inspect(file!);
    if (image) checkMachine(image, file!, modules[0], args.files[0]!);
    const module = await context.load(image ?? file!, options);
    checkMachine(module, file!, modules[0], args.files[0]!);
    if (modules.includes(module)) continue;
    modules.push(...module.loaded);
    if (checksums) checkImports(linkwright, module, checksums);
    missing.push(...module.missing);
  }
  return { linkwright, context, modules, missing };
}

async function textOf(path: string): Promise<string> {
  return Buffer.from(await readWhole(path)).toString("utf8");
}

/** Addresses by name; what nobody defines, or has no name, is left out. */
async function listedIn(paths: readonly string[]): Promise<[string, bigint][]> {
  const lists = await Promise.all(paths.map(async (path) => {
    const listed = (await textOf(path)).split("\n").flatMap((line) => {
      const [, address, type, name] = line.match(/^([0-9a-f]+) +([A-Za-z]) +([^\s]+)/) ?? [];
      return address && name && type !== "U" ? [[name, BigInt(`0x${address}`)] as [string, bigint]] : [];
    });
    if (!listed.length) throw new LinkwrightError("NoSymbols", `${path} has no line of ADDR TYPE NAME, as System.map and nm have them`);
    return listed;
  }));
  return lists.flat();
}

async function checksumsIn(path: string): Promise<ReadonlyMap<string, number>> {
  const checksums = checksumsOf(await textOf(path));
  if (!checksums.size) throw new LinkwrightError("NoSymbols", `${path} has no line of 0xCRC NAME, parted by a tab, as Module.symvers has them`);
  return checksums;
}

/** A kernel refuses a module that was compiled against something else; so do we. */
function checkImports(linkwright: Linkwright, module: Module, checksums: ReadonlyMap<string, number>): void {
  const wrong = mismatches(kernelModuleOf(module, (address, bytes) => linkwright.read(address, bytes))?.imports ?? [], checksums);
  if (!wrong.length) return;
  const told = wrong.slice(0, 3).map((one) => `${one.name} (0x${one.crc.toString(16)}; ${one.expected === undefined ? "not in the list" : `the kernel's is 0x${one.expected.toString(16)}`})`);
  const more = wrong.length > told.length ? `, and ${wrong.length - told.length} more` : "";
  throw new LinkwrightError("ChecksumMismatch", `${module.name} was compiled against another kernel: ${told.join(", ")}${more}`);
}

const REGION = /^(?<name>[^=]+)=(?<permissions>[rwx]+)@(?<start>[^+]+)\+(?<bytes>[^,]+)(?<rules>(,[^,]+)*)$/;

/** A kind of memory, as `--region` says it. */
export function regionOf(text: string, command: string): RegionOptions {
  const { name, permissions, start, bytes, rules } = text.match(REGION)?.groups ?? {};
  if (name === undefined) throw new UsageError(`--region is NAME=rwx@START+BYTES, not "${text}"`, command);
  const words = rules!.split(",").filter((word) => word), sections = words.find((word) => word.startsWith("sections="))?.slice("sections=".length);
  const stray = words.find((word) => word !== "pow2" && word !== "only" && !word.startsWith("sections="));
  if (stray !== undefined) throw new UsageError(`--region: what comes behind the size is pow2, only or sections=PREFIX, not "${stray}"`, command);
  return {
    name, permissions: permissions!, start: numberOf(start!, `the start of ${name}`, command), bytes: sizeOf(bytes!, `the size of ${name}`, command),
    powerOfTwo: words.includes("pow2"), only: words.includes("only"), ...(sections === undefined ? {} : { sections }),
  };
}

/** Files that are loaded into one memory are of one machine. */
function checkMachine(one: { readonly machine: number; readonly class: number }, file: string, first: Module | undefined, firstFile: string): void {
  if (!first || (one.machine === first.machine && one.class === first.class)) return;
  throw new LinkwrightError("MachineMismatch",
    `${file} is for ${machineTitle(one.machine, one.class)}, but ${firstFile} is for ${machineTitle(first.machine, first.class)}`);
}

/** What a module took of kinds of memory, as data. */
export function regionFacts({ regions }: Module): { readonly regions?: readonly unknown[] } {
  return regions.length ? { regions: regions.map((one) => ({ ...one, used: Number(one.used), bytes: Number(one.bytes) })) } : {};
}

/** What modules cost of each kind of memory; nothing where there are none. */
export function regionTable(modules: readonly Module[]): string[] {
  const rows = modules.flatMap((module) => module.regions.map((one) =>
    [one.name || "ordinary", permissionText(one.permissions), module.name, hex(one.address), String(one.used), String(one.bytes), String(one.bytes - one.used)]));
  const columns = [{ title: "region" }, { title: "for" }, { title: "module" }, { title: "address", right: true }, { title: "used", right: true }, { title: "taken", right: true }, { title: "waste", right: true }];
  return rows.length ? table(columns, rows) : [];
}

/** A size as linker scripts have it: a number, with K or M behind it. */
function sizeOf(text: string, what: string, command: string): bigint {
  const unit = { K: 1n << 10n, M: 1n << 20n }[text.slice(-1).toUpperCase()];
  return unit === undefined ? numberOf(text, what, command) : numberOf(text.slice(0, -1), what, command) * unit;
}

/** Whether an option that names files names this one. */
function meantBy(args: Arguments, option: string, command: string): (file: string) => boolean {
  const named = args.all(option), stray = named.find((file) => !args.files.includes(file));
  if (stray !== undefined) throw new UsageError(`--${option} names one of the files, not "${stray}"`, command);
  return (file) => named.includes(file);
}

/** Where files lie, as `--in-place` says it. */
function placesOf(typed: readonly string[], objects: ReadonlySet<string>, command: string): Map<string, bigint> {
  return new Map(typed.map((text) => {
    const at = text.lastIndexOf("="), file = text.slice(0, at);
    if (at < 1) throw new UsageError(`--in-place is FILE=ADDR, not "${text}"`, command);
    if (!objects.has(file)) throw new UsageError(`--in-place names one of the files that is an object or an archive of them, not "${file}"`, command);
    const address = numberOf(text.slice(at + 1), `the address of ${file}`, command);
    if (address < 0n || address >= 1n << 64n) throw new UsageError(`the address of ${file} has 64 bits`, command);
    return [file, address];
  }));
}

/** False where the sandbox keeps the files themselves, and past the last page. */
function isTarget(address: bigint): boolean {
  return address < 1n << 62n || (address >= 1n << 63n && address < (1n << 64n) - PAGE_BYTES);
}

async function baseOf(args: Arguments, command: string): Promise<bigint> {
  const typed = args.one("base");
  if (typed !== undefined) {
    const base = numberOf(typed, "--base", command);
    if (base < 0n || base >= 1n << 64n) throw new UsageError("--base is an address of 64 bits", command);
    if (base % PAGE_BYTES) throw new UsageError(`--base is a multiple of ${PAGE_BYTES}`, command);
    return base;
  }
  // Behind an executable, which is where it is, so that the image has no hole.
  using linkwright = await Linkwright.create();
  using image = await linkwright.inspect(args.files[0]!);
  if (await isObjectFile(args.files[0]!)) return DEFAULT_BASE;
  if (image.type !== ET_EXEC) return DEFAULT_BASE;
  const behind = (image.base + image.bytes + 0xffffn) & ~0xffffn;
  // An executable where no target has memory is refused when it is loaded, not for its neighbours' sake.
  return isTarget(behind) ? behind : DEFAULT_BASE;
}

function definesOf(typed: readonly string[], command: string): Map<string, bigint> {
  return new Map(typed.map((text) => {
    const at = text.lastIndexOf("=");
    if (at < 1) throw new UsageError(`--define is SYM=ADDR, not "${text}"`, command);
    const value = numberOf(text.slice(at + 1), `the address of ${text.slice(0, at)}`, command);
    if (value < 0n || value >= 1n << 64n) throw new UsageError(`the address of ${text.slice(0, at)} has 64 bits`, command);
    return [text.slice(0, at), value];
  }));
}
