// A context: a namespace of modules, with its own search and definitions.

import { realpathSync } from "node:fs";
import { Field, Flag, Kind, List } from "../../assembly/words.js";
import { LinkwrightError, OptionError } from "./error.js";
import { Image } from "./image.js";
import { Module, type ModuleKeeper } from "./module.js";
import { asAddress, checkOptions } from "./options.js";
import type { Outcome, Runtime } from "./runtime.js";
import { type Search, searchFor } from "./search.js";
import { type OpenSource, type SourceLike, openSource } from "./source.js";
import { unsigned } from "./wasm.js";
import type { Linker } from "./work.js";

/** Addresses of symbols that the host defines. */
export type Defines = Readonly<Record<string, bigint | number>> | ReadonlyMap<string, bigint | number>;

/** What a context has, unless a load says otherwise. */
export interface ContextOptions {
  /** Where libraries are looked for. */
  readonly search?: Search;
  /** Symbols that the host defines. */
  readonly defines?: Defines;
}

/** How a module is loaded. */
export interface LoadOptions extends ContextOptions {
  /** What to call the file; a path's last part unless told. */
  readonly name?: string;
  /** Its symbols are visible to every later load of the context: true unless told. */
  readonly global?: boolean;
  /** Symbols that nobody defines count as 0, and libraries that nobody has as empty; both are listed. */
  readonly allowMissing?: boolean;
  /** false: map only; no dependency is loaded and nothing is relocated. */
  readonly link?: boolean;
  /** Initialisers and finalisers are called: true unless told, where the host can call. */
  readonly run?: boolean;
  /** Keeps what the symbols were bound to, for `module.bindings`. */
  readonly bindings?: boolean;
}

const CONTEXT_OPTIONS = { search: true, defines: true } as const;
const LOAD_OPTIONS = {
  ...CONTEXT_OPTIONS, name: true, global: true, allowMissing: true, link: true, run: true, bindings: true,
} as const;

/** The context's options as given, checked. */
export function checkContextOptions(options: ContextOptions | undefined): ContextOptions {
  return checkOptions(options, CONTEXT_OPTIONS, "context");
}

/** An isolated namespace of modules. Disposing of it unloads what is still loaded. */
export class Context implements Disposable, AsyncDisposable, ModuleKeeper {
  readonly #runtime: Runtime;
  readonly #options: ContextOptions;
  readonly #modules = new Map<number, Module>();
  /** Sources that `load` opened, by module; they are closed when the module is gone. */
  readonly #sources = new Map<number, number>();
  #handle: number;

