// A context: a namespace of modules, with its own search and definitions.

import { Field, Flag, Kind, List, Policy } from "../../assembly/words.js";
import { debugFileOf } from "./debug.js";
import { LinkwrightError, OptionError } from "./error.js";
import { Image } from "./image.js";
import { ContextLinker, type Neighbours, type SymbolOptions } from "./linker.js";
import { Module, type ModuleKeeper } from "./module.js";
import { asAddress, checkOptions } from "./options.js";
import { type RegionOptions, regionsOf, tellRegions, toldWhere } from "./region.js";
import type { Runtime } from "./runtime.js";
import type { SearchOptions } from "./search.js";
import { sectionsOf } from "./section.js";
import { type SourceLike, openSource } from "./source.js";
import { type ModuleSymbol, type SymbolQuery, addressIn, findName, symbolIn } from "./symbol.js";
import { linkedOf } from "./tally.js";
import { unsigned } from "./wasm.js";

/** What a context has, unless a load says otherwise. */
export interface ContextOptions extends SearchOptions, SymbolOptions {
  /** Kinds of memory that modules of objects are spread over, the first that suits before the others; told once, when the context is made. */
  readonly regions?: readonly RegionOptions[];
}

/** How a module is loaded. */
export interface LoadOptions extends ContextOptions {
  /** What to call the file; a path's last part unless told. */
  readonly name?: string;
  /** Objects, and archives of them, that become one module with the object that is loaded; of an archive, the members that are needed. */
  readonly with?: readonly SourceLike[];
  /** Its symbols are visible to every later load of the context: true unless told. */
  readonly global?: boolean;
  /** Symbols that nobody defines count as 0, and libraries that nobody has as empty; both are listed. */
  readonly allowMissing?: boolean;
  /** Text may be relocated (DT_TEXTREL); no page is ever writable and executable at a time all the same. */
  readonly allowText?: boolean;
  /** false: map only; no dependency is loaded and nothing is relocated. */
  readonly link?: boolean;
  /** Initialisers and finalisers are called: true unless told, where the host can call. */
  readonly run?: boolean;
  /** Functions are bound when they are first called, if `defines` has lw_lazy_entry and the file does not ask for the contrary. */
  readonly lazy?: boolean;
  /** What it was loaded with comes before the context's global modules (as with RTLD_DEEPBIND). */
  readonly deepBind?: boolean;
  /** One more copy of a file that may be loaded already; no later load takes it for the library of its name or file. */
  readonly copy?: boolean;
  /** It stays until the context is disposed of (as with RTLD_NODELETE). */
  readonly noDelete?: boolean;
  /** Where objects lie in the target, by path or name: their read-only sections without relocations are used there, and not copied. */
  readonly inPlace?: Readonly<Record<string, bigint | number>>;
  /** Of objects: makes a file for debuggers, `module.debugFile`. */
  readonly debug?: boolean;
  /** `module.patch` can lead its symbols elsewhere. */
  readonly patchable?: boolean;
  /** Keeps what the symbols were bound to, for `module.bindings`. */
  readonly bindings?: boolean;
}

const CONTEXT_OPTIONS = {
  libraries: true, search: true, runPaths: true, systemLibraries: true, defines: true, resolve: true, before: true, intercept: true, regions: true,
} as const;

/** Options of a load that are flags of the core's; the others are of the host. */
const FLAGS = {
  allowMissing: Flag.AllowMissing, allowText: Flag.AllowText, lazy: Flag.Lazy, deepBind: Flag.DeepBind, copy: Flag.Copy,
  noDelete: Flag.NoDelete, patchable: Flag.Patchable, inPlace: Flag.InPlace, debug: Flag.Debug,
} as const;

const LOAD_OPTIONS = {
  ...CONTEXT_OPTIONS, name: true, with: true, global: true, link: true, run: true, bindings: true, allowMissing: true, allowText: true, lazy: true,
  deepBind: true, copy: true, noDelete: true, patchable: true, inPlace: true, debug: true,
} as const;

/** The context's options as given, checked. */
export function checkContextOptions(options: ContextOptions | undefined): ContextOptions {
  return checkOptions(options, CONTEXT_OPTIONS, "context");
}

/** Where an address is. */
export interface Place {
  readonly module: Module;
  /** The symbol that holds it; undefined if none does. */
  readonly symbol: ModuleSymbol | undefined;
}

