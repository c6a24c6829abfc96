// What a benchmark says: rows of figures, never a verdict.

/** Seconds that one piece of work took, of several tries. */
export interface Seconds {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One figure. */
export interface Row {
  /** What kind of work: rows of one topic stand in one table. */
  readonly topic: string;
  readonly what: string;
  /** Who did it. */
  readonly host: string;
  /** How many things were done in that time. */
  readonly count: number;
  readonly seconds: Seconds;
  /** How many times as long the system's linker took for the same, in the same run. */
  readonly ratio?: number;
}

/** Topics, and what is done on more than one host. */
export const RELOCATIONS = "relocations";
export const LOOKUPS = "lookups";
export const THERE = "a symbol that is there";
export const ABSENT = "a symbol that is not there";

/** How much is to be done, and where to say what is being done. */
export interface Effort {
  /** Large cases are left out. */
  readonly isQuick: boolean;
  /** Tries that do not count, because caches are cold and compilers still at work. */
  readonly warm: number;
  /** Tries that count. */
  readonly tries: number;
  readonly say: (what: string) => void;
}

/** Measures; no two at once. */
export type Source = (effort: Effort) => Promise<readonly Row[]>;

/** Of several times that the same work took. */
export function secondsOf(times: readonly number[]): Seconds {
  const sorted = times.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** Things a second. */
export function rateOf({ count, seconds }: Row): number {
  return count / seconds.median;
}

/** For each try, whether it counts. */
export function triesOf({ warm, tries }: Effort): readonly boolean[] {
  return Array.from({ length: warm + tries }, (_, i) => i >= warm);
}

/** Two rows of the same work, with the ratio. */
export function compared(ours: Row, system: Row): Row[] {
  return [{ ...ours, ratio: system.seconds.median / ours.seconds.median }, system];
}
