// What the host knows of a session under way: whom to ask, and what it waits for.

import type { Definition } from "./define.js";

/** The answer to a question that has to be waited for. */
export const LATER = Symbol("later");

/** What can be known now or later. */
export type Awaitable<T> = T | Promise<T>;

/** A search path of a file, for the library that is asked for next. */
export interface SearchPath {
  /** Folders, separated by colons, with tokens. */
  readonly text: string;
  /** The file whose folder $ORIGIN means. */
  readonly origin: number;
  /** 0: before the host's own list; 1: behind it. */
  readonly rank: number;
}

/** A reference of a file to a symbol. */
export interface Reference {
  readonly name: string;
  /** The version that it asks for, if it asks for one. */
  readonly version: string | undefined;
  /** The file's name. */
  readonly from: string;
}

/** A relocation that names a symbol, before it is applied. */
export interface Interception {
  /** The file that is relocated. */
  readonly from: string;
  readonly name: string;
  /** r_type. */
  readonly type: number;
  /** The address of the place. */
  readonly place: bigint;
  /** The file that defines the symbol; undefined for the host or nobody. */
  readonly owner: string | undefined;
  /** What the symbol is bound to. */
  readonly value: bigint;
}

/** Answers the core's questions about names, for one session. */
export interface Linker {
  /** A source's number, 0 if the host itself stands for the library, undefined if nobody has it. */
  needed(name: string, from: number, paths: readonly SearchPath[]): Awaitable<number | undefined>;
  /** What a symbol is, whatever the modules define; undefined: they are looked at. */
  before(reference: Reference): Awaitable<Definition | undefined>;
  /** A symbol that no module in scope defines. */
  resolve(reference: Reference): Awaitable<Definition | undefined>;
  /** What a relocation takes instead of its symbol's value; undefined: that. */
  intercept(relocation: Interception): bigint | undefined;
  /** The address of a function that the host has for the core's own use. */
  own(name: string): bigint | undefined;
}

/** Where a piece of a file was put. */
interface Piece {
  readonly start: bigint;
  readonly end: bigint;
  readonly source: number;
}

/** A session under way. It has one open question at most, and the core asks it again until it is answered. */
export class Work {
  readonly linker: Linker | undefined;
  /** What made the host refuse, if it did. */
  cause: unknown;
  #waiting: Promise<void> | undefined;
  #answer: { value: unknown } | { error: unknown } | undefined;
  #paths: SearchPath[] = [];
  readonly #pieces: Piece[] = [];

  constructor(linker?: Linker) {
    this.linker = linker;
  }

  /** Asks, or picks up the answer of what was asked before. Throws what the question threw. */
  ask<T>(question: () => T | Promise<T>): T | typeof LATER {
    const answer = this.#answer;
    if (answer) {
      this.#answer = undefined;
      if ("error" in answer) throw answer.error;
      return answer.value as T;
    }
    const now = question();
    if (!(now instanceof Promise)) return now;
    this.#waiting = now.then(
      (value) => {
        this.#answer = { value };
      },
      (error: unknown) => {
        this.#answer = { error };
      },
    );
    return LATER;
  }

  /** What the session waits for; undefined if it waits for nothing. */
  get waiting(): Promise<void> | undefined {
    return this.#waiting;
  }

  /** The wait is over. */
  resume(): void {
    this.#waiting = undefined;
  }

  /** A search path for the library that is asked for next. */
  tell(path: SearchPath): void {
    this.#paths.push(path);
  }

  /** The search paths that were told since the last library. */
  takePaths(): readonly SearchPath[] {
    const told = this.#paths;
    this.#paths = [];
    return told;
  }

  /** A piece of a file is in its place. */
  placed(start: bigint, bytes: bigint, source: number): void {
    this.#pieces.push({ start, end: start + bytes, source });
  }

  /** The file that an address is of, if this session put it there. */
  sourceAt(address: bigint): number | undefined {
    return this.#pieces.find(({ start, end }) => start <= address && address < end)?.source;
  }
}