/** What came of a load. */
interface Loading {
  readonly root: Module;
  /** All modules that the load took, the root first; undefined if the file was loaded before. */
  readonly loaded: readonly Module[] | undefined;
  /** Its file for debuggers can't be made. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** An isolated namespace of modules. Disposing of it unloads what is still loaded. */
export class Context implements Disposable, AsyncDisposable, ModuleKeeper, Neighbours {
  readonly #runtime: Runtime;
  readonly #options: ContextOptions;
  readonly #modules = new Map<number, Module>();
  /** Sources that `load` opened, by module; they are closed when the module is gone. */
  readonly #sources = new Map<number, number>();
  /** Modules that no load takes for the library of their file: copies, and what is not linked. */
  readonly #apart = new Set<number>();
  readonly #regions: ReadonlyMap<number, string>;
  #policy = 0;
  #handle: number;

  /** For the package's own use: `linkwright.context` makes contexts. */
  constructor(runtime: Runtime, options: ContextOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#handle = runtime.core.lw_context(0n, 0n, 0n) >>> 0;
    if (!this.#handle) throw new LinkwrightError("OutOfMemory", "the core has no memory left for another context");
    this.#regions = tellRegions(runtime, this.#handle, options.regions ?? []);
  }

  /** The core's handle; 0 after it was disposed of. */
  get handle(): number {
    return this.#handle;
  }

  /** Its modules, in load order. */
  get modules(): readonly Module[] {
    return this.#runtime.handles.list(this.#handle, List.Module, (entry) => this.dependency(entry.number(Field.Owner)));
  }

  /** Bytes of the core's own memory that it takes, its modules included. */
  get usedBytes(): number {
    return Number(this.#runtime.handles.value(this.#handle, Field.UsedBytes));
  }

  /**
   * Loads a module with everything it needs. A file that is loaded already is not loaded again: its module gets one more reference.
   *
   * @param from  the file: bytes, a path, { bytes, read }, or an image that was inspected before
   * @throws FaultError with all that is missing, if it can't be loaded; then nothing of it stays
   */
  async load(from: SourceLike | Image, options?: LoadOptions): Promise<Module> {
    const given = checkOptions<LoadOptions>(options, LOAD_OPTIONS, "load");
    this.#live();
    const all = { ...this.#options, ...given };
    const linker = new ContextLinker(this.#runtime, this, all);
    const flags = this.#flags(given);
    const source = await this.#open(from, given), others: number[] = [];
    try {
      for (const other of given.with ?? []) others.push(await this.#open(other, {}));
      this.#lie([source, ...others], given.inPlace ?? {});
      this.#live();
      this.#ask((all.before ? Policy.Before : 0) | (all.intercept ? Policy.Intercept : 0));
      linker.takes(source);
      const { core } = this.#runtime;
      const session = from instanceof Image ? core.lw_load_image(this.#handle, from.handle, flags) : core.lw_load(this.#handle, source, flags);
      for (const other of others) this.#runtime.check(core.lw_add(session, other), session);
      return await this.#load(session >>> 0, linker, given, source);
    } catch (error) {
      this.#runtime.sources.close(source);
      throw toldWhere(error, this.#options.regions ?? [], this.#regions);
    } finally {
      for (const other of others) this.#runtime.sources.close(other);
    }
  }

  /** The number of a file, with one reference. */
  async #open(from: SourceLike | Image, { name }: LoadOptions): Promise<number> {
    const { sources } = this.#runtime;
    if (!(from instanceof Image)) {
      const known = typeof from === "string" ? sources.reopen(from) : undefined;
      return known ?? sources.open(await openSource(from, name));
    }
    if (!from.isOf(this.#runtime)) throw new OptionError("load: the image was inspected by another Linkwright");
    if (name !== undefined) throw new OptionError("load: an image has its name already");
    sources.retain(from.source);
    return from.source;
  }

  #lie(files: readonly number[], places: Readonly<Record<string, bigint | number>>): void {
    const { sources } = this.#runtime;
    for (const [name, address] of Object.entries(places)) {
      const file = files.find((one) => sources.pathOf(one) === name || sources.nameOf(one) === name);
      if (file === undefined) throw new OptionError(`inPlace: ${name} is none of the files of this load`);
      sources.lie(file, asAddress(address, `inPlace: where ${name} lies`));
    }
  }

  // What was asked for once stays asked for: functions that are bound when they are called are of loads long ago.
  #ask(policy: number): void {
    if ((this.#policy | policy) === this.#policy) return;
    this.#policy |= policy;
    this.#runtime.check(this.#runtime.core.lw_policy(this.#handle, this.#policy), this.#handle);
  }

  async #load(session: number, linker: ContextLinker, options: LoadOptions, source: number): Promise<Module> {
    const { sources, handles } = this.#runtime;
    const { value: { root, loaded, failure }, missing } = await this.#runtime.drive(session, linker, (handle, open) => this.#take(handle, open, options));
    root.adopt();
    if (loaded) {
      this.#sources.set(root.handle, source);
      if (options.copy || options.with?.length || options.link === false) this.#apart.add(root.handle);
      root.loaded = loaded;
      root.missing = missing;
      for (const one of loaded) sources.trim(handles.number(one.handle, Field.Source));
    }
    const thrown = linker.thrown ?? failure;
    if (thrown) {
      // The error of the load gives up the file, and the module that has it gives it up as well.
      sources.retain(source);
      await root.unload();
      throw thrown.error;
    }
    if (!loaded) sources.close(source);
    return root;
  }

  #take(root: number, session: number, options: LoadOptions): Loading {
    const { handles } = this.#runtime;
    const loaded = handles.list(session, List.Module, (entry) => entry.number(Field.Owner));
    const modules = loaded.map((handle) => this.dependency(handle));
    if (options.bindings) {
      for (const module of modules) {
        const all = handles.list(module.handle, List.Binding, (entry) => ({
          symbol: entry.value(Field.Symbol),
          address: entry.raw(Field.Address),
          owner: entry.number(Field.Owner),
          type: entry.number(Field.Type),
        }));
        module.bindings = all.flatMap((one) => (one.symbol === undefined ? [] : [{ ...one, symbol: Number(one.symbol) }]));
      }
    }
    const module = this.dependency(root);
    if (modules.length) {
      module.sections = sectionsOf(this.#runtime, session);
      module.regions = regionsOf(this.#runtime, session, this.#regions);
      module.linked = linkedOf(this.#runtime, session);
    }
    const failure = modules.length && options.debug && module.sections.length ? this.#addDebugFile(module, session) : undefined;
    return { root: module, loaded: modules.length ? modules : undefined, failure };
  }

  #addDebugFile(module: Module, session: number): { readonly error: unknown } | undefined {
    try {
      module.debugFile = debugFileOf(this.#runtime, session, module);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  #flags(options: LoadOptions): number {
    const runs = options.run ?? this.#runtime.runs;
    if (runs && !this.#runtime.runs) throw new OptionError("load: `run` needs the `call` option of Linkwright.create");
    const flags = Object.entries(FLAGS).map(([name, flag]) => (options[name as keyof typeof FLAGS] ? flag : 0));
    return flags.reduce((all, flag) => all | flag, (options.global === false ? 0 : Flag.Global) | (runs ? 0 : Flag.NoRun) |
      (options.link === false ? Flag.NoLink : 0));
  }

  /**
   * The address of a symbol in the context's global modules; of an IFUNC it is the resolver's.
   *
   * @returns undefined if nobody defines it, or it is thread-local
   */
  symbol(name: string, query?: SymbolQuery): bigint | undefined {
    this.#live();
    const { core } = this.#runtime;
    return addressIn(this.#runtime, findName(this.#runtime, name, query, "symbol", (...words) => core.lw_find(this.#handle, ...words)));
  }

  /** Which module and which symbol an address is in. */
  symbolAt(address: bigint): Place | undefined {
    this.#live();
    const found = unsigned(this.#runtime.core.lw_symbol_at(this.#handle, asAddress(address, "address")));
    if (!found) return undefined;
    const owner = Number(found >> 32n), index = Number(found & 0xffff_ffffn);
    return { module: this.dependency(owner), symbol: index ? symbolIn(this.#runtime, owner, index) : undefined };
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
      this.#apart.delete(handle);
    }
  }

  /** For the linker's own use. */
  has(source: number): boolean {
    const { handles } = this.#runtime;
    const isIt = (handle: number): boolean => !this.#apart.has(handle) && handles.value(handle, Field.Source) === BigInt(source);
    return handles.list(this.#handle, List.Module, (entry) => entry.number(Field.Owner)).some(isIt);
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
    // What was never to be unloaded is gone now, too.
    this.forget();
    this.#runtime.check(this.#runtime.core.lw_close(this.#handle), this.#handle);
    this.#handle = 0;
  }

  #live(): void {
    if (!this.#handle) throw new LinkwrightError("Disposed", "the context was disposed of");
  }
}
