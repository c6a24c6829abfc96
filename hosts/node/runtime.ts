// One core and its sandbox, wired together: the imports of docs/abi.md, and the drive of sessions.

import { Answer, Code, Event, Field, Kind, PF } from "../../assembly/words.js";
import type { Definition } from "./define.js";
import { type FaultError, LinkwrightError, OptionError, faultError, throwUnlessOk } from "./error.js";
import { type Missing, readFault, readMissing } from "./fault.js";
import { Handles } from "./handles.js";
import { Sources } from "./source.js";
import { Target } from "./target.js";
import { Threads } from "./tls.js";
import { type Core, NONE, NOWHERE, PENDING, type Sandbox, unsigned, wasmModule } from "./wasm.js";
import { type Awaitable, LATER, type Linker, type Reference, Work } from "./work.js";

/**
 * Calls a function of the target; asynchronous if it answers with a promise. Of a resolver (IFUNC), whose first argument is `hwcap`,
 * the answer is asked for; of an initialiser it is not.
 */
export type Call = (address: bigint, args: readonly [bigint, bigint, bigint]) => Awaitable<bigint | void>;

/** Hears what the core tells: numbers of Level, Event and its arguments. */
export type Listener = (level: number, event: number, a: bigint, b: bigint) => void;

/** What a runtime is made with. */
export interface Settings {
  readonly pageBytes: number;
  readonly base: bigint;
  readonly end: bigint;
  readonly memoryLimit: bigint;
  readonly coreLimit: number;
  readonly call: Call | undefined;
  readonly hwcap: bigint;
  readonly log: Listener | undefined;
}

/** A session that is done: its result, and what was allowed to be missing. */
export interface Outcome<T> {
  readonly value: T;
  readonly missing: readonly Missing[];
}

/** A core over a sandbox. */
export class Runtime {
  readonly core: Core;
  readonly sandbox: Sandbox;
  readonly target: Target;
  readonly handles: Handles;
  readonly sources: Sources;
  readonly runs: boolean;
  readonly threads = new Threads();
  readonly #works = new Map<number, Work>();
  /** What is going on right now, innermost last: what a module calls may come back. */
  readonly #current: Work[] = [];
  /** Who answers for a module's functions that are bound when they are called. */
  readonly #linkers = new Map<number, Linker>();
  readonly #ends: (() => void)[] = [];
  #found: Definition = { address: 0n, bytes: 0n, type: 0 };
  #chosen = 0n;
  #descriptor = { entry: 0n, argument: 0n };

  /** A new core with a sandbox of its own. */
  static async create(settings: Settings): Promise<Runtime> {
    const [core, sandbox] = await Promise.all([wasmModule("core"), wasmModule("sandbox")]);
    return new Runtime(core, sandbox, settings);
  }

