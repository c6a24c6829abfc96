/* The length of a name and its hash for DT_GNU_HASH (h = h * 33 + c from 5381 on), in one pass; nothing is read of a page that the name does
 * not reach. The core has the same in assembly/elf/hash.ts, a word at a time; vectors are not for WebAssembly that everybody runs. */
#pragma once
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct hashed {
  uint32_t bytes, hash;
};

enum { HASH_PAGE = 4096 };
#define HASH_4 (33u * 33 * 33 * 33)
#define HASH_8 (HASH_4 * HASH_4)
#define HASH_16 (HASH_8 * HASH_8)
/* 33 to the power of -16. */
#define HASH_BACK 0xd0aa1e01u
#define FOUR(from) (from), (from) * 33, (from) * (33 * 33), (from) * (33 * 33 * 33)

#ifdef __SSE2__
/* What sixteen bytes add: neighbours are put together, then pairs, then fours. */
static inline uint32_t hash_fold(__m128i bytes) {
  __m128i low = _mm_and_si128(bytes, _mm_set1_epi16(0xff));
  __m128i pairs = _mm_add_epi16(_mm_add_epi16(_mm_slli_epi16(low, 5), low), _mm_srli_epi16(bytes, 8));
  __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 33 * 33));
  __m128i even = _mm_mul_epu32(fours, _mm_set_epi32(0, (int)HASH_4, 0, (int)(HASH_8 * HASH_4)));
  __m128i odd = _mm_mul_epu32(_mm_srli_epi64(fours, 32), _mm_set_epi32(0, 1, 0, (int)HASH_8));
  __m128i sum = _mm_add_epi32(even, odd);
  return (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum)));
}

/* All that is in front of the first byte of 255: in each half, and of the upper one nothing if there is one in the lower. */
static inline __m128i hash_front(__m128i ends) {
  __m128i halves = _mm_andnot_si128(ends, _mm_add_epi64(ends, _mm_set1_epi32(-1)));
  __m128i is_whole = _mm_shuffle_epi32(_mm_srai_epi32(halves, 31), _MM_SHUFFLE(1, 1, 1, 1));
  return _mm_and_si128(halves, _mm_or_si128(is_whole, _mm_set_epi32(0, 0, -1, -1)));
}

/* Goes on with sixteen bytes at a time as far as that does not cross a page; true if the name ends in them. */
static inline int hash_steps(const char **at, uint32_t *hash) {
  static const uint32_t takes[16] = {FOUR(HASH_BACK), FOUR(HASH_BACK * HASH_4), FOUR(HASH_BACK * HASH_8), FOUR(HASH_BACK * HASH_8 * HASH_4)};
  for (; ((uintptr_t)*at & (HASH_PAGE - 1)) <= HASH_PAGE - 16; *at += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)*at);
    __m128i zeros = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());
    uint32_t ends = (uint32_t)_mm_movemask_epi8(zeros);
    *hash *= HASH_16;
    if (ends) {
      /* As if bytes of 0 followed, and back. */
      int left = __builtin_ctz(ends);
      *hash = (*hash + hash_fold(_mm_and_si128(bytes, hash_front(zeros)))) * takes[left];
      *at += left;
      return 1;
    }
    *hash += hash_fold(bytes);
  }
  return 0;
}
#elif UINTPTR_MAX > UINT32_MAX
static inline uint32_t hash_fold(uint64_t bytes) {
  uint64_t pairs = (bytes & 0x00ff00ff00ff00ff) * 33 + (bytes >> 8 & 0x00ff00ff00ff00ff);
  uint64_t fours = (pairs & 0x0000ffff0000ffff) * (33 * 33) + (pairs >> 16 & 0x0000ffff0000ffff);
  return (uint32_t)fours * HASH_4 + (uint32_t)(fours >> 32);
}

/* The same with eight. */
static inline int hash_steps(const char **at, uint32_t *hash) {
  static const uint32_t takes[8] = {FOUR(HASH_BACK * HASH_8), FOUR(HASH_BACK * HASH_8 * HASH_4)};
  for (; ((uintptr_t)*at & (HASH_PAGE - 1)) <= HASH_PAGE - 8; *at += 8) {
    uint64_t bytes;
    memcpy(&bytes, *at, sizeof bytes);
    /* Its lowest bit is in the first byte that is 0. */
    uint64_t ends = (bytes - 0x0101010101010101) & ~bytes & 0x8080808080808080;
    *hash *= HASH_8;
    if (ends) {
      int left = __builtin_ctzll(ends) / 8;
      *hash = (*hash + hash_fold(bytes & ((UINT64_C(1) << 8 * left) - 1))) * takes[left];
      *at += left;
      return 1;
    }
    *hash += hash_fold(bytes);
  }
  return 0;
}
#else
static inline int hash_steps(const char **at, uint32_t *hash) {
  (void)at, (void)hash;
  return 0;
}
#endif
#undef FOUR

static inline struct hashed hash_of(const char *name) {
  uint32_t hash = 5381;
  const char *at = name;
  while (!hash_steps(&at, &hash) && *at) hash = hash * 33 + (unsigned char)*at++;
  return (struct hashed){(uint32_t)(at - name), hash};
}
