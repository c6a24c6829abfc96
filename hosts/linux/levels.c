/* Levels of processors: libraries that want more than the least lie in folders that are called so, below glibc-hwcaps. */
#include "levels.h"
#include <stdbool.h>
#include <stdint.h>

#if defined __x86_64__
#include <cpuid.h>

/* x86-64 psABI, "Micro-Architecture Levels": what each has that those before it have not. */
static const struct level {
  const char *name;
  uint32_t basic, structured, extended; /* bits of leaf 1 ECX, 7 EBX, 0x80000001 ECX */
  uint32_t kept; /* what the kernel keeps of registers: XCR0 */
} all[] = {
  // SSE3, SSSE3, CX16, SSE4.1, SSE4.2, POPCNT; LAHF
  {"x86-64-v2", 1 << 0 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 23, 0, 1 << 0, 0},
  // FMA, MOVBE, OSXSAVE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT
  {"x86-64-v3", 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29, 1 << 3 | 1 << 5 | 1 << 8, 1 << 5, 0x06},
  // AVX-512: F, DQ, CD, BW, VL
  {"x86-64-v4", 0, 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1u << 31, 0, 0xe6},
};
enum { LEVELS = sizeof all / sizeof *all, OSXSAVE = 1 << 27 };

static bool has(uint32_t bits, uint32_t wanted) { return (bits & wanted) == wanted; }

static uint32_t kept_registers(uint32_t basic) {
  uint32_t low = 0, high;
  if (basic & OSXSAVE) __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

const char *const *levels(void) {
  static const char *own[LEVELS + 1];
  static bool is_known;
  if (is_known) return own;
  uint32_t a, b, c, d, basic = 0, structured = 0, extended = 0;
  if (__get_cpuid(1, &a, &b, &c, &d)) basic = c;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) structured = b;
  if (__get_cpuid(0x80000001, &a, &b, &c, &d)) extended = c;
  uint32_t kept = kept_registers(basic);
  unsigned count = 0;
  while (count < LEVELS && has(basic, all[count].basic) && has(structured, all[count].structured) && has(extended, all[count].extended) && has(kept, all[count].kept)) ++count;
  for (unsigned i = 0; i < count; ++i) own[i] = all[count - 1 - i].name;
  is_known = true;
  return own;
}

#else

/* None are named for the others. */
const char *const *levels(void) {
  static const char *const none[] = {0};
  return none;
}

#endif
