// One core and its sandbox, wired together: the imports of docs/abi.md, and the drive of sessions.

import { Answer, type Code, Field, Kind } from "../../assembly/words.js";
import { type FaultError, LinkwrightError, OptionError, faultError, throwUnlessOk } from "./error.js";
import { type Missing, readFault, readMissing } from "./fault.js";
import { Handles } from "./handles.js";
import { Sources } from "./source.js";
import { Target } from "./target.js";
import { type Core, NONE, PENDING, type Sandbox, unsigned, wasmModule } from "./wasm.js";
import { LATER, type Linker, Work } from "./work.js";

/** Calls a function of the target; asynchronous if it answers with a promise. */
export type Call = (address: bigint, args: readonly [bigint, bigint, bigint]) => void | Promise<void>;

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
  readonly #works = new Map<number, Work>();
  readonly #ends: (() => void)[] = [];
  #found = { address: 0n, bytes: 0n };

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

  #imports({ call, log }: Settings): WebAssembly.Imports {
    const { sandbox, sources, target } = this;
    return {
      memory: {
        ...(sandbox as unknown as Record<string, WebAssembly.ImportValue>),
        place: (
          session: number, addr: bigint, source: number, offset: bigint, fileBytes: bigint, memBytes: bigint, prot: number,
        ): number =>
          this.#ask(session, () => sources.ready(source, unsigned(offset), unsigned(fileBytes)), () =>
            sandbox.place(session, addr, source, offset, fileBytes, memBytes, prot)),
      },
      source: {
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
      },
      link: {
        needed: (session: number, from: number, name: bigint, nameBytes: number): number =>
          this.#ask(session, (work) => work.linker?.needed(target.text(name, nameBytes), from), (source) =>
            source ?? Answer.Refused),
        resolve: (session: number, _from: number, name: bigint, nameBytes: number): number =>
          this.#ask(session, (work) => work.linker?.resolve(target.text(name, nameBytes)), (found) => {
            if (!found) return Answer.Refused;
            this.#found = found;
            return Answer.Done;
          }),
        found_addr: (): bigint => this.#found.address,
        found_bytes: (): bigint => this.#found.bytes,
      },
      machine: {
        call: (session: number, addr: bigint, a0: bigint, a1: bigint, a2: bigint): number => {
          if (!call) return Answer.Refused;
          return this.#ask(session, () => call(unsigned(addr), [unsigned(a0), unsigned(a1), unsigned(a2)]), () => Answer.Done);
        },
      },
      log: {
        event: (level: number, event: number, a: bigint, b: bigint): void => log?.(level, event, unsigned(a), unsigned(b)),
      },
    };
  }

  // No exception may pass through the core: what a provider throws becomes a refusal, and the fault's cause.
  #ask<T>(session: number, question: (work: Work) => T | Promise<T>, answer: (value: T) => number): number {
    const work = this.#works.get(session);
    if (!work) return Answer.Refused;
    try {
      const value = work.ask(() => question(work));
      return value === LATER ? Answer.Pending : answer(value);
    } catch (error) {
      work.cause = error;
      return Answer.Refused;
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
   * @throws LinkwrightError WouldWait, and goes on by itself, if the host answers later
   */
  driveNow(session: number, later: () => void): void {
    const work = this.#begin(session, undefined);
    const answer = this.#advance(session);
    if (answer !== Answer.Pending) {
      try {
        this.#outcome(session, answer, work, () => undefined);
      } finally {
        this.#end(session);
      }
      return;
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
      const answer = this.#advance(session);
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

  #advance(session: number): number {
    const before = this.sandbox.violations();
    const answer = this.core.lw_advance(session);
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
