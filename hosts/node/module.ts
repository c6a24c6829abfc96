// A loaded module.

import { Field, Kept, Kind, List } from "../../assembly/words.js";
import { LinkwrightError } from "./error.js";
import type { Missing } from "./fault.js";
import { asAddress } from "./options.js";
import type { Runtime } from "./runtime.js";
import { unpackRelr } from "./relr.js";
import type { ModuleRegion } from "./region.js";
import type { ModuleSection } from "./section.js";
import type { Linked } from "./tally.js";
import { type Segment, segmentsOf } from "./segment.js";
import { type Found, type ModuleSymbol, type SymbolQuery, addressIn, findName, symbolOf } from "./symbol.js";
import { NONE, NOWHERE } from "./wasm.js";

/** A dynamic relocation. */
export interface ModuleRelocation {
  /** r_type; undefined for one of a RELR table, which holds relative ones only. */
  readonly type: number | undefined;
  readonly vaddr: bigint;
  /** Index of its symbol. */
  readonly symbol: number;
  /** undefined where the place holds it (REL, RELR). */
  readonly addend: bigint | undefined;
}

/** A symbol version that the module defines, or needs of another file. */
export interface ModuleVersion {
  readonly name: string;
  readonly index: number;
  readonly flags: number;
  /** Whose version it is; undefined for its own. */
  readonly file: string | undefined;
}

/** What a symbol of the module was bound to. */
export interface ModuleBinding {
  /** Index of the symbol. */
  readonly symbol: number;
  readonly address: bigint;
  /** Handle of the module that defines it; 0 for the host itself. */
  readonly owner: number;
  /** STT: 6 for a thread-local variable, whose address is its offset in the block; 10 for an IFUNC that nobody called; otherwise 0. */
  readonly type: number;
}

/** A module's thread-local block. */
export interface ModuleTls {
  /** DTPMOD. */
  readonly number: number;
  /** From the thread pointer; undefined if that is not the same in every thread. */
  readonly offset: bigint | undefined;
  /** The image that blocks are initialised from. */
  readonly address: bigint;
  readonly fileBytes: bigint;
  /** Of a block: what is not in the image is zero. */
  readonly bytes: bigint;
}

/** A segment of a loaded module in memory. */
export interface ModuleSegment extends Segment {
  /** Where it begins in the target. */
  readonly address: bigint;
  /** A copy of its memory. */
  read(): Uint8Array;
}

const PT_LOAD = 1;
// x86 and ARM keep addends in the place.
const REL_MACHINES = new Set([3, 40]);

/** What keeps track of modules: their context. */
export interface ModuleKeeper {
  /** A module gave its last reference back; it and others may be gone. */
  forget(): void;
  /** The object of a module's handle. */
  dependency(handle: number): Module;
}

