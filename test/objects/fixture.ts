// What a fixture says of itself: lines of its assembly that begin with `# word:`.
//
//   # define: target = place + 0xffffe    a case that links; undefined symbols become absolute. Several lines are several cases.
//   # import: target = 0x1234             the same, but the host defines it
//   # far: target = place + 0x40000000    the same, where the jump does not reach: a stub leads there
//   # beyond: target = place + 0x100000; value = target - place      OutOfRange, with this value
//   # misaligned: target = place + 1; value = target - place         Misaligned; `; entry = 1`: it is the second relocation that is refused
//   # refused: UnknownRelocation 99       a fault of the file as it is, with its value
//   # check: jal(place) == target         what the linked bytes mean; of every case that links
//   # led: stub(jal(place)) == target      the same, of what is far
//   # slot: auipc(place) + itype(place+4) where we have the GOT's first slot that is ours, so that lld's can be put there
//   # table: place + 4 + s32(place)     where we have the table that slots are counted from, on x86
//   # type: 38                            what the assembler has no word for: the relocations that name `target` are of this type
//   # lld: none, WHY | lld: FLAGS         lld does not know the type; or it is called with these flags instead of --no-relax
//   # taken: WHY                          lld takes what we refuse; `; lld = takes it` behind one line: that
//   # base: 0x80000000                    where it is linked, instead of the machine's
//
// Equations are JavaScript over BigInts. They know the symbols of the object by name, what is defined, `addend` (which a define gives to all
// relocations that name `target`), `slot`, `table`, `base`, and the words of decode.ts.

const SETTINGS = ["define", "import", "far", "beyond", "misaligned"] as const;

/** What is set before a link. */
export interface Setting {
  readonly kind: (typeof SETTINGS)[number];
  readonly symbols: readonly (readonly [name: string, expression: string])[];
  /** What the fault tells. */
  readonly value: string | undefined;
  /** Which relocation of the object it is about. */
  readonly entry: number;
  /** lld takes it, as it does not look. */
  readonly isTaken: boolean;
  /** The line. */
  readonly text: string;
}

/** A fixture as it is written. */
export interface Fixture {
  readonly settings: readonly Setting[];
  readonly checks: readonly string[];
  readonly led: readonly string[];
  readonly refused: readonly { readonly code: string; readonly value: string }[];
  readonly slot: string | undefined;
  readonly table: string | undefined;
  readonly type: number | undefined;
  readonly lld: readonly string[] | "none";
  readonly isTaken: boolean;
  readonly base: bigint | undefined;
}

const WORDS: readonly string[] = [...SETTINGS, "refused", "check", "led", "slot", "table", "type", "lld", "taken", "base"];

function settingOf(kind: Setting["kind"], text: string): Setting {
  const [symbols, ...rest] = text.split(";").map((part) => part.trim());
  const clause = (word: string): string | undefined => rest.find((part) => part.startsWith(`${word} = `))?.slice(word.length + 3);
  const pairs = symbols!.split(",").map((pair) => {
    const at = pair.indexOf("=");
    if (at < 0) throw new Error(`"${pair}" sets nothing`);
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
  });
  return { kind, symbols: pairs, value: clause("value"), entry: Number(clause("entry") ?? 0), isTaken: clause("lld") === "takes it", text: `${kind}: ${text}` };
}

/** Reads what a source says, behind its first line, which is a title. */
export function fixtureOf(source: string): Fixture {
  const lines = [...source.slice(source.indexOf("\n")).matchAll(/^# (\w+): (.*)$/gm)].map(([, word, text]) => [word!, text!.trim()] as const);
  const stray = lines.find(([word]) => !WORDS.includes(word));
  if (stray) throw new Error(`no such word: ${stray[0]}`);
  const all = (word: string): string[] => lines.filter(([one]) => one === word).map(([, text]) => text);
  const settings = lines.flatMap(([word, text]) => SETTINGS.filter((kind) => kind === word).map((kind) => settingOf(kind, text)));
  const lld = all("lld")[0] ?? "--no-relax";
  return {
    settings, checks: all("check"), led: all("led"), slot: all("slot")[0], table: all("table")[0], type: all("type").map(Number)[0], isTaken: all("taken").length > 0,
    refused: all("refused").map((text) => ({ code: text.split(" ")[0]!, value: text.split(" ")[1]! })),
    lld: lld.startsWith("none") ? "none" : lld.split(" "), base: all("base")[0] === undefined ? undefined : BigInt(all("base")[0]!),
  };
}

/** What an expression is worth. */
export function valueOf(expression: string, names: Readonly<Record<string, unknown>>): bigint {
  const body = expression.replace(/\b(0x[0-9a-f]+|\d+)\b/gi, "$1n").replace(/==/g, "===").replace(/!=/g, "!==");
  const known = Object.keys(names);
  // The text is a fixture's own, which is as much a part of the test as this line.
  const evaluate = new Function(...known, `"use strict"; return (${body});`) as (...values: unknown[]) => bigint | boolean;
  return BigInt(evaluate(...known.map((name) => names[name])));
}
