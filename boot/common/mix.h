/* Spreads every bit of a word over all others: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
 * What a machine knows of the moment (clocks, counters) becomes a seed that looks random in each bit. */
#pragma once
#include <stdint.h>

static inline uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}
