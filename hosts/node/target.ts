// The target's memory as the Node host sees it: in runs of bytes, past the permissions.

import { LinkwrightError } from "./error.js";
import { type Sandbox, unsigned } from "./wasm.js";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Source numbers from here on are the host's own scratch areas. */
const SCRATCH = 0xffff_0000;
const SCRATCH_BYTES = 4096;

/** Bulk access to a sandbox. */
export class Target {
  readonly #sandbox: Sandbox;
  #scratch = 0n;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** A copy of target memory; what is not mapped reads as zero. */
  read(addr: bigint, bytes: number): Uint8Array {
    const copy = new Uint8Array(bytes);
    for (let done = 0; done < bytes; ) {
      const at = addr + BigInt(done);
      const run = Number(this.#sandbox.run_bytes(at, BigInt(bytes - done)));
      if (run) {
        const pointer = this.#sandbox.pointer(at) >>> 0;
        copy.set(new Uint8Array(this.#sandbox.memory.buffer, pointer, run), done);
      }
      done += run || 4096 - (Number(at & 4095n));
    }
    return copy;
  }

  /** Writes bytes to mapped memory, whatever its permissions; false if there is no memory left. */
  write(addr: bigint, bytes: Uint8Array): boolean {
    for (let done = 0; done < bytes.length; ) {
      const at = addr + BigInt(done);
      const run = Math.min(bytes.length - done, 4096 - Number(at & 4095n));
      const pointer = this.#sandbox.writable_pointer(at) >>> 0;
      if (!pointer) return false;
      new Uint8Array(this.#sandbox.memory.buffer, pointer, run).set(bytes.subarray(done, done + run));
      done += run;
    }
    return true;
  }

  /** The text of a name that the core gave as address and length. */
  text(addr: bigint, bytes: number): string {
    return decoder.decode(this.read(addr, bytes));
  }

  /** Puts a name where the core can read it, and answers with what `use` makes of its address and length. */
  withName<T>(name: string, use: (addr: bigint, bytes: number) => T): T {
    const bytes = encoder.encode(name);
    const area = new Uint8Array(bytes.length + 1);
    area.set(bytes);
    if (area.length <= SCRATCH_BYTES) {
      if (!this.#scratch) this.#scratch = this.#open(SCRATCH, SCRATCH_BYTES);
      if (this.write(this.#scratch, area)) return use(this.#scratch, bytes.length);
      throw outOfMemory();
    }
    const addr = this.#open(SCRATCH + 1, area.length);
    try {
      if (!this.write(addr, area)) throw outOfMemory();
      return use(addr, bytes.length);
    } finally {
      this.#sandbox.unstage(SCRATCH + 1);
    }
  }

  #open(source: number, bytes: number): bigint {
    const addr = unsigned(this.#sandbox.stage(source, BigInt(bytes)));
    if (addr >> 63n) throw outOfMemory();
    return addr;
  }
}

function outOfMemory(): LinkwrightError {
  return new LinkwrightError("OutOfMemory", "the sandbox has no memory left");
}
