/* Helpers of ARM's run-time ABI (IHI 0043): the order of arguments, and results that stand in two pairs of registers. */
#ifdef __arm__
#include "../libc/libc.h"

uint64_t __ashldi3(uint64_t value, int by);
uint64_t __lshrdi3(uint64_t value, int by);
int64_t __ashrdi3(int64_t value, int by);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint32_t __udivsi3(uint32_t n, uint32_t d);
uint32_t __umodsi3(uint32_t n, uint32_t d);
int32_t __divsi3(int32_t n, int32_t d);
int32_t __modsi3(int32_t n, int32_t d);

void __aeabi_memcpy(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
void __aeabi_memmove(void *to, const void *from, size_t bytes) { memmove(to, from, bytes); }
void __aeabi_memset(void *to, size_t bytes, int value) { memset(to, value, bytes); }
void __aeabi_memclr(void *to, size_t bytes) { memset(to, 0, bytes); }

uint64_t __aeabi_llsl(uint64_t value, int by) { return __ashldi3(value, by); }
uint64_t __aeabi_llsr(uint64_t value, int by) { return __lshrdi3(value, by); }
int64_t __aeabi_lasr(int64_t value, int by) { return __ashrdi3(value, by); }
uint64_t __aeabi_lmul(uint64_t a, uint64_t b) { return __muldi3(a, b); }
int __aeabi_lcmp(int64_t a, int64_t b) { return (a > b) - (a < b); }
int __aeabi_ulcmp(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

uint32_t __aeabi_uidiv(uint32_t n, uint32_t d) { return __udivsi3(n, d); }
int32_t __aeabi_idiv(int32_t n, int32_t d) { return __divsi3(n, d); }

/* The quotient in r0, the rest in r1: the registers of a number of 64 bits. */
uint64_t __aeabi_uidivmod(uint32_t n, uint32_t d) { return (uint64_t)__umodsi3(n, d) << 32 | __udivsi3(n, d); }
uint64_t __aeabi_idivmod(int32_t n, int32_t d) { return (uint64_t)(uint32_t)__modsi3(n, d) << 32 | (uint32_t)__divsi3(n, d); }

/* The quotient in r0 and r1, the rest in r2 and r3, which no C function returns. */
#define DIVMOD(name, function)                                                                        \
  __attribute__((naked)) void name(void) {                                                            \
    __asm__("push {r4, lr}\n\tsub sp, sp, #16\n\tadd r4, sp, #8\n\tstr r4, [sp]\n\tbl " #function    \
            "\n\tldr r2, [sp, #8]\n\tldr r3, [sp, #12]\n\tadd sp, sp, #16\n\tpop {r4, pc}");          \
  }
DIVMOD(__aeabi_uldivmod, __udivmoddi4)
DIVMOD(__aeabi_ldivmod, __divmoddi4)

/* What division by zero is told by: the answer stands already. */
int __aeabi_idiv0(int answer) { return answer; }
int64_t __aeabi_ldiv0(int64_t answer) { return answer; }

/* Named by the unwind tables of C code; nothing here unwinds. */
void __aeabi_unwind_cpp_pr0(void) {}
#endif