  /** For the package's own use: `linkwright.context` makes contexts. */
  constructor(runtime: Runtime, options: ContextOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#handle = runtime.core.lw_context(0n, 0n, 0n) >>> 0;
    if (!this.#handle) throw new LinkwrightError("OutOfMemory", "the core has no memory left for another context");
  }

  /** The core's handle; 0 after it was disposed of. */
  get handle(): number {
    return this.#handle;
  }

  /** Its modules, in load order. */
  get modules(): readonly Module[] {
    return this.#runtime.handles.list(this.#handle, List.Module, (entry) => this.dependency(entry.number(Field.Owner)));
  }

  /**
   * Loads a module with everything it needs.
   *
   * @param from  the file: bytes, a path, { bytes, read }, or an image that was inspected before
   * @throws FaultError with all that is missing, if it can't be loaded; then nothing of it stays
   */
  async load(from: SourceLike | Image, options?: LoadOptions): Promise<Module> {
    const given = checkOptions<LoadOptions>(options, LOAD_OPTIONS, "load");
    this.#live();
    const linker = new ContextLinker(this.#runtime, this, { ...this.#options, ...given });
    const flags = this.#flags(given);
    if (from instanceof Image) {
      if (!from.isOf(this.#runtime)) throw new OptionError("load: the image was inspected by another Linkwright");
      if (given.name !== undefined) throw new OptionError("load: an image has its name already");
      return this.#load(this.#runtime.core.lw_load_image(this.#handle, from.handle, flags), linker, given, 0);
    }
    const source = this.#runtime.sources.open(await openSource(from, given.name));
    try {
      this.#live();
      return await this.#load(this.#runtime.core.lw_load(this.#handle, source, flags), linker, given, source);
    } catch (error) {
      this.#runtime.sources.close(source);
      throw error;
    }
  }

  async #load(session: number, linker: ContextLinker, options: LoadOptions, source: number): Promise<Module> {
    const outcome = await this.#runtime.drive(session >>> 0, linker, (root, open) => this.#take(root, open, options));
    const module = this.#adopt(outcome, source);
    module.missing = outcome.missing;
    for (const loaded of module.loaded) this.#runtime.sources.trim(this.#runtime.handles.number(loaded.handle, Field.Source));
    return module;
  }

  #take(root: number, session: number, options: LoadOptions): readonly Module[] {
    const { handles } = this.#runtime;
    const loaded = handles.list(session, List.Module, (entry) => entry.number(Field.Owner));
    const modules = [root, ...loaded.filter((handle) => handle !== root)].map((handle) => this.dependency(handle));
    if (options.bindings) {
      for (const module of modules) {
        const all = handles.list(module.handle, List.Binding, (entry) => ({
          symbol: entry.value(Field.Symbol),
          address: entry.raw(Field.Address),
          owner: entry.number(Field.Owner),
        }));
        module.bindings = all.flatMap((one) => (one.symbol === undefined ? [] : [{ ...one, symbol: Number(one.symbol) }]));
      }
    }
    return modules;
  }

  #adopt(outcome: Outcome<readonly Module[]>, source: number): Module {
    const [module] = outcome.value;
    if (!module) throw new LinkwrightError("Stuck", "the core answered with no module");
    module.adopt();
    module.loaded = outcome.value;
    if (source) this.#sources.set(module.handle, source);
    return module;
  }

  #flags(options: LoadOptions): number {
    const runs = options.run ?? this.#runtime.runs;
    if (runs && !this.#runtime.runs) throw new OptionError("load: `run` needs the `call` option of Linkwright.create");
    return (options.global === false ? 0 : Flag.Global) | (runs ? 0 : Flag.NoRun) |
      (options.allowMissing ? Flag.AllowMissing : 0) | (options.link === false ? Flag.NoLink : 0);
  }

  /** The address of a symbol in the context's global modules. */
  symbol(name: string): bigint | undefined {
    this.#live();
    const { core, handles, target } = this.#runtime;
    const found = unsigned(target.withName(name, (addr, bytes) => core.lw_find(this.#handle, addr, bytes)));
    if (!found) return undefined;
    return handles.entry(Number(found >> 32n), List.Symbol, Number(found & 0xffff_ffffn)).value(Field.Address);
  }

  /** The module whose memory holds an address. */
  moduleAt(address: bigint): Module | undefined {
    this.#live();
    const handle = this.#runtime.core.lw_at(this.#handle, asAddress(address, "address")) >>> 0;
    return handle ? this.dependency(handle) : undefined;
  }

  /** For modules' own use: the object of a handle. */
  dependency(handle: number): Module {
    let module = this.#modules.get(handle);
    if (!module) {
      module = new Module(this.#runtime, this, handle);
      this.#modules.set(handle, module);
    }
    return module;
  }

  /** For modules' own use: a module gave its last reference back; it and others may be gone now. */
  forget(): void {
    for (const handle of this.#modules.keys()) {
      if (this.#runtime.is(handle, Kind.Module)) continue;
      this.#modules.delete(handle);
      const source = this.#sources.get(handle);
      if (source) this.#runtime.sources.close(source);
      this.#sources.delete(handle);
    }
  }

  /** The source that a loaded module came from, by the file's path. */
  sourceOf(path: string): number | undefined {
    for (const module of this.#modules.values()) {
      if (module.path !== undefined && realPath(module.path) === path && this.#runtime.is(module.handle, Kind.Module)) {
        return this.#runtime.handles.number(module.handle, Field.Source);
      }
    }
    return undefined;
  }

  /** Unloads every module that is still loaded, newest first, and closes the context. */
  async dispose(): Promise<void> {
    for (const module of [...this.#modules.values()].reverse()) while (module.references) await module.unload();
    if (this.#handle) await this.#runtime.drive(this.#runtime.core.lw_unload(this.#handle) >>> 0, undefined, () => undefined);
    this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  [Symbol.dispose](): void {
    for (const module of [...this.#modules.values()].reverse()) while (module.references) module[Symbol.dispose]();
    if (this.#handle) this.#runtime.driveNow(this.#runtime.core.lw_unload(this.#handle) >>> 0, () => undefined);
    this.#close();
  }

  #close(): void {
    if (!this.#handle) return;
    this.#runtime.check(this.#runtime.core.lw_close(this.#handle), this.#handle);
    this.#handle = 0;
  }

  #live(): void {
    if (!this.#handle) throw new LinkwrightError("Disposed", "the context was disposed of");
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Answers for one load: libraries by the search, symbols by the definitions. */
class ContextLinker implements Linker {
  readonly #runtime: Runtime;
  readonly #context: Context;
  readonly #search: Search | undefined;
  readonly #defines: ReadonlyMap<string, bigint>;
  /** What this load opened, by path and by the name it was needed under: two files may need it before it is read. */
  readonly #opened = new Map<string, number>();
  readonly #named = new Map<string, number>();

  constructor(runtime: Runtime, context: Context, options: ContextOptions) {
    this.#runtime = runtime;
    this.#context = context;
    this.#search = options.search;
    this.#defines = definesOf(options.defines);
  }

  needed(name: string, from: number): number | undefined | Promise<number | undefined> {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const found = searchFor(this.#search, name, this.#runtime.sources.nameOf(from) ?? "");
    if (found instanceof Promise) return found.then((like) => this.#open(name, like)).then((id) => this.#keep(name, id));
    const id = this.#open(name, found);
    return id instanceof Promise ? id.then((opened) => this.#keep(name, opened)) : this.#keep(name, id);
  }

  #keep(name: string, id: number | undefined): number | undefined {
    if (id !== undefined) this.#named.set(name, id);
    return id;
  }

  #open(name: string, like: Awaited<ReturnType<typeof searchFor>>): number | undefined | Promise<number | undefined> {
    if (like === true) return 0;
    if (like === undefined || like === null) return undefined;
    if (typeof like !== "string") return openSource(like, name).then((source) => this.#runtime.sources.open(source));
    const path = realPath(like);
    const known = this.#opened.get(path) ?? this.#context.sourceOf(path);
    if (known) return known;
    return openSource(like, name).then((source: OpenSource) => {
      const id = this.#runtime.sources.open(source);
      this.#opened.set(path, id);
      return id;
    });
  }

  resolve(name: string): { address: bigint; bytes: bigint } | undefined {
    const address = this.#defines.get(name);
    return address === undefined ? undefined : { address, bytes: 0n };
  }
}

function definesOf(defines: Defines | undefined): ReadonlyMap<string, bigint> {
  const entries = defines instanceof Map ? [...defines] : Object.entries(defines ?? {});
  return new Map(entries.map(([name, value]: [string, bigint | number]) => [name, asAddress(value, name)]));
}
