// The door of the API: one core over one target memory.

import { Field } from "../../assembly/words.js";
import { Context, type ContextOptions, checkContextOptions } from "./context.js";
import { OptionError } from "./error.js";
import { Image } from "./image.js";
import { asAddress, checkOptions } from "./options.js";
import { type Call, type Listener, Runtime } from "./runtime.js";
import { type SourceLike, openSource } from "./source.js";

/** What the target is like. */
export interface LinkwrightOptions {
  /** Granularity of permissions: a power of two from 4096 on; 4096 unless told. */
  readonly pageBytes?: number;
  /** Where the first module goes; 0x10000000 unless told. */
  readonly base?: bigint | number;
  /** Modules end below; 2^32 unless told or `base` lies above. No more than that for 32-bit modules, and not from 2^62 to 2^63. */
  readonly end?: bigint | number;
  /** All modules together take no more than this many bytes; 1 GiB unless told. */
  readonly memoryLimit?: bigint | number;
  /** The core's own memory takes no more than this many bytes; no limit unless told. */
  readonly coreLimit?: number;
  /** Calls functions of the target. Without it nothing is called, and modules are loaded with `run: false`. */
  readonly call?: Call;
  /** What resolvers (IFUNC) are told of the processor: the first argument of those that have one; 0 unless told. */
  readonly hwcap?: bigint | number;
  /** Hears what the core tells. */
  readonly log?: Listener;
}

/** How a file is inspected. */
export interface InspectOptions {
  /** What to call the file; a path's last part unless told. */
  readonly name?: string;
}

/** Memory in use. */
export interface Usage {
  /** Addresses that are reserved for modules. */
  readonly modules: bigint;
  /** Addresses where files are staged. */
  readonly staged: bigint;
  /** Memory that the sandbox holds. */
  readonly sandbox: bigint;
  /** Memory that the core uses. */
  readonly core: bigint;
  /** Files that are open. */
  readonly sources: number;
}

const FOUR_GIB = 1n << 32n;
// The sandbox stages files from here to 2^63.
const STAGING = 1n << 62n;
const LAST_PAGE = (1n << 64n) - 4096n;
const OPTIONS = {
  pageBytes: true, base: true, end: true, memoryLimit: true, coreLimit: true, call: true, hwcap: true, log: true,
} as const;

function endFor(base: bigint): bigint {
  if (base < FOUR_GIB) return FOUR_GIB;
  return base < STAGING ? STAGING : LAST_PAGE;
}

/** A loader with a target memory of its own. */
export class Linkwright implements Disposable, AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #contexts = new Set<Context>();

  private constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Makes one. */
  static async create(options?: LinkwrightOptions): Promise<Linkwright> {
    const given = checkOptions<LinkwrightOptions>(options, OPTIONS, "Linkwright.create");
    const base = asAddress(given.base ?? 0x1000_0000n, "base");
    const end = given.end === undefined ? endFor(base) : asAddress(given.end, "end");
    const pageBytes = given.pageBytes ?? 4096;
    const coreLimit = given.coreLimit ?? 0;
    if (!Number.isInteger(pageBytes) || pageBytes < 4096 || pageBytes > 2 ** 30) throw new OptionError("pageBytes is a power of two from 4096 on");
    if (!Number.isInteger(coreLimit) || coreLimit < 0 || coreLimit >= 2 ** 32) throw new OptionError("coreLimit is a number of bytes");
    return new Linkwright(await Runtime.create({
      pageBytes,
      base,
      end,
      memoryLimit: asAddress(given.memoryLimit ?? 1 << 30, "memoryLimit"),
      coreLimit,
      call: given.call,
      hwcap: asAddress(given.hwcap ?? 0n, "hwcap"),
      log: given.log,
    }));
  }

  /** A new namespace of modules. */
  context(options?: ContextOptions): Context {
    const context = new Context(this.#runtime, checkContextOptions(options));
    this.#contexts.add(context);
    return context;
  }

  /**
   * Reads and checks what a file says of itself; nothing is mapped.
   *
   * @throws FaultError if the file is wrong
   */
  async inspect(from: SourceLike, options?: InspectOptions): Promise<Image> {
    const given = checkOptions<InspectOptions>(options, { name: true }, "inspect");
    const { core, sources } = this.#runtime;
    const source = sources.open(await openSource(from, given.name));
    try {
      const { value } = await this.#runtime.drive(core.lw_inspect(source) >>> 0, undefined, (handle) => handle);
      return new Image(this.#runtime, value, source, given.name);
    } catch (error) {
      sources.close(source);
      throw error;
    }
  }

  /**
   * Binds a function that is called for the first time: what the code at lw_lazy_entry asks for, also while a load goes on.
   *
   * @param module  its handle
   * @param slot    the function's entry in the module's DT_JMPREL
   * @returns where it is; undefined if nobody defines it
   */
  bind(module: number, slot: number): bigint | undefined {
    return this.#runtime.bind(module, slot);
  }

  /** Reads target memory; what is not mapped reads as zero. */
  read(address: bigint | number, bytes: number): Uint8Array {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new OptionError("bytes is a count");
    return this.#runtime.target.read(asAddress(address, "address"), bytes);
  }

  /** Permissions (PF bits) of the page at an address; undefined if it is not mapped. */
  permissions(address: bigint | number): number | undefined {
    const prot = this.#runtime.sandbox.permissions(asAddress(address, "address")) >>> 0;
    return prot === 0xffff_ffff ? undefined : prot;
  }

  /** The range from the lowest to the highest reserved address; undefined if nothing is. */
  get extent(): { readonly start: bigint; readonly bytes: bigint } | undefined {
    const { sandbox } = this.#runtime;
    if (!sandbox.reserved_bytes()) return undefined;
    const start = BigInt.asUintN(64, sandbox.reserved_start());
    return { start, bytes: BigInt.asUintN(64, sandbox.reserved_end()) - start };
  }

  /** Memory in use. */
  get usage(): Usage {
    const { handles, sandbox, sources } = this.#runtime;
    return {
      modules: BigInt.asUintN(64, sandbox.reserved_bytes()),
      staged: BigInt.asUintN(64, sandbox.staged_bytes()),
      sandbox: BigInt.asUintN(64, sandbox.frame_bytes()),
      core: handles.value(0, Field.UsedBytes) ?? 0n,
      sources: sources.count,
    };
  }

  /** Disposes of every context. */
  async dispose(): Promise<void> {
    for (const context of this.#contexts) await context.dispose();
    this.#contexts.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  [Symbol.dispose](): void {
    for (const context of this.#contexts) context[Symbol.dispose]();
    this.#contexts.clear();
  }
}
