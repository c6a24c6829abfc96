// Libraries of the Linux system that this runs on: what ld.so's cache knows, then the folders where libraries are unless told.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { machineName } from "./elf.js";
import { type Ident, identAt } from "./ident.js";

/** A library that the cache knows. */
export interface CacheEntry {
  readonly name: string;
  readonly path: string;
  /** The kind of library, and the machine and calling convention in bits 8 to 15. */
  readonly flags: number;
}

// struct cache_file_new, struct file_entry_new: glibc, sysdeps/generic/dl-cache.h.
const MAGIC = "glibc-ld.so.cache1.1";
const COUNT_AT = 20;
const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;
const FLAG_ELF_LIBC6 = 3;

interface System {
  /** Flags of the cache's entries for this machine. */
  readonly flags: readonly number[];
  readonly triplet: string;
  /** Its linker: the interpreter that its programs name. */
  readonly linker: string;
}

const SYSTEMS: Readonly<Record<string, System>> = {
  "3/32": { flags: [0x0000], triplet: "i386-linux-gnu", linker: "/lib/ld-linux.so.2" },
  "40/32": { flags: [0x0900, 0x0b00], triplet: "arm-linux-gnueabihf", linker: "/lib/ld-linux-armhf.so.3" },
  "62/64": { flags: [0x0300], triplet: "x86_64-linux-gnu", linker: "/lib64/ld-linux-x86-64.so.2" },
  "183/64": { flags: [0x0a00], triplet: "aarch64-linux-gnu", linker: "/lib/ld-linux-aarch64.so.1" },
  "243/32": { flags: [0x0f00, 0x1000], triplet: "riscv32-linux-gnu", linker: "/lib/ld-linux-riscv32-ilp32d.so.1" },
  "243/64": { flags: [0x0f00, 0x1000], triplet: "riscv64-linux-gnu", linker: "/lib/ld-linux-riscv64-lp64d.so.1" },
  "258/64": { flags: [0x1100, 0x1200], triplet: "loongarch64-linux-gnu", linker: "/lib64/ld-linux-loongarch-lp64d.so.1" },
};

/**
 * Reads a cache as ldconfig writes it since glibc 2.2.
 *
 * @returns its entries, but for those that some processors only can use (glibc-hwcaps); none if it is damaged
 */
export function readCache(bytes: Uint8Array): CacheEntry[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (data.length < HEADER_BYTES || data.toString("latin1", 0, MAGIC.length) !== MAGIC) return [];
  const count = data.readUInt32LE(COUNT_AT);
  if (count > (data.length - HEADER_BYTES) / ENTRY_BYTES) return [];
  const textAt = (offset: number): string | undefined => {
    const end = data.indexOf(0, offset);
    return offset < data.length && end >= 0 ? data.toString("utf8", offset, end) : undefined;
  };
  const entries: CacheEntry[] = [];
  for (let at = HEADER_BYTES; at < HEADER_BYTES + count * ENTRY_BYTES; at += ENTRY_BYTES) {
    const name = textAt(data.readUInt32LE(at + 4)), path = textAt(data.readUInt32LE(at + 8));
    if (name === undefined || path === undefined) return [];
    if (data.readBigUInt64LE(at + 16) === 0n) entries.push({ name, path, flags: data.readUInt32LE(at) });
  }
  return entries;
}

let cached: readonly CacheEntry[] | undefined;

/** The entries of a name in the system's cache, which is read once a process. */
function entriesOf(name: string): readonly CacheEntry[] {
  cached ??= readSystemCache();
  return cached.filter((entry) => entry.name === name);
}

function readSystemCache(): CacheEntry[] {
  try {
    return readCache(readFileSync("/etc/ld.so.cache"));
  } catch {
    return []; // not every system has one
  }
}

/** What the tokens of a search path mean to a system's linker. */
export interface Tokens {
  readonly LIB: string;
  readonly PLATFORM: string;
}

const PATIENCE = 5000;
const tokens = new Map<string, Tokens>();

/** What they mean for files of a machine: its linker says so itself where this system runs it (glibc 2.33 and newer). */
export function systemTokens(ident: Ident): Tokens {
  const key = `${ident.machine}/${ident.bits}`;
  const known = tokens.get(key) ?? askLinker(ident, SYSTEMS[key]);
  tokens.set(key, known);
  return known;
}

function askLinker(ident: Ident, system: System | undefined): Tokens {
  const said = system && existsSync(system.linker) ? diagnosticsOf(system.linker) : "";
  const told = (name: string): string | undefined => new RegExp(`^${name}="([^"\\n]+)"$`, "m").exec(said)?.[1];
  return {
    LIB: told("dl_dst_lib") ?? (system && existsSync(`/lib/${system.triplet}`) ? `lib/${system.triplet}` : "lib"),
    PLATFORM: told("dl_platform") ?? machineName(ident.machine, ident.bits),
  };
}

function diagnosticsOf(linker: string): string {
  try {
    return execFileSync(linker, ["--list-diagnostics"], { encoding: "latin1", stdio: ["ignore", "pipe", "ignore"], timeout: PATIENCE });
  } catch {
    return ""; // another machine's, or an older one
  }
}

/** The folders where a machine's libraries are unless told. */
function foldersFor({ bits }: Ident, { triplet }: System): string[] {
  const plain = bits === 64 ? ["/lib64", "/usr/lib64", "/lib", "/usr/lib"] : ["/lib", "/usr/lib"];
  return [`/lib/${triplet}`, `/usr/lib/${triplet}`, ...plain];
}

/** A library of the system, for this machine; and whether the cache knew it. */
export function findInSystem(name: string, ident: Ident): { path: string; rule: "cache" | "default" } | undefined {
  const system = SYSTEMS[`${ident.machine}/${ident.bits}`];
  if (!system) return undefined;
  const isMeant = (path: string): boolean => {
    const found = identAt(path);
    return found?.machine === ident.machine && found.bits === ident.bits;
  };
  const known = entriesOf(name).find(({ path, flags }) =>
    (flags & 0xff) === FLAG_ELF_LIBC6 && system.flags.includes(flags & 0xff00) && isMeant(path));
  if (known) return { path: known.path, rule: "cache" };
  const path = foldersFor(ident, system).map((folder) => `${folder}/${name}`).find((path) => existsSync(path) && isMeant(path));
  return path === undefined ? undefined : { path, rule: "default" };
}
