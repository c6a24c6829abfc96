/* In place of musl's own: there is no system under an image. What would ask it calls a function, which is in system.c. */

long lw_system_call(long number, long a, long b, long c, long d, long e, long f);

/* A number of 64 bits takes as many words as it needs. */
#if __SIZEOF_POINTER__ == 8
#define __SYSCALL_LL_E(x) (x)
#else
#define __SYSCALL_LL_E(x) (long)(unsigned long long)(x), (long)((unsigned long long)(x) >> 32)
#endif
#define __SYSCALL_LL_O(x) __SYSCALL_LL_E(x)

static inline long __syscall0(long n) { return lw_system_call(n, 0, 0, 0, 0, 0, 0); }
static inline long __syscall1(long n, long a) { return lw_system_call(n, a, 0, 0, 0, 0, 0); }
static inline long __syscall2(long n, long a, long b) { return lw_system_call(n, a, b, 0, 0, 0, 0); }
static inline long __syscall3(long n, long a, long b, long c) { return lw_system_call(n, a, b, c, 0, 0, 0); }
static inline long __syscall4(long n, long a, long b, long c, long d) { return lw_system_call(n, a, b, c, d, 0, 0); }
static inline long __syscall5(long n, long a, long b, long c, long d, long e) { return lw_system_call(n, a, b, c, d, e, 0); }
static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f) { return lw_system_call(n, a, b, c, d, e, f); }
