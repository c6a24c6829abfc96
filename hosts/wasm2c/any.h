/* Words of the target's memory, which lie at any address. */
#pragma once
#include <stdint.h>

typedef uint16_t any16 __attribute__((aligned(1), may_alias));
typedef uint32_t any32 __attribute__((aligned(1), may_alias));
typedef uint64_t any64 __attribute__((aligned(1), may_alias));
typedef uint16_t word16 __attribute__((may_alias));
typedef uint32_t word32 __attribute__((may_alias));
typedef uint64_t word64 __attribute__((may_alias));

/* Where the compiler may not load an unaligned word at once it takes the word apart into bytes, which is many instructions: there the usual
 * case, an aligned word, is asked for first, and the other is a call, or the compiler would make one of both again. */
#if defined __x86_64__ || defined __i386__ || defined __aarch64__ || defined __ARM_FEATURE_UNALIGNED || defined __loongarch__ || defined __riscv_misaligned_fast
#define ALIGNED(addr, bytes) false
#define APART __attribute__((unused, always_inline)) inline
#else
#define ALIGNED(addr, bytes) __builtin_expect(((uintptr_t)(addr) & ((bytes) - 1)) == 0, 1)
#define APART __attribute__((unused, noinline))
#endif

#define AT(type, addr) (*(type *)(uintptr_t)(addr))
#define WORDS(bits) \
  static APART uint##bits##_t load_apart##bits(uintptr_t addr) { return AT(any##bits, addr); } \
  static APART void store_apart##bits(uintptr_t addr, uint##bits##_t value) { AT(any##bits, addr) = value; }
WORDS(16) WORDS(32) WORDS(64)
#undef WORDS

#define LOAD(bits, addr) (ALIGNED(addr, bits / 8) ? AT(word##bits, addr) : load_apart##bits((uintptr_t)(addr)))
#define STORE(bits, addr, value) (ALIGNED(addr, bits / 8) ? (void)(AT(word##bits, addr) = (value)) : store_apart##bits((uintptr_t)(addr), (value)))
