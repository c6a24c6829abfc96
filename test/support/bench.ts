// A core over a sandbox with every import in the test's hands: to count, refuse, delay and misplace what the core asks for.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Answer, Code, Field, Kind, List, What } from "../../assembly/words.js";
import { Target } from "../../hosts/node/target.js";
import { Threads } from "../../hosts/node/tls.js";
import { type Core, NOWHERE, type Sandbox } from "../../hosts/node/wasm.js";
import { ROOT } from "./files.js";

/** 2^64-1 and 2^64-2, as docs/abi.md has them. */
export const NONE = 0xffff_ffff_ffff_ffffn;
export const REFUSED = NONE;
export const PENDING = NONE - 1n;

/** Imports that a test can judge. */
const JUDGED = [
  "memory.reserve", "memory.place", "memory.protect", "memory.sync_code", "source.view", "link.needed", "link.member", "link.before", "link.resolve",
  "machine.call", "machine.choose", "machine.tls_reserve", "machine.tls_descriptor", "machine.tls_start",
] as const;
/** Imports whose refusal fails what is under way. */
export const REFUSABLE = JUDGED.filter((name) => name !== "link.before");
/** Imports that may answer pending. */
export const PENDABLE = JUDGED.filter((name) => name !== "memory.reserve" && name !== "machine.tls_descriptor");
/** Imports whose answer is an address. */
const ADDRESSED: readonly string[] = ["memory.reserve", "source.view"];

/** One question of the core. */
export interface Question {
  readonly name: (typeof JUDGED)[number];
  readonly args: readonly (bigint | number)[];
  /** Questions of all names before it. */
  readonly index: number;
}

/** What a test does about a question: nothing, refuse it, or let it wait. */
export type Verdict = "answer" | "refuse" | "pend";

/** What a bench is made with. */
export interface BenchOptions {
  /** Which build of the core; the release unless told. */
  readonly wasm?: "core" | "debug";
  readonly pageBytes?: number;
  readonly base?: bigint;
  readonly end?: bigint;
  readonly memoryLimit?: bigint;
  /** Limit of the core's own memory; none unless told. */
  readonly coreLimit?: number;
  /** Answers link.needed: the file's bytes, 0 if the host stands for it, undefined if nobody has it. */
  readonly needed?: (name: string) => Uint8Array | 0 | undefined;
  /** Answers link.member: the file's bytes, undefined if nobody has it. */
  readonly member?: (name: string) => Uint8Array | undefined;
  /** Answers link.resolve. */
  readonly resolve?: (name: string) => bigint | undefined;
  /** Answers link.before, where a context asks it. */
  readonly before?: (name: string) => bigint | undefined;
  /** Answers link.intercept, where a context asks it. */
  readonly intercept?: (name: string, value: bigint) => bigint | undefined;
  /** Answers machine.choose: what the resolver at an address returns. */
  readonly choose?: (addr: bigint) => bigint;
  /** How large the host's symbols are; nobody knows unless told. */
  readonly foundBytes?: bigint;
  /** Where a reservation goes, if that is prescribed. */
  readonly where?: (bytes: bigint) => bigint | undefined;
  /** Called functions. */
  readonly call?: (addr: bigint, args: readonly bigint[]) => void;
  /** What becomes of a question. */
  readonly judge?: (question: Question) => Verdict;
}

/** A fault, in the words of assembly/words.ts. */
export interface BenchFault {
  readonly code: string;
  readonly what: string;
  readonly at: bigint;
  readonly value: bigint;
  readonly source: number;
  readonly name: string | undefined;
}

async function compile(name: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(join(ROOT, "build/wasm", `${name}.wasm`)));
}

const COMPILED = {
  core: await compile("core"),
  debug: await compile("core.debug"),
  sandbox: await compile("sandbox"),
};

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

