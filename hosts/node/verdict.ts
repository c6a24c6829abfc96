// Would a host load this file, and if not, why?

import type { FaultError } from "./error.js";
import type { Missing } from "./fault.js";
import { permissionText, type Segment } from "./segment.js";
import { type Machine, isBuiltIn, machineFor, pageBytesOf } from "./qemu/machine.js";

/** What one host would do with a file. */
export interface Verdict {
  readonly host: string;
  readonly loads: boolean;
  /** Why not, or on what condition. */
  readonly why: string;
}

/** What the verdicts are about. */
export interface Candidate {
  readonly machine: number;
  readonly class: number;
  readonly type: number;
  readonly segments: readonly Segment[];
  /** Places and symbols that wait for a resolver (IFUNC). */
  readonly resolvers: number;
  /** TLS descriptors, which lead to functions of the host's. */
  readonly descriptors: number;
}

/** What a trial load in the sandbox found. */
export interface Trial {
  /** What refused it; undefined if it loads. */
  readonly fault: FaultError | undefined;
  readonly missing: readonly Missing[];
  /** Its text is relocated, which a load has to allow. */
  readonly hasTextRelocations: boolean;
}

const PT_LOAD = 1;
const ET_REL = 1;
const ET_DYN = 3;
// Page sizes of Linux kernels as distributed: the smallest and the largest. Segments must keep apart on the smallest.
const LINUX_PAGES: Readonly<Record<number, readonly [number, number]>> = {
  3: [4096, 4096], 40: [4096, 4096], 62: [4096, 4096], 183: [4096, 65536], 243: [4096, 4096], 258: [16384, 16384],
};

/**
 * The verdicts of the hosts that there are.
 *
 * @param tryWith  loads the file into a target whose pages have this many bytes
 */
export async function verdictsOf(file: Candidate, tryWith: (pageBytes: number) => Promise<Trial>): Promise<Verdict[]> {
  const machine = machineFor(file.machine, file.class);
  const trial = await tryWith(4096);
  const onImage = machine && pageBytesOf(machine) !== 4096 ? await tryWith(pageBytesOf(machine)) : trial;
  // Both of them link and run nothing, and take the same words.
  return [linkerVerdict("node", file, trial), linkerVerdict("wasmtime", file, trial), imageVerdict(machine, onImage), linuxVerdict(file, trial)];
}

function names(missing: readonly Missing[], kind: Missing["kind"]): string[] {
  return [...new Set(missing.filter((one) => one.kind === kind).map((one) => one.name))];
}

function needs(libraries: readonly string[], symbols: readonly string[], ...others: readonly string[]): string {
  const parts = [...others];
  if (libraries.length) parts.push(`with ${libraries.join(", ")}`);
  if (symbols.length) parts.push(`if somebody defines ${symbols.length > 8 ? `${symbols.length} symbols` : symbols.join(", ")}`);
  return parts.join(", ");
}

function asked(hasTextRelocations: boolean): string[] {
  return hasTextRelocations ? ["only with --allow-text"] : [];
}

function linkerVerdict(host: string, { resolvers, descriptors }: Candidate, { fault, missing, hasTextRelocations }: Trial): Verdict {
  if (fault) return { host, loads: false, why: fault.message };
  // Where a library is missing, its symbols are no riddle of their own.
  const libraries = names(missing, "library");
  return {
    host, loads: true,
    why: needs(libraries, libraries.length ? [] : names(missing, "symbol"),
      ...asked(hasTextRelocations),
      ...(descriptors ? ["if lw_tls_static, lw_tls_dynamic and lw_tls_absent are defined (--define)"] : []),
      ...(resolvers ? ["leaving its resolvers (IFUNC) to a machine that runs them"] : [])),
  };
}

function imageVerdict(machine: Machine | undefined, { fault, missing, hasTextRelocations }: Trial): Verdict {
  if (!machine) return { host: "qemu", loads: false, why: "there is no image for this machine" };
  const host = `qemu ${machine.name}`;
  if (fault) return { host, loads: false, why: fault.message };
  const libraries = names(missing, "library").filter((name) => !isBuiltIn(name));
  const symbols = names(missing, "symbol").filter((name) => !machine.symbols?.includes(name));
  return { host, loads: true, why: needs(libraries, libraries.length || !machine.symbols ? [] : symbols, ...asked(hasTextRelocations)) };
}

function linuxVerdict({ machine, type, segments }: Candidate, { fault, missing }: Trial): Verdict {
  const host = "linux";
  // The file is wrong for everybody; ld.so knows what versions a library has, too. The other faults are ours alone, or depend on the load.
  if (fault && (fault.fault.number >> 8 === 1 || fault.code === "MissingVersion")) return { host, loads: false, why: fault.message };
  // ld.so links none; liblinkwright does.
  if (type === ET_REL) return fault ? { host, loads: false, why: fault.message } : { host, loads: true, why: needs([], [], "by liblinkwright") };
  const [page, largest] = LINUX_PAGES[machine] ?? [4096, 4096];
  const loads = segments.filter((one) => one.type === PT_LOAD && one.bytes > 0n);
  for (const [i, segment] of loads.entries()) {
    if ((segment.vaddr - segment.offset) % BigInt(page)) {
      return { host, loads: false, why: `segment ${i} is not aligned to the kernel's pages (${page} bytes)` };
    }
    const before = loads[i - 1];
    const sharing = before && (before.vaddr + before.bytes - 1n) / BigInt(page) === segment.vaddr / BigInt(page);
    if (sharing && before.flags !== segment.flags) {
      return {
        host, loads: true,
        why: `but segments ${i - 1} (${permissionText(before.flags)}) and ${i} (${permissionText(segment.flags)}) share a page, and the later one wins it`,
      };
    }
  }
  const tight = loads.some((segment) => (segment.vaddr - segment.offset) % BigInt(largest));
  const libraries = names(missing, "library");
  const conditions = [
    ...(tight ? [`where pages have ${page} bytes`] : []),
    ...(libraries.length ? [`with ${libraries.join(", ")}`] : []),
    ...(type === ET_DYN ? [] : ["as a program of its own"]),
  ];
  return { host, loads: true, why: conditions.join(", ") };
}
