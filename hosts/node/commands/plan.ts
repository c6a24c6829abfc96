// plan FILE...: what a load would do, before anything does it.

import { LinkError } from "../error.js";
import { codeName, type Missing } from "../fault.js";
import type { Command } from "../command.js";
import { WHERE } from "../files.js";
import { Code } from "../../../assembly/words.js";
import type { Linkwright } from "../linkwright.js";
import { INSTEAD, LOADING, loadFiles, regionFacts, regionTable } from "../loading.js";
import type { Module } from "../module.js";
import { placeFacts, placeTable } from "../place.js";
import { report } from "../report.js";
import { permissionText } from "../segment.js";
import { linkedRows } from "../tally.js";
import { hex, say, sayJson, size, table } from "../terminal.js";

const PAGE_BYTES = 4096n;

interface Binding {
  readonly symbol: string;
  readonly module: string;
  readonly owner: string | undefined;
  readonly address: bigint;
}

/** What was reserved for a module: one piece, or one of each kind of memory that it is spread over. */
function reservationsOf(module: Module): readonly { readonly address: bigint; readonly bytes: bigint }[] {
  return module.regions.length ? module.regions : [{ address: module.base, bytes: module.size }];
}

const bytesOf = (module: Module): bigint => reservationsOf(module).reduce((sum, one) => sum + one.bytes, 0n);

/** Bytes by their permissions once everything is loaded, in whole pages. */
function memoryOf(linkwright: Linkwright, modules: readonly Module[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { address, bytes } of modules.flatMap(reservationsOf)) {
    for (let at = address; at < address + bytes; at += PAGE_BYTES) {
      const flags = linkwright.permissions(at) ?? 0;
      const key = flags ? permissionText(flags) : "---";
      sums[key] = (sums[key] ?? 0) + Number(PAGE_BYTES);
    }
  }
  return sums;
}

/** Bytes of reservations that no segment uses. Of what is spread, files that lie in the target have segments, too. */
function wasteOf(modules: readonly Module[]): number {
  const used = ({ regions, segments }: Module): bigint => (regions.length ? regions.reduce((sum, one) => sum + one.used, 0n) : segments.reduce((sum, one) => sum + one.bytes, 0n));
  return Number(modules.reduce((sum, module) => sum + bytesOf(module) - used(module), 0n));
}

function bindingsOf(modules: readonly Module[]): Binding[] {
  const names = new Map(modules.map((module) => [module.handle, module.name]));
  return modules.flatMap((module) => {
    const symbols = module.symbols;
    return module.bindings.map((one) => ({
      symbol: symbols[one.symbol]?.name ?? "",
      module: module.name,
      owner: one.owner ? names.get(one.owner) ?? "?" : undefined,
      address: one.address,
    }));
  });
}

/** What linking objects took; nothing where there are none. */
function linkedTable(modules: readonly Module[]): string[] {
  const rows = modules.flatMap((module) => (module.linked ? linkedRows(module.name, module.linked) : []));
  return rows.length ? table([{ title: "module" }, { title: "linked" }, { title: "count", right: true }, { title: "bytes", right: true }], rows) : [];
}

function missingError(missing: readonly Missing[]): LinkError {
  const first = missing[0]!;
  const number = first.kind === "library" ? Code.MissingLibrary : Code.MissingSymbol;
  return new LinkError({
    code: codeName(number), number, what: "Import", at: BigInt(missing.length), value: 0n, file: first.file, member: undefined, name: first.name,
  }, missing);
}

/** What a load would do. */
interface Plan {
  readonly linkwright: Linkwright;
  readonly modules: readonly Module[];
  readonly missing: readonly Missing[];
  readonly bindings: readonly Binding[];
  readonly memory: Readonly<Record<string, number>>;
  readonly waste: number;
}

function planOf(linkwright: Linkwright, modules: readonly Module[], missing: readonly Missing[]): Plan {
  return { linkwright, modules, missing, bindings: bindingsOf(modules), memory: memoryOf(linkwright, modules), waste: wasteOf(modules) };
}

function moduleFacts(module: Module): Readonly<Record<string, unknown>> {
  return {
    name: module.name,
    path: module.path,
    base: module.base,
    bias: module.bias,
    bytes: Number(bytesOf(module)),
    needs: module.needed,
    ...regionFacts(module),
    ...(module.linked ? { linked: module.linked } : {}),
    ...placeFacts(module),
    segments: module.segments.map(({ vaddr, address, bytes, flags }) => ({ vaddr, address, bytes: Number(bytes), flags: permissionText(flags) })),
  };
}

/** The plan as data. */
function facts({ modules, bindings, memory, waste, missing }: Plan): Readonly<Record<string, unknown>> {
  return { modules: modules.map(moduleFacts), bindings, memory, waste, missing: missing.map((one) => ({ ...one })) };
}

const orderTable = (modules: readonly Module[]): string[] => table(
  [{ title: "order", right: true }, { title: "module" }, { title: "base", right: true }, { title: "bytes", right: true }, { title: "needs" }],
  modules.map((one, i) => [String(i + 1), one.name, hex(one.base), String(bytesOf(one)), one.needed.join(", ")]),
);

const memoryTable = (memory: Readonly<Record<string, number>>, waste: number): string[] => table(
  [{ title: "memory" }, { title: "bytes", right: true }],
  [...Object.entries(memory).sort().map(([key, bytes]) => [key, String(bytes)]), ["unused", String(waste)]],
);

const bindingTable = (bindings: readonly Binding[]): string[] => table(
  [{ title: "symbol" }, { title: "of" }, { title: "address", right: true }, { title: "defined by" }],
  bindings.map((one) => [one.symbol, one.module, hex(one.address), one.owner ?? (one.address ? "the host" : "nobody")]),
);

/** The plan for people: tables with a line between. */
function show({ linkwright, modules, bindings, memory, waste, missing }: Plan): void {
  const tables = [orderTable(modules), regionTable(modules), placeTable(modules), linkedTable(modules), memoryTable(memory, waste), bindings.length ? bindingTable(bindings) : []];
  for (const lines of tables.filter(({ length }) => length)) [...lines, ""].forEach((line) => say(line));
  say(`${modules.length} module${modules.length === 1 ? "" : "s"}, ${size(linkwright.usage.modules)}, ${missing.length} missing`);
}

export const plan: Command = {
  name: "plan",
  usage: "FILE...",
  summary: "shows what loading the files would do: modules, order, bindings, addresses, memory, everything missing",
  details: ["Exit status 1 means that something is missing, and that the load would be refused.", ...WHERE],
  options: LOADING,
  instead: INSTEAD,
  files: { least: 1, most: Infinity, what: "FILE" },
  async run(args) {
    const { linkwright, modules, missing } = await loadFiles(args, "plan", true);
    const all = planOf(linkwright, modules, missing);
    if (args.has("json")) sayJson(facts(all));
    else show(all);
    return missing.length ? report(missingError(missing)) : 0;
  },
};
