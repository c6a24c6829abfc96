// Questions about handles: what lw_value, lw_count and lw_entry say, as numbers and text.

import type { Field, List } from "../../assembly/words.js";
import type { Target } from "./target.js";
import { type Core, NONE, unsigned } from "./wasm.js";

/** One entry of a list of a handle. */
export interface Entry {
  readonly index: number;
  /** undefined where there is no such thing. */
  value(field: Field): bigint | undefined;
  /** As it is: for values that may be 2^64-1 themselves. */
  raw(field: Field): bigint;
  number(field: Field): number;
  text(addr: Field, bytes: Field): string | undefined;
}

/** Reads what the core says of its handles. */
export class Handles {
  readonly #core: Core;
  readonly #target: Target;

  constructor(core: Core, target: Target) {
    this.#core = core;
    this.#target = target;
  }

  raw(handle: number, field: Field): bigint {
    return unsigned(this.#core.lw_value(handle, field));
  }

  value(handle: number, field: Field): bigint | undefined {
    const value = this.raw(handle, field);
    return value === NONE ? undefined : value;
  }

  number(handle: number, field: Field): number {
    return Number(this.value(handle, field) ?? 0n);
  }

  text(handle: number, addr: Field, bytes: Field): string | undefined {
    return this.#textAt(this.value(handle, addr), this.value(handle, bytes));
  }

  count(handle: number, list: List): number {
    return this.#core.lw_count(handle, list) >>> 0;
  }

  entry(handle: number, list: List, index: number): Entry {
    const raw = (field: Field): bigint => unsigned(this.#core.lw_entry(handle, list, index, field));
    const value = (field: Field): bigint | undefined => {
      const answer = raw(field);
      return answer === NONE ? undefined : answer;
    };
    return {
      index,
      raw,
      value,
      number: (field) => Number(value(field) ?? 0n),
      text: (addr, bytes) => this.#textAt(value(addr), value(bytes)),
    };
  }

  list<T>(handle: number, list: List, read: (entry: Entry) => T): T[] {
    const count = this.count(handle, list);
    return Array.from({ length: count }, (_, index) => read(this.entry(handle, list, index)));
  }

  #textAt(addr: bigint | undefined, bytes: bigint | undefined): string | undefined {
    if (addr === undefined || bytes === undefined || (addr === 0n && bytes === 0n)) return undefined;
    return this.#target.text(addr, Number(bytes));
  }
}