/** A core, its sandbox, and a host of nothing but tests. */
export class Bench {
  readonly core: Core;
  readonly sandbox: Sandbox;
  readonly target: Target;
  /** Questions asked so far. */
  readonly questions: Question[] = [];
  /** Views and sources that are open. */
  views = 0;
  readonly sources = new Set<number>();
  readonly #options: BenchOptions;
  readonly #files = new Map<number, { bytes: Uint8Array; area: bigint }>();
  readonly #byContent = new Map<Uint8Array, number>();
  #lastSource = 0;
  #found = 0n;
  #chosen = 0n;
  #descriptor = { entry: 0n, argument: 0n };
  /** Thread-local blocks that are reserved. */
  readonly threads = new Threads();
  blocks = 0;
  /** What `lw_open` answered. */
  readonly opened: number;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.sandbox = new WebAssembly.Instance(COMPILED.sandbox, {}).exports as unknown as Sandbox;
    const { pageBytes = 4096, base = 0x1000_0000n, end = 1n << 32n, memoryLimit = 1n << 30n } = options;
    if (this.sandbox.settle(pageBytes, base, end, memoryLimit) !== Answer.Done) throw new Error("the sandbox refused its settings");
    this.target = new Target(this.sandbox);
    this.core = new WebAssembly.Instance(COMPILED[options.wasm ?? "core"], this.#imports()).exports as unknown as Core;
    this.opened = this.core.lw_open(options.coreLimit ?? 0);
  }

  /** Gives the core a file, that may lie in the target: answers with its number. */
  add(bytes: Uint8Array, lies?: bigint): number {
    const known = this.#byContent.get(bytes);
    if (known) return known;
    const source = ++this.#lastSource;
    const area = unsigned(lies === undefined ? this.sandbox.stage(source, BigInt(bytes.length)) : this.sandbox.stage_at(source, BigInt(bytes.length), lies));
    if (area >> 63n || !this.target.write(area, bytes)) throw new Error("the sandbox has no room for the file");
    this.sandbox.staged(source, 0n, BigInt(bytes.length));
    this.#files.set(source, { bytes, area });
    this.#byContent.set(bytes, source);
    return source;
  }

  /** The file's bytes are others from now on, where the core reads them, too. */
  change(source: number, bytes: Uint8Array): void {
    const file = this.#files.get(source);
    if (!file || file.bytes.length !== bytes.length || !this.target.write(file.area, bytes)) throw new Error("such a change can't be made");
  }

  /** Forgets a file that was added, and takes its bytes out of the target. */
  drop(source: number): void {
    const file = this.#files.get(source);
    if (!file) return;
    this.sandbox.unstage(source);
    this.#files.delete(source);
    this.#byContent.delete(file.bytes);
  }