/** A module in target memory. Disposing of it gives back the reference that loading it took. */
export class Module implements Disposable, AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #keeper: ModuleKeeper;
  readonly #source: number;
  #references = 0;

  /** The core's handle. */
  readonly handle: number;
  /** What its file is called. */
  readonly name: string;
  /** Where its file was read from. */
  readonly path: string | undefined;
  /** Lowest mapped address. */
  readonly base: bigint;
  /** addr - vaddr, modulo the machine's word. */
  readonly bias: bigint;
  /** Bytes of its reservation. */
  readonly size: bigint;
  /** Symbols that nobody defines and that were allowed to be missing. */
  missing: readonly Missing[] = [];
  /** What its symbols were bound to, if that was asked for. */
  bindings: readonly ModuleBinding[] = [];
  /** Of objects: their sections, as they lie in memory. */
  sections: readonly ModuleSection[] = [];
  /** Of objects, if it was asked for: an ELF file with sections where they lie, symbols, and what the objects have for debuggers. */
  debugFile: Uint8Array | undefined;
  /** Of objects: what linking them took. */
  linked: Linked | undefined;
  /** Of objects in a context with regions: what it took of each. */
  regions: readonly ModuleRegion[] = [];
  /** The modules that loading it took, itself first. */
  loaded: readonly Module[] = [this];

  /** For the package's own use: `context.load` makes modules. */
  constructor(runtime: Runtime, keeper: ModuleKeeper, handle: number) {
    this.#runtime = runtime;
    this.#keeper = keeper;
    this.handle = handle;
    this.#source = runtime.handles.number(handle, Field.Source);
    this.name = runtime.sources.nameOf(this.#source) ?? "";
    this.path = runtime.sources.pathOf(this.#source);
    this.base = runtime.handles.raw(handle, Field.Base);
    this.bias = runtime.handles.raw(handle, Field.Bias);
    this.size = runtime.handles.raw(handle, Field.Bytes);
  }

  /** e_machine. */
  get machine(): number {
    return this.#number(Field.Machine);
  }

  /** 32 or 64. */
  get class(): number {
    return this.#number(Field.Class);
  }

  /** Its entry address, if the file names one. */
  get entry(): bigint | undefined {
    return this.#address(Field.Entry);
  }

  /** The address of its dynamic section; undefined if it has none. */
  get dynamic(): bigint | undefined {
    return this.#address(Field.Dynamic);
  }

  /** The address of its program headers; undefined if they are not in its memory. */
  get programHeaders(): bigint | undefined {
    return this.#address(Field.Phdr);
  }

  /** The address of its unwind table (PT_GNU_EH_FRAME); undefined if it has none. */
  get ehFrame(): bigint | undefined {
    return this.#address(Field.EhFrame);
  }

  /** Its thread-local block; undefined if it has none. */
  get tls(): ModuleTls | undefined {
    const number = this.#number(Field.TlsNumber);
    if (!number) return undefined;
    const { handles } = this.#runtime;
    const offset = handles.raw(this.handle, Field.TlsOffset);
    return {
      number,
      offset: offset === NOWHERE ? undefined : BigInt.asIntN(64, offset),
      address: handles.raw(this.handle, Field.TlsImage),
      fileBytes: handles.raw(this.handle, Field.TlsFileBytes),
      bytes: handles.raw(this.handle, Field.TlsBytes),
    };
  }

  /** Why it stays loaded. */
  get kept(): keyof typeof Kept {
    return Kept[this.#number(Field.Kept)] as keyof typeof Kept;
  }

  /** Bytes of the core's own memory that it takes. */
  get usedBytes(): number {
    return this.#number(Field.UsedBytes);
  }

  /** References that the host holds. */
  get references(): number {
    return this.#references;
  }

  /** A copy of its memory, from `base` on. */
  bytes(): Uint8Array {
    this.#live();
    return this.#runtime.target.read(this.base, Number(this.size));
  }

  /** Its loadable segments. */
  get segments(): readonly ModuleSegment[] {
    return this.headers.filter((segment) => segment.type === PT_LOAD && segment.bytes > 0n).map((segment) => {
      const address = this.addressOf(segment.vaddr);
      return { ...segment, address, read: () => (this.#live(), this.#runtime.target.read(address, Number(segment.bytes))) };
    });
  }

  /** All its program headers, in file order. */
  get headers(): readonly Segment[] {
    this.#live();
    return segmentsOf(this.#runtime.handles, this.handle);
  }

  /** Where a link-time address lies in the target. */
  addressOf(vaddr: bigint): bigint {
    return BigInt.asUintN(this.class, vaddr + this.bias);
  }

  /**
   * The address of a symbol of this module or of its dependencies; of an IFUNC it is the resolver's.
   *
   * @returns undefined if nobody defines it, or it is thread-local
   */
  symbol(name: string, query?: SymbolQuery): bigint | undefined {
    return addressIn(this.#runtime, this.#find(name, query));
  }

  /** Of objects: the sections of this name that compilers do not make by themselves, in the order of the objects. */
  sectionsNamed(name: string): { readonly address: bigint; readonly bytes: bigint }[] {
    this.#live();
    return this.#runtime.handles.list(this.handle, List.Section, (entry) => ({
      name: entry.text(Field.Name, Field.NameBytes), address: entry.raw(Field.Address), bytes: entry.raw(Field.Bytes),
    })).filter((one) => one.name === name).map(({ address, bytes }) => ({ address, bytes }));
  }

  /** The address of a symbol in what comes behind this module: in what it was loaded with, or among the global ones (as RTLD_NEXT). */
  next(name: string, query?: SymbolQuery): bigint | undefined {
    this.#live();
    const { core } = this.#runtime;
    return addressIn(this.#runtime, findName(this.#runtime, name, query, "next", (...words) => core.lw_next(this.handle, ...words)));
  }

  /** The module that defines a symbol: this one or a dependency. */
  owner(name: string, query?: SymbolQuery): Module | undefined {
    const found = this.#find(name, query);
    return found && this.#keeper.dependency(found.owner);
  }

  /** Its dynamic symbols. */
  get symbols(): readonly ModuleSymbol[] {
    this.#live();
    return this.#runtime.handles.list(this.handle, List.Symbol, symbolOf);
  }

  /**
   * Leads every reference of this module to a symbol elsewhere. The module was loaded with `patchable`.
   *
   * @returns how many places were written
   */
  patch(name: string, address: bigint | number): number {
    return this.#patch(name, asAddress(address, name));
  }

  /** Leads them back to what they were bound to. */
  restore(name: string): number {
    return this.#patch(name, NONE);
  }

  #patch(name: string, address: bigint): number {
    this.#live();
    const { core, target } = this.#runtime;
    return target.withName(name, (at, bytes) => this.#runtime.driveNow(core.lw_patch(this.handle, at, bytes, address) >>> 0, () => undefined));
  }

  /** Its dynamic relocations, all tables in order; those of a RELR table one by one. */
  get relocations(): readonly ModuleRelocation[] {
    this.#live();
    const { handles } = this.#runtime;
    const packed: bigint[] = [];
    const plain = handles.list(this.handle, List.Relocation, (entry): ModuleRelocation[] => {
      const vaddr = entry.value(Field.Vaddr);
      if (vaddr === undefined) packed.push(entry.raw(Field.Value));
      if (vaddr === undefined) return [];
      // 2^64-1 is also how an addend of -1 looks.
      const addend = REL_MACHINES.has(this.machine) ? undefined : BigInt.asIntN(64, entry.raw(Field.Addend));
      return [{ type: entry.number(Field.Type), vaddr, symbol: entry.number(Field.Symbol), addend }];
    });
    const unpacked = unpackRelr(packed, this.class).map((vaddr) => ({ type: undefined, vaddr, symbol: 0, addend: undefined }));
    return [...plain.flat(), ...unpacked];
  }

  /** The libraries that it needs (DT_NEEDED). */
  get needed(): readonly string[] {
    this.#live();
    return this.#runtime.handles.list(this.handle, List.Needed, (entry) => entry.text(Field.Name, Field.NameBytes) ?? "");
  }

  /** The modules that it keeps loaded: those it needs, and those its symbols were bound to. */
  get dependencies(): readonly Module[] {
    this.#live();
    return this.#runtime.handles.list(this.handle, List.Module, (entry) => this.#keeper.dependency(entry.number(Field.Owner)));
  }

  /** Versions that it defines, then versions that it needs. */
  get versions(): readonly ModuleVersion[] {
    this.#live();
    return [List.Definition, List.Requirement].flatMap((list) =>
      this.#runtime.handles.list(this.handle, list, (entry) => ({
        name: entry.text(Field.Name, Field.NameBytes) ?? "",
        index: entry.number(Field.Version),
        flags: entry.number(Field.Flags),
        file: list === List.Requirement ? entry.text(Field.File, Field.FileBytes) : undefined,
      })));
  }

  /** One reference more, to be given back by one more disposal. */
  retain(): this {
    this.#live();
    this.#runtime.check(this.#runtime.core.lw_retain(this.handle), this.handle);
    ++this.#references;
    return this;
  }

  /** For the context's own use: a load that found this module loaded already took a reference. */
  adopt(): void {
    ++this.#references;
  }

  /** Gives one reference back. The last one unloads the module, unless another module needs it. */
  async unload(): Promise<void> {
    if (!this.#begin()) return;
    try {
      await this.#runtime.drive(this.#runtime.core.lw_unload(this.handle) >>> 0, undefined, () => undefined);
    } finally {
      this.#end();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  /** As `unload`, without waiting: for targets that answer at once. */
  [Symbol.dispose](): void {
    if (!this.#begin()) return;
    this.#runtime.driveNow(this.#runtime.core.lw_unload(this.handle) >>> 0, () => this.#end());
    this.#end();
  }

  #begin(): boolean {
    if (!this.#references) return false;
    --this.#references;
    return true;
  }

  #end(): void {
    if (!this.#references) this.#keeper.forget();
  }

  #find(name: string, query: SymbolQuery | undefined): Found | undefined {
    this.#live();
    const { core } = this.#runtime;
    return findName(this.#runtime, name, query, "symbol", (...words) => core.lw_find(this.handle, ...words));
  }

  #address(field: Field): bigint | undefined {
    this.#live();
    return this.#runtime.handles.value(this.handle, field);
  }

  #number(field: Field): number {
    this.#live();
    return this.#runtime.handles.number(this.handle, field);
  }

  #live(): void {
    if (!this.#runtime.is(this.handle, Kind.Module)) {
      throw new LinkwrightError("Unloaded", `the module ${this.name} is unloaded`);
    }
  }
}
