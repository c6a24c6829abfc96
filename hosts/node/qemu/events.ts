// What an image says on its serial line (docs/image.md): events behind a record separator, all else is a module's.

/** An event of the image. */
export type ImageEvent =
  | { readonly event: "ready"; readonly machine: string; readonly page: number; readonly counter: string; readonly ram: number }
  | LoadedEvent
  | { readonly event: "host"; readonly name: string; readonly address: string }
  | MissingEvent
  | FaultEvent
  | { readonly event: "hash"; readonly file: string; readonly segments: readonly { vaddr: string; bytes: string | number; hash: string }[] }
  | { readonly event: "found"; readonly file: string; readonly symbol: string; readonly address: string; readonly owner: string; readonly steps: number }
  | { readonly event: "bound"; readonly file: string; readonly symbol: string; readonly address: string; readonly owner: string }
  | { readonly event: "returned"; readonly file: string; readonly symbol: string; readonly value: string }
  | { readonly event: "patched"; readonly file: string; readonly symbol: string; readonly places: number }
  | { readonly event: "stays"; readonly file: string; readonly kept: string; readonly destructors: number }
  | { readonly event: "unloaded"; readonly file: string; readonly memory: number; readonly core: number }
  | { readonly event: "cleared"; readonly memory: number; readonly core: number }
  | { readonly event: "skipped"; readonly file: string; readonly command: string }
  | { readonly event: "note"; readonly text: string }
  | TrapEvent
  | { readonly event: "done" };

/** A file was loaded. */
export interface LoadedEvent {
  readonly event: "loaded";
  readonly file: string;
  readonly modules: readonly { readonly name: string; readonly base: string; readonly bias: string; readonly bytes: string | number }[];
  readonly memory: number;
  readonly core: number;
  readonly peak: number;
  readonly steps: Readonly<Record<string, number>>;
  /** Of a load in place: bytes that are used where the payload has them, and read-only sections that had to be copied. */
  readonly inPlace?: number;
  readonly copied?: readonly { readonly section: string; readonly why: string; readonly bytes: number }[];
}

/** A symbol, library or version that nobody has; a version's library is `of`. */
export interface MissingEvent {
  readonly event: "missing";
  readonly file: string;
  readonly symbol: string;
  readonly by: string;
  readonly of?: string;
}

/** A file was refused. */
export interface FaultEvent {
  readonly event: "fault";
  readonly file: string;
  readonly code: string | number;
  readonly what: string | number;
  readonly at: string;
  readonly value: string;
  readonly source?: string;
  readonly member?: string;
  readonly name?: string;
}

/** The machine trapped; the image ends. */
export interface TrapEvent {
  readonly event: "trap";
  readonly cause: string;
  readonly pc: string;
  readonly address: string;
  readonly syndrome: string;
  readonly module?: string;
  readonly offset?: string;
  readonly symbol?: string;
  readonly symbolOffset?: string;
  readonly addressModule?: string;
  readonly addressOffset?: string;
}

const SEPARATOR = 0x1e;
const NEWLINE = 0x0a;

/** Takes a serial line apart as it comes in. */
export class EventReader {
  readonly #onEvent: (event: ImageEvent) => void;
  readonly #onText: (bytes: Uint8Array) => void;
  #record: Buffer[] | undefined;

  constructor(onEvent: (event: ImageEvent) => void, onText: (bytes: Uint8Array) => void) {
    this.#onEvent = onEvent;
    this.#onText = onText;
  }

  /** The next bytes. */
  push(bytes: Buffer): void {
    while (bytes.length) {
      const end = bytes.indexOf(this.#record ? NEWLINE : SEPARATOR);
      const head = end < 0 ? bytes : bytes.subarray(0, end);
      if (this.#record) {
        this.#record.push(head);
        if (end >= 0) this.#finish();
      } else {
        if (head.length) this.#onText(head);
        if (end >= 0) this.#record = [];
      }
      bytes = end < 0 ? bytes.subarray(bytes.length) : bytes.subarray(end + 1);
    }
  }

  #finish(): void {
    const line = Buffer.concat(this.#record!).toString("utf8");
    this.#record = undefined;
    try {
      this.#onEvent(JSON.parse(line) as ImageEvent);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#onText(Buffer.from(`${line}\n`)); // a module that printed the separator itself
    }
  }
}
