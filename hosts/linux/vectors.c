/* What lazy.S and tls.S keep a call's vectors in. */
#if defined __x86_64__ || defined __i386__
#include "lazy.h"
#include "x86_words.h"
#include <cpuid.h>
#include <stdint.h>

__attribute__((visibility("hidden"))) uintptr_t lazy_vector_bytes = FXSAVE_BYTES;

/* SDM 1 13.2 "Enumeration of CPU Support for XSAVE": a leaf for each part, with its bytes and where they are; parts below 2 are in the area
 * that every one has. */
void vectors_measure(void) {
  enum { OSXSAVE = 1 << 27, FIRST_PART = 2, LAST_PART = 7, HEADER_END = 576 };
  unsigned bytes, at, c, d, can, enabled, unused;
  if (lazy_vector_bytes > FXSAVE_BYTES || !__get_cpuid(CPUID_FEATURES, &bytes, &at, &can, &d) || !(can & OSXSAVE)) return;
  __asm__("xgetbv" : "=a"(enabled), "=d"(unused) : "c"(0));
  uintptr_t end = HEADER_END;
  for (unsigned part = FIRST_PART; part <= LAST_PART; part++) {
    if (!(enabled & XCR0_WANTED & 1u << part)) continue;
    __cpuid_count(CPUID_XSTATE, part, bytes, at, c, d);
    if (at + bytes > end) end = at + bytes;
  }
  lazy_vector_bytes = end;
}

#elif defined __riscv || defined __loongarch__
#include "lazy.h"
#include <stdint.h>
#include <sys/auxv.h>

/* Of all vectors; of each. 0: there are none. */
__attribute__((visibility("hidden"))) uintptr_t lazy_vector_bytes;

void vectors_measure(void) {
#ifdef __riscv
  enum { VECTORS = 1 << ('v' - 'a') };
  uintptr_t each; /* vlenb: RISC-V "V" 3.7 */
  if (lazy_vector_bytes || !(getauxval(AT_HWCAP) & VECTORS)) return;
  __asm__("csrr %0, 0xc22" : "=r"(each));
  lazy_vector_bytes = 32 * each;
#else
  enum { LSX = 1 << 4, LASX = 1 << 5 };
  unsigned long has = getauxval(AT_HWCAP);
  lazy_vector_bytes = has & LASX ? 32 : has & LSX ? 16 : 0;
#endif
}
#endif
