// A program as its generator sees it: pieces (functions, tables, variables) dealt to files, each of which says what else it needs. What is
// taken out of it leaves a program again, so a failing one can be made small.

/** A statement of a function, or an element of a table. */
export interface Part {
  readonly text: string;
  /** Keys of the pieces that it names: it goes with any of them. */
  readonly uses: readonly string[];
}

export interface Piece {
  readonly key: string;
  /** The file that defines it; undefined: every file that uses it does, as a header's templates. */
  readonly file?: number;
  /** What files say that use it, and its own; empty where it is seen by its own file only. */
  readonly declaration: string;
  /** Its definition: %PARTS% is where its parts are, %COUNT% how many there are. */
  readonly text: string;
  readonly parts: readonly Part[];
  /** Without these it can't be. */
  readonly uses: readonly string[];
}

export interface File {
  readonly language: "c" | "cc";
  readonly flags: readonly string[];
  /** It is in an archive. */
  readonly isMember: boolean;
}

export interface Program {
  readonly machine: string;
  readonly seed: number;
  readonly files: readonly File[];
  /** A piece uses only what comes behind it. The first is the one that is called. */
  readonly pieces: readonly Piece[];
  /** More for lld. */
  readonly link: readonly string[];
  /** It wants a C++ runtime. */
  readonly throws: boolean;
}

const PRELUDE = `typedef __UINT8_TYPE__ u8; typedef __UINT16_TYPE__ u16; typedef __UINT32_TYPE__ u32; typedef __UINT64_TYPE__ u64; typedef __UINTPTR_TYPE__ uptr;
#ifdef __cplusplus
#define C extern "C"
#else
#define C extern
#endif
#ifndef MODEL
#define MODEL(model) __attribute__((tls_model(model)))
#endif
#define HIDDEN __attribute__((visibility("hidden")))
static inline u32 mix(u32 h, u32 x) { h = h * 0x9e3779b1u + x + 0x7f4a7c15u; return h ^ h >> 15; }
static inline u32 hash(u32 h, const char *s) { while (*s) h = mix(h, (u8)*s++); return h; }
`;

const usesOf = (piece: Piece): string[] => [...piece.uses, ...piece.parts.flatMap(({ uses }) => uses)];

/** The pieces whose text a file sees, all that they name among them. */
function seenBy(program: Program, file: number): Set<string> {
  const byKey = new Map(program.pieces.map((piece) => [piece.key, piece]));
  const seen = new Set<string>();
  const see = (piece: Piece): void => {
    for (const key of usesOf(piece)) {
      if (seen.has(key)) continue;
      seen.add(key);
      const used = byKey.get(key)!;
      if (used.file === undefined) see(used);
    }
  };
  for (const piece of program.pieces.filter((one) => one.file === file)) {
    seen.add(piece.key);
    see(piece);
  }
  return seen;
}

const definitionOf = ({ text, parts }: Piece): string =>
  text.replace("%PARTS%", () => parts.map((part) => part.text).join("\n  ")).replaceAll("%COUNT%", String(parts.length));

/** A file's source. */
export function sourceOf(program: Program, file: number): string {
  const seen = seenBy(program, file), { language } = program.files[file]!;
  const known = program.pieces.filter(({ key }) => seen.has(key)).reverse();
  const declarations = known.filter((one) => one.declaration).map((one) => one.declaration);
  const shared = known.filter((one) => one.file === undefined).map(definitionOf), own = known.filter((one) => one.file === file).map(definitionOf);
  const isC = language === "c";
  return [PRELUDE, ...declarations, ...shared, isC ? "" : 'extern "C" {', ...own, isC ? "" : "}", ""].join("\n");
}

/** What is left of pieces when some are gone: no part names them, nothing is there that can't be without them, or that nobody names. */
function without(pieces: readonly Piece[], isGone: (piece: Piece) => boolean): Piece[] {
  let left = pieces.filter((one, i) => i === 0 || !isGone(one));
  for (;;) {
    const keys = new Set(left.map(({ key }) => key));
    const has = (key: string): boolean => keys.has(key);
    const next = left.filter((one) => one.uses.every(has)).map((one) => ({ ...one, parts: one.parts.filter(({ uses }) => uses.every(has)) }));
    if (next.length === left.length) return next;
    left = next;
  }
}

/** Pieces that the first one leads to; roots are those that nobody has to name. */
function reached(pieces: readonly Piece[]): Piece[] {
  const byKey = new Map(pieces.map((piece) => [piece.key, piece]));
  const seen = new Set<string>();
  const see = (key: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    usesOf(byKey.get(key)!).forEach(see);
  };
  pieces.filter((piece, i) => i === 0 || piece.key.startsWith("root")).forEach(({ key }) => see(key));
  return pieces.filter(({ key }) => seen.has(key));
}

/** Smaller programs that may do what this one does, the smallest first. */
export function* smallerOf(program: Program): Generator<Program> {
  const { pieces, files } = program;
  for (let size = Math.ceil((pieces.length - 1) / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let first = 1; first < pieces.length; first += size) {
      const gone = new Set(pieces.slice(first, first + size));
      yield { ...program, pieces: without(pieces, (one) => gone.has(one)) };
    }
  }
  const fewer = reached(pieces);
  if (fewer.length < pieces.length) yield { ...program, pieces: fewer };
  for (const piece of pieces) {
    for (let i = 0; i < piece.parts.length; ++i) {
      yield { ...program, pieces: pieces.map((one) => (one === piece ? { ...one, parts: one.parts.filter((_, at) => at !== i) } : one)) };
    }
  }
  for (let file = 1; file < files.length; ++file) { // one file fewer: its pieces go to the first
    if (files[file]!.language !== files[0]!.language || !pieces.some((one) => one.file === file)) continue;
    yield { ...program, pieces: pieces.map((one) => (one.file === file ? { ...one, file: 0 } : one)) };
  }
  for (const [at, file] of files.entries()) {
    const change = (changed: File): Program => ({ ...program, files: files.map((one, i) => (i === at ? changed : one)) });
    if (file.isMember) yield change({ ...file, isMember: false });
    for (const flag of file.flags) yield change({ ...file, flags: file.flags.filter((one) => one !== flag) });
  }
}