  #ask(name: Question["name"], args: readonly (bigint | number)[], answer: () => bigint | number): bigint | number {
    const question: Question = { name, args: args.map((one) => (typeof one === "bigint" ? unsigned(one) : one)), index: this.questions.length };
    this.questions.push(question);
    const verdict = this.#options.judge?.(question) ?? "answer";
    if (verdict === "answer") return answer();
    if (ADDRESSED.includes(name)) return verdict === "refuse" ? REFUSED : PENDING;
    return verdict === "refuse" ? Answer.Refused : Answer.Pending;
  }

  #imports(): WebAssembly.Imports {
    const { sandbox, target } = this;
    const options = this.#options;
    return {
      memory: {
        ...(sandbox as unknown as Record<string, WebAssembly.ImportValue>),
        reserve: (bytes: bigint, alignLog2: number, source: number, exact: bigint, highest: bigint, region: number) =>
          this.#ask("memory.reserve", [bytes, alignLog2, source, exact, highest, region], () => {
            const where = options.where?.(unsigned(bytes)) ?? exact;
            return (sandbox as unknown as { reserve(b: bigint, a: number, r: number, e: bigint, h: bigint, n: number): bigint }).reserve(bytes, alignLog2, source, where, highest, region);
          }),
        place: (...args: [number, bigint, number, bigint, bigint, bigint, number]) => this.#ask("memory.place", args, () => sandbox.place(...args)),
        protect: (...args: [number, bigint, bigint, number]) =>
          this.#ask("memory.protect", args, () => (sandbox as unknown as { protect(...a: typeof args): number }).protect(...args)),
        sync_code: (...args: [number, bigint, bigint]) =>
          this.#ask("memory.sync_code", args, () => (sandbox as unknown as { sync_code(...a: typeof args): number }).sync_code(...args)),
      },
      source: {
        bytes: (source: number) => BigInt(this.#files.get(source)?.bytes.length ?? 0),
        view: (session: number, source: number, offset: bigint, bytes: bigint) => this.#ask("source.view", [session, source, offset, bytes], () => {
          const file = this.#files.get(source);
          if (!file || unsigned(offset) + unsigned(bytes) > BigInt(file.bytes.length)) throw new Error("the core asked for a view outside of the file");
          ++this.views;
          return file.area + offset;
        }),
        unview: () => void --this.views,
        close: (source: number) => {
          if (!this.sources.delete(source)) throw new Error("the core closed a source that it did not have");
        },
      },
      link: {
        needed: (session: number, from: number, name: bigint, bytes: number) => this.#ask("link.needed", [session, from, name, bytes], () => {
          const found = options.needed?.(target.text(name, bytes));
          if (found === undefined) return Answer.Refused;
          if (found === 0) return 0;
          const source = this.add(found);
          this.sources.add(source);
          return source;
        }),
        member: (session: number, archive: number, name: bigint, bytes: number) => this.#ask("link.member", [session, archive, name, bytes], () => {
          const found = options.member?.(target.text(name, bytes));
          if (!found) return Answer.Refused;
          const source = this.add(found);
          this.sources.add(source);
          return source;
        }),
        resolve: (session: number, from: number, name: bigint, bytes: number) => this.#ask("link.resolve", [session, from, name, bytes], () => {
          const found = options.resolve?.(target.text(name, bytes));
          if (found === undefined) return Answer.Refused;
          this.#found = found;
          return Answer.Done;
        }),
        before: (session: number, from: number, name: bigint, bytes: number) => this.#ask("link.before", [session, from, name, bytes], () => {
          const found = options.before?.(target.text(name, bytes));
          if (found === undefined) return Answer.Refused;
          this.#found = found;
          return Answer.Done;
        }),
        intercept: (_module: number, name: bigint, bytes: number, _type: number, _place: bigint, _owner: number, value: bigint) => {
          const found = options.intercept?.(target.text(name, bytes), unsigned(value));
          if (found === undefined) return Answer.Refused;
          this.#found = found;
          return Answer.Done;
        },
        search: () => undefined,
        found_addr: () => this.#found,
        found_bytes: () => options.foundBytes ?? 0n,
        found_type: () => 0,
      },
      machine: {
        call: (session: number, addr: bigint, ...args: bigint[]) => this.#ask("machine.call", [session, addr, ...args], () => {
          options.call?.(unsigned(addr), args.map(unsigned));
          return Answer.Done;
        }),
        choose: (session: number, addr: bigint) => this.#ask("machine.choose", [session, addr], () => {
          this.#chosen = options.choose?.(unsigned(addr)) ?? unsigned(addr);
          return Answer.Done;
        }),
        chosen: () => this.#chosen,
        lazy_entry: () => unsigned(options.resolve?.("lw_lazy_entry") ?? REFUSED),
        tls_reserve: (
          session: number, module: number, machine: number, bits: number, image: bigint, fileBytes: bigint, bytes: bigint, alignLog2: number, skew: bigint,
        ) => this.#ask("machine.tls_reserve", [session, module, image, fileBytes, bytes], () => {
          this.threads.reserve(module, { machine, bits, bytes: unsigned(bytes), alignLog2, skew: unsigned(skew) });
          ++this.blocks;
          return Answer.Done;
        }),
        tls_number: (module: number) => BigInt(this.threads.numberOf(module)),
        tls_offset: (module: number) => this.threads.offsetOf(module) ?? NOWHERE,
        tls_descriptor: (session: number, module: number, offset: bigint) => this.#ask("machine.tls_descriptor", [session, module, offset], () => {
          const descriptor = this.threads.describe(module, unsigned(offset));
          const entry = descriptor && options.resolve?.(descriptor.entry);
          if (entry === undefined) return Answer.Refused;
          this.#descriptor = { entry, argument: descriptor!.argument };
          return Answer.Done;
        }),
        tls_entry: () => this.#descriptor.entry,
        tls_argument: () => this.#descriptor.argument,
        tls_start: (session: number, module: number) => this.#ask("machine.tls_start", [session, module], () => Answer.Done),
        tls_release: (module: number) => {
          this.threads.release(module);
          if (--this.blocks < 0) throw new Error("the core gave back a block that it did not have");
        },
      },
      log: { event: () => undefined },
      // The debug build checks what it takes for granted.
      env: {
        abort: (_message: number, _file: number, line: number, column: number) => {
          throw new Error(`the core gave up at line ${line}, column ${column}`);
        },
      },
    } as unknown as WebAssembly.Imports;
  }

  /** Advances a session to its end; every pending answer is followed by another try. */
  settle(session: number): Answer {
    for (let tries = 0; tries < 100_000; ++tries) {
      const answer = this.core.lw_advance(session);
      if (answer !== Answer.Pending) return answer;
    }
    throw new Error("the session does not settle");
  }

  /** The fault of a session. */
  fault(session: number): BenchFault {
    const value = (field: Field): bigint => unsigned(this.core.lw_value(session, field));
    const name = value(Field.FaultName);
    return {
      code: Code[Number(value(Field.FaultCode))] ?? "?",
      what: What[Number(value(Field.FaultWhat))] ?? "?",
      at: value(Field.FaultAt),
      value: value(Field.FaultValue),
      source: Number(value(Field.FaultSource)),
      name: name === NONE ? undefined : this.target.text(name, Number(value(Field.FaultNameBytes))),
    };
  }

  /** The names that a session found nobody to have. */
  missing(session: number): string[] {
    return Array.from({ length: this.core.lw_count(session, List.Missing) }, (_, i) => {
      const field = (which: Field): bigint => unsigned(this.core.lw_entry(session, List.Missing, i, which));
      return this.target.text(field(Field.Name), Number(field(Field.NameBytes)));
    });
  }

  /** The modules of a context. */
  modules(context: number): number[] {
    return Array.from({ length: this.core.lw_count(context, List.Module) }, (_, i) => Number(this.core.lw_entry(context, List.Module, i, Field.Owner)));
  }

  /** The memory of a module's reservation. */
  memoryOf(module: number): Uint8Array {
    return this.target.read(unsigned(this.core.lw_value(module, Field.Base)), Number(this.core.lw_value(module, Field.Bytes)));
  }

  isKind(handle: number, kind: Kind): boolean {
    return Number(this.core.lw_value(handle, Field.Kind)) === Number(kind);
  }

  /** Bytes of the core's own memory in use. */
  get used(): number {
    return Number(this.core.lw_value(0, Field.UsedBytes));
  }

  /** The most bytes of the core's own memory that ever were in use. */
  get peak(): number {
    return Number(this.core.lw_value(0, Field.PeakBytes));
  }

  /** What the core has of its host now: nothing, after everything was unloaded and closed. */
  get held(): { readonly reserved: bigint; readonly views: number; readonly sources: number; readonly blocks: number; readonly violations: number } {
    return { reserved: this.sandbox.reserved_bytes(), views: this.views, sources: this.sources.size, blocks: this.blocks, violations: this.sandbox.violations() };
  }
}

/** What a core that gave everything back has of its host. */
export const NOTHING = { reserved: 0n, views: 0, sources: 0, blocks: 0, violations: 0 } as const;
