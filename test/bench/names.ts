// Names as C++ has them: long, with much in common at their beginning.

import { Random } from "../support/random.js";

const WORDS = ["core", "detail", "io", "parser", "node", "vector", "stream", "buffer", "cache", "visitor", "emit", "lookup", "insert", "resolve", "begin", "length"];

/** Different names, the same for the same seed; two seeds have none in common. */
export function namesOf(count: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 2 + random.below(4) }, () => random.of(WORDS));
    const last = `${random.of(WORDS)}${seed}_${i}`;
    return `_ZN${[...words, last].map((word) => `${word.length}${word}`).join("")}Ev`;
  });
}
