// Answers for one load: libraries by the search, symbols by the definitions and the functions of whoever loads.

import { type Definition, type DefinitionLike, type Defines, definesOf, definitionOf } from "./define.js";
import { asAddress } from "./options.js";
import type { Runtime } from "./runtime.js";
import { foldersIn } from "./runpath.js";
import { type Found, type Hit, type Need, type SearchOptions, find } from "./search.js";
import { openSource } from "./source.js";
import type { Awaitable, Interception, Linker, Reference, SearchPath } from "./work.js";

/** What a host says of symbols. */
export interface SymbolOptions {
  /** Symbols that the host defines, where no module in scope does. */
  readonly defines?: Defines;
  /** Defines symbols that nobody else does. */
  readonly resolve?: (reference: Reference) => Awaitable<DefinitionLike | undefined>;
  /** Defines symbols before the modules are asked. */
  readonly before?: (reference: Reference) => Awaitable<DefinitionLike | undefined>;
  /** Says what a relocation that names a symbol takes instead of the symbol's value. It can't wait. */
  readonly intercept?: (relocation: Interception) => bigint | number | undefined;
}

/** What knows the modules that are there: the context. */
export interface Neighbours {
  /** Whether a module that any load may take was loaded from this source. */
  has(source: number): boolean;
}

/** Answers for one load. */
export class ContextLinker implements Linker {
  readonly #runtime: Runtime;
  readonly #neighbours: Neighbours;
  readonly #options: SearchOptions & SymbolOptions;
  readonly #defines: ReadonlyMap<string, Definition>;
  /** Libraries by the name that they were needed under: two files may need one before it is read. */
  readonly #named = new Map<string, number>();
  /** Sources that are modules of this load. */
  readonly #taken = new Set<number>();

  /** What one of the functions threw, first of all: the core takes that for "no", and may go on without. */
  thrown: { readonly error: unknown } | undefined;

  constructor(runtime: Runtime, neighbours: Neighbours, options: SearchOptions & SymbolOptions) {
    this.#runtime = runtime;
    this.#neighbours = neighbours;
    this.#options = options;
    this.#defines = definesOf(options.defines);
  }

  /** This source is the module that is asked for. */
  takes(source: number): void {
    this.#taken.add(source);
  }

  needed(name: string, from: number, paths: readonly SearchPath[]): Awaitable<number | undefined> {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const hit = find(this.#needOf(name, from, paths), this.#options);
    const id = hit instanceof Promise ? hit.then((found) => this.#open(name, found)) : this.#open(name, hit);
    return id instanceof Promise ? id.then((opened) => this.#keep(name, opened)) : this.#keep(name, id);
  }

  #needOf(name: string, from: number, paths: readonly SearchPath[]): Need {
    const { sources } = this.#runtime;
    const folders = (rank: number): string[] =>
      paths.filter((path) => path.rank === rank).flatMap(({ text, origin }) => foldersIn(text, sources.originOf(origin), this.#options.systemLibraries));
    return { name, from: sources.nameOf(from) ?? "", origin: sources.originOf(from), before: folders(0), behind: folders(1) };
  }

  #open(name: string, hit: Hit<Found> | undefined): Awaitable<number | undefined> {
    const { sources } = this.#runtime;
    const like = hit?.file;
    if (like === true) return 0;
    if (like === undefined || like === null) return undefined;
    const known = typeof like === "string" ? sources.reopen(like) : undefined;
    return known ?? openSource(like, name).then((source) => sources.open(source));
  }

  // The core closes what becomes a module. A module that is there keeps its file itself.
  #keep(name: string, id: number | undefined): number | undefined {
    if (id === undefined) return undefined;
    this.#named.set(name, id);
    if (id === 0) return id;
    if (this.#taken.has(id) || this.#neighbours.has(id)) this.#runtime.sources.close(id);
    else this.#taken.add(id);
    return id;
  }

  before(reference: Reference): Awaitable<Definition | undefined> {
    return this.#ask(reference, this.#options.before);
  }

  resolve(reference: Reference): Awaitable<Definition | undefined> {
    return this.#defines.get(reference.name) ?? this.#ask(reference, this.#options.resolve);
  }

  #ask(reference: Reference, question: SymbolOptions["before"]): Awaitable<Definition | undefined> {
    const definition = (like: DefinitionLike | undefined): Definition | undefined =>
      like === undefined ? undefined : definitionOf(reference.name, like);
    const note = (error: unknown): never => {
      this.thrown ??= { error };
      throw error;
    };
    try {
      const given = question?.(reference);
      return given instanceof Promise ? given.then(definition).catch(note) : definition(given);
    } catch (error) {
      return note(error);
    }
  }

  intercept(relocation: Interception): bigint | undefined {
    try {
      const value = this.#options.intercept?.(relocation);
      return value === undefined ? undefined : asAddress(value, `what \`intercept\` answers for ${relocation.name}`);
    } catch (error) {
      this.thrown ??= { error };
      return undefined;
    }
  }

  own(name: string): bigint | undefined {
    return this.#defines.get(name)?.address;
  }
}
