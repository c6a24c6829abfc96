// Files: where their bytes come from, and how they get into the sandbox's staging areas, page by page, when the core asks.

import { type BigIntStats, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gathered, isThin, memberPath } from "./archive.js";
import { OptionError, SourceError, systemText } from "./error.js";
import { IDENT_BYTES, identOf } from "./ident.js";
import type { Origin } from "./runpath.js";
import type { Target } from "./target.js";
import { NONE, type Sandbox, unsigned } from "./wasm.js";

/** A file whose bytes come when they are asked for. */
export interface AsyncSource {
  /** Its size. */
  readonly bytes: number;
  /** Exactly `length` bytes from `offset` on; always within the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** What to call it. */
  readonly name?: string;
}

/** A file: its bytes, its path, or where its bytes can be asked for. */
export type SourceLike = Uint8Array | ArrayBuffer | string | URL | AsyncSource;

/** A file whose bytes are at hand or can be asked for. */
export interface OpenSource {
  readonly name: string;
  readonly path: string | undefined;
  readonly content: Uint8Array | AsyncSource;
  /** Which file it is, whatever its path, as long as it does not change; undefined if that can't be told. */
  readonly identity?: string | undefined;
}

const PAGE_BYTES = 4096;
const LONGEST = 2 ** 40;

let unnamed = 0;

/** Reads what has to be read to answer with a file's bytes. */
export async function openSource(like: SourceLike, name?: string): Promise<OpenSource> {
  if (typeof like === "string" || like instanceof URL) {
    const identity = identityAt(like);
    const path = like instanceof URL ? fileURLToPath(like) : like;
    const content = await readWhole(path);
    return { name: name ?? basename(path), path, content, identity };
  }
  if (like instanceof Uint8Array) return { name: name ?? `file ${++unnamed}`, path: undefined, content: like };
  if (like instanceof ArrayBuffer) return openSource(new Uint8Array(like), name);
  if (typeof like === "object" && like !== null && typeof like.read === "function") {
    if (!Number.isSafeInteger(like.bytes) || like.bytes < 0 || like.bytes > LONGEST) {
      throw new OptionError(`a source's \`bytes\` is its size, an integer from 0 to 2^40, not ${String(like.bytes)}`);
    }
    return { name: name ?? like.name ?? `file ${++unnamed}`, path: undefined, content: like };
  }
  throw new OptionError("a source is a Uint8Array, a path, or an object { bytes, read(offset, length) }");
}

/** Which file a path leads to, as of now; undefined for what is no plain file. */
function identityAt(path: string | URL): string | undefined {
  let found: BigIntStats | undefined;
  try {
    found = statSync(path, { bigint: true });
  } catch {
    return undefined; // reading it will say what is wrong
  }
  return found.isFile() ? `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}` : undefined;
}

/** A file's bytes; every failure is a SourceError that says what helps. */
export async function readWhole(path: string | URL): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new SourceError(`${String(path)} is a folder`);
    // Some devices never end. A pipe does.
    if (found.isCharacterDevice() || found.isBlockDevice()) throw new SourceError(`${String(path)} is a device`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError(readFailure(String(path), cause), { cause });
  }
}

/** Whoever wrote an archive does not make this wait for what a pipe has. */
async function checkMember(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // reading it will say what is wrong
  if (found?.isFIFO() || found?.isSocket()) throw new SourceError(`${path} is a pipe, and members of archives are files`);
}

async function readMember(path: string): Promise<Uint8Array> {
  await checkMember(path);
  return readWhole(path);
}

/** The same of a file that goes elsewhere: a thin archive has its members in it then. */
export async function readModule(path: string): Promise<Uint8Array> {
  const bytes = await readWhole(path);
  return isThin(bytes) ? gathered(path, bytes, readMember) : bytes;
}

function readFailure(path: string, cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return `there is no file ${path || '""'}`;
  if (code === "EACCES") return `${path} may not be read`;
  return `${path} can't be read: ${systemText(cause)}`;
}

interface Entry {
  readonly id: number;
  readonly source: OpenSource;
  readonly bytes: number;
  /** Address of the staging area; 0 while there is none. */
  area: bigint;
  /** One byte a page: 1 if it is staged. */
  pages: Uint8Array;
  /** Reads under way, by page. */
  readonly reading: Map<number, Promise<void>>;
  references: number;
  views: number;
}

