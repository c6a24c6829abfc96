// Thread-local blocks of modules: their numbers, and where they lie in every thread. docs/abi.md has the rules, which are the same on
// all hosts. There are no threads here, and so no blocks: whoever runs the code makes them.

/** Bytes that every thread has in reserve next to its thread pointer, and the largest alignment there. */
const RESERVE_BYTES = 4096n;
const ALIGN_LOG2 = 12;
const MODULUS = 1n << 64n;

// x86 has its blocks below the thread pointer (variant II).
const BELOW = new Set([3, 62]);
// Elsewhere they lie above it (variant I), behind the thread control block.
const CONTROL_BYTES: Readonly<Record<number, bigint>> = { 40: 8n, 183: 16n };

/** What the core says of a block when it is to be laid out. */
export interface BlockShape {
  /** e_machine. */
  readonly machine: number;
  /** 32 or 64. */
  readonly bits: number;
  readonly bytes: bigint;
  readonly alignLog2: number;
  /** What its address leaves modulo its alignment. */
  readonly skew: bigint;
}

/** The two words of a TLS descriptor. */
export interface Descriptor {
  /** The host's symbol that the first word leads to. */
  readonly entry: "lw_tls_static" | "lw_tls_dynamic" | "lw_tls_absent";
  readonly argument: bigint;
}

interface Block {
  readonly module: number;
  readonly bits: number;
  /** From the thread pointer; undefined if there is no room for it in every thread. */
  readonly offset: bigint | undefined;
  /** How far from the thread pointer its farthest byte is. */
  readonly reach: bigint;
}

/** The blocks of all modules. */
export class Threads {
  /** By number, from 1 on; a hole is free. */
  readonly #blocks: (Block | undefined)[] = [undefined];

  /** Numbers a module's block, with the lowest number that is free, and gives it its place. */
  reserve(module: number, shape: BlockShape): void {
    const free = this.#blocks.indexOf(undefined, 1);
    const number = free < 0 ? this.#blocks.length : free;
    this.#blocks[number] = { module, bits: shape.bits, ...this.#placeOf(shape) };
  }

  // ELF Handling for Thread-Local Storage, 3.
  #placeOf({ machine, bytes, alignLog2, skew }: BlockShape): Pick<Block, "offset" | "reach"> {
    const nowhere = { offset: undefined, reach: 0n };
    if (alignLog2 > ALIGN_LOG2 || bytes > RESERVE_BYTES) return nowhere;
    const align = 1n << BigInt(alignLog2);
    const reaches = this.#blocks.map((block) => block?.reach ?? 0n);
    const used = [CONTROL_BYTES[machine] ?? 0n, ...reaches].reduce((a, b) => (a > b ? a : b));
    const isBelow = BELOW.has(machine);
    const distance = isBelow ? roundUp(used + bytes + skew, align) - skew : roundUp(used - skew, align) + skew;
    const reach = isBelow ? distance : distance + bytes;
    return reach > RESERVE_BYTES ? nowhere : { offset: isBelow ? -distance : distance, reach };
  }

  /** Number of a module's block (DTPMOD); 0 if it has none. */
  numberOf(module: number): number {
    return Math.max(0, this.#blocks.findIndex((block) => block?.module === module));
  }

  /** Where a module's block lies from the thread pointer; undefined if that is not fixed. */
  offsetOf(module: number): bigint | undefined {
    return this.#blocks[this.numberOf(module)]?.offset;
  }

  /**
   * The descriptor of a variable at an offset of a module's block; undefined if its argument does not fit into a word.
   *
   * @param module  0 for a variable that nobody defines, whose address is `offset`
   */
  describe(module: number, offset: bigint): Descriptor | undefined {
    if (!module) return { entry: "lw_tls_absent", argument: offset };
    const number = this.numberOf(module), block = this.#blocks[number];
    if (!block) return undefined;
    if (block.offset !== undefined) return { entry: "lw_tls_static", argument: (block.offset + offset + MODULUS) % MODULUS };
    const half = BigInt(block.bits / 2);
    if (offset >> half || BigInt(number) >> half) return undefined;
    return { entry: "lw_tls_dynamic", argument: BigInt(number) << half | offset };
  }

  /** A module is gone: its number and its place are free. */
  release(module: number): void {
    const number = this.numberOf(module);
    if (!number) return;
    this.#blocks[number] = undefined;
    while (this.#blocks.length > 1 && !this.#blocks.at(-1)) this.#blocks.pop();
  }
}

function roundUp(value: bigint, align: bigint): bigint {
  return value + align - 1n & -align;
}
