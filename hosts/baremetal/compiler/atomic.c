/* Atomic operations that a compiler calls a function for: of words that the machine cannot change at once, and on
 * AArch64 those of Linux targets, which leave the choice of instructions to the library. The image has one core and no
 * interrupts, so nothing comes between the load and the store of an operation. */
#include "../libc/libc.h"

#define CHANGE(name, size, type, result)             \
  type lw_atomic_##name##_##size(type *at, type by) { \
    type old = *at;                                  \
    *at = (type)(result);                            \
    return old;                                      \
  }

#ifdef __aarch64__
/* The same with the operand first; "clear" is of the bits that are given. */
#define OUTLINE(name, size, type, result)       \
  type lw_##name##size(type by, type *at) {     \
    type old = *at;                             \
    *at = (type)(result);                       \
    return old;                                 \
  }
#define OUTLINES(size, type)                                          \
  OUTLINE(swp, size, type, by)                                        \
  OUTLINE(ldadd, size, type, old + by)                                \
  OUTLINE(ldclr, size, type, old & ~by)                               \
  OUTLINE(ldeor, size, type, old ^ by)                                \
  OUTLINE(ldset, size, type, old | by)                                \
  type lw_cas##size(type expected, type wanted, type *at) {           \
    type old = *at;                                                   \
    if (old == expected) *at = wanted;                                \
    return old;                                                       \
  }
#else
#define OUTLINES(size, type)
#endif

#define ATOMICS(size, type)                                                                   \
  type lw_atomic_load_##size(const type *at) { return *at; }                                  \
  void lw_atomic_store_##size(type *at, type value) { *at = value; }                          \
  bool lw_atomic_compare_exchange_##size(type *at, type *expected, type wanted) {             \
    type old = *at;                                                                           \
    bool equal = old == *expected;                                                            \
    if (equal) *at = wanted;                                                                  \
    else *expected = old;                                                                     \
    return equal;                                                                             \
  }                                                                                           \
  CHANGE(exchange, size, type, by)                                                            \
  CHANGE(fetch_add, size, type, old + by)                                                     \
  CHANGE(fetch_sub, size, type, old - by)                                                     \
  CHANGE(fetch_and, size, type, old & by)                                                     \
  CHANGE(fetch_or, size, type, old | by)                                                      \
  CHANGE(fetch_xor, size, type, old ^ by)                                                     \
  OUTLINES(size, type)

ATOMICS(1, uint8_t)
ATOMICS(2, uint16_t)
ATOMICS(4, uint32_t)
ATOMICS(8, uint64_t)

/* Of any size. */
void lw_atomic_load(size_t bytes, const void *at, void *to) { memcpy(to, at, bytes); }

void lw_atomic_store(size_t bytes, void *at, const void *from) { memcpy(at, from, bytes); }

void lw_atomic_exchange(size_t bytes, void *at, const void *from, void *to) {
  memcpy(to, at, bytes);
  memcpy(at, from, bytes);
}

bool lw_atomic_compare_exchange(size_t bytes, void *at, void *expected, const void *wanted) {
  bool equal = memcmp(at, expected, bytes) == 0;
  if (equal) memcpy(at, wanted, bytes);
  else memcpy(expected, at, bytes);
  return equal;
}
