/* Linux on LoongArch: the number in a7, arguments in a0 to a5; the temporary registers are lost. syscall(2) */
#pragma once
#include "generic.h"

#define SYSTEM_LOST "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8", "memory"

static inline long system_call6(long number, long a, long b, long c, long d, long e, long f) {
  register long a7 __asm__("$a7") = number;
  register long a0 __asm__("$a0") = a;
  register long a1 __asm__("$a1") = b;
  register long a2 __asm__("$a2") = c;
  register long a3 __asm__("$a3") = d;
  register long a4 __asm__("$a4") = e;
  register long a5 __asm__("$a5") = f;
  __asm__ volatile("syscall 0" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : SYSTEM_LOST);
  return a0;
}

static inline long system_call(long number, long a, long b, long c) {
  register long a7 __asm__("$a7") = number;
  register long a0 __asm__("$a0") = a;
  register long a1 __asm__("$a1") = b;
  register long a2 __asm__("$a2") = c;
  __asm__ volatile("syscall 0" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : SYSTEM_LOST);
  return a0;
}

#define SYSTEM_OFFSET(offset) (long)(offset), 0, 0
#define SYSTEM_PAGES(offset) (long)(offset)