  private constructor(core: WebAssembly.Module, sandbox: WebAssembly.Module, settings: Settings) {
    this.sandbox = new WebAssembly.Instance(sandbox, {}).exports as unknown as Sandbox;
    const { pageBytes, base, end, memoryLimit } = settings;
    if (this.sandbox.settle(pageBytes, base, end, memoryLimit) !== Answer.Done) {
      throw new OptionError("pageBytes is a power of two from 4096 on, base a multiple of it, end above base, and nothing between them from 2^62 to 2^63");
    }
    this.target = new Target(this.sandbox);
    this.sources = new Sources(this.sandbox, this.target);
    this.core = new WebAssembly.Instance(core, this.#imports(settings)).exports as unknown as Core;
    this.handles = new Handles(this.core, this.target);
    this.runs = settings.call !== undefined;
    throwUnlessOk(this.core.lw_open(settings.coreLimit), 0);
  }

  #imports(settings: Settings): WebAssembly.Imports {
    return {
      memory: this.#memory(),
      source: this.#source(),
      link: this.#link(),
      machine: { ...this.#machine(settings), ...this.#tls() },
      log: {
        event: (level: number, event: number, a: bigint, b: bigint): void => {
          this.#note(event, Number(unsigned(a)));
          settings.log?.(level, event, unsigned(a), unsigned(b));
        },
      },
    };
  }

  #memory(): WebAssembly.ModuleImports {
    const { sandbox, sources } = this;
    return {
      ...(sandbox as unknown as WebAssembly.ModuleImports),
      place: (
        session: number, addr: bigint, source: number, offset: bigint, fileBytes: bigint, memBytes: bigint, prot: number,
      ): number =>
        this.#ask(session, () => sources.ready(source, unsigned(offset), unsigned(fileBytes)), (_, work) => {
          work.placed(unsigned(addr), unsigned(memBytes), source);
          return sandbox.place(session, addr, source, offset, fileBytes, memBytes, prot);
        }),
    };
  }

  #source(): WebAssembly.ModuleImports {
    const { sources } = this;
    return {
      bytes: (source: number): bigint => BigInt(sources.bytesOf(source)),
      view: (session: number, source: number, offset: bigint, bytes: bigint): bigint => {
        let area = NONE;
        const answer = this.#ask(session, () => sources.ready(source, unsigned(offset), unsigned(bytes)), () => {
          area = sources.view(source, unsigned(offset));
          return Answer.Done;
        });
        return answer === Answer.Pending ? PENDING : area;
      },
      unview: (source: number): void => sources.unview(source),
      close: (source: number): void => sources.close(source),
    };
  }

  #link(): WebAssembly.ModuleImports {
    const { sources, target } = this;
    const reference = (from: number, name: bigint, nameBytes: number, version: bigint, versionBytes: number): Reference => ({
      name: target.text(name, nameBytes),
      version: unsigned(version) === NONE ? undefined : target.text(version, versionBytes),
      from: sources.nameOf(from) ?? "",
    });
    const found = (definition: Definition | undefined): number => {
      if (!definition) return Answer.Refused;
      this.#found = definition;
      return Answer.Done;
    };
    return {
      search: (session: number, origin: number, text: bigint, textBytes: number, rank: number): void =>
        this.#works.get(session)?.tell({ text: target.text(text, textBytes), origin, rank }),
      needed: (session: number, from: number, name: bigint, nameBytes: number): number => {
        const paths = this.#works.get(session)?.takePaths() ?? [];
        return this.#ask(session, (work) => work.linker?.needed(target.text(name, nameBytes), from, paths), (source) => source ?? Answer.Refused);
      },
      member: (session: number, archive: number, name: bigint, nameBytes: number): number =>
        this.#ask(session, () => sources.member(archive, target.text(name, nameBytes)), (source) => source ?? Answer.Refused),
      before: (session: number, from: number, name: bigint, nameBytes: number, version: bigint, versionBytes: number): number =>
        this.#ask(session, (work) => work.linker?.before(reference(from, name, nameBytes, version, versionBytes)), found),
      resolve: (session: number, from: number, name: bigint, nameBytes: number, version: bigint, versionBytes: number): number =>
        this.#ask(session, (work) => work.linker?.resolve(reference(from, name, nameBytes, version, versionBytes)), found),
      intercept: (module: number, name: bigint, nameBytes: number, type: number, place: bigint, owner: number, value: bigint): number => {
        const work = this.#current.at(-1);
        const address = work?.linker?.intercept({
          from: this.#fileOf(module, unsigned(place), work) ?? "",
          name: target.text(name, nameBytes),
          type,
          place: unsigned(place),
          owner: owner ? this.#fileOf(owner, unsigned(value), work) : undefined,
          value: unsigned(value),
        });
        return found(address === undefined ? undefined : { address, bytes: 0n, type: 0 });
      },
      found_addr: (): bigint => this.#found.address,
      found_bytes: (): bigint => this.#found.bytes,
      found_type: (): number => this.#found.type,
    };
  }

  /** The file of a module: one that is being loaded says nothing of itself yet, but it was put where the address is. */
  #fileOf(module: number, address: bigint, work: Work): string | undefined {
    const source = this.handles.value(module, Field.Source);
    return this.sources.nameOf(source === undefined ? work.sourceAt(address) ?? 0 : Number(source));
  }

  #machine({ call, hwcap }: Settings): WebAssembly.ModuleImports {
    return {
      call: (session: number, addr: bigint, a0: bigint, a1: bigint, a2: bigint): number => {
        if (!call) return Answer.Refused;
        return this.#ask(session, () => call(unsigned(addr), [unsigned(a0), unsigned(a1), unsigned(a2)]), () => Answer.Done);
      },
      choose: (session: number, addr: bigint): number => {
        if (!call) return Answer.Refused;
        return this.#ask(session, () => call(unsigned(addr), [hwcap, 0n, 0n]), (address) => {
          if (typeof address !== "bigint") throw new OptionError("`call` answers a resolver's address, a bigint, when it is asked to call a resolver");
          this.#chosen = address;
          return Answer.Done;
        });
      },
      chosen: (): bigint => this.#chosen,
      lazy_entry: (): bigint => this.#own("lw_lazy_entry") ?? NONE,
    };
  }

  #tls(): WebAssembly.ModuleImports {
    const { threads } = this;
    return {
      tls_reserve: (
        _session: number, module: number, machine: number, bits: number, _image: bigint, _fileBytes: bigint, bytes: bigint,
        alignLog2: number, skew: bigint,
      ): number => {
        threads.reserve(module, { machine, bits, bytes: unsigned(bytes), alignLog2, skew: unsigned(skew) });
        return Answer.Done;
      },
      tls_number: (module: number): bigint => BigInt(threads.numberOf(module)),
      tls_offset: (module: number): bigint => threads.offsetOf(module) ?? NOWHERE,
      tls_descriptor: (_session: number, module: number, offset: bigint): number => {
        const descriptor = threads.describe(module, unsigned(offset));
        const entry = descriptor && this.#own(descriptor.entry);
        if (entry === undefined) return Answer.Refused;
        this.#descriptor = { entry, argument: descriptor!.argument };
        return Answer.Done;
      },
      tls_entry: (): bigint => this.#descriptor.entry,
      tls_argument: (): bigint => this.#descriptor.argument,
      tls_start: (): number => Answer.Done,
      tls_release: (module: number): void => threads.release(module),
    };
  }

  /** A function that the host has for the core's use, as whoever loads right now defines it. */
  #own(name: string): bigint | undefined {
    return this.#current.at(-1)?.linker?.own(name);
  }

  #note(event: Event, module: number): void {
    const linker = this.#current.at(-1)?.linker;
    if (event === Event.Published && linker) this.#linkers.set(module, linker);
    if (event === Event.Withdrawn) this.#linkers.delete(module);
  }

  // No exception may pass through the core: what a provider throws becomes a refusal, and the fault's cause.
  // A function that is bound when it is called has no session, and can't wait.
  #ask<T>(session: number, question: (work: Work) => T | Promise<T>, answer: (value: T, work: Work) => number): number {
    const work = session ? this.#works.get(session) : this.#current.at(-1);
    if (!work) return Answer.Refused;
    try {
      const value = session ? work.ask(() => question(work)) : question(work);
      if (value instanceof Promise) throw new LinkwrightError("WouldWait", "a function that is bound when it is called can't wait for the host");
      return value === LATER ? Answer.Pending : answer(value as T, work);
    } catch (error) {
      work.cause = error;
      return Answer.Refused;
    }
  }

  /**
   * Binds a function that is called for the first time.
   *
   * @param slot  index of its entry in DT_JMPREL
   * @returns where it is; undefined if nobody defines it
   */
  bind(module: number, slot: number): bigint | undefined {
    const work = new Work(this.#linkers.get(module) ?? this.#current.at(-1)?.linker);
    const address = unsigned(this.#within(work, () => this.core.lw_bind(module, slot, 1)));
    if (address !== NONE) return address;
    if (work.cause !== undefined) throw work.cause;
    return undefined;
  }

  /** Does something while this is what is going on. */
  #within<T>(work: Work, action: () => T): T {
    this.#current.push(work);
    try {
      return action();
    } finally {
      this.#current.pop();
    }
  }

  /**
   * Drives a session to its end and closes it.
   *
   * @param session  what lw_load and the like answered
   * @param take     makes something of the result while the session's lists can still be read
   * @throws FaultError if the session fails
   */
  async drive<T>(session: number, linker: Linker | undefined, take: (result: number, session: number) => T): Promise<Outcome<T>> {
    const work = this.#begin(session, linker);
    try {
      return this.#outcome(session, await this.#finish(session, work), work, take);
    } finally {
      this.#end(session);
    }
  }

  /**
   * The same without waiting.
   *
   * @param later  called when a session that had to wait has come to its end after all
   * @returns the result
   * @throws LinkwrightError WouldWait, and goes on by itself, if the host answers later
   */
  driveNow(session: number, later: () => void): number {
    const work = this.#begin(session, undefined);
    const answer = this.#advance(session, work);
    if (answer !== Answer.Pending) {
      try {
        return this.#outcome(session, answer, work, (result) => result).value;
      } finally {
        this.#end(session);
      }
    }
    void this.#finish(session, work).catch(() => undefined).finally(() => {
      this.#end(session);
      later();
    });
    throw new LinkwrightError("WouldWait", "this has to wait for the host and goes on by itself; `await using` or `await unload()` wait for it");
  }

  async #finish(session: number, work: Work): Promise<number> {
    for (;;) {
      if (work.waiting) await work.waiting;
      work.resume();
      const answer = this.#advance(session, work);
      if (answer !== Answer.Pending) return answer;
      // Without a question of its own it waits for another session, whose module it needs and which is not initialised yet.
      if (!work.waiting) await this.#anotherEnd();
    }
  }

  #begin(session: number, linker: Linker | undefined): Work {
    if (!session) throw new LinkwrightError("OutOfMemory", "the core has no memory left for another session");
    const work = new Work(linker);
    this.#works.set(session, work);
    return work;
  }

  /**
   * Has the core relocate what a session has for debuggers.
   *
   * @param index  of its entry in List.Debug
   * @param dead   what words hold that are about what was dropped
   * @returns the contents, relocated
   * @throws FaultError if that can't be done
   */
  relocate(session: number, index: number, contents: Uint8Array, dead: bigint): Uint8Array {
    const { sandbox, target } = this, pageBytes = BigInt(sandbox.page_bytes());
    // A byte may be stored with its neighbour.
    const bytes = (BigInt(contents.length) + pageBytes) / pageBytes * pageBytes;
    const addr = unsigned(sandbox.reserve(bytes, 0, 0, NONE, NONE, 0));
    if (addr >= PENDING) throw new LinkwrightError("OutOfMemory", "the target has no room to relocate what is for debuggers");
    try {
      if (sandbox.place(0, addr, 0, 0n, 0n, bytes, PF.R | PF.W) !== Answer.Done || !target.write(addr, contents)) {
        throw new LinkwrightError("OutOfMemory", "the sandbox has no memory left");
      }
      const code = this.#watched(() => this.core.lw_relocate(session, index, addr, BigInt(contents.length), dead));
      if (code === Code.Ok) return target.read(addr, contents.length);
      if (this.handles.number(session, Field.FaultCode) === code) throw this.#failure(session, new Work(undefined));
      throwUnlessOk(code, session);
      return contents;
    } finally {
      sandbox.release(addr, bytes);
    }
  }

  #advance(session: number, work: Work): number {
    return this.#watched(() => this.#within(work, () => this.core.lw_advance(session)));
  }

  /** Calls the core, which may touch nothing that it has not been given. */
  #watched(call: () => number): number {
    const before = this.sandbox.violations();
    const answer = call();
    if (this.sandbox.violations() !== before) {
      const addr = unsigned(this.sandbox.violation_addr()).toString(16);
      const access = this.sandbox.violation_access() === 2 ? "wrote to" : "read from";
      throw new LinkwrightError("Violation", `the core ${access} 0x${addr}, which it may not; please report this with the file`);
    }
    return answer;
  }

  #outcome<T>(session: number, answer: number, work: Work, take: (result: number, session: number) => T): Outcome<T> {
    if (answer !== Answer.Done) throw this.#failure(session, work);
    const value = take(this.core.lw_result(session) >>> 0, session);
    return { value, missing: readMissing(this.handles, session, (id) => this.sources.nameOf(id)) };
  }

  #failure(session: number, work: Work): FaultError {
    const nameOf = (id: number): string | undefined => this.sources.nameOf(id);
    return faultError(readFault(this.handles, session, nameOf), readMissing(this.handles, session, nameOf), work.cause);
  }

  #end(session: number): void {
    this.core.lw_close(session);
    this.#works.delete(session);
    for (const wake of this.#ends.splice(0)) wake();
  }

  #anotherEnd(): Promise<void> {
    if (this.#works.size < 2) throw new LinkwrightError("Stuck", "the core waits for an answer that nobody owes it");
    return new Promise((wake) => this.#ends.push(wake));
  }

  /** Whether a handle is still one of this kind. */
  is(handle: number, kind: Kind): boolean {
    return this.handles.number(handle, Field.Kind) === kind;
  }

  /** Throws unless an export answered Ok. */
  check(code: Code, handle: number): void {
    throwUnlessOk(code, handle);
  }
}
