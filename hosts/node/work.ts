// What the host knows of a session under way: whom to ask, and what it waits for.

/** The answer to a question that has to be waited for. */
export const LATER = Symbol("later");

/** Answers the core's questions about names, for one session. */
export interface Linker {
  /** A source's number, 0 if the host itself stands for the library, undefined if nobody has it. */
  needed(name: string, from: number): number | undefined | Promise<number | undefined>;
  /** Address and size of a symbol that the host defines. */
  resolve(name: string): { address: bigint; bytes: bigint } | undefined;
}

/** A session under way. It has one open question at most, and the core asks it again until it is answered. */
export class Work {
  readonly linker: Linker | undefined;
  /** What made the host refuse, if it did. */
  cause: unknown;
  #waiting: Promise<void> | undefined;
  #answer: { value: unknown } | { error: unknown } | undefined;

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
}