/** The files that the core knows by number. */
export class Sources {
  readonly #sandbox: Sandbox;
  readonly #target: Target;
  readonly #entries = new Map<number, Entry>();
  readonly #byIdentity = new Map<string, number>();
  #next = 1;

  constructor(sandbox: Sandbox, target: Target) {
    this.#sandbox = sandbox;
    this.#target = target;
  }

  /** Files that are open. */
  get count(): number {
    return this.#entries.size;
  }

  /** Gives a file a number, with one reference; a file that is open already has one. */
  open(source: OpenSource): number {
    const known = source.identity === undefined ? undefined : this.#byIdentity.get(source.identity);
    if (known !== undefined) {
      this.retain(known);
      return known;
    }
    const id = this.#next++;
    const bytes = source.content instanceof Uint8Array ? source.content.length : source.content.bytes;
    const pages = new Uint8Array(Math.ceil(bytes / PAGE_BYTES));
    this.#entries.set(id, { id, source, bytes, area: 0n, pages, reading: new Map(), references: 1, views: 0 });
    if (source.identity !== undefined) this.#byIdentity.set(source.identity, id);
    return id;
  }

  /** Takes a reference of the file at a path, if it is open and has not changed since. */
  reopen(path: string): number | undefined {
    const identity = identityAt(path);
    const known = identity === undefined ? undefined : this.#byIdentity.get(identity);
    if (known !== undefined) this.retain(known);
    return known;
  }

  /** One reference more. */
  retain(id: number): void {
    const entry = this.#entries.get(id);
    if (entry) ++entry.references;
  }

  /** One reference less. */
  close(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    --entry.references;
    this.#dropUnused(entry);
  }

  /** Opens the file that is a member of a thin archive; undefined if nobody knows where the archive is. */
  async member(archive: number, name: string): Promise<number | undefined> {
    const path = this.pathOf(archive);
    if (path === undefined) return undefined;
    const file = memberPath(path, name);
    await checkMember(file);
    return this.reopen(file) ?? this.open(await openSource(file));
  }

  /** What to call a file. */
  nameOf(id: number): string | undefined {
    return this.#entries.get(id)?.source.name;
  }

  /** Where a file was read from. */
  pathOf(id: number): string | undefined {
    return this.#entries.get(id)?.source.path;
  }

  /** Where a file comes from, and which machine it is for: what its search paths may name. */
  originOf(id: number): Origin {
    const source = this.#entries.get(id)?.source;
    const head = source?.content instanceof Uint8Array ? identOf(source.content.subarray(0, IDENT_BYTES)) : undefined;
    return { path: source?.path, ident: head };
  }

  /** The text at an offset of a file, up to its zero byte; undefined if that part is not at hand. */
  textAt(id: number, offset: number, limit: number): string | undefined {
    const entry = this.#entries.get(id);
    if (!entry?.area || offset + limit > entry.bytes) return undefined;
    for (let page = Math.floor(offset / PAGE_BYTES); page * PAGE_BYTES < offset + limit; ++page) if (!entry.pages[page]) return undefined;
    const bytes = this.#target.read(entry.area + BigInt(offset), limit);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(bytes.subarray(0, end < 0 ? limit : end));
  }

  /** Bytes of a file that is looked at as a whole: all from an offset on, or so many. */
  bytesAt(id: number, offset: number, bytes?: number): Uint8Array {
    const entry = this.#entries.get(id);
    if (!entry?.area || offset + (bytes ?? 0) > entry.bytes) throw new SourceError(`source ${id} has no such bytes`);
    return this.#target.read(entry.area + BigInt(offset), bytes ?? entry.bytes - offset);
  }

  /** A file's size; 0 for one that is not open. */
  bytesOf(id: number): number {
    return this.#entries.get(id)?.bytes ?? 0;
  }

