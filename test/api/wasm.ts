// The signatures of a wasm module's imported and exported functions. WebAssembly core specification 5, "Binary Format".

import assert from "node:assert/strict";

/** A function as it is seen from outside. */
export interface Signature {
  /** Of an import with its module: "memory.copy". */
  readonly name: string;
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

/** What a module takes and gives, and the numbers of the sections that it has. */
export interface Signatures {
  readonly imports: readonly Signature[];
  readonly exports: readonly Signature[];
  readonly sections: readonly number[];
}

const TYPE = 1, IMPORT = 2, FUNCTION = 3, EXPORT = 7;
const VALUES: Readonly<Record<number, string>> = { 0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64" };

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.at++];
    assert.ok(value !== undefined, "the module ends too early");
    return value;
  }

  /** LEB128. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  bytes(count: number): Uint8Array {
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  name(): string {
    return Buffer.from(this.bytes(this.u32())).toString("utf8");
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.u32() }, item);
  }
}

/** Reads them. */
export function signaturesOf(wasm: Uint8Array): Signatures {
  const reader = new Reader(wasm);
  assert.deepEqual([...reader.bytes(8)], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const sections = new Map<number, Reader>();
  while (!reader.isDone) {
    const id = reader.byte();
    sections.set(id, new Reader(reader.bytes(reader.u32())));
  }
  const listOf = <T>(id: number, item: (from: Reader) => T): T[] => {
    const section = sections.get(id);
    return section ? section.list(() => item(section)) : [];
  };
  const types = listOf(TYPE, (from) => {
    assert.equal(from.byte(), 0x60);
    const values = (): string[] => from.list(() => VALUES[from.byte()] ?? "?");
    return { parameters: values(), results: values() };
  });
  const imports = listOf(IMPORT, (from): Signature => {
    const name = `${from.name()}.${from.name()}`;
    assert.equal(from.byte(), 0, `${name} is a function`);
    return { name, ...types[from.u32()]! };
  });
  const functions = [...imports, ...listOf(FUNCTION, (from) => types[from.u32()]!)];
  const exports = listOf(EXPORT, (from) => ({ name: from.name(), kind: from.byte(), index: from.u32() }))
    .filter(({ kind }) => kind === 0)
    .map(({ name, index }): Signature => ({ name, parameters: functions[index]!.parameters, results: functions[index]!.results }));
  return { imports, exports, sections: [...sections.keys()] };
}
