// A file that was inspected: what it says of itself, and what modules can be loaded from.

import { Field, List } from "../../assembly/words.js";
import type { Runtime } from "./runtime.js";
import { type Segment, segmentsOf } from "./segment.js";

const PT_LOAD = 1;
const DT_STRTAB = 5n, DT_STRSZ = 10n, DT_RPATH = 15n, DT_RUNPATH = 29n;

/** An inspected file. It stays open until it is disposed of; loading from it does not read its headers again. */
export class Image implements Disposable {
  readonly #runtime: Runtime;
  #handle: number;

  /** The number of its file. */
  readonly source: number;
  /** What the file is called. */
  readonly name: string;

  /** For the package's own use: `linkwright.inspect` makes images. */
  constructor(runtime: Runtime, handle: number, source: number, name: string | undefined) {
    this.#runtime = runtime;
    this.#handle = handle;
    this.source = source;
    this.name = name ?? runtime.sources.nameOf(source) ?? "";
  }

  /** The core's handle; 0 after it was disposed of. */
  get handle(): number {
    return this.#handle;
  }

  /** e_machine. */
  get machine(): number {
    return this.#runtime.handles.number(this.#handle, Field.Machine);
  }

  /** 32 or 64. */
  get class(): number {
    return this.#runtime.handles.number(this.#handle, Field.Class);
  }

  /** e_type. */
  get type(): number {
    return this.#runtime.handles.number(this.#handle, Field.Type);
  }

  /** e_flags. */
  get flags(): number {
    return this.#runtime.handles.number(this.#handle, Field.Flags);
  }

  /** Link-time address where it begins, if the file names one. */
  get entry(): bigint | undefined {
    return this.#runtime.handles.value(this.#handle, Field.Entry);
  }

  /** Lowest link-time address. */
  get base(): bigint {
    return this.#runtime.handles.raw(this.#handle, Field.Base);
  }

  /** Bytes from the lowest to the highest link-time address. */
  get bytes(): bigint {
    return this.#runtime.handles.raw(this.#handle, Field.Bytes);
  }

  /** All program headers, in file order. */
  get segments(): readonly Segment[] {
    return segmentsOf(this.#runtime.handles, this.#handle);
  }

  /** The libraries that it needs (DT_NEEDED). */
  get needed(): readonly string[] {
    return this.#runtime.handles.list(this.#handle, List.Needed, (entry) => entry.text(Field.Name, Field.NameBytes) ?? "");
  }

  /** The entries of the dynamic section before DT_NULL. */
  get dynamic(): readonly { readonly tag: bigint; readonly value: bigint }[] {
    return this.#runtime.handles.list(this.#handle, List.Dynamic, (entry) => ({
      tag: entry.raw(Field.Type),
      value: entry.raw(Field.Value),
    }));
  }

  /** The file's own search path for what it needs, as it says it: DT_RPATH or DT_RUNPATH. */
  get runPaths(): { readonly rpath: string | undefined; readonly runpath: string | undefined } {
    return { rpath: this.#string(DT_RPATH), runpath: this.#string(DT_RUNPATH) };
  }

  /** DT_SONAME. */
  get soname(): string | undefined {
    return this.#runtime.handles.text(this.#handle, Field.Name, Field.NameBytes);
  }

  /** The string that an entry of the dynamic section names. The core has checked that it is in the file. */
  #string(tag: bigint): string | undefined {
    const entries = this.dynamic;
    const valueOf = (tag: bigint): bigint | undefined => entries.findLast((one) => one.tag === tag)?.value;
    const offset = valueOf(tag), table = valueOf(DT_STRTAB), bytes = valueOf(DT_STRSZ);
    if (offset === undefined || table === undefined || bytes === undefined) return undefined;
    const host = this.segments.find((one) => one.type === PT_LOAD && one.vaddr <= table && table + bytes <= one.vaddr + one.fileBytes);
    return host && this.#runtime.sources.textAt(this.source, Number(host.offset + table - host.vaddr + offset), Number(bytes - offset));
  }

  /** Whether this image belongs to that runtime. */
  isOf(runtime: Runtime): boolean {
    return this.#runtime === runtime;
  }

  /** Closes the image; modules that were loaded from it stay. */
  [Symbol.dispose](): void {
    if (!this.#handle) return;
    this.#runtime.core.lw_close(this.#handle);
    this.#handle = 0;
    this.#runtime.sources.close(this.source);
  }
}
