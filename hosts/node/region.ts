// Kinds of memory that modules of objects are spread over.

import { Field, List, PF, Rule } from "../../assembly/words.js";
import { FaultError, OptionError, faultError } from "./error.js";
import { unitOf } from "./fault.js";
import { asAddress, checkOptions } from "./options.js";
import type { Runtime } from "./runtime.js";

/** A kind of memory of the target. */
export interface RegionOptions {
  readonly name: string;
  readonly start: bigint | number;
  readonly bytes: bigint | number;
  /** What it may be used for: letters of "rwx". */
  readonly permissions: string;
  /** What is taken of it has the size of a power of two and is aligned to that, as memory protection units want it. */
  readonly powerOfTwo?: boolean;
  /** Sections whose names begin with this go there. */
  readonly sections?: string;
  /** Only these sections go there. */
  readonly only?: boolean;
}

/** What a module took of one kind of memory. */
export interface ModuleRegion {
  readonly name: string;
  readonly address: bigint;
  /** Bytes that it uses, and that were taken for them. */
  readonly used: bigint;
  readonly bytes: bigint;
  /** PF bits. */
  readonly permissions: number;
}

const OPTIONS = { name: true, start: true, bytes: true, permissions: true, powerOfTwo: true, sections: true, only: true } as const;
const LETTERS: Readonly<Record<string, number>> = { r: PF.R, w: PF.W, x: PF.X };

/** What is told of it in an image's script; its number there. */
export function regionLine({ start, bytes, permissions, powerOfTwo, only, sections }: RegionOptions, number: number): string {
  const rules = (powerOfTwo ? Rule.PowerOfTwo : 0) | (only ? Rule.Named : 0);
  const words = [number, protOf(permissions), rules, start, bytes].map((word) => `0x${word.toString(16)}`);
  return ["region", ...words, ...(sections === undefined ? [] : [sections])].join(" ");
}

function protOf(permissions: string): number {
  return [...permissions].reduce((prot, letter) => {
    const bit = LETTERS[letter];
    if (bit === undefined) throw new OptionError(`permissions are letters of "rwx", not "${permissions}"`);
    return prot | bit;
  }, 0);
}

/** Two kinds of memory are not at the same address, nor called alike. */
function checkApart(regions: readonly RegionOptions[]): void {
  regions.forEach((one, i) => {
    for (const other of regions.slice(0, i)) {
      if (one.name === other.name) throw new OptionError(`two regions are called ${one.name}`);
      const isApart = BigInt(one.start) + BigInt(one.bytes) <= BigInt(other.start) || BigInt(other.start) + BigInt(other.bytes) <= BigInt(one.start);
      if (!isApart) throw new OptionError(`the regions ${other.name} and ${one.name} overlap`);
    }
  });
}

/** Tells sandbox and core of them; answers with their names by number. */
export function tellRegions(runtime: Runtime, context: number, regions: readonly RegionOptions[]): Map<number, string> {
  const names = new Map<number, string>();
  checkApart(regions);
  for (const given of regions) {
    checkOptions<RegionOptions>(given, OPTIONS, "region");
    const { name, start, bytes, permissions, powerOfTwo, sections = "", only } = given;
    const number = runtime.sandbox.region(asAddress(start, `region ${name}: start`), asAddress(bytes, `region ${name}: bytes`));
    if (!number) throw new OptionError(`region ${name}: there is no such memory in the target, or there are more than 32 regions`);
    const rules = (powerOfTwo ? Rule.PowerOfTwo : 0) | (only ? Rule.Named : 0);
    runtime.target.withName(sections, (at, length) => runtime.check(runtime.core.lw_region(context, number, protOf(permissions), rules, at, length), context));
    names.set(number, name);
  }
  return names;
}

/** The error of a segment that found no room says where it was looked for: first in what claims it by name. Any other stays as it is. */
export function toldWhere(error: unknown, regions: readonly RegionOptions[], names: ReadonlyMap<number, string>): unknown {
  if (!(error instanceof FaultError) || error.fault.what !== "Unit" || !regions.length) return error;
  const { prot, region } = unitOf(error.fault), claiming = regions.find(({ name }) => name === names.get(region));
  const others = regions.filter((one) => one !== claiming && !one.only && (protOf(one.permissions) & prot) === prot);
  return faultError({ ...error.fault, tried: [...(claiming ? [claiming] : []), ...others].map((one) => one.name) }, error.missing);
}

/** What a session took of them. It is not closed yet. */
export function regionsOf({ handles }: Runtime, session: number, names: ReadonlyMap<number, string>): ModuleRegion[] {
  return handles.list(session, List.Region, (entry) => ({
    name: names.get(entry.number(Field.Value)) ?? "",
    address: entry.raw(Field.Address),
    used: entry.raw(Field.FileBytes),
    bytes: entry.raw(Field.Bytes),
    permissions: entry.number(Field.Flags),
  }));
}
