/** The places that the words of a RELR table stand for. gABI "Relative Relocation Table". */
export function unpackRelr(words: readonly bigint[], bits: number): bigint[] {
  const wordBytes = BigInt(bits / 8);
  const places: bigint[] = [];
  let next = 0n;
  for (const word of words) {
    if (!(word & 1n)) {
      places.push(word);
      next = word + wordBytes;
      continue;
    }
    for (let bit = 1n; bit < BigInt(bits); ++bit) if ((word >> bit) & 1n) places.push(next + (bit - 1n) * wordBytes);
    next += (BigInt(bits) - 1n) * wordBytes;
  }
  return places;
}
