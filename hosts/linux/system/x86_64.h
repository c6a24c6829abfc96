/* Linux on x86-64: the number in rax, arguments in rdi, rsi, rdx, r10, r8, r9; rcx and r11 are lost. syscall(2) */
#pragma once

enum {
  SYS_WRITE = 1,
  SYS_CLOSE = 3,
  SYS_MMAP = 9,
  SYS_MPROTECT = 10,
  SYS_MUNMAP = 11,
  SYS_PREAD64 = 17,
  SYS_EXIT_GROUP = 231,
  SYS_OPENAT = 257,
  SYS_FACCESSAT = 269,
  SYS_STATX = 332,
};

static inline long system_call(long number, long a, long b, long c) {
  __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return number;
}

static inline long system_call6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return number;
}

/* An offset in a file, as the last three arguments of pread64. */
#define SYSTEM_OFFSET(offset) (long)(offset), 0, 0
/* The same as the last one of mmap. */
#define SYSTEM_PAGES(offset) (long)(offset)
