/* Linux on ARM, EABI: the number in r7, arguments in r0 to r5, those of 64 bits in an even register and the next. In
 * Thumb r7 may be the compiler's, so it is kept by hand. syscall(2) */
#pragma once

enum {
  SYS_WRITE = 4,
  SYS_CLOSE = 6,
  SYS_MUNMAP = 91,
  SYS_MPROTECT = 125,
  SYS_PREAD64 = 180,
  SYS_MMAP = 192, /* mmap2 */
  SYS_EXIT_GROUP = 248,
  SYS_OPENAT = 322,
  SYS_FACCESSAT = 334,
  SYS_STATX = 397,
};

static inline long system_call6(long number, long a, long b, long c, long d, long e, long f) {
  register long r0 __asm__("r0") = a;
  register long r1 __asm__("r1") = b;
  register long r2 __asm__("r2") = c;
  register long r3 __asm__("r3") = d;
  register long r4 __asm__("r4") = e;
  register long r5 __asm__("r5") = f;
  long kept;
  __asm__ volatile("mov %[kept], r7\n\tmov r7, %[number]\n\tsvc 0\n\tmov r7, %[kept]"
                   : "+r"(r0), [kept] "=&r"(kept)
                   : [number] "r"(number), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                   : "memory");
  return r0;
}

static inline long system_call(long number, long a, long b, long c) { return system_call6(number, a, b, c, 0, 0, 0); }

#define SYSTEM_OFFSET(offset) 0, (long)(offset), (long)((offset) >> 32)
#define SYSTEM_PAGES(offset) (long)((offset) >> 12)