  /** Says where a file lies in the target: it may be used there. */
  lie(id: number, addr: bigint): void {
    const entry = this.#entries.get(id)!;
    if (entry.area === addr) return;
    const area = entry.area ? NONE : unsigned(this.#sandbox.stage_at(id, BigInt(entry.bytes), addr));
    if (area === NONE) throw new SourceError(`${entry.source.name}: it can't lie at 0x${addr.toString(16)}: something else is there, or the file is in use elsewhere`);
    entry.area = area;
  }

  /** Counts a view and says where it is. `ready` came before. */
  view(id: number, offset: bigint): bigint {
    const entry = this.#entries.get(id)!;
    ++entry.views;
    return entry.area + offset;
  }

  /** A view that is no longer used. */
  unview(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    --entry.views;
    this.#dropUnused(entry);
  }

  /** Gives staged pages back, if nobody looks at them. */
  trim(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.views || !entry.area) return;
    this.#sandbox.unstage(id);
    entry.area = 0n;
    entry.pages.fill(0);
  }

  /**
   * Gets bytes of a file into its staging area.
   *
   * @returns a promise if they have to be waited for
   * @throws SourceError if they can't be had
   */
  ready(id: number, offset: bigint, bytes: bigint): void | Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry || offset + bytes > BigInt(entry.bytes)) throw new SourceError(`source ${id} has no such bytes`);
    this.#areaOf(entry);
    if (!bytes) return;
    const first = Number(offset) / PAGE_BYTES | 0;
    const last = Math.floor((Number(offset + bytes) - 1) / PAGE_BYTES);
    const { content } = entry.source;
    const waits = new Set<Promise<void>>();
    for (let page = first; page <= last; ++page) {
      if (entry.pages[page]) continue;
      const underWay = entry.reading.get(page);
      if (underWay) {
        waits.add(underWay);
        continue;
      }
      let end = page + 1;
      while (end <= last && !entry.pages[end] && !entry.reading.has(end)) ++end;
      const start = page * PAGE_BYTES, stop = Math.min(end * PAGE_BYTES, entry.bytes);
      if (content instanceof Uint8Array) this.#keep(entry, start, content.subarray(start, stop));
      else waits.add(this.#read(entry, content, page, end, start, stop));
      page = end - 1;
    }
    if (waits.size) return Promise.all(waits).then(() => undefined);
  }

  #read(entry: Entry, source: AsyncSource, page: number, end: number, start: number, stop: number): Promise<void> {
    const arrival = this.#fetch(entry, source, start, stop).finally(() => {
      for (let i = page; i < end; ++i) entry.reading.delete(i);
    });
    for (let i = page; i < end; ++i) entry.reading.set(i, arrival);
    return arrival;
  }

  async #fetch(entry: Entry, source: AsyncSource, start: number, stop: number): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = await source.read(start, stop - start);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SourceError(`${entry.source.name}: bytes ${start} to ${stop} can't be read: ${why}`, { cause });
    }
    if (!(bytes instanceof Uint8Array) || bytes.length !== stop - start) {
      throw new SourceError(`${entry.source.name}: read(${start}, ${stop - start}) answered with something else than that many bytes`);
    }
    if (this.#entries.has(entry.id)) this.#keep(entry, start, bytes);
  }

  // `start` is a page's, and the bytes end with a page or with the file.
  #keep(entry: Entry, start: number, bytes: Uint8Array): void {
    const area = this.#areaOf(entry);
    const kept = this.#target.write(area + BigInt(start), bytes);
    if (!kept || this.#sandbox.staged(entry.id, BigInt(start), BigInt(bytes.length)) !== 0) throw noRoom(entry);
    entry.pages.fill(1, start / PAGE_BYTES, Math.ceil((start + bytes.length) / PAGE_BYTES));
  }

  #areaOf(entry: Entry): bigint {
    if (!entry.area) {
      const area = unsigned(this.#sandbox.stage(entry.id, BigInt(entry.bytes)));
      if (area >> 63n) throw noRoom(entry);
      entry.area = area;
    }
    return entry.area;
  }

  #dropUnused(entry: Entry): void {
    if (entry.references > 0 || entry.views > 0) return;
    if (entry.area) this.#sandbox.unstage(entry.id);
    this.#entries.delete(entry.id);
    if (entry.source.identity !== undefined) this.#byIdentity.delete(entry.source.identity);
  }
}

function noRoom(entry: Entry): SourceError {
  return new SourceError(`${entry.source.name}: the sandbox has no room for ${entry.bytes} bytes`);
}
