// An ELF file of sections and symbols, for debuggers to read: no program headers, as nobody runs it.

/** A section of it, in the order of the file. */
export interface OutSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  /** How many bytes it has; of SHT_NOBITS there are none in the file. */
  readonly bytes: bigint;
  readonly align: number;
  readonly content?: Uint8Array;
}

/** A symbol of it: st_info's halves, and the number of its section. */
export interface OutSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly bytes: bigint;
  readonly type: number;
  readonly bind: number;
  readonly section: number;
}

const ET_EXEC = 2, SHT_SYMTAB = 2, SHT_STRTAB = 3, STB_LOCAL = 0;

/** Names, each once, with a zero byte behind it. */
class Strings {
  readonly #offsets = new Map<string, number>([["", 0]]);
  readonly #pieces: Buffer[] = [Buffer.alloc(1)];
  #bytes = 1;

  offset(text: string): number {
    let offset = this.#offsets.get(text);
    if (offset === undefined) {
      const piece = Buffer.from(`${text}\0`, "utf8");
      this.#offsets.set(text, (offset = this.#bytes));
      this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
    return offset;
  }

  get content(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** Records of the class: `w` is a word of it, the others are bytes. */
function record(bits: number, fields: readonly (readonly [width: 1 | 2 | 4 | "w", value: bigint | number])[]): Buffer {
  const widths = fields.map(([width]) => (width === "w" ? bits / 8 : width)), out = Buffer.alloc(widths.reduce((sum, one) => sum + one, 0));
  let at = 0;
  fields.forEach(([, value], i) => {
    if (widths[i] === 8) out.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), at);
    else out.writeUIntLE(Number(BigInt.asUintN(widths[i]! * 8, BigInt(value))), at, widths[i]!);
    at += widths[i]!;
  });
  return out;
}

function symbolRecord(bits: number, name: number, one: OutSymbol): Buffer {
  const info = one.bind << 4 | one.type;
  return bits === 64
    ? record(64, [[4, name], [1, info], [1, 0], [2, one.section], ["w", one.value], ["w", one.bytes]])
    : record(32, [[4, name], ["w", one.value], ["w", one.bytes], [1, info], [1, 0], [2, one.section]]);
}

const NO_SYMBOL: OutSymbol = { name: "", value: 0n, bytes: 0n, type: 0, bind: STB_LOCAL, section: 0 };

/** The file. Sections are numbered from 1 on. */
export function executableOf(machine: number, bits: number, flags: number, sections: readonly OutSection[], symbols: readonly OutSymbol[]): Uint8Array {
  const names = new Strings(), texts = new Strings();
  // Local ones come first. gABI 4.18, "Symbol Table".
  const locals = symbols.filter(({ bind }) => bind === STB_LOCAL), ordered = [NO_SYMBOL, ...locals, ...symbols.filter(({ bind }) => bind !== STB_LOCAL)];
  const table = Buffer.concat(ordered.map((one) => symbolRecord(bits, texts.offset(one.name), one)));
  const count = sections.length, ehdrBytes = bits === 64 ? 64 : 52, shdrBytes = bits === 64 ? 64 : 40;
  const own = [
    { name: ".symtab", type: SHT_SYMTAB, content: table, link: count + 2, info: locals.length + 1, align: bits / 8, each: table.length / ordered.length },
    { name: ".strtab", type: SHT_STRTAB, content: texts.content, link: 0, info: 0, align: 1, each: 0 },
    { name: ".shstrtab", type: SHT_STRTAB, content: Buffer.alloc(0), link: 0, info: 0, align: 1, each: 0 },
  ];
  for (const { name } of [...sections, ...own]) names.offset(name);
  own[2]!.content = names.content;
  const pieces: Uint8Array[] = [], headers: Buffer[] = [record(bits, Array.from({ length: shdrBytes / 4 }, () => [4, 0] as const))];
  let at = ehdrBytes;
  const append = (content: Uint8Array, align: number): number => {
    const gap = -at & align - 1;
    pieces.push(Buffer.alloc(gap), content);
    at += gap + content.length;
    return at - content.length;
  };
  const all = [...sections.map((one) => ({ ...one, link: 0, info: 0, each: 0 })), ...own.map((one) => ({ ...one, flags: 0, address: 0n, bytes: BigInt(one.content.length) }))];
  for (const one of all) {
    const offset = append(one.content ?? Buffer.alloc(0), Math.min(one.align, 16));
    headers.push(record(bits, [
      [4, names.offset(one.name)], [4, one.type], ["w", one.flags], ["w", one.address], ["w", offset], ["w", one.bytes], [4, one.link], [4, one.info], ["w", one.align], ["w", one.each],
    ]));
  }
  const shoff = append(Buffer.concat(headers), 8);
  const ident = Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits / 32, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const header = record(bits, [[2, ET_EXEC], [2, machine], [4, 1], ["w", 0], ["w", 0], ["w", shoff], [4, flags], [2, ehdrBytes], [2, 0], [2, 0], [2, shdrBytes], [2, headers.length], [2, count + 3]]);
  return Buffer.concat([ident, header, ...pieces]);
}
